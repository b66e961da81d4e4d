import { realpathSync } from "node:fs";
import process from "node:process";

import type { Command } from "commander";

import type { Check } from "../doctor/check.ts";
import { diagnose } from "../doctor/doctor.ts";
import { oneLine } from "../plain-text.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, addPullFlag, type DocumentFlags } from "./options.ts";
import { dim, print, printJson, type Style, styled } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly pull?: string;
  readonly json?: boolean;
}

/** Registers `lectern doctor`. */
export function addDoctorCommand(lectern: Command): void {
  const command = addPullFlag(addDocumentFlags(lectern.command("doctor")))
    .description("look at everything a server needs and say what is wrong")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Output:")
    .option("--json", "print the findings for programs")
    .action(async (roots: string[], flags: Flags) => {
      process.exitCode = await doctorCommand(roots, flags, flags.json === true);
    });
  describe(command, {
    about:
      "Checks Node, addon, configuration, roots, history, index folder, index, skipped files and a\n" +
      "handshake, one line each: ok, warn or fail, with the next step below. It writes to a\n" +
      "temporary folder only, and needs no index. The exit code is that of the first failure;\n" +
      "warnings do not count. Give it the arguments and the environment that the host gives `serve`.",
    examples: [
      ["lectern doctor ~/handbook", "the roots that a host is given"],
      ["env -i PATH=/usr/bin lectern doctor ~/handbook", "with as little as some hosts give"],
      ["lectern doctor --json | jq .checks", "for programs"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5],
  });
}

const STYLES: Readonly<Record<Check["status"], Style>> = {
  ok: "green",
  warn: "yellow",
  fail: "red",
};
/** Width of the column of names, so that lines can be shown as they come. */
const NAME_WIDTH = 16;

async function doctorCommand(
  positional: readonly string[],
  flags: Flags,
  asJson: boolean,
): Promise<number> {
  const sources = { flags, positional, env: process.env, cwd: process.cwd() };
  const checks: Check[] = [];
  for await (const check of diagnose(sources, realpathSync(process.argv[1] ?? ""))) {
    checks.push(check);
    if (!asJson) print(human(check));
  }
  const failed = checks.find(({ status }) => status === "fail");
  if (asJson) printJson({ ok: failed === undefined, checks });
  return failed?.exitCode ?? 0;
}

function human({ status, name, text, next }: Check): string {
  const line = `${styled(STYLES[status], status.padEnd(4))}  ${oneLine(name).padEnd(NAME_WIDTH)}  ${oneLine(text)}`;
  return next === undefined ? line : `${line}\n      ${dim("next:")} ${oneLine(next)}`;
}
