import process from "node:process";

import {
  type Engine,
  type OpenOptions,
  openEngine,
  type Stats,
  type SyncReport,
} from "@lectern/native";
import type { Command } from "commander";

import { oneLine } from "../plain-text.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { progressBar } from "./progress.ts";
import { bold, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly compact?: boolean;
  readonly json?: boolean;
}

/** Registers `lectern index`. */
export function addIndexCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("index"))
    .description("bring the index up to the files")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Index:")
    .option("--compact", "then merge it into one segment, without what was deleted")
    .optionsGroup("Output:")
    .option("--json", "print the report for programs")
    .action(async (roots: string[], flags: Flags) => {
      process.exitCode = await indexCommand(await openOptions(flags, roots), flags);
    });
  describe(command, {
    about:
      "Checks the index, reads every page under the roots, indexes those that have changed, and\n" +
      "says what was added, changed, removed and skipped. `serve` and `search` do so by themselves,\n" +
      "and go by size and time of the files.",
    examples: [
      ["lectern index docs", "one root"],
      ["lectern index docs notes=~/notes", "two; paths begin with docs/ and notes/"],
      ["lectern index --json | jq .skipped", "what was not indexed, and why"],
      ["lectern index docs --compact", "after many changes, for a smaller index"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5],
  });
}

/** Brings the index up to the files, makes it smaller if asked, and reports. */
async function indexCommand(options: OpenOptions, flags: Flags): Promise<number> {
  await using engine = await openEngine(options);
  const bar = progressBar();
  let report: SyncReport;
  try {
    // Whoever asks for it by hand may have been told that something is wrong: nothing is taken on
    // trust, neither the files of the index nor size and time of a page.
    await engine.scrub();
    report = await engine.sync({ rereads: true, onProgress: (progress) => bar.show(progress) });
  } finally {
    bar.clear();
  }
  const compaction = flags.compact === true ? await compact(engine) : undefined;
  if (flags.json === true) printJson({ ...report, ...(compaction && { compaction }) });
  else print([human(report), ...(compaction ? [compacted(compaction)] : [])].join("\n"));
  return 0;
}

/** Segments and bytes of an index. */
interface Size {
  readonly segments: number;
  readonly indexBytes: number;
}

interface Compaction {
  readonly before: Size;
  readonly after: Size;
}

async function compact(engine: Engine): Promise<Compaction> {
  const before = await engine.stats();
  const after = await engine.compact();
  return { before: sizeOf(before), after: sizeOf(after) };
}

function sizeOf({ segments, indexBytes }: Stats): Size {
  return { segments, indexBytes };
}

function compacted({ before, after }: Compaction): string {
  return `compacted: ${sizeText(before)} to ${sizeText(after)}`;
}

function sizeText({ segments, indexBytes }: Size): string {
  const noun = segments === 1 ? "segment" : "segments";
  return `${segments} ${noun}, ${indexBytes.toLocaleString("en-US")} bytes`;
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
