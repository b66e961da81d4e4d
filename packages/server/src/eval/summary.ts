import type { Answer } from "./ask.ts";
import { type Estimate, estimate, reciprocal } from "./statistics.ts";

/** What is measured of each question and averaged, by the names that thresholds use. */
export const MEASURES = ["r@1", "r@5", "r@10", "mrr", "ndcg", "section@1", "section@5"] as const;

/** The name of a measure. */
export type Measure = (typeof MEASURES)[number];

/** What an answer counts for each measure; `undefined` when the question is none of its. */
const VALUES: Readonly<Record<Measure, (answer: Answer) => number | undefined>> = {
  "r@1": ({ rank }) => within(rank, 1),
  "r@5": ({ rank }) => within(rank, 5),
  "r@10": ({ rank }) => within(rank, 10),
  mrr: ({ rank }) => reciprocal(rank),
  ndcg: ({ ndcg }) => ndcg,
  "section@1": ({ sectionRank }) => within(sectionRank, 1),
  "section@5": ({ sectionRank }) => within(sectionRank, 5),
};

/** Figures over some questions. */
export interface Summary {
  readonly queries: number;
  /** Questions that name a section: those that `section@1` and `section@5` are means of. */
  readonly sectionQueries: number;
  /** Questions to which nothing at all was answered. */
  readonly empty: number;
  /** Absent for the two of sections when no question names one. */
  readonly measures: Readonly<Partial<Record<Measure, Estimate>>>;
}

/** Figures by kind, and over all. */
export interface Summaries {
  readonly kinds: readonly (Summary & { readonly kind: string })[];
  readonly all: Summary;
}

/** The figures of answers, kinds in the order in which the questions first name them. */
export function summaries(answers: readonly Answer[]): Summaries {
  const byKind = groupByKind(answers, ({ question }) => question.kind);
  return {
    kinds: [...byKind].map(([kind, some]) => ({ kind, ...summary(some) })),
    all: summary(answers),
  };
}

/** Items by their kind, in the order in which kinds first occur. */
export function groupByKind<T>(
  items: readonly T[],
  kindOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const kind = kindOf(item);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [item]);
    else group.push(item);
  }
  return groups;
}

function summary(answers: readonly Answer[]): Summary {
  const measures: Partial<Record<Measure, Estimate>> = {};
  for (const measure of MEASURES) {
    const values = answers.flatMap((answer) => VALUES[measure](answer) ?? []);
    if (values.length > 0) measures[measure] = estimate(values);
  }
  return {
    queries: answers.length,
    sectionQueries: answers.filter(({ sectionRank }) => sectionRank !== undefined).length,
    empty: answers.filter(({ hits }) => hits.length === 0).length,
    measures,
  };
}

function within(rank: number | null | undefined, most: number): number | undefined {
  if (rank === undefined) return undefined;
  return rank !== null && rank <= most ? 1 : 0;
}
