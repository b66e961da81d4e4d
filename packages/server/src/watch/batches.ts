import { performance } from "node:perf_hooks";

import type { Log } from "../serving/log.ts";
import { BatchTiming } from "./batch-timing.ts";
import { ChangedPaths } from "./changed-paths.ts";

/** What is done with a batch. */
export interface BatchSteps {
  /** Done before a batch is taken; what it adds goes into that batch. Does not reject. */
  readonly prepare: () => Promise<void>;
  /** Takes what may have changed, `undefined` for anything; no second batch comes meanwhile. */
  readonly onBatch: (paths: readonly string[] | undefined) => Promise<void>;
  readonly log: Log;
}

/** Gathers changes into batches and hands over one at a time. Its timer keeps no process alive. */
export class Batches {
  readonly #steps: BatchSteps;
  readonly #changes = new ChangedPaths();
  readonly #timing = new BatchTiming();
  #timer: NodeJS.Timeout | undefined;
  #isHandingOver = false;
  #isClosed = false;
  #lastMs = 0;

  constructor(steps: BatchSteps) {
    this.#steps = steps;
  }

  /** How long the last batch was worked on, in milliseconds. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Takes the public path of what may have changed. */
  add(path: string): void {
    this.#changes.add(path);
    this.#timing.note(performance.now());
    this.#arm();
  }

  /** Hands over nothing more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Sets the timer unless it is set: events are many, and whether the batch is due it asks itself. */
  #arm(): void {
    if (this.#isClosed || this.#isHandingOver || this.#timer !== undefined) return;
    const due = this.#timing.dueAt(this.#changes.count);
    if (due === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#isDue()) void this.#handOver();
        else this.#arm();
      },
      Math.max(Math.ceil(due - performance.now()), 0),
    ).unref();
  }

  #isDue(): boolean {
    const due = this.#timing.dueAt(this.#changes.count);
    return due !== undefined && due <= performance.now();
  }

  async #handOver(): Promise<void> {
    this.#isHandingOver = true;
    await this.#steps.prepare();
    if (this.#isClosed) return;
    const started = performance.now();
    this.#timing.handOver(started, this.#changes.count);
    try {
      await this.#steps.onBatch(this.#changes.take());
    } catch (error) {
      // The next sweep finds what this batch told of.
      if (!this.#isClosed) this.#steps.log.warn({ err: error }, "changes could not be taken in");
    }
    this.#lastMs = performance.now() - started;
    this.#isHandingOver = false;
    this.#arm();
  }
}
