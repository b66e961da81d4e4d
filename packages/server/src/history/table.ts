import { type Git, type GitCall, GitError, output, stream } from "../git/git.ts";
import type { Harmless } from "../git/git-settings.ts";
import { type Commit, type FileChange, LOG_FORMAT, LogParser, NulSplitter } from "./log-parser.ts";

/** Bounds of what is read and kept. */
export interface Limits {
  /** Commits read of one history. */
  readonly commits: number;
  /** Changes of pages kept of one history. */
  readonly changes: number;
  /** Milliseconds for reading a history. */
  readonly logMs: number;
  /** Milliseconds for any other call of git. */
  readonly callMs: number;
}

/** Bounds that a history meets only when something is odd about it. */
export const LIMITS: Limits = {
  commits: 200_000,
  changes: 1_000_000,
  logMs: 300_000,
  callMs: 10_000,
};

/** Days of which every change is kept; of earlier ones only the newest date of each page. */
const DAYS_KEPT = 366;
/** Commits in a row that are older before the log may end: dates do not always descend. */
const SLACK = 100;

/** What a table is read from: one repository, as one root sees it. */
export interface Source {
  readonly git: Git;
  /** Top folder of the repository. */
  readonly folder: string;
  /** What the root shows of it, "" or with a slash at its end. */
  readonly treePrefix: string;
  readonly configuration: Harmless;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
  /** The page's path for a path of the repository; `undefined` for what is no page. */
  readonly toPage: (path: string) => string | undefined;
}

/** Where a history that could not be read to its beginning ends. */
export interface End {
  readonly why: "shallow" | "bound" | "too slow" | "damaged";
  /** Date of the last commit that was read, seconds since 1970 and ISO 8601. */
  readonly seconds: number;
  readonly date: string;
}

/** The mainline of a repository as far as pages are concerned. All paths are those of pages. */
export interface Table {
  /** Id of the commit it was read from. */
  readonly head: string;
  /** Newest first, of the last {@link DAYS_KEPT} days, with pages only. */
  readonly commits: readonly Commit[];
  /** When pages were changed last, ISO 8601. */
  readonly dates: ReadonlyMap<string, string>;
  /** All pages of the commit, dated or not. */
  readonly pages: ReadonlySet<string>;
  readonly end?: End | undefined;
  /** Commits read. */
  readonly count: number;
}

/**
 * Reads the mainline from `head` back until every page has a date.
 *
 * @param boundary Ids of the commits at which a shallow clone ends.
 * @throws {@link GitError} when nothing could be read.
 */
export async function loadTable(
  source: Source,
  head: string,
  boundary: ReadonlySet<string>,
): Promise<Table> {
  const pages = await pagesOf(source, head);
  const reading = new Reading(source, boundary, pages);
  await reading.read(head);
  const { commits, dates, count } = reading;
  return { head, commits, dates, pages, end: reading.end, count };
}

/**
 * Reads what came after a table; `undefined` when `head` does not continue its mainline.
 *
 * @throws {@link GitError}
 */
export async function advanceTable(
  source: Source,
  table: Table,
  head: string,
): Promise<Table | undefined> {
  const between = `${table.head}..${head}`;
  const count = await answer(source, ["rev-list", "--first-parent", "--count", between, "--"]);
  // The older commit can be an ancestor and yet lie beside the mainline.
  const reached = await answer(source, ["rev-parse", "--verify", "--quiet", `${head}~${count}`]);
  if (reached !== table.head) return undefined;
  const pages = await pagesOf(source, head);
  const reading = new Reading(source, new Set());
  await reading.read(between);
  if (reading.end !== undefined) return undefined;
  const dates = new Map([...table.dates, ...reading.dates]);
  for (const path of dates.keys()) if (!pages.has(path)) dates.delete(path);
  const commits = [...reading.commits, ...table.commits.filter(({ seconds }) => isKept(seconds))];
  return { head, commits, dates, pages, end: table.end, count: table.count + reading.count };
}

/** One run of the log. */
class Reading {
  readonly commits: Commit[] = [];
  readonly dates = new Map<string, string>();
  count = 0;
  end: End | undefined;
  readonly #source: Source;
  readonly #boundary: ReadonlySet<string>;
  /** Pages that still need a date: the log may end when there are none. */
  readonly #undated: Set<string> | undefined;
  #changes = 0;
  #older = 0;
  #enough = false;
  #last: Commit | undefined;

