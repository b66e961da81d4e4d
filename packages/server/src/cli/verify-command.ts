import process from "node:process";

import { type OpenOptions, openEngine, type VerifyReport } from "@lectern/native";
import type { Command } from "commander";

import { oneLine } from "../plain-text.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { bold, dim, print, printJson } from "./terminal.ts";

/** Paths shown of each kind. */
const SHOWN = 20;

/** Registers `lectern verify`. */
export function addVerifyCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("verify"))
    .description("check that the index is whole and says what the files say")
    .optionsGroup("Output:")
    .option("--json", "print the report for programs")
    .action(async (flags: DocumentFlags & { json?: boolean }) => {
      process.exitCode = await verifyCommand(await openOptions(flags, []), flags.json === true);
    });
  describe(command, {
    about:
      "Reads every page and every file of the index. `lectern index` brings a stale index up to\n" +
      "the files and builds a damaged one anew; one too damaged to be opened is moved aside.",
    examples: [
      ["lectern verify", "exit code 6 when anything differs"],
      ["lectern verify --json | jq .damaged", "what of the index is damaged"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5, 6],
  });
}

async function verifyCommand(options: OpenOptions, asJson: boolean): Promise<number> {
  await using engine = await openEngine(options);
  const report = await engine.verify();
  if (asJson) printJson(report);
  else print(human(report));
  const { changed, gone, unindexed, damaged } = report;
  const differences = changed.length + gone.length + unindexed.length + damaged.length;
  return differences === 0 ? EXIT.ok : EXIT.differs;
}

function human(report: VerifyReport): string {
  const { pages, changed, gone, unindexed, damaged } = report;
  const found = [
    ...listed("changed since they were indexed", changed),
    ...listed("gone since they were indexed", gone),
    ...listed("not indexed", unindexed),
    ...listed("damage of the index", damaged),
  ];
  return [
    `${bold(`${pages} pages`)} ${found.length === 0 ? "as the files are; the index is whole" : "checked"}`,
    ...found,
    ...(found.length > 0 ? ["next: run lectern index"] : []),
  ].join("\n");
}

function listed(what: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const left = paths.length - SHOWN;
  return [
    `${what}: ${paths.length}`,
    ...paths.slice(0, SHOWN).map((path) => `  ${oneLine(path)}`),
    ...(left > 0 ? [dim(`  and ${left} more`)] : []),
  ];
}
