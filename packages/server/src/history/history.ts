import { oneLine } from "../plain-text.ts";
import type { Log } from "../serving/log.ts";
import { findGit, type Git } from "../git/git.ts";
import { findPlaces, type HistoryRoot } from "./places.ts";
import {
  byTime,
  changesByTime,
  changesOf,
  type DatedPage,
  type PageChange,
  type TimedChange,
} from "./recent.ts";
import { Repository } from "./repository.ts";
import { type End, type Limits, LIMITS, type Table } from "./table.ts";

export type { HistoryRoot } from "./places.ts";
export type { DatedPage, PageChange } from "./recent.ts";

/** What changed over a window. */
export interface RecentChanges {
  /** Each page once: uncommitted ones first, then newest first, ties by path. */
  readonly changes: readonly PageChange[];
  /** Why the changes may not be all there were, one line each, without machine paths. */
  readonly notes: readonly string[];
}

/** Which changes are asked for. */
export interface RecentRequest {
  /** At most 366: earlier changes are not kept. */
  readonly days: number;
  /** A page, or a folder with all below it. */
  readonly path?: string | undefined;
  /** Every page of the index. */
  readonly pages: readonly DatedPage[];
  /** The end of the window; the present by default. Later changes count as well. */
  readonly now?: Date;
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a page's last change. */
export type LastChange =
  | { readonly source: "git"; readonly date: string }
  /** Its mtime tells: no git here, ignored by git, or changed since its last commit. */
  | { readonly source: "mtime" };

/** Where the dates of a root come from. */
export interface RootHistory {
  /** Prefix of the root's paths. */
  readonly root: string;
  readonly source: "git" | "mtime";
  /** Why not from git, or not all of them. */
  readonly reason?: string;
  readonly repositories: number;
  /** First 12 hex digits of the commit that is checked out. */
  readonly head?: string;
  readonly shallow?: boolean;
  /** Commits read. */
  readonly commits: number;
}

/** How a history may be set up otherwise than in production. */
export interface HistoryOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly limits?: Partial<Limits>;
}

/** Repositories read at once. */
const AT_ONCE = 4;
const PAGE_KINDS = [".md", ".markdown", ".mdx"] as const;

interface Run {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}

/** When pages changed: from git where there is some, from mtimes elsewhere. */
export class History {
  readonly #roots: readonly HistoryRoot[];
  readonly #log: Log;
  readonly #env: NodeJS.ProcessEnv;
  readonly #limits: Limits;
  /** By root, then in order of their paths from the longest. */
  #repositories = new Map<HistoryRoot, readonly Repository[]>();
  readonly #missing = new Set<HistoryRoot>();
  /** Extensions of pages, or whole names where there is none. */
  readonly #kinds = new Set<string>(PAGE_KINDS);
  #git: Git | string | undefined;
  #isRead = false;
  #run: Run | undefined;
  /** The end of the last run, aborted or not: no two touch a repository at once. */
  #settled: Promise<void> = Promise.resolve();

