import process from "node:process";

import { type OpenOptions, openEngine, type SyncReport } from "@lectern/native";
import type { Command } from "commander";

import { oneLine } from "../plain-text.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { progressBar } from "./progress.ts";
import { bold, print, printJson } from "./terminal.ts";

/** Registers `lectern index`. */
export function addIndexCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("index"))
    .description("bring the index up to the files")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Output:")
    .option("--json", "print the report for programs")
    .action(async (roots: string[], flags: DocumentFlags & { json?: boolean }) => {
      process.exitCode = await indexCommand(await openOptions(flags, roots), flags.json === true);
    });
  describe(command, {
    about:
      "Reads what has changed under the roots, and says what was added, changed, removed and\n" +
      "skipped. `serve` and `search` do the same by themselves.",
    examples: [
      ["lectern index docs", "one root"],
      ["lectern index docs notes=~/notes", "two; paths begin with docs/ and notes/"],
      ["lectern index --json | jq .skipped", "what was not indexed, and why"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5],
  });
}

/** Brings the index up to the files and reports. */
async function indexCommand(options: OpenOptions, asJson: boolean): Promise<number> {
  await using engine = await openEngine(options);
  const bar = progressBar();
  let report: SyncReport;
  try {
    report = await engine.sync({ onProgress: (progress) => bar.show(progress) });
  } finally {
    bar.clear();
  }
  if (asJson) printJson(report);
  else print(human(report));
  return 0;
}

function human(report: SyncReport): string {
  const { pages, sections, links, added, changed, removed, unchanged, indexBytes, ms } = report;
  const lines = [
    `${bold(`${pages} pages`)}, ${sections} sections, ${links} links`,
    `${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged`,
    `${(indexBytes / 1e6).toFixed(1)} MB, ${Math.round(ms.total)} ms`,
  ];
  for (const { path, reason } of report.skipped) lines.push(`skipped ${oneLine(path)}: ${reason}`);
  for (const { path, reason } of report.notices) lines.push(`note ${oneLine(path)}: ${reason}`);
  if (pages === 0) lines.push("no Markdown pages were found under the roots");
  return lines.join("\n");
}
