import { existsSync } from "node:fs";
import path from "node:path";

import { locateIndex, type OpenOptions, openEngine, type Stats } from "@lectern/native";
import type { Command } from "commander";

import { COMMIT_FILE } from "../doctor/index-copy.ts";
import { readAccount } from "../freshness/account.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { print, printJson, table } from "./terminal.ts";

/** Registers `lectern stats`. */
export function addStatsCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("stats"))
    .description("show the index as it is, without updating it")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Output:")
    .option("--json", "print it for programs")
    .action(async (roots: string[], flags: DocumentFlags & { json?: boolean }) => {
      const answer = await indexStats(await openOptions(flags, roots));
      if (flags.json === true) printJson(answer);
      else print(human(answer));
    });
  describe(command, {
    about:
      "Counts and sizes of the index, and where it lies. `generation` grows with each\n" +
      "commit; `updated` is the time of the last one.",
    examples: [
      ["lectern stats ~/handbook", "of one root"],
      ["lectern stats --json | jq .indexFolder", "where the index lies"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5],
  });
}

/** An index that was built, or its place. */
type IndexStats =
  | { readonly isBuilt: false; readonly indexFolder: string }
  | ({ readonly isBuilt: true } & Stats);

/** What is known of an index; one that was never built is not made. */
async function indexStats(options: OpenOptions): Promise<IndexStats> {
  const indexFolder = await locateIndex(options);
  if (!existsSync(path.join(indexFolder, COMMIT_FILE))) return { indexFolder, isBuilt: false };
  await using engine = await openEngine(options);
  const stats = await engine.stats();
  return stats.generation === 0 ? { indexFolder, isBuilt: false } : { isBuilt: true, ...stats };
}

function leaderText(account: string | undefined): string {
  if (account === undefined) return "none: no server runs over this index";
  const { pid, watch } = readAccount(account) ?? {};
  if (pid === undefined) return "a server of another version";
  return watch?.kind === "polling"
    ? `process ${pid}, polling: ${watch.reason}`
    : `process ${pid}, watching by events`;
}

function human(answer: IndexStats): string {
  if (!answer.isBuilt)
    return `no index yet; \`lectern index\` builds it\nfolder  ${answer.indexFolder}`;
  const { pages, sections, links, generation, segments, formatVersion } = answer;
  return table([
    ["pages", pages.toLocaleString("en-US")],
    ["sections", sections.toLocaleString("en-US")],
    ["links", links.toLocaleString("en-US")],
    [
      "size",
      `${(answer.indexBytes / 1e6).toFixed(1)} MB in ${segments} ${segments === 1 ? "segment" : "segments"}`,
    ],
    ["updated", new Date(answer.committedMs ?? 0).toISOString()],
    ["generation", String(generation)],
    ["format", `v${formatVersion}`],
    ["folder", answer.indexFolder],
    ["leader", leaderText(answer.leader)],
    ...(answer.behind === undefined ? [] : [["behind", answer.behind]]),
  ]);
}
