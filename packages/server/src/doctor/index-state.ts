import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

import {
  LecternError,
  openEngine,
  type SkippedFile,
  type Stats,
  type SyncReport,
} from "@lectern/native";

import { engineOptions, type Settings } from "../config/settings.ts";
import { type Check, counted, fail, ok, warn } from "./check.ts";
import { COMMIT_FILE, copyIndex } from "./index-copy.ts";

/** Above this many pages an index that is not there is not made just to look at it. */
const TRIED_PAGES = 20_000;
const STORAGE_EXIT = 5;

/**
 * The index against the files, and what was left out of it. Works on a copy in `scratch`: opening
 * the index itself could repair it, and a sync would write it.
 */
export async function checkIndex(
  settings: Settings,
  folder: string,
  place: { readonly scratch: string; readonly pages: number },
): Promise<Check[]> {
  const indexDir = path.join(place.scratch, "index");
  try {
    // `<hash of roots and settings>/v<format>`, as below the folder it lies in.
    const inside = path.join(path.basename(path.dirname(folder)), path.basename(folder));
    const copy = path.join(indexDir, inside);
    const copied = await copyIndex(folder, copy);
    if (copied === "busy") {
      return [warn("index", "was written all the time it was looked at", "ask again")];
    }
    if (copied === "absent" && place.pages > TRIED_PAGES) {
      return [warn("index", "not built yet", "run `lectern index`; `serve` also builds it")];
    }
    const built = statSync(path.join(copy, COMMIT_FILE), { throwIfNoEntry: false });
    await using engine = await openEngine({ ...engineOptions(settings), indexDir });
    const before = await engine.stats();
    const report = await engine.sync();
    const isDamaged = wasMovedAside(indexDir);
    const state =
      isDamaged || built === undefined || before.generation === 0
        ? absentState(isDamaged)
        : builtState(before, built.mtime, report);
    return [state, skippedState(report.skipped)];
  } catch (error) {
    if (!LecternError.isInstance(error)) throw error;
    const next = error.hint ?? "delete the folder; it is built anew";
    return [fail("index", `${folder}: ${error.message}`, next, STORAGE_EXIT)];
  }
}

function wasMovedAside(indexDir: string): boolean {
  return readdirSync(indexDir).some((hash) => {
    const folder = path.join(indexDir, hash);
    return existsSync(folder) && readdirSync(folder).some((name) => name.includes(".damaged-"));
  });
}

function absentState(isDamaged: boolean): Check {
  return isDamaged
    ? warn("index", "is damaged", "nothing to do: the next start moves it aside and builds it anew")
    : ok("index", "not built yet; the first start builds it");
}

function builtState(before: Stats, updated: Date, { added, changed, removed }: SyncReport): Check {
  const { pages, indexBytes, formatVersion, generation } = before;
  const size = `${(indexBytes / 1e6).toFixed(1)} MB`;
  const text = `format v${formatVersion}, generation ${generation}, ${counted(pages, "page")}, ${size}, updated ${ago(updated)}`;
  if (added + changed + removed === 0) return ok("index", `${text}, up to the files`);
  return warn(
    "index",
    `${text}, behind the files: ${added} added, ${changed} changed, ${removed} removed`,
    "run `lectern index`; `serve` also catches up at its start",
  );
}

/** `3 minutes ago`, in the largest unit that is not zero. */
export function ago(time: Date, now: number = Date.now()): string {
  const seconds = Math.max(0, (now - time.getTime()) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  for (const [unit, length] of units) {
    if (seconds >= length) return `${counted(Math.floor(seconds / length), unit)} ago`;
  }
  return "just now";
}

/** What to do about files that were left out, by reason. */
const REMEDIES: Readonly<Record<string, string>> = {
  symlink: "name the folder that a link leads to as a root",
  "too large": "raise --max-file-bytes, or split the page",
  unreadable: "give the user that runs the host the right to read them",
  binary: "they hold no text; leave them out with --exclude",
  "git-lfs pointer": "run `git lfs pull` where the pages are",
};

function skippedState(skipped: readonly SkippedFile[]): Check {
  const [first] = skipped;
  if (first === undefined) return ok("skipped", "nothing");
  const byReason = group(skipped);
  const parts = [...byReason].map(
    ([reason, paths]) => `${reason} ${paths.length} (${paths[0] ?? ""})`,
  );
  const next = REMEDIES[first.reason] ?? "see `lectern index` for all of them";
  return warn("skipped", `${counted(skipped.length, "file")}: ${parts.join(", ")}`, next);
}

function group(skipped: readonly SkippedFile[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { reason, path: file } of skipped) {
    groups.set(reason, [...(groups.get(reason) ?? []), file]);
  }
  return groups;
}
