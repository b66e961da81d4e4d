import process from "node:process";

import type { Log } from "../serving/log.ts";
import { Batches } from "./batches.ts";
import type { AlignScope, ChangeSource } from "./change-source.ts";
import { FolderWatches } from "./folder-watches.ts";
import { ANYTHING, type WatchedRoot } from "./public-path.ts";
import { TreeWatches } from "./tree-watches.ts";
import { WatchLimitError } from "./watch-limit.ts";

export type { WatchedRoot } from "./public-path.ts";

/** How changes are learnt of. */
export type WatchMode =
  | { readonly kind: "events" }
  | {
      readonly kind: "polling";
      /** Why not by events, for whoever runs the server. */
      readonly reason: string;
      /** Time from one look to the next, in milliseconds. */
      readonly everyMs: number;
    };

/** Bounds of watching. Times are milliseconds. */
interface WatchLimits {
  /** Most folders to watch one by one. */
  readonly folders: number;
  /** From a failure, or a root's vanishing, to the next attempt. */
  readonly retryMs: number;
  /** Least and longest time between two looks while polling. */
  readonly leastPollMs: number;
  readonly longestPollMs: number;
  /** From giving up events to trying them again. */
  readonly eventsAgainMs: number;
}

const LIMITS: WatchLimits = {
  folders: 20_000,
  retryMs: 2000,
  leastPollMs: 2000,
  longestPollMs: 60_000,
  eventsAgainMs: 5 * 60_000,
};

/** A look may take this share of the time while polling. */
const POLLING_SHARE = 1 / 20;

/** What is watched and who is told. */
export interface WatchOptions {
  readonly roots: readonly WatchedRoot[];
  /**
   * Folders as public paths that may hold pages, at or below the given ones; all without. A root is
   * itself among them: "" or its name. Ignored and hidden ones are left out, given ones too. It is
   * not asked for what is known to be gone; when it rejects it is asked again.
   */
  readonly folders: (below?: readonly string[]) => Promise<readonly string[]>;
  /**
   * Takes public paths of files and folders that may have changed with all below them, or
   * `undefined` for anything. Paths may name what is no page, or nothing. The next batch comes when
   * this is done. The first one comes when everything is watched and holds all roots.
   */
  readonly onBatch: (paths: readonly string[] | undefined) => Promise<void>;
  /** Called when {@link WatchMode.kind} changes. */
  readonly onModeChange: (mode: WatchMode) => void;
  /** Closes the watcher. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly limits?: Partial<WatchLimits>;
  /** One watch a folder, or one a root with all below it; by default what the platform does best. */
  readonly watches?: "folders" | "trees";
}

/** Watches until it is closed. Keeps no process alive. */
export interface Watcher {
  readonly mode: WatchMode;
  /**
   * Watches the folders there are by now, where rules changed that no event tells of. What was not
   * watched before comes in a batch. Waits for no batch and never rejects.
   */
  refresh(): Promise<void>;
  /** Ends watching; no batch comes any more. May be called more than once. */
  close(): void;
}

/**
 * Starts to watch; returns at once. Events are a hint that makes a change seen soon and no promise:
 * systems drop some, network file systems have none, and ignore files above a root or in
 * `.git/info` count while nobody watches them. Sweeps find what was missed.
 */
export function startWatching(options: WatchOptions): Watcher {
  return new RootWatcher(options);
}