  constructor(roots: readonly HistoryRoot[], log: Log, options: HistoryOptions = {}) {
    this.#roots = roots;
    this.#log = log;
    this.#env = options.env ?? process.env;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /**
   * What changed over the last days, after a {@link refresh}.
   *
   * @throws the signal's reason
   */
  async recent(request: RecentRequest): Promise<RecentChanges> {
    const { days, pages, now = new Date(), signal } = request;
    await this.refresh(pages, signal);
    const since = now.getTime() - days * 86_400_000;
    const changes: TimedChange[] = [];
    const notes: string[] = [];
    if (typeof this.#git === "string") notes.push(`${this.#git}: dates are file times`);
    for (const root of this.#roots) {
      const own = pages.filter((page) => page.path.startsWith(root.prefix));
      const dated = new Map(own.map((page) => [page.path, page.mtimeMs]));
      const ownerOf = (path: string): Repository | undefined => this.#ownerOf(root, path);
      const window = { since, root, pages: dated, ownerOf };
      const repositories = this.#repositories.get(root) ?? [];
      const found = await Promise.all(repositories.map((one) => changesOf(one, window)));
      const told = found.flat();
      const paths = new Set(told.map(({ page }) => page.path));
      changes.push(...told, ...changesByTime(window, paths));
      notes.push(...this.#notesOf(root, since));
    }
    signal?.throwIfAborted();
    const wanted = changes.filter(({ page }) => isBelow(page.path, request.path));
    return { changes: wanted.sort(byTime).map(({ page }) => page), notes };
  }

  /**
   * When a page changed last, from what is loaded: runs nothing, waits for nothing. `undefined`
   * before the first {@link refresh} and where the history does not go back far enough.
   */
  modified(path: string): LastChange | undefined {
    if (!this.#isRead) return undefined;
    const root = this.#roots.find(({ prefix }) => path.startsWith(prefix));
    if (root === undefined || !this.#repositories.has(root)) return undefined;
    const owner = this.#ownerOf(root, path);
    if (owner === undefined) return { source: "mtime" };
    const { table, changed } = owner;
    if (table === undefined) return owner.problem === undefined ? undefined : { source: "mtime" };
    if (changed.has(path) || !table.pages.has(path)) return { source: "mtime" };
    const date = table.dates.get(path);
    return date === undefined ? undefined : { source: "git", date };
  }

  /**
   * Brings what is known up to date; calls at the same time share one run, which ends early when
   * all of them are aborted.
   *
   * @throws the signal's reason
   */
  refresh(pages: readonly { readonly path: string }[], signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const run = (this.#run ??= this.#start(pages));
    run.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal?.reason as Error);
        run.waiting -= 1;
        if (run.waiting > 0) return;
        run.controller.abort();
        if (this.#run === run) this.#run = undefined;
      };
      signal?.addEventListener("abort", leave, { once: true });
      run.done.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  }

  /** Where the dates of each root come from, as far as it is known. */
  status(): RootHistory[] {
    return this.#roots.map((root) => {
      const all = this.#repositories.get(root) ?? [];
      const read = all.filter(({ table }) => table !== undefined);
      const reason = this.#notesOf(root, 0).join("; ") || this.#reasonWithoutGit();
      const head = read.at(-1)?.table?.head.slice(0, 12) ?? "";
      return {
        root: root.prefix,
        source: read.length > 0 ? "git" : "mtime",
        ...(reason !== undefined && { reason }),
        repositories: all.length,
        ...(head !== "" && { head }),
        ...(read.length > 0 && { shallow: read.some(({ shallow }) => shallow) }),
        commits: read.reduce((sum, { table }) => sum + (table?.count ?? 0), 0),
      };
    });
  }

  #start(pages: readonly { readonly path: string }[]): Run {
    const controller = new AbortController();
    const done = this.#settled.then(() => this.#refresh(pages, controller.signal));
    const run: Run = { done, controller, waiting: 0 };
    const settle = (): void => {
      if (this.#run === run) this.#run = undefined;
    };
    this.#settled = done.then(settle, settle);
    return run;
  }

  async #refresh(pages: readonly { readonly path: string }[], signal: AbortSignal): Promise<void> {
    const found = new Map<HistoryRoot, readonly Repository[]>();
    for (const root of this.#roots) found.set(root, await this.#find(root, pages));
    const queue = [...found.values()].flat();
    // Looked for only where there is something to read, and one that was found stays: asking it for
    // its version costs as much as a reading.
    if (queue.length > 0 && typeof this.#git !== "object") this.#git = await findGit(this.#env);
    const git = this.#git;
    this.#isRead = true;
    if (typeof git !== "object") {
      if (git !== undefined) this.#log.debug({ reason: git }, "no git to read histories with");
      for (const root of this.#roots) this.#repositories.set(root, []);
      return;
    }
    for (const { path } of pages) this.#kinds.add(kindOf(path));
    const isPage = (path: string): boolean => this.#kinds.has(kindOf(path));
    const kinds = String(this.#kinds.size);
    const work = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        await next.refresh(git, isPage, kinds, signal);
      }
    };
    // Known before they are read: a page of a repository has no mtime to go by meanwhile.
    this.#repositories = found;
    const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    // None may still be at work when the next run begins.
    const failed = workers.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async #find(
    root: HistoryRoot,
    pages: readonly { readonly path: string }[],
  ): Promise<Repository[]> {
    const old = this.#repositories.get(root) ?? [];
    const paths = pages.map(({ path }) => path).filter((path) => path.startsWith(root.prefix));
    const known = old.map(({ place }) => place);
    const places = await findPlaces(root, paths, known);
    if (places === undefined) this.#missing.add(root);
    else this.#missing.delete(root);
    const repositories = (places ?? []).map((place) => {
      const same = old.find((one) => {
        const { folder, pagePrefix, treePrefix } = one.place;
        return (
          folder === place.folder &&
          pagePrefix === place.pagePrefix &&
          treePrefix === place.treePrefix
        );
      });
      return same ?? new Repository(place, this.#limits, this.#log);
    });
    return repositories.sort((a, b) => b.place.pagePrefix.length - a.place.pagePrefix.length);
  }

  /** The innermost repository around a page. */
  #ownerOf(root: HistoryRoot, path: string): Repository | undefined {
    const all = this.#repositories.get(root) ?? [];
    return all.find(({ place }) => path.startsWith(place.pagePrefix));
  }

  /** @param since Milliseconds since 1970: what is missing before is none of this window's. */
  #notesOf(root: HistoryRoot, since: number): string[] {
    if (typeof this.#git === "string" || !this.#isRead) return [];
    if (this.#missing.has(root)) return [`${label(root.prefix)}the root is not there`];
    const repositories = this.#repositories.get(root) ?? [];
    const notes: string[] = [];
    if (!repositories.some(({ place }) => place.pagePrefix === root.prefix)) {
      notes.push(`${label(root.prefix)}no git repository: dates are file times`);
    }
    for (const { place, problem, statusProblem, partial, table } of repositories) {
      const before = label(place.pagePrefix);
      if (problem !== undefined) notes.push(`${before}${problem}: dates are file times`);
      if (statusProblem !== undefined) {
        notes.push(`${before}${statusProblem}: uncommitted changes are not known`);
      }
      if (partial && table !== undefined) {
        notes.push(`${before}the clone is partial: a page renamed and edited counts as new`);
      }
      const end = table?.end;
      if (table === undefined || end === undefined || end.seconds * 1000 < since) continue;
      notes.push(`${before}${endNote(end, table)}: changes up to ${end.date} are not known`);
    }
    return notes;
  }

  #reasonWithoutGit(): string | undefined {
    if (!this.#isRead) return "not read yet";
    return typeof this.#git === "string" ? this.#git : undefined;
  }
}

function endNote({ why }: End, { count }: Table): string {
  const read = `${count.toLocaleString("en")} commits`;
  if (why === "shallow") return "the history is shallow";
  if (why === "bound") return `the history was read for ${read} only`;
  if (why === "too slow") return `git took too long after ${read}`;
  return `the history cannot be read after ${read}`;
}

/** What makes a file a page: its extension, or its name where it has none. */
function kindOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : name;
}

function isBelow(path: string, asked: string | undefined): boolean {
  const folder = asked?.replace(/\/+$/u, "") ?? "";
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** The root or repository a note is about; nothing where there is only one. */
function label(prefix: string): string {
  return prefix === "" ? "" : `${oneLine(prefix.slice(0, -1))}: `;
}
