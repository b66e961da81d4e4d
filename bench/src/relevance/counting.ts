/** Ranking by what a search of plain files tells: how many of the words, then how often. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { pages } from "../corpus.ts";
import { bestPages, type System, wholeRanking } from "./system.ts";

/** How often something stands on which page, by the page's number. */
type Counts = ReadonlyMap<number, number>;

/** More matches than any page has: distinct words come first. */
const WORD_OVER_MATCHES = 1e9;

/**
 * Pages by how many distinct words of the query stand on them, then by all their matches, then by
 * path. Counts are those of `rg -i -F --count-matches WORD`, made in process: a process a word would
 * take minutes, and not every machine has ripgrep. A word matches inside of others.
 */
export function counting(folder: string): System {
  const files = pages(folder);
  const runsOfPages = new RunIndex(
    files.map((file) => readFileSync(path.join(folder, file), "utf8")),
  );
  const known = new Map<string, Counts>();
  return wholeRanking("counting, as by ripgrep", (query, most) => {
    const scores = new Float64Array(files.length);
    for (const word of new Set(runs(query))) {
      const counts = known.get(word) ?? runsOfPages.counts(word);
      known.set(word, counts);
      for (const [page, matches] of counts) {
        scores[page] = (scores[page] ?? 0) + WORD_OVER_MATCHES + matches;
      }
    }
    const held = new Map<string, number>();
    for (const [page, file] of files.entries()) {
      const score = scores[page] ?? 0;
      if (score > 0) held.set(file, score);
    }
    return bestPages(held, most);
  });
}

/** Every distinct run of letters and digits with its pages, searched through as one text. */
class RunIndex {
  readonly #pagesOfRuns: readonly Counts[];
  /** The runs, each behind a line break. */
  readonly #text: string;
  /** Where the line break before each run is. */
  readonly #starts: Uint32Array;

  constructor(texts: readonly string[]) {
    const vocabulary = new Map<string, Map<number, number>>();
    for (const [page, text] of texts.entries()) {
      for (const run of runs(text)) {
        const counts = vocabulary.get(run) ?? new Map<number, number>();
        counts.set(page, (counts.get(page) ?? 0) + 1);
        vocabulary.set(run, counts);
      }
    }
    this.#pagesOfRuns = [...vocabulary.values()];
    this.#starts = new Uint32Array(vocabulary.size);
    let length = 0;
    for (const [at, run] of [...vocabulary.keys()].entries()) {
      this.#starts[at] = length;
      length += run.length + 1;
    }
    this.#text = [...vocabulary.keys()].map((run) => `\n${run}`).join("");
  }

  /** A word of letters and digits cannot reach over the end of a run, so all its matches are in runs. */
  counts(word: string): Counts {
    const counts = new Map<number, number>();
    let run = 0;
    for (
      let found = this.#text.indexOf(word);
      found !== -1;
      found = this.#text.indexOf(word, found + word.length)
    ) {
      while ((this.#starts[run + 1] ?? Number.POSITIVE_INFINITY) < found) run += 1;
      for (const [page, count] of this.#pagesOfRuns[run] ?? []) {
        counts.set(page, (counts.get(page) ?? 0) + count);
      }
    }
    return counts;
  }
}

function runs(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