class RootWatcher implements Watcher {
  readonly #options: WatchOptions;
  readonly #limits: WatchLimits;
  readonly #batches: Batches;
  /** `undefined` while polling. */
  #source: ChangeSource | undefined;
  #pollingReason: string | undefined;
  /** The end of the last alignment: no two at once. */
  #aligned: Promise<void> = Promise.resolve();
  #failure: string | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #eventsTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    const prepare = (): Promise<void> => this.#align("noted");
    this.#batches = new Batches({ prepare, onBatch: options.onBatch, log: options.log });
    this.#source = this.#createSource();
    if (options.signal.aborted) {
      this.close();
      return;
    }
    options.signal.addEventListener("abort", this.close, { once: true });
    void this.#align("all");
  }

  get mode(): WatchMode {
    const reason = this.#pollingReason;
    if (reason === undefined) return { kind: "events" };
    const { leastPollMs, longestPollMs } = this.#limits;
    const fair = Math.round(this.#batches.lastMs / POLLING_SHARE);
    const everyMs = Math.min(Math.max(fair, leastPollMs), longestPollMs);
    return { kind: "polling", reason, everyMs };
  }

  refresh(): Promise<void> {
    return this.#align("all");
  }

  close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.signal.removeEventListener("abort", this.close);
    this.#batches.close();
    this.#source?.close();
    for (const timer of [this.#retryTimer, this.#pollTimer, this.#eventsTimer]) clearTimeout(timer);
  };

  #createSource(): ChangeSource {
    const { roots, folders, log, watches } = this.#options;
    // On Linux Node makes a tree up of a watch for each file, which takes ten times the memory and
    // is lost with the file when another is renamed over it.
    const byPlatform = process.platform === "linux" ? "folders" : "trees";
    const Source = (watches ?? byPlatform) === "folders" ? FolderWatches : TreeWatches;
    const report = (path: string): void => this.#batches.add(path);
    return new Source({ roots, folders, report, mostFolders: this.#limits.folders, log });
  }

  #align(scope: AlignScope): Promise<void> {
    this.#aligned = this.#aligned.then(() => this.#alignNow(scope));
    return this.#aligned;
  }

  async #alignNow(scope: AlignScope): Promise<void> {
    const source = this.#source;
    if (this.#isClosed || source === undefined) return;
    try {
      for (const path of await source.align(scope)) this.#batches.add(path);
      this.#failure = undefined;
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof WatchLimitError) return this.#poll(source, error.message);
      this.#noteFailure(error);
    }
    if (this.#isClosed || (this.#failure === undefined && !source.isLacking)) return;
    this.#retryTimer ??= this.#later(this.#limits.retryMs, () => {
      this.#retryTimer = undefined;
      void this.#align("lacking");
    });
  }

  /** Says so once while the same thing fails again and again. */
  #noteFailure(error: unknown): void {
    const failure = String(error);
    if (failure !== this.#failure) {
      this.#options.log.warn({ err: error }, "the folders to watch could not be listed");
      this.#batches.add(ANYTHING);
    }
    this.#failure = failure;
  }

  #poll(source: ChangeSource, reason: string): void {
    source.close();
    this.#source = undefined;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#failure = undefined;
    this.#pollingReason = reason;
    this.#options.log.warn({ reason }, "folders cannot be watched and are looked at by the clock");
    this.#batches.add(ANYTHING);
    this.#pollLater();
    this.#tryEventsLater();
    this.#options.onModeChange(this.mode);
  }

  #pollLater(): void {
    const mode = this.mode;
    if (mode.kind !== "polling") return;
    this.#pollTimer = this.#later(mode.everyMs, () => {
      this.#batches.add(ANYTHING);
      this.#pollLater();
    });
  }

  #tryEventsLater(): void {
    this.#eventsTimer = this.#later(this.#limits.eventsAgainMs, () => {
      this.#aligned = this.#aligned.then(() => this.#tryEvents());
    });
  }

  async #tryEvents(): Promise<void> {
    if (this.#isClosed) return;
    const source = this.#createSource();
    this.#source = source;
    try {
      await source.align("all");
    } catch (error) {
      source.close();
      this.#source = undefined;
      if (this.#isClosed) return;
      if (error instanceof WatchLimitError) this.#pollingReason = error.message;
      this.#tryEventsLater();
      return;
    }
    if (this.#isClosed) return;
    clearTimeout(this.#pollTimer);
    this.#pollingReason = undefined;
    this.#options.log.info({}, "folders are watched again");
    this.#batches.add(ANYTHING);
    this.#options.onModeChange(this.mode);
    await this.#alignNow("noted");
  }

  #later(ms: number, act: () => void): NodeJS.Timeout {
    return setTimeout(act, ms).unref();
  }
}