  /** @param pages Those to date; all that are met and the whole range when left out. */
  constructor(source: Source, boundary: ReadonlySet<string>, pages?: ReadonlySet<string>) {
    this.#source = source;
    this.#boundary = boundary;
    this.#undated = pages === undefined ? undefined : new Set(pages);
  }

  async read(range: string): Promise<void> {
    const { git, treePrefix, limits } = this.#source;
    const args = ["log", "--first-parent", "--diff-merges=first-parent", "-l1000"];
    args.push(
      renamesOf(this.#source),
      "-z",
      "--name-status",
      "--no-relative",
      "--no-ext-diff",
      "--no-textconv",
    );
    args.push("--no-color", "--no-notes", "--no-mailmap", "--no-show-signature", "--no-decorate");
    args.push("--ignore-submodules=all", "--encoding=UTF-8", "-O/dev/null", LOG_FORMAT);
    args.push(range, "--", ...(treePrefix === "" ? [] : [treePrefix]));
    const parser = new LogParser((commit) => this.#take(commit));
    const call = callOf(this.#source, args, limits.logMs);
    try {
      await stream(git, call, (chunk) => {
        parser.write(chunk);
        return !this.#enough;
      });
      if (!this.#enough) parser.end();
    } catch (error) {
      // The newest part of a history is worth having; with none of it there is nothing to tell.
      const last = this.#last;
      if (!(error instanceof GitError) || error.failure === "aborted" || last === undefined) {
        throw error;
      }
      this.end ??= endAt(last, error.failure === "too slow" ? "too slow" : "damaged");
    }
  }

  #take(commit: Commit): void {
    if (this.#enough) return;
    this.#last = commit;
    this.count += 1;
    if (this.#boundary.has(commit.id)) {
      // Shown as if it had added every file.
      this.end = endAt(commit, "shallow");
      this.#enough = true;
      return;
    }
    const files = commit.files.flatMap((file) => asPages(file, this.#source.toPage));
    for (const { path, change } of files) {
      if (change === "deleted" || this.dates.has(path)) continue;
      if (this.#undated?.delete(path) === false) continue;
      this.dates.set(path, commit.date);
    }
    if (isKept(commit.seconds)) {
      this.#older = 0;
      this.#changes += files.length;
      if (files.length > 0) this.commits.push({ ...commit, files });
    } else {
      this.#older += 1;
    }
    const { limits } = this.#source;
    if (this.count >= limits.commits || this.#changes >= limits.changes) {
      this.end = endAt(commit, "bound");
      this.#enough = true;
    } else if (this.#undated?.size === 0 && this.#older > SLACK) {
      this.#enough = true;
    }
  }
}

function endAt({ seconds, date }: Commit, why: End["why"]): End {
  return { why, seconds, date };
}

function isKept(seconds: number): boolean {
  return seconds >= Date.now() / 1000 - DAYS_KEPT * 86_400;
}

/** How renames are found: what a partial clone has not fetched cannot be compared. */
export function renamesOf({ configuration }: Source): string {
  return configuration.isPartial ? "--find-renames=100%" : "--find-renames";
}

/** A file's change among pages: what comes from outside of them was added, what leaves deleted. */
export function asPages(file: FileChange, toPage: Source["toPage"]): FileChange[] {
  const path = toPage(file.path);
  const from = file.from === undefined ? undefined : toPage(file.from);
  if (path !== undefined) {
    if (file.change !== "renamed") return [{ path, change: file.change }];
    return [from === undefined ? { path, change: "added" } : { path, change: "renamed", from }];
  }
  return from === undefined ? [] : [{ path: from, change: "deleted" }];
}

async function pagesOf(source: Source, head: string): Promise<Set<string>> {
  const { git, limits, toPage, treePrefix } = source;
  const pages = new Set<string>();
  const splitter = new NulSplitter((path) => {
    const page = toPage(path);
    if (page !== undefined) pages.add(page);
  });
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", head, "--"];
  if (treePrefix !== "") args.push(treePrefix);
  await stream(git, callOf(source, args, limits.callMs), (chunk) => splitter.write(chunk));
  return pages;
}

async function answer(source: Source, args: readonly string[]): Promise<string> {
  const printed = await output(source.git, callOf(source, args, source.limits.callMs));
  return printed.toString().trim();
}

/** A call of git in the repository of a source. */
export function callOf(source: Source, args: readonly string[], timeoutMs: number): GitCall {
  const { folder, configuration, signal } = source;
  return { folder, args, settings: configuration.settings, timeoutMs, signal };
}
