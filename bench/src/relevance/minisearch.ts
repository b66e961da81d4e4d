/** MiniSearch, which searches many documentation sites in the browser. */
import MiniSearch from "minisearch";

import type { PageSections } from "../sections.ts";
import { bestPages, type System, wholeRanking } from "./system.ts";

const tokenize = MiniSearch.getDefault("tokenize") as (text: string) => string[];
const processTerm = MiniSearch.getDefault("processTerm") as (
  word: string,
) => string | string[] | null | undefined | false;

/**
 * One row a section; its defaults (words joined by OR, no prefixes, nothing fuzzy) with the boost of
 * 2 that its manual shows, on title and headings.
 */
export function miniSearch(pages: readonly PageSections[]): System {
  const rows = pages.flatMap(({ path, title, sections }) =>
    sections.map(({ trail, body }) => ({ path, title, headings: trail.join(" "), body })),
  );
  const index = new MiniSearch({
    fields: ["title", "headings", "body"],
    searchOptions: { boost: { title: 2, headings: 2 } },
  });
  index.addAll(rows.map((row, id) => ({ id, ...row })));
  const known = new Map<string, WordScores>();
  return wholeRanking("MiniSearch", (query, most) => {
    const scores = new Float64Array(rows.length);
    const matched = new Uint32Array(rows.length);
    const asked = new Set<string>();
    for (const word of wordsOf(query)) {
      const worth = known.get(word) ?? scoresOf(index, word);
      known.set(word, worth);
      for (const [at, row] of worth.rows.entries()) {
        scores[row] = (scores[row] ?? 0) + (worth.scores[at] ?? 0);
        if (!asked.has(word)) matched[row] = (matched[row] ?? 0) + 1;
      }
      asked.add(word);
    }
    const best = new Map<string, number>();
    for (const [row, { path }] of rows.entries()) {
      // As MiniSearch joins words by OR: their sum times how many of them the row has.
      const score = (scores[row] ?? 0) * (matched[row] ?? 0);
      if (score > (best.get(path) ?? 0)) best.set(path, score);
    }
    return bestPages(best, most);
  });
}

/** What MiniSearch gives each row for one word, side by side. */
interface WordScores {
  readonly rows: number[];
  readonly scores: number[];
}

/**
 * Words are asked one by one and their scores kept: MiniSearch makes an object of every row that
 * holds any word of a query, which takes the longest of all systems.
 */
function scoresOf(index: MiniSearch, word: string): WordScores {
  const worth: WordScores = { rows: [], scores: [] };
  index.search(word, {
    tokenize: (text) => [text],
    filter: ({ id, score }) => {
      worth.rows.push(id as number);
      worth.scores.push(score);
      return false;
    },
  });
  return worth;
}

/** The words of a query as MiniSearch sees them. */
function wordsOf(query: string): string[] {
  const processed = tokenize(query).flatMap((word) => processTerm(word));
  return processed.filter((word): word is string => typeof word === "string" && word !== "");
}
