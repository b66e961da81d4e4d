import { lstat, stat } from "node:fs/promises";
import path from "node:path";

import { netChanges } from "./changes.ts";
import type { ChangeKind, Commit, FileChange } from "./log-parser.ts";
import type { HistoryRoot } from "./places.ts";
import type { Repository } from "./repository.ts";

/** A page with its newest change of a window. */
export interface PageChange {
  /** The page's path; of a deleted page the one before the window. */
  readonly path: string;
  readonly change: ChangeKind;
  /** The path before the window, of a rename. */
  readonly from?: string;
  /**
   * ISO 8601: with `commit` the committer's date and offset, otherwise the page's mtime. Uncommitted
   * deletions and renames leave no mtime: theirs is that of the folder.
   */
  readonly date: string;
  /** First 12 hex digits. */
  readonly commit?: string;
  readonly author?: string;
  readonly subject?: string;
  readonly uncommitted?: true;
  /** `mtime`: git does not know the page, or there is no git; the change is then always `changed`. */
  readonly source: "git" | "mtime";
}

/** A page of the index. */
export interface DatedPage {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** A change with its time, for sorting. */
export interface TimedChange {
  readonly page: PageChange;
  /** Milliseconds since 1970. */
  readonly ms: number;
}

/** The window over which changes are folded, and what it is read from. */
export interface Window {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly pages: ReadonlyMap<string, number>;
  readonly root: HistoryRoot;
  /** The repository that has a page; `undefined` when none can tell of it. */
  readonly ownerOf: (path: string) => Repository | undefined;
}

type Step =
  | { readonly files: readonly FileChange[]; readonly commit: Commit }
  | { readonly files: readonly FileChange[]; readonly commit?: undefined };

/** Changes that one repository knows of. */
export async function changesOf(repository: Repository, window: Window): Promise<TimedChange[]> {
  const { since, ownerOf } = window;
  const commits = repository.table?.commits ?? [];
  const steps: Step[] = commits
    .filter(({ seconds }) => seconds * 1000 >= since)
    .map((commit) => ({ files: commit.files, commit }));
  const dates = await datesOf(repository.uncommitted, window);
  // An old change that nobody committed is no recent one.
  const files = repository.uncommitted.filter((file) => (dates.get(file.path) ?? 0) >= since);
  const net = netChanges([...steps.toReversed(), { files }]);
  const isPage = await presence(
    [...net.values()].map(({ from }) => from),
    net,
    window,
  );
  const changes: TimedChange[] = [];
  for (const [page, { change, from, last, name }] of net) {
    const moved = change === "renamed" && from !== undefined;
    let told: FileChange = { path: page, change };
    if (change === "deleted") {
      if (last.commit !== undefined && isPage(page)) continue;
    } else if (isPage(page)) {
      if (moved) told = { path: page, change, from };
    } else {
      // It went where no pages are.
      if (!moved || net.has(from) || isPage(from)) continue;
      told = { path: from, change: "deleted" };
    }
    if (ownerOf(told.path) !== repository) continue;
    changes.push(timed(told, last, dates.get(name) ?? 0));
  }
  return changes;
}

/** Pages that git cannot tell of, by their mtimes. */
export function changesByTime(window: Window, told: ReadonlySet<string>): TimedChange[] {
  const { since, pages, ownerOf } = window;
  const changes: TimedChange[] = [];
  for (const [page, ms] of pages) {
    if (ms < since || told.has(page)) continue;
    const owner = ownerOf(page);
    if (owner !== undefined && knows(owner, page)) continue;
    changes.push({
      page: { path: page, change: "changed", date: isoOf(ms), source: "mtime" },
      ms,
    });
  }
  return changes;
}

/** Whether a repository can tell when a page changed: not of ignored pages. */
function knows({ table, changed }: Repository, page: string): boolean {
  return table !== undefined && (table.pages.has(page) || changed.has(page));
}

/** Newest first, uncommitted ones before commits, ties by path. */
export function byTime(a: TimedChange, b: TimedChange): number {
  const pending = Number(b.page.uncommitted ?? false) - Number(a.page.uncommitted ?? false);
  if (pending !== 0) return pending;
  if (a.ms !== b.ms) return b.ms - a.ms;
  return a.page.path < b.page.path ? -1 : Number(a.page.path > b.page.path);
}

/** @param ms When the change was made, if nobody committed it. */
function timed(told: FileChange, { commit }: Step, ms: number): TimedChange {
  if (commit === undefined) {
    return { page: { ...told, date: isoOf(ms), uncommitted: true, source: "git" }, ms };
  }
  const { id, seconds, date, author, subject } = commit;
  const from = { date, commit: id.slice(0, 12), author, subject, source: "git" } as const;
  return { page: { ...told, ...from }, ms: seconds * 1000 };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Tells pages of the index from those that left: an index can be a moment behind, so pages that a
 * change took away are looked for on disk.
 */
async function presence(
  left: readonly (string | undefined)[],
  net: ReadonlyMap<string, { readonly change: ChangeKind }>,
  { pages, root }: Window,
): Promise<(page: string) => boolean> {
  const doubtful = new Set(left.filter((page) => page !== undefined));
  for (const [page, { change }] of net) if (change === "deleted") doubtful.add(page);
  const absent = new Set<string>();
  for (const page of doubtful) {
    if (!pages.has(page)) continue;
    const found = await lstat(onDisk(root, page)).catch(() => undefined);
    if (found === undefined) absent.add(page);
  }
  return (page) => pages.has(page) && !absent.has(page);
}

/** When uncommitted changes were made, in milliseconds since 1970. */
async function datesOf(
  files: readonly FileChange[],
  { pages, root }: Window,
): Promise<Map<string, number>> {
  const folders = new Map<string, Promise<number>>();
  const folderTime = (page: string): Promise<number> => {
    const folder = path.dirname(onDisk(root, page));
    const known = folders.get(folder) ?? mtimeOf(folder);
    folders.set(folder, known);
    return known;
  };
  const dates = new Map<string, number>();
  for (const { path: page, change } of files) {
    const own = pages.get(page) ?? 0;
    const moved = change === "deleted" || change === "renamed";
    // A page both deleted and there is one that git was told to forget: its mtime counts.
    const ms = moved ? Math.max(change === "renamed" ? own : 0, await folderTime(page)) : own;
    dates.set(page, change === "deleted" && dates.has(page) ? (dates.get(page) ?? 0) : ms);
  }
  return dates;
}

/** The mtime of a folder, or of the next one above it that is still there. */
async function mtimeOf(folder: string): Promise<number> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined) return found.mtimeMs;
    if (path.dirname(at) === at) return 0;
  }
}

function onDisk({ prefix, folder }: HistoryRoot, page: string): string {
  return path.join(folder, page.slice(prefix.length));
}
