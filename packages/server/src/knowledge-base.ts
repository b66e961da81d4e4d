import {
  type BrowseAnswer,
  type BrowseRequest,
  type Completions,
  type Engine,
  type FoundPage,
  type Hit,
  LecternError,
  type OpenOptions,
  openEngine,
  type PageList,
  type ReadAnswer,
  type ReadRequest,
  type SearchAnswer,
  type SearchRequest,
  type Stats,
  type SyncReport,
} from "@lectern/native";

import { History, type RecentChanges } from "./history/history.ts";
import { toToolError } from "./engine-error.ts";
import { Freshness, type FreshnessState, reasonOf } from "./freshness/freshness.ts";
import { type PageChange, PageWatch } from "./freshness/page-watch.ts";
import type { Wanted } from "./freshness/sync-queue.ts";
import { recentPages } from "./recent-pages.ts";
import type { CallContext } from "./serving/define-tool.ts";
import type { Log } from "./serving/log.ts";
import { ToolError } from "./serving/tool-error.ts";

/** Most completions of an answer, by the protocol. */
const SHOWN_COMPLETIONS = 100;

/** How long a listing of changes waits for the index to catch up, in milliseconds. */
const CATCH_UP_MS = 2000;

/** What opening gives. */
interface OpenDocuments {
  readonly engine: Engine;
  readonly history: History;
  /** What tells this index from another. */
  readonly identity: string;
}

/** A hit with the date of its page. */
export interface DatedHit extends Hit {
  /** When the page last changed, ISO 8601: by git, else by its file. Absent while git is read. */
  readonly modified?: string;
}

/** What a search found. */
export interface FoundDocuments extends SearchAnswer {
  readonly hits: readonly DatedHit[];
  /** Why the last update of the index failed; absent when it did not. */
  readonly problem?: string;
}

/** Counts of the index, and how it is kept up to the files. */
export interface IndexState extends Omit<Stats, "indexFolder" | "roots" | "leader"> {
  readonly upkeep: FreshnessState;
}

/**
 * The documents a server answers from: opened on first use, brought up to date in the background,
 * and searched as soon as any index is there.
 */
export class KnowledgeBase {
  readonly #options: OpenOptions;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<CallContext>();
  readonly #freshness: Freshness;
  #open: Promise<OpenDocuments> | undefined;
  #hasSynced = false;

