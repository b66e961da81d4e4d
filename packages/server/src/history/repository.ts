import { lstat, readFile } from "node:fs/promises";
import path from "node:path";

import { type Git, GitError, output, stream } from "../git/git.ts";
import type { Harmless } from "../git/git-settings.ts";
import { gitFolders, gitProblem, harmlessSettings } from "../git/work-tree.ts";
import type { Log } from "../serving/log.ts";
import type { FileChange } from "./log-parser.ts";
import { StatusParser } from "./status-parser.ts";
import {
  advanceTable,
  asPages,
  callOf,
  type Limits,
  loadTable,
  renamesOf,
  type Source,
  type Table,
} from "./table.ts";

/** Bytes of names that are asked for their filters: a command line has an end. */
const FILTER_BYTES = 30_000;
/** Readings of one refresh, when commits land while it reads. */
const ROUNDS = 3;
/** Before the configuration was read: enough for calls that look at no file of the work tree. */
const UNKNOWN: Harmless = { settings: [], hasFilters: false, isPartial: false };

/** Where a repository lies and what a root shows of it. */
export interface Place {
  /** Top folder of the repository, absolute and without links. */
  readonly folder: string;
  /** What stands before a path of the repository to make it a page's. */
  readonly pagePrefix: string;
  /** What the root shows of the repository, "" or with a slash at its end. */
  readonly treePrefix: string;
}

/** One repository as one root sees it. All paths given out are those of pages. */
export class Repository {
  readonly place: Place;
  /** Why it cannot be read, in words without a machine path. */
  problem: string | undefined;
  /** Why uncommitted changes are not known. */
  statusProblem: string | undefined;
  /** `undefined` before it was read, or with a {@link problem}. */
  table: Table | undefined;
  /** Whether it is a shallow clone, once it was read. */
  shallow = false;
  /** Whether it is a clone without all contents, once it was read. */
  partial = false;
  /** What differs from the commit that is checked out. */
  uncommitted: readonly FileChange[] = [];
  /** Paths of {@link uncommitted}. */
  changed: ReadonlySet<string> = new Set();
  readonly #log: Log;
  readonly #limits: Limits;
  /** Where git keeps the boundary of a shallow clone. */
  #shallowFile: string | undefined;
  /** Which `.git` was opened. */
  #identity = "";
  /** What the table was read with, besides its commit. */
  #key = "";

  constructor(place: Place, limits: Limits, log: Log) {
    this.place = place;
    this.#limits = limits;
    this.#log = log;
  }

