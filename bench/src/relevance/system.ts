/** What is compared: anything that ranks pages for a query. */

/** A way to search the pages of one corpus. */
export interface System {
  /** As tables and plots call it. */
  readonly name: string;
  /**
   * Distinct pages without the excluded ones, best first: as many as match, or {@link DEPTH} and
   * more.
   */
  search(query: string, excluded: readonly string[]): Promise<readonly string[]>;
}

/** Pages of a ranking that count. */
export const DEPTH = 10;

/** Makes a system of a ranking that cannot leave pages out: it is asked for that many more. */
export function wholeRanking(
  name: string,
  rank: (query: string, most: number) => readonly string[],
): System {
  return {
    name,
    search: (query, excluded) => {
      const left = new Set(excluded);
      const found = rank(query, DEPTH + left.size);
      return Promise.resolve(found.filter((page) => !left.has(page)));
    },
  };
}

/** Pages by their best score, best first, ties by path; at most `most`, which is at least 1. */
export function bestPages(scores: ReadonlyMap<string, number>, most: number): string[] {
  type Scored = readonly [page: string, score: number];
  const before = ([a, first]: Scored, [b, second]: Scored): number =>
    second - first || (a < b ? -1 : 1);
  // Common words score every page, of which a handful is asked for: sorting all takes longest.
  let best: Scored[] = [];
  let floor = Number.NEGATIVE_INFINITY;
  for (const scored of scores) {
    if (scored[1] < floor) continue;
    best.push(scored);
    if (best.length < most * 2) continue;
    best = best.toSorted(before).slice(0, most);
    floor = best.at(-1)?.[1] ?? floor;
  }
  return best
    .toSorted(before)
    .slice(0, most)
    .map(([page]) => page);
}
