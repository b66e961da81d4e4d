/** MiniSearch, which searches many documentation sites in the browser. */
import MiniSearch from "minisearch";

import type { PageSections } from "../sections.ts";
import { bestPages, type System, wholeRanking } from "./system.ts";

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
  return wholeRanking("MiniSearch", (query, most) => {
    const best = new Map<string, number>();
    for (const { id, score } of index.search(query)) {
      const page = rows[id as number]?.path ?? "";
      best.set(page, Math.max(score, best.get(page) ?? 0));
    }
    return bestPages(best, most);
  });
}
