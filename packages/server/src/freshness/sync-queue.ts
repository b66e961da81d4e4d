import type { SyncReport } from "@lectern/native";

/** What a sync is to look at. */
export interface Wanted {
  /** Files and folders that may have changed; everything where it is absent. */
  readonly paths?: readonly string[];
  /** Files whose size and time look unchanged are to be read too. */
  readonly rereads?: boolean;
}

/** Above this many paths looking at everything is the shorter way. */
const MOST_PATHS = 2000;

/**
 * Syncs one after the other. What is asked for while one runs becomes one next sync, however often
 * and by whomever it is asked for.
 */
export class SyncQueue {
  readonly #run: (wanted: Wanted) => Promise<SyncReport>;
  #running: { readonly wanted: Wanted; readonly done: Promise<SyncReport> } | undefined;
  #next: { wanted: Wanted; readonly done: Promise<SyncReport> } | undefined;

  /** `run` does one sync. */
  constructor(run: (wanted: Wanted) => Promise<SyncReport>) {
    this.#run = run;
  }

  /**
   * Resolves with the report of a sync that looked at `wanted` and began after this call. Rejects as
   * `run` does.
   */
  request(wanted: Wanted = {}): Promise<SyncReport> {
    if (this.#next === undefined) this.#next = { wanted, done: this.#takeNext() };
    else this.#next.wanted = merged(this.#next.wanted, wanted);
    return this.#next.done;
  }

  /** The sync of everything that is running, or a new one. */
  join(): Promise<SyncReport> {
    const { wanted, done } = this.#running ?? {};
    return done !== undefined && wanted?.paths === undefined ? done : this.request();
  }

  async #takeNext(): Promise<SyncReport> {
    await this.#running?.done.catch(() => undefined);
    const wanted = this.#next?.wanted ?? {};
    this.#next = undefined;
    const done = this.#run(wanted);
    const turn = { wanted, done };
    this.#running = turn;
    try {
      return await done;
    } finally {
      if (this.#running === turn) this.#running = undefined;
    }
  }
}

/** What covers both. */
function merged(a: Wanted, b: Wanted): Wanted {
  const rereads = a.rereads === true || b.rereads === true;
  const all: Wanted = rereads ? { rereads } : {};
  if (a.paths === undefined || b.paths === undefined) return all;
  const paths = [...new Set([...a.paths, ...b.paths])];
  return paths.length > MOST_PATHS ? all : { ...all, paths };
}
