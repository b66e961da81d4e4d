import {
  type Engine,
  LecternError,
  type OpenOptions,
  openEngine,
  type ReadAnswer,
  type ReadRequest,
  type SearchAnswer,
  type SearchRequest,
  type SyncReport,
} from "@lectern/native";

import { toToolError } from "./engine-error.ts";
import type { CallContext } from "./serving/define-tool.ts";
import type { Log } from "./serving/log.ts";
import { ToolError } from "./serving/tool-error.ts";

/** What a search found. */
export interface FoundDocuments extends SearchAnswer {
  /** Why the last update of the index failed; absent when it did not. */
  readonly problem?: string;
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
  #engine: Promise<Engine> | undefined;
  #sync: Promise<SyncReport> | undefined;
  #problem: string | undefined;

  constructor(options: OpenOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** Starts opening and updating; returns at once. What goes wrong is told to the next call. */
  start(): void {
    this.#syncOnce().catch((error: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.#log.error({ err: error }, "the index could not be updated");
    });
  }

  /**
   * Searches. On an index that was never built, waits for the first sync as long as the call may
   * take.
   *
   * @throws {@link ToolError}
   */
  async search(request: SearchRequest, context: CallContext): Promise<FoundDocuments> {
    try {
      const engine = await this.#opened();
      const answer = await this.#searchWhenBuilt(engine, request, context);
      const problem = this.#problem;
      if (answer.stale.length > 0 || problem !== undefined) this.start();
      return problem === undefined ? answer : { ...answer, problem };
    } catch (error) {
      throw toToolError(error);
    }
  }

  /**
   * Reads from disk; needs no index.
   *
   * @throws {@link ToolError}
   */
  async read(request: ReadRequest, context: CallContext): Promise<ReadAnswer> {
    try {
      const engine = await this.#opened();
      return await engine.read(request, { signal: context.signal });
    } catch (error) {
      throw toToolError(error);
    }
  }

  /** Stops a running sync and closes the engine. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#engine?.then((engine) => engine.close()).catch(() => undefined);
  }

  async #searchWhenBuilt(
    engine: Engine,
    request: SearchRequest,
    context: CallContext,
  ): Promise<SearchAnswer> {
    const { signal } = context;
    try {
      return await engine.search(request, { signal });
    } catch (error) {
      if (!LecternError.isInstance(error) || error.code !== "INDEX_NOT_READY") throw error;
    }
    this.#listeners.add(context);
    context.reportProgress("building the index");
    try {
      await this.#syncOnce();
    } catch (error) {
      throw new ToolError("INDEX_NOT_READY", `the index could not be built: ${reasonOf(error)}`, {
        hint: LecternError.isInstance(error) ? error.hint : undefined,
        cause: error,
      });
    } finally {
      this.#listeners.delete(context);
    }
    return engine.search(request, { signal });
  }

  /** The open engine; a failed opening is tried again by the next call. */
  #opened(): Promise<Engine> {
    this.#engine ??= openEngine(this.#options).catch((error: unknown) => {
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }

  /** Joins the running sync or starts one. */
  #syncOnce(): Promise<SyncReport> {
    this.#sync ??= this.#opened()
      .then((engine) =>
        engine.sync({
          signal: this.#closing.signal,
          onProgress: ({ stage, done, total }) => {
            for (const listener of this.#listeners) listener.reportProgress(stage, done, total);
          },
        }),
      )
      .then((report) => {
        const { pages, added, changed, removed, skipped, ms } = report;
        const fields = { pages, added, changed, removed, skipped: skipped.length, ms: ms.total };
        this.#log.info(fields, "index is up to date");
        this.#problem = undefined;
        return report;
      })
      .catch((error: unknown) => {
        this.#problem = reasonOf(error);
        throw error;
      })
      .finally(() => {
        this.#sync = undefined;
      });
    return this.#sync;
  }
}

/** What went wrong, in words that hold no machine path. */
function reasonOf(error: unknown): string {
  return LecternError.isInstance(error) ? error.message : "see the server's log";
}
