/** Random numbers by name: what is drawn for one page does not depend on any other page. */
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

import { exp } from "./arithmetic.ts";

/** What a stream is for; one number each, so that streams of one page differ. */
export const PURPOSE = {
  outline: 1,
  body: 2,
  links: 3,
  queries: 4,
  longQueries: 5,
  edits: 6,
} as const;

/** A stream of random numbers. */
export class Random {
  readonly #generator: RandomGenerator;

  /** The stream of a purpose and a number under a seed; seed and number below 2^32. */
  constructor(seed: number, purpose: (typeof PURPOSE)[keyof typeof PURPOSE], number: number) {
    // All 128 bits of the state are given: a 32-bit seed a page would make equal pages of a million.
    const state = [
      mixed(seed),
      mixed(seed ^ 0x5bd1e995) ^ purpose,
      mixed(number + purpose),
      number,
    ];
    this.#generator = xoroshiro128plusFromState(state.map((word) => word | 0));
    // The first numbers of near-by states are alike.
    for (let step = 0; step < 8; step += 1) this.#generator.next();
  }

  /** In [0, 1), in steps of 2^-32. */
  unit(): number {
    return (this.#generator.next() >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** From the log-normal distribution below `most`: larger ones are drawn again. */
  logNormal(mu: number, sigma: number, most: number): number {
    for (;;) {
      // The sum of twelve uniform numbers less six: normal up to 6 deviations, without a cosine.
      let normal = -6;
      for (let step = 0; step < 12; step += 1) normal += this.unit();
      const value = exp(mu + sigma * normal);
      if (value < most) return value;
    }
  }
}

/** Every bit of the word in every bit of the result (the end of MurmurHash3). */
function mixed(word: number): number {
  let value = word ^ (word >>> 16);
  value = Math.imul(value, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
