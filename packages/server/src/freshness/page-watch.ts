import type { Engine } from "@lectern/native";

import type { Log } from "../serving/log.ts";

/** Between looks at the index, in milliseconds. */
const LOOK_MS = 500;
/** Looks take at most the twentieth part of the time, however many pages there are. */
const SHARE = 20;

/** Which pages changed. */
export interface PageChange {
  /** Paths of pages that changed, came or went. */
  readonly paths: ReadonlySet<string>;
  /** Whether pages came or went. */
  readonly isListChanged: boolean;
}

/**
 * Watches which pages change in an index, by comparing the table of pages of one commit with that of
 * the next. A process that follows sees no more of another's commits than that, and thus tells the
 * same as the one that leads. An index that is not there yet has no pages.
 */
export class PageWatch {
  /** Resolves when every change from now on will be told. */
  readonly ready: Promise<void>;
  readonly #listener: (change: PageChange) => void;
  readonly #engine: () => Promise<Engine>;
  readonly #signal: AbortSignal;
  readonly #log: Log;
  #times: ReadonlyMap<string, number> = new Map();
  #generation: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    listener: (change: PageChange) => void,
    options: {
      readonly engine: () => Promise<Engine>;
      readonly signal: AbortSignal;
      readonly log: Log;
    },
  ) {
    this.#listener = listener;
    this.#engine = options.engine;
    this.#signal = options.signal;
    this.#log = options.log;
    this.ready = this.#look(() => undefined);
  }

  /** Idempotent; nothing is told afterwards. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #look(listener: (change: PageChange) => void): Promise<void> {
    const began = performance.now();
    try {
      const engine = await this.#engine();
      const { generation } = await engine.stats();
      if (generation !== this.#generation) {
        const pages = await engine.pageTimes();
        const before = this.#times;
        this.#times = new Map(pages.map(({ path, mtimeMs }) => [path, mtimeMs]));
        // Of a commit in between the table is newer than the generation, and is looked at again.
        this.#generation = generation;
        const change = difference(before, this.#times);
        if (change.paths.size > 0 && !this.#hasEnded) listener(change);
      }
    } catch (error) {
      this.#log.debug({ err: error }, "the pages could not be looked at");
    }
    if (this.#hasEnded) return;
    const wait = Math.max(LOOK_MS, SHARE * (performance.now() - began));
    this.#timer = setTimeout(() => void this.#look(this.#listener), wait).unref();
  }

  get #hasEnded(): boolean {
    return this.#isStopped || this.#signal.aborted;
  }
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): PageChange {
  const paths = new Set<string>();
  let isListChanged = false;
  for (const [path, time] of after) {
    const isNew = !before.has(path);
    if (isNew || before.get(path) !== time) paths.add(path);
    isListChanged ||= isNew;
  }
  for (const path of before.keys()) {
    if (after.has(path)) continue;
    paths.add(path);
    isListChanged = true;
  }
  return { paths, isListChanged };
}
