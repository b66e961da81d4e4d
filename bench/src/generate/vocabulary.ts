/**
 * Which words a page uses, and how often. A word is its rank: the commonest are written out, the
 * others are made of syllables, so the vocabulary has no end and no table.
 *
 * Ranks follow a Zipf-Mandelbrot law, steeper in the tail, as natural text does beyond its core
 * vocabulary (Ferrer i Cancho, Sole 2001; Gerlach, Altmann 2013). A tail of exponent b makes the
 * distinct words grow as words^(1/b): Heaps' law follows from the draw and needs no bookkeeping.
 */
import { exp, ln } from "./arithmetic.ts";
import type { Random } from "./random.ts";
import { ADJECTIVES, FUNCTION_WORDS, NOUNS, OTHER_WORDS, VERBS } from "./words.ts";

/** (rank + 3)^-0.97 up to rank 2,200; rank^-2.05 above it. Fitted, see `targets.ts`. */
const SHIFT = 3;
const HEAD_EXPONENT = 0.97;
const TAIL_EXPONENT = 2.05;
const HEAD = 2200;
/** More than any corpus reaches; keeps `spell` within whole numbers. */
const LAST_RANK = 1e9;

/** Words of higher rank have topics they belong to. */
const TOPICAL_FROM = 250;
/** Share of their draws that goes to words of the page's own topic. */
const TOPICAL_SHARE = 0.6;

const ONSETS = "b d f g h k l m n p r s t v z br cl dr gr pl pr st tr sk".split(" ");
const VOWELS = ["a", "e", "i", "o", "u"];
const CODAS = ["", "n", "r", "l", "s", "t", "m", "k"];
/** Ends of names, so that no name is a word. */
const NAME_CODAS = ["x", "nd"];
const SYLLABLES = ONSETS.length * VOWELS.length;
/** Prime to the number of words of each length: neighbours in rank look nothing alike. */
const STRIDE = 1_000_003;

const WRITTEN: readonly string[] = [
  ...FUNCTION_WORDS,
  ...interleaved([OTHER_WORDS, NOUNS, VERBS, ADJECTIVES]),
];

/** Words by rank, drawn for a topic. */
export class Vocabulary {
  readonly #topics: number;
  /** Running sums of the weights of ranks 1 to HEAD, the tail's at the end. */
  readonly #sums = new Float64Array(HEAD + 1);

  constructor(topics: number) {
    this.#topics = topics;
    let sum = 0;
    for (let rank = 1; rank <= HEAD; rank += 1) {
      sum += exp(-HEAD_EXPONENT * ln(rank + SHIFT));
      this.#sums[rank - 1] = sum;
    }
    const last = exp(-HEAD_EXPONENT * ln(HEAD + SHIFT));
    this.#sums[HEAD] = sum + (last * HEAD) / (TAIL_EXPONENT - 1);
  }

  /** A word of a page of this topic. */
  draw(random: Random, topic: number): string {
    return word(this.#topical(this.#rank(random), random, topic));
  }

  #rank(random: Random): number {
    const total = this.#sums[HEAD] ?? 0;
    const at = random.unit() * total;
    if (at >= (this.#sums[HEAD - 1] ?? 0)) {
      const far = exp(-ln(1 - random.unit()) / (TAIL_EXPONENT - 1));
      return Math.min(LAST_RANK, Math.floor(HEAD * far) + 1);
    }
    let low = 0;
    let high = HEAD - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  }

  /**
   * Moves a rank to the topic's own of the same block. Blocks are short against the rank, so its
   * frequency stays what it was over all topics; rarer words are of fewer topics.
   */
  #topical(rank: number, random: Random, topic: number): number {
    if (rank < TOPICAL_FROM || !random.chance(TOPICAL_SHARE)) return rank;
    const block = Math.min(this.#topics, Math.floor(rank / 8));
    return rank - (rank % block) + (topic % block);
  }
}

/** The word of a rank from 1. */
export function word(rank: number): string {
  return WRITTEN[rank - 1] ?? spell(rank - 1 - WRITTEN.length, CODAS);
}

/** The n-th proper name, from 0: a word of syllables that `word` never gives. */
export function properName(number: number): string {
  return spell(number, NAME_CODAS);
}

/** A different string for every number: syllables of one onset and one vowel, one coda at the end. */
function spell(number: number, codas: readonly string[]): string {
  let length = 2;
  let size = SYLLABLES * SYLLABLES * codas.length;
  let rest = number;
  for (; rest >= size; length += 1) {
    rest -= size;
    size *= SYLLABLES;
  }
  let code = (rest * STRIDE) % size;
  const coda = codas[code % codas.length] ?? "";
  code = Math.floor(code / codas.length);
  let text = "";
  for (let at = 0; at < length; at += 1) {
    const syllable = code % SYLLABLES;
    code = Math.floor(code / SYLLABLES);
    text += (ONSETS[Math.floor(syllable / 5)] ?? "") + (VOWELS[syllable % 5] ?? "");
  }
  return text + coda;
}

/** The lists dealt into one, each evenly over its length; a word of two lists is taken once. */
function interleaved(lists: readonly (readonly string[])[]): string[] {
  const dealt = lists.flatMap((list) =>
    list.map((item, at) => ({ item, place: (at + 0.5) / list.length })),
  );
  const common = new Set(FUNCTION_WORDS);
  const all = dealt.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
  return [...new Set(all)].filter((item) => !common.has(item));
}
