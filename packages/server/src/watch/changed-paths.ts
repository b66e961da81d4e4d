import { ANYTHING, topmost } from "./public-path.ts";

/** More distinct paths than these are no longer told apart: looking at everything is cheaper. */
export const MOST_PATHS = 2000;

/** What may have changed since it was last asked. */
export class ChangedPaths {
  readonly #paths = new Set<string>();
  #isFull = false;

  /** Takes the public path of a file or folder, or {@link ANYTHING}. */
  add(path: string): void {
    if (this.#isFull) return;
    this.#paths.add(path);
    if (this.#paths.size <= MOST_PATHS) return;
    this.#isFull = true;
    this.#paths.clear();
  }

  /** Distinct paths; one more than {@link MOST_PATHS} when there were more. */
  get count(): number {
    return this.#isFull ? MOST_PATHS + 1 : this.#paths.size;
  }

  /**
   * Gives what was added and forgets it: distinct paths, without those below another of them, or
   * `undefined` for anything.
   */
  take(): readonly string[] | undefined {
    const isAnything = this.#isFull || this.#paths.has(ANYTHING);
    const paths = isAnything ? undefined : topmost(this.#paths);
    this.#isFull = false;
    this.#paths.clear();
    return paths;
  }
}
