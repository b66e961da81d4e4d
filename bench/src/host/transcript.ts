/** What a task costs: every call's request and response as the model sees them, and its wall time. */
import { byteTokens, realTokens } from "../token-count.ts";

/** A task as it was done. */
export interface TaskRun {
  readonly calls: number;
  /** o200k_base, requests and responses. */
  readonly tokens: number;
  readonly byteTokens: number;
  /** Of the calls, without the counting. */
  readonly ms: number;
  /** The right page was read; for changes: all of them were listed. */
  readonly isFound: boolean;
}

/** Collects the calls of one task. */
export class Transcript {
  #calls = 0;
  #tokens = 0;
  #byteTokens = 0;
  #ms = 0;

  /** Makes a call; `shown` gives the forms of its answer, of which the model sees the larger. */
  async call<T>(
    request: string,
    make: () => T | Promise<T>,
    shown: (answer: T) => readonly string[],
  ): Promise<T> {
    const started = performance.now();
    const answer = await make();
    this.#ms += performance.now() - started;
    const forms = shown(answer);
    this.#calls += 1;
    this.#tokens += realTokens(request) + Math.max(...forms.map(realTokens));
    this.#byteTokens += byteTokens(request) + Math.max(...forms.map(byteTokens));
    return answer;
  }

  /** The task is done. */
  end(isFound: boolean): TaskRun {
    return {
      calls: this.#calls,
      tokens: this.#tokens,
      byteTokens: this.#byteTokens,
      ms: this.#ms,
      isFound,
    };
  }
}
