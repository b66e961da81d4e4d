import { durationMs } from "../config/duration.ts";
import type { Settings } from "../config/settings.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import type { Puller } from "../pull/puller.ts";
import type { Log } from "../serving/log.ts";

/** What a server pulls while it serves; nothing where that is not set. */
export class ServePull {
  readonly #settings: Settings;
  readonly #documents: KnowledgeBase;
  readonly #log: Log;
  #starting: Promise<void> | undefined;
  #puller: Puller | undefined;
  #isClosed = false;

  constructor(settings: Settings, documents: KnowledgeBase, log: Log) {
    this.#settings = settings;
    this.#documents = documents;
    this.#log = log;
  }

  /** Why clones could not be pulled, without machine paths; absent where they could. */
  get problem(): string | undefined {
    return this.#puller?.lastProblem;
  }

  /** Begins behind the update of the index that is under way; returns at once. */
  start(): void {
    const everyMs = durationMs(this.#settings.pull);
    if (everyMs === undefined) return;
    this.#starting = this.#start(everyMs).catch((error: unknown) => {
      this.#log.error({ err: error }, "nothing can be pulled");
    });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#puller === undefined) return;
    await this.#starting;
    await this.#puller.close();
  }

  async #start(everyMs: number): Promise<void> {
    const documents = this.#documents;
    await documents.settled();
    // A file of its own, since most servers pull nothing.
    const { startPulling } = await import("../pull/puller.ts");
    if (this.#isClosed) return;
    const onChanged = (): Promise<void> => documents.resync();
    const roots = this.#settings.roots.map(({ path }) => path);
    this.#puller = startPulling({ roots, everyMs, log: this.#log, onChanged });
  }
}