  constructor(options: OpenOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#freshness = new Freshness({
      engine: async () => (await this.#opened()).engine,
      sync: (wanted) => this.#syncNow(wanted),
      signal: this.#closing.signal,
      log,
    });
  }

  /**
   * Opens at once, where a start is to end by what cannot be opened.
   *
   * @throws {@link LecternError}
   */
  async open(): Promise<void> {
    await this.#opened();
  }

  /**
   * Starts opening and keeping the index up to the files; returns at once. What goes wrong is told to
   * the next call and tried again.
   */
  start(): void {
    this.#freshness.start();
  }

  /** Resolves when the index was brought up to the files once, or could not be. */
  async settled(): Promise<void> {
    await this.#freshness.join().catch(() => undefined);
  }

  /** Has everything looked at anew, after something from outside changed the files. */
  async resync(): Promise<void> {
    await this.#freshness.resync();
  }

  /**
   * Searches. On an index that was never built, waits for the first sync as long as the call may
   * take.
   *
   * @throws {@link ToolError}
   */
  async search(request: SearchRequest, context: CallContext): Promise<FoundDocuments> {
    const { signal } = context;
    const answer = await this.#built(context, async ({ engine, history }) => {
      const found = await engine.search(request, { signal });
      return { ...found, hits: found.hits.map((hit) => dated(hit, history)) };
    });
    if (answer.stale.length > 0) this.#freshness.met(answer.stale);
    const { problem } = this.#freshness;
    return problem === undefined ? answer : { ...answer, problem };
  }

  /**
   * Reads from disk; needs no index.
   *
   * @throws {@link ToolError}
   */
  async read(request: ReadRequest, context: CallContext): Promise<ReadAnswer> {
    try {
      const { engine } = await this.#opened();
      return await engine.read(request, { signal: context.signal });
    } catch (error) {
      throw toToolError(error);
    }
  }

  /**
   * Looks into a folder or a page; waits for the first sync like a search.
   *
   * @throws {@link ToolError}
   */
  browse(request: BrowseRequest, context: CallContext): Promise<BrowseAnswer> {
    return this.#built(context, ({ engine }) => engine.browse(request));
  }

  /**
   * Lists at most `limit` pages from behind `after`; waits for the first sync like a search.
   *
   * @throws {@link ToolError}
   */
  list(after: string | undefined, limit: number, context: CallContext): Promise<PageList> {
    return this.#built(context, ({ engine }) => engine.list(after, limit));
  }

  /**
   * Pages called `name` under `under`; waits for the first sync like a search.
   *
   * @throws {@link ToolError}
   */
  find(
    name: string,
    under: readonly string[],
    context: CallContext,
  ): Promise<readonly FoundPage[]> {
    return this.#built(context, ({ engine }) => engine.find(name, under));
  }

  /**
   * The likeliest paths of pages.
   *
   * @throws {@link ToolError}
   */
  completePath(typed: string, context: CallContext): Promise<Completions> {
    return this.#built(context, ({ engine }) => engine.completePath(typed, SHOWN_COMPLETIONS));
  }

  /**
   * The likeliest names of pages under `under`.
   *
   * @throws {@link ToolError}
   */
  completeName(
    typed: string,
    under: readonly string[],
    context: CallContext,
  ): Promise<Completions> {
    return this.#built(context, ({ engine }) =>
      engine.completeName(typed, under, SHOWN_COMPLETIONS),
    );
  }

  /**
   * Pages that changed over the last `days`, at or under `path`.
   *
   * @throws {@link ToolError} `NOT_FOUND` for a path at which nothing is nor was.
   */
  async recent(
    { days, path }: { readonly days: number; readonly path: string | undefined },
    context: CallContext,
  ): Promise<RecentChanges> {
    const late = await this.#caughtUp(context);
    const { signal } = context;
    const recent = await this.#built(context, ({ engine, history }) =>
      recentPages(engine, history, { days, path, signal }),
    );
    return late === undefined ? recent : { ...recent, notes: [...recent.notes, late] };
  }

  /** What tells this index from another, for cursors: they are of no use with any other. */
  async identity(): Promise<string> {
    try {
      return (await this.#opened()).identity;
    } catch (error) {
      throw toToolError(error);
    }
  }

  /**
   * Counts of the index and how it is kept up, without paths and processes of the machine.
   *
   * @throws {@link ToolError}
   */
  async state(): Promise<IndexState> {
    try {
      const { engine } = await this.#opened();
      const {
        indexFolder: _folder,
        roots: _roots,
        leader: _leader,
        ...counts
      } = await engine.stats();
      return { ...counts, upkeep: this.#freshness.state() };
    } catch (error) {
      throw toToolError(error);
    }
  }

  /** Tells `listener` which pages change in the index, whoever writes it, until it is stopped. */
  watchPages(listener: (change: PageChange) => void): PageWatch {
    return new PageWatch(listener, {
      engine: async () => (await this.#opened()).engine,
      signal: this.#closing.signal,
      log: this.#log,
    });
  }

  /** Stops a running sync and closes the engine. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#open?.then(({ engine }) => engine.close()).catch(() => undefined);
  }

  /** Does `work`; where there is no index yet, or a damaged one, once more after it was built. */
  async #built<T>(context: CallContext, work: (open: OpenDocuments) => Promise<T>): Promise<T> {
    try {
      try {
        return await work(await this.#opened());
      } catch (error) {
        const code = LecternError.isInstance(error) ? error.code : undefined;
        if (code === "INDEX_NOT_READY") await this.#building(context, () => this.#freshness.join());
        else if (code === "INDEX_CORRUPT")
          await this.#building(context, () => this.#freshness.resync());
        else throw error;
      }
      return await work(await this.#opened());
    } catch (error) {
      throw toToolError(error);
    }
  }

  async #building(context: CallContext, sync: () => Promise<SyncReport>): Promise<void> {
    this.#listeners.add(context);
    context.reportProgress("building the index");
    try {
      await sync();
    } catch (error) {
      throw new ToolError("INDEX_NOT_READY", `the index could not be built: ${reasonOf(error)}`, {
        hint: LecternError.isInstance(error) ? error.hint : undefined,
        cause: error,
      });
    } finally {
      this.#listeners.delete(context);
    }
  }

  /** Brings the index up to the files before it is asked what changed; why not, where it takes long. */
  async #caughtUp(context: CallContext): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("the index is still being updated"), CATCH_UP_MS);
    });
    const synced = this.#freshness.resync().then(
      () => undefined,
      (error: unknown) => `the index may be out of date: ${reasonOf(error)}`,
    );
    try {
      const first = this.#hasSynced ? await Promise.race([synced, late]) : await synced;
      context.signal.throwIfAborted();
      return first;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads what git knows by now, so that the next hits carry it. */
  async #learnDates({ engine, history }: OpenDocuments): Promise<void> {
    try {
      await history.refresh(await engine.pageTimes(), this.#closing.signal);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#log.warn({ err: error }, "git could not be read");
    }
  }

  /** What is open; a failed opening is tried again by the next call. */
  #opened(): Promise<OpenDocuments> {
    this.#open ??= this.#openNow().catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    return this.#open;
  }

  async #openNow(): Promise<OpenDocuments> {
    const engine = await openEngine(this.#options);
    const { roots, indexFolder } = await engine.stats();
    return { engine, history: new History(roots, this.#log), identity: indexFolder };
  }

  /** One sync, told to whoever waits for it. */
  async #syncNow(wanted: Wanted): Promise<SyncReport> {
    const open = await this.#opened();
    const report = await open.engine.sync({
      ...wanted,
      signal: this.#closing.signal,
      onProgress: ({ stage, done, total }) => {
        for (const listener of this.#listeners) listener.reportProgress(stage, done, total);
      },
    });
    const { pages, added, changed, removed, skipped, healed, ms } = report;
    const fields = { pages, added, changed, removed, skipped: skipped.length, ms: ms.total };
    if (healed !== undefined) this.#log.warn({ reason: healed }, "the index was built anew");
    if (added + changed + removed > 0 || !this.#hasSynced) {
      this.#log.info(fields, "index is up to date");
      void this.#learnDates(open);
    }
    this.#hasSynced = true;
    return report;
  }
}

function dated(hit: Hit, history: History): DatedHit {
  const last = history.modified(hit.path);
  if (last === undefined) return hit;
  const modified = last.source === "git" ? last.date : new Date(hit.modifiedMs).toISOString();
  return { ...hit, modified };
}
