import process from "node:process";

import { type OpenOptions, openEngine } from "@lectern/native";
import type { Command } from "commander";

import { History, type PageChange, type RecentChanges } from "../history/history.ts";
import { oneLine } from "../plain-text.ts";
import { recentPages } from "../recent-pages.ts";
import { createLog } from "../serving/log.ts";
import { catchUp } from "./catch-up.ts";
import { describe } from "./help.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { bold, dim, print, printJson, styled } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly days: number;
  readonly limit: number;
  readonly path?: string;
  readonly json?: boolean;
}

/** Registers `lectern recent`. */
export function addRecentCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("recent"))
    .description("list pages that changed lately")
    .optionsGroup("Changes:")
    .addOption(integerOption("-d, --days <days>", "days back", { min: 1, max: 365, value: 7 }))
    .addOption(
      integerOption("-n, --limit <count>", "changes to show", { min: 1, max: 100_000, value: 50 }),
    )
    .option("-p, --path <path>", "only this folder or page")
    .optionsGroup("Output:")
    .option("--json", "print the changes for programs")
    .action(async (flags: Flags) => {
      process.exitCode = await recentCommand(await openOptions(flags, []), flags);
    });
  describe(command, {
    about:
      "Each page once, with its newest change: added, changed, renamed or deleted, from git with\n" +
      "commit, author and subject; what is not committed yet is marked. Without git the time of\n" +
      "each file counts, which the output says.",
    examples: [
      ["lectern recent", "the last seven days"],
      ["lectern recent --days 30 -p runbooks", "a month, only below a folder"],
      ["lectern recent --json | jq '.changes[].path'", "paths, for a script"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 4, 5],
  });
}

async function recentCommand(options: OpenOptions, flags: Flags): Promise<number> {
  const { days, limit, path, json } = flags;
  await using engine = await openEngine(options);
  await catchUp(engine);
  const { roots } = await engine.stats();
  const history = new History(roots, createLog(process.env["LECTERN_LOG"]));
  const recent = await recentPages(engine, history, { days, path });
  if (json === true) {
    const shown = recent.changes.slice(0, limit);
    printJson({ changes: shown, total: recent.changes.length, notes: recent.notes });
  } else {
    print(human(recent, limit));
  }
  return 0;
}

function human({ changes, notes }: RecentChanges, limit: number): string {
  const shown = changes.slice(0, limit);
  const left = changes.length - shown.length;
  return [
    ...(changes.length === 0 ? ["nothing changed"] : shown.map(row)),
    ...(left > 0 ? [dim(`${left} more: raise --limit`)] : []),
    ...notes.map((note) => dim(`note: ${note}`)),
  ].join("\n");
}

function row(change: PageChange): string {
  const { path, from, date, commit, author, subject } = change;
  const how = `${change.change}${from === undefined ? "" : ` from ${oneLine(from)}`}`;
  const head = `${date.slice(0, 10)} ${bold(oneLine(path))} ${how}`;
  if (change.uncommitted === true) return `${head} ${styled("yellow", "uncommitted")}`;
  if (commit === undefined) return head;
  return `${head}\n${dim(`  ${commit} ${oneLine(author ?? "")}: ${oneLine(subject ?? "")}`)}`;
}