  /**
   * Brings table and uncommitted changes up to date. What goes wrong is told by {@link problem}.
   *
   * @param isPage Whether a path, as a page's, is one.
   * @param pageKey Changes when `isPage` begins to say other things.
   * @throws {@link GitError} `aborted`
   */
  async refresh(
    git: Git,
    isPage: (path: string) => boolean,
    pageKey: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { folder, pagePrefix, treePrefix } = this.place;
    const toPage = (file: string): string | undefined => {
      if (!file.startsWith(treePrefix)) return undefined;
      const page = pagePrefix + file.slice(treePrefix.length);
      return isPage(page) ? page : undefined;
    };
    const limits = this.#limits;
    const source = { git, folder, treePrefix, toPage, signal, limits, configuration: UNKNOWN };
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        if (await this.#read(source, pageKey)) break;
      }
      this.problem = undefined;
    } catch (error) {
      if (error instanceof GitError && error.failure === "aborted") throw error;
      const reason = gitProblem(error);
      const level = reason === this.problem ? "debug" : "warn";
      this.#log[level]({ err: error, folder }, "the history of a repository cannot be read");
      this.problem = reason;
      this.statusProblem = undefined;
      this.table = undefined;
      this.#pending([]);
      this.#shallowFile = undefined;
    }
  }

  /** One reading; `false` when a commit landed meanwhile. */
  async #read(plain: Source, pageKey: string): Promise<boolean> {
    const ask = (...args: string[]): Promise<Buffer> =>
      output(plain.git, callOf(plain, args, plain.limits.callMs));
    const identity = await identityOf(this.place.folder);
    if (identity !== this.#identity) this.#shallowFile = undefined;
    this.#shallowFile ??= path.join((await gitFolders(plain.folder, ask)).common, "shallow");
    this.#identity = identity;
    const [configuration, head, shallow] = await Promise.all([
      harmlessSettings(ask),
      headOf(plain),
      readFile(this.#shallowFile, "utf8").catch(() => ""),
    ]);
    const source = { ...plain, configuration };
    this.partial = configuration.isPartial;
    const key = `${shallow}\0${pageKey}`;
    if (head === undefined) this.table = undefined;
    else if (this.table?.head !== head || this.#key !== key || this.table.end?.why === "damaged") {
      const old = this.#key === key && this.table?.end?.why !== "damaged" ? this.table : undefined;
      this.table = await this.#readTable(source, old, head, new Set(shallow.split("\n")));
    }
    this.#key = key;
    this.shallow = shallow !== "";
    const seen = await this.#readStatus(source, head);
    // A branch without a commit has an empty table.
    if (head === undefined && seen === undefined) {
      this.table = { head: "", commits: [], dates: new Map(), pages: new Set(), count: 0 };
    }
    return seen === head;
  }

  async #readTable(
    source: Source,
    old: Table | undefined,
    head: string,
    boundary: ReadonlySet<string>,
  ): Promise<Table> {
    if (old !== undefined && old.head !== "") {
      try {
        const next = await advanceTable(source, old, head);
        if (next !== undefined) return next;
      } catch (error) {
        // The old commit may be gone from the repository.
        if (!(error instanceof GitError) || error.failure === "aborted") throw error;
      }
    }
    return loadTable(source, head, boundary);
  }

  #pending(files: readonly FileChange[]): void {
    this.uncommitted = files;
    this.changed = new Set(files.map((file) => file.path));
  }

  /** Reads what is uncommitted; gives the commit that it is compared with. */
  async #readStatus(source: Source, head: string | undefined): Promise<string | undefined> {
    const { git, limits, treePrefix, toPage } = source;
    const args = ["status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind"];
    args.push("--untracked-files=all", "--ignore-submodules=all", renamesOf(source), "--");
    if (treePrefix !== "") args.push(treePrefix);
    const files: FileChange[] = [];
    const parser = new StatusParser((file) => {
      if (files.length < limits.changes) files.push(...asPages(file, toPage));
    });
    try {
      await stream(git, callOf(source, args, limits.callMs), (chunk) => parser.write(chunk));
      if (parser.isLost) throw new GitError("failed", "HEAD names no commit and no branch");
      this.#pending(await withoutFiltered(source, files, this.place));
      this.statusProblem = undefined;
      return parser.head;
    } catch (error) {
      // Commits can be told without it, but only where there are some.
      const told = error instanceof GitError && error.failure !== "aborted" && head !== undefined;
      if (!told) throw error;
      const reason =
        error.failure === "too slow" ? "git status took too long" : "git status failed";
      const level = reason === this.statusProblem ? "debug" : "warn";
      this.#log[level]({ err: error, folder: source.folder }, reason);
      this.#pending([]);
      this.statusProblem = reason;
      return head;
    }
  }
}

/** Tells one `.git` from another that took its place. */
async function identityOf(folder: string): Promise<string> {
  const entry = await lstat(path.join(folder, ".git"));
  return entry.isDirectory() ? String(entry.ino) : `${entry.ino} ${entry.mtimeMs}`;
}

async function headOf(source: Source): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "HEAD"];
  try {
    const printed = await output(source.git, callOf(source, args, source.limits.callMs));
    return printed.toString().trim();
  } catch (error) {
    if (error instanceof GitError && error.failure === "failed") return undefined;
    throw error;
  }
}

/**
 * Leaves out changes of pages that go through a filter: since filters do not run here, git takes
 * them for changed when only their times are.
 */
async function withoutFiltered(
  source: Source,
  files: readonly FileChange[],
  { pagePrefix, treePrefix }: Place,
): Promise<readonly FileChange[]> {
  const changed = files.filter(({ change }) => change === "changed");
  if (changed.length === 0 || !source.configuration.hasFilters) return files;
  const names: string[] = [];
  let bytes = 0;
  for (const file of changed) {
    const name = treePrefix + file.path.slice(pagePrefix.length);
    bytes += Buffer.byteLength(name) + 1;
    if (bytes > FILTER_BYTES) break;
    names.push(name);
  }
  const args = ["check-attr", "-z", "filter", "--", ...names];
  const printed = await output(source.git, callOf(source, args, source.limits.callMs));
  const tokens = printed.toString().split("\0");
  const filtered = new Set<string | undefined>();
  for (const [index, { path: page }] of changed.slice(0, names.length).entries()) {
    const value = tokens[index * 3 + 2];
    if (value !== "unspecified" && value !== "unset") filtered.add(page);
  }
  return files.filter((file) => file.change !== "changed" || !filtered.has(file.path));
}
