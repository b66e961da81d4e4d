/** Ranking by what a search of plain files tells: how many of the words, then how often. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { pages } from "../corpus.ts";
import { type System, wholeRanking } from "./system.ts";

/** How often something stands on which page. */
type Counts = ReadonlyMap<string, number>;

/**
 * Pages by how many distinct words of the query stand on them, then by all their matches, then by
 * path. Counts are those of `rg -i -F --count-matches WORD`, made in process: a process a word would
 * take minutes, and not every machine has ripgrep. A word matches inside of others.
 */
export function counting(folder: string): System {
  const vocabulary = vocabularyOf(folder);
  const known = new Map<string, Counts>();
  return wholeRanking("counting, as by ripgrep", (query, most) => {
    const held = new Map<string, { words: number; matches: number }>();
    for (const word of new Set(runs(query))) {
      const counts = known.get(word) ?? countsOf(vocabulary, word);
      known.set(word, counts);
      for (const [page, matches] of counts) {
        const before = held.get(page) ?? { words: 0, matches: 0 };
        held.set(page, { words: before.words + 1, matches: before.matches + matches });
      }
    }
    return [...held]
      .toSorted(([p, a], [q, b]) => b.words - a.words || b.matches - a.matches || (p < q ? -1 : 1))
      .slice(0, most)
      .map(([page]) => page);
  });
}

/** Every run of letters and digits with its pages. */
function vocabularyOf(folder: string): ReadonlyMap<string, Counts> {
  const vocabulary = new Map<string, Map<string, number>>();
  for (const page of pages(folder)) {
    for (const run of runs(readFileSync(path.join(folder, page), "utf8"))) {
      const counts = vocabulary.get(run) ?? new Map<string, number>();
      counts.set(page, (counts.get(page) ?? 0) + 1);
      vocabulary.set(run, counts);
    }
  }
  return vocabulary;
}

/** A word of letters and digits cannot reach over the end of a run, so all its matches are in runs. */
function countsOf(vocabulary: ReadonlyMap<string, Counts>, word: string): Counts {
  const counts = new Map<string, number>();
  for (const [run, inPages] of vocabulary) {
    const times = run.split(word).length - 1;
    if (times === 0) continue;
    for (const [page, count] of inPages) counts.set(page, (counts.get(page) ?? 0) + count * times);
  }
  return counts;
}

function runs(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
