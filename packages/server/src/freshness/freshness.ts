import { type Engine, type Lead, LecternError, type SyncReport } from "@lectern/native";

import type { Log } from "../serving/log.ts";
import { version } from "../version.ts";
import { startWatching, type Watcher, type WatchMode } from "../watch/watcher.ts";
import { BEAT_MS, isSilent, type LeaderAccount, readAccount } from "./account.ts";
import { SyncQueue, type Wanted } from "./sync-queue.ts";

/** How often the lead is tried for, in milliseconds: another leads within a second of a death. */
const TICK_MS = 500;
/** Between sweeps of everything, in milliseconds: what no event told is found by then. */
const SWEEP_MS = 60_000;
/** The first and the longest wait after a sync that failed, in milliseconds. */
const RETRY_MS = [1000, 30_000] as const;
/** From the start of a lead to the first check of the index's files, and between checks. */
const SCRUB_MS = [30_000, 3_600_000] as const;
/** How long a follower leaves a stale page to the leader, which most likely knows, in milliseconds. */
const LEADERS_MS = 500;
/** A tick that comes this much late means that the machine slept, in milliseconds. */
const SLEPT_MS = 10_000;

/** What keeping up is done with. */
export interface FreshnessOptions {
  /** What is open; rejects while nothing can be opened. */
  readonly engine: () => Promise<Engine>;
  /** One sync, with what belongs to it. */
  readonly sync: (wanted: Wanted) => Promise<SyncReport>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How an index is kept up, as this process sees it. */
export interface FreshnessState {
  /** Absent before the first try. */
  readonly lead?: Lead;
  /** How this process learns of changes; only of one that leads. */
  readonly watch?: WatchMode;
  /** ISO 8601: end of its last sync of everything. */
  readonly sweptAt?: string;
  /** Why its last sync failed. */
  readonly problem?: string;
}

/**
 * Keeps an index up to its files for as long as a server runs. One process leads: it watches the
 * folders, whose events are a hint, and sweeps them, which is the truth. The others follow, see its
 * commits, and lead within a second when it is gone. Whoever met a page that is not as indexed has it
 * indexed anew, and where the leader has fallen silent (a stopped process keeps its lead) everybody
 * sweeps. None of this is needed for answers to be true, since each reads what it shows.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #queue: SyncQueue;
  #timer: NodeJS.Timeout | undefined;
  #isTicking = false;
  #lastTick = Date.now();
  #lead: Lead | undefined;
  #since = "";
  #beat = "";
  #watcher: Watcher | undefined;
  #sweptAt: string | undefined;
  #problem: string | undefined;
  #failures = 0;
  #sweepDue = 0;
  #scrubDue = 0;

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#queue = new SyncQueue((wanted) => this.#sync(wanted));
  }

  /** Brings the index up once and keeps it so until the signal is aborted. Later calls do nothing. */
  start(): void {
    if (this.#timer !== undefined || this.#options.signal.aborted) return;
    this.#sweep();
    this.#timer = setInterval(() => void this.#tick(), TICK_MS).unref();
    this.#options.signal.addEventListener("abort", () => this.#stop(), { once: true });
    void this.#tick();
  }

  /** Resolves after a sync of everything that is running or began now. Rejects as it does. */
  join(): Promise<SyncReport> {
    return this.#queue.join();
  }

  /** Has pages indexed anew that an answer met and found not to be as indexed. */
  met(stale: readonly string[]): void {
    const index = (): void => {
      this.#queue.request({ paths: stale, rereads: true }).catch(() => undefined);
    };
    if (this.#lead === "follows") setTimeout(index, LEADERS_MS).unref();
    else index();
  }

  /** Has everything looked at anew. Rejects as a sync does. */
  resync(): Promise<SyncReport> {
    return this.#queue.request();
  }

  /** How it stands. */
  state(): FreshnessState {
    return {
      ...(this.#lead !== undefined && { lead: this.#lead }),
      ...(this.#watcher !== undefined && { watch: this.#watcher.mode }),
      ...(this.#sweptAt !== undefined && { sweptAt: this.#sweptAt }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** Why the last sync failed, where it did. */
  get problem(): string | undefined {
    return this.#problem;
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #sweep(): void {
    this.#sweepDue = performance.now() + SWEEP_MS;
    this.#queue.request().catch(() => undefined);
  }

  async #sync(wanted: Wanted): Promise<SyncReport> {
    const { signal, log } = this.#options;
    try {
      const report = await this.#options.sync(wanted);
      if (wanted.paths === undefined) {
        this.#sweptAt = new Date().toISOString();
        // Rules above the roots may have changed, of which no event tells.
        void this.#watcher?.refresh();
      }
      this.#problem = undefined;
      this.#failures = 0;
      return report;
    } catch (error) {
      if (signal.aborted) throw error;
      const [first, longest] = RETRY_MS;
      this.#sweepDue = performance.now() + Math.min(longest, first * 2 ** this.#failures);
      this.#failures += 1;
      // That another process writes is no problem, however long it takes.
      if (!LecternError.isInstance(error) || error.code !== "INDEX_BUSY") {
        const problem = reasonOf(error);
        if (problem !== this.#problem) log.error({ err: error }, "the index could not be updated");
        this.#problem = problem;
      }
      throw error;
    }
  }

  async #tick(): Promise<void> {
    const now = Date.now();
    const hasSlept = now - this.#lastTick > TICK_MS + SLEPT_MS;
    this.#lastTick = now;
    if (this.#isTicking) return;
    this.#isTicking = true;
    try {
      if (hasSlept) {
        this.#options.log.info({}, "the machine slept: looking at everything");
        this.#sweep();
      }
      await this.#lookAfter(await this.#options.engine());
    } catch (error) {
      this.#options.log.debug({ err: error }, "the lead could not be tried for");
    } finally {
      this.#isTicking = false;
    }
  }

  async #lookAfter(engine: Engine): Promise<void> {
    const lead = await engine.lead(this.#account());
    if (this.#options.signal.aborted) return;
    if (lead !== this.#lead) await this.#turn(engine, lead);
    const now = performance.now();
    if (now >= this.#sweepDue) {
      this.#sweepDue = now + SWEEP_MS;
      if (await this.#isToSweep(engine, lead)) this.#sweep();
    }
    if (lead === "leads" && now >= this.#scrubDue) await this.#scrub(engine);
  }

  async #turn(engine: Engine, lead: Lead): Promise<void> {
    this.#options.log.info({ lead }, "part in keeping the index up");
    if (lead === "leads") {
      this.#since = new Date().toISOString();
      this.#scrubDue = performance.now() + SCRUB_MS[0];
      await this.#startWatching(engine);
    } else {
      this.#watcher?.close();
      this.#watcher = undefined;
    }
    // Last, so that a start that failed is tried again with the next tick.
    this.#lead = lead;
  }

  async #startWatching(engine: Engine): Promise<void> {
    const { signal, log } = this.#options;
    const { roots } = await engine.stats();
    if (signal.aborted) return;
    this.#watcher = startWatching({
      roots,
      folders: (below = []) => engine.folders(below, { signal }),
      onBatch: async (paths) => {
        // What is named was written to, even where size and time of the file do not say so.
        const wanted = paths === undefined ? {} : { paths, rereads: true };
        await this.#queue.request(wanted).catch(() => undefined);
      },
      onModeChange: (mode) => {
        if (mode.kind === "polling") log.warn({ reason: mode.reason }, "watching by polling");
        else log.info({}, "watching by events");
      },
      signal,
      log,
    });
  }

  /** A follower leaves sweeping to its leader while that is alive; after a failure nobody does. */
  async #isToSweep(engine: Engine, lead: Lead): Promise<boolean> {
    if (lead !== "follows" || this.#problem !== undefined) return true;
    const { leader } = await engine.stats();
    const account = leader === undefined ? undefined : readAccount(leader);
    return account === undefined || isSilent(account);
  }

  async #scrub(engine: Engine): Promise<void> {
    this.#scrubDue = performance.now() + SCRUB_MS[1];
    const damaged = await engine.scrub({ signal: this.#options.signal });
    if (damaged.length === 0) return;
    this.#options.log.warn({ files: damaged }, "the index is damaged: building it anew");
    this.#sweep();
  }

  #account(): string {
    const now = Date.now();
    if (!(now - Date.parse(this.#beat) < BEAT_MS)) this.#beat = new Date(now).toISOString();
    const account: LeaderAccount = {
      pid: process.pid,
      version,
      since: this.#since,
      beat: this.#beat,
      ...(this.#watcher !== undefined && { watch: this.#watcher.mode }),
      ...(this.#sweptAt !== undefined && { sweptAt: this.#sweptAt }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
    return JSON.stringify(account);
  }
}

/** What went wrong, in words that hold no machine path. */
export function reasonOf(error: unknown): string {
  return LecternError.isInstance(error) ? error.message : "see the server's log";
}
