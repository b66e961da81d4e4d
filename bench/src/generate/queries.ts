/** Labelled questions about generated pages, in the format of `queries.*.jsonl`. */
import type { LabelledQuery } from "../corpus.ts";
import { linksOf } from "./links.ts";
import type { Outline, Plan } from "./outline.ts";
import { PURPOSE, Random } from "./random.ts";

/** Share of what could be asked, in a small corpus. */
const SHARE = 0.35;
/** About as many as that makes of this many pages; larger corpora get no more. */
const MOST_PAGES = 5000;

/**
 * The questions whose wording stands on a page: `question` (a heading), `identifier`, `error` and
 * `alert` of the page itself, `anchor` (the text of a link on it, in words of its own, with the page
 * as `sources`, for it holds the query word for word).
 */
export function queriesOf(plan: Plan, page: Outline): LabelledQuery[] {
  const random = new Random(plan.seed, PURPOSE.queries, page.number);
  const share = SHARE * Math.min(1, MOST_PAGES / plan.pages);
  const queries: LabelledQuery[] = [];
  const ask = (query: Omit<LabelledQuery, "id" | "sources">, sources: readonly string[] = []) => {
    if (!random.chance(share)) return;
    queries.push({ id: `g${page.number}-${queries.length}`, ...query, sources });
  };
  for (const { text, id, isQuestion } of page.headings) {
    if (!isQuestion) continue;
    ask({ query: text, kind: "question", relevant: [{ path: page.path, section: id }] });
  }
  const own = [
    ["identifier", page.identifier],
    ["error", page.error],
    ["alert", page.alert?.name],
  ] as const;
  for (const [kind, query] of own) {
    if (query !== undefined) ask({ query, kind, relevant: [{ path: page.path }] });
  }
  const free = linksOf(plan, page).find(({ isFree }) => isFree);
  if (free !== undefined) {
    const { text, target, heading } = free;
    const section = heading === undefined ? {} : { section: heading.id };
    const relevant = [{ path: target.path, ...section }];
    ask({ query: text, kind: "anchor", relevant }, [page.path]);
  }
  return queries;
}
