import { MOST_PATHS } from "./changed-paths.ts";

/** A batch is over when nothing came for this long, in milliseconds: editors save in steps. */
const QUIET_MS = 40;
/** A batch is handed over this long after its first event even while more come. */
const LATEST_MS = 400;
/** More paths than these are a storm, such as a switch of branches. */
const STORM_PATHS = 500;
/** The quiet of the greatest storms; smaller ones have one in between. */
const STORM_QUIET_MS = 500;
/** No longer, since who edits on after a switch of branches waits for what he wrote. */
const STORM_LATEST_MS = 2000;

/**
 * Tells when a batch is to be handed over. Reads no clock and sets no timer: times are milliseconds
 * of any clock that does not go back.
 */
export class BatchTiming {
  #firstAt: number | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** Paths of the batch before, when it was handed over while more came. */
  #before = 0;

  /** Takes the time of an event; the first one begins a batch. */
  note(at: number): void {
    if (at - this.#lastAt > STORM_QUIET_MS) this.#before = 0;
    this.#firstAt ??= at;
    this.#lastAt = at;
  }

  /** When a batch of so many paths is due; `undefined` when none has begun. */
  dueAt(paths: number): number | undefined {
    if (this.#firstAt === undefined) return undefined;
    const seen = this.#before + paths;
    const latest = seen > STORM_PATHS ? STORM_LATEST_MS : LATEST_MS;
    return Math.min(this.#lastAt + quietAfter(seen), this.#firstAt + latest);
  }

  /**
   * Ends the batch. One that was cut off while events still came counts into the next, so that a
   * storm is known for one although it began slowly.
   */
  handOver(at: number, paths: number): void {
    const wasQuiet = at - this.#lastAt >= quietAfter(this.#before + paths);
    this.#before = wasQuiet ? 0 : paths;
    this.#firstAt = undefined;
  }
}

/** How long it must have been quiet after so many paths. */
function quietAfter(paths: number): number {
  const strength = (paths - STORM_PATHS) / (MOST_PATHS - STORM_PATHS);
  return QUIET_MS + (STORM_QUIET_MS - QUIET_MS) * Math.min(Math.max(strength, 0), 1);
}
