import type { Answer } from "./ask.ts";
import { type Estimate, estimate, reciprocal } from "./statistics.ts";

/** What is measured of each question and averaged, by the names that thresholds use. */
export const MEASURES = ["r@1", "r@5", "r@10", "mrr", "ndcg", "section@1", "section@5"] as const;

/** The name of a measure. */
export type Measure = (typeof MEASURES)[number];

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

/** What an answer counts for a measure; `undefined` when the question is none of its. */
export function valueOf(answer: Answer, measure: Measure): number | undefined {
  const { rank, sectionRank } = answer;
  switch (measure) {
    case "r@1":
      return within(rank, 1);
    case "r@5":
      return within(rank, 5);
    case "r@10":
      return within(rank, 10);
    case "mrr":
      return reciprocal(rank);
    case "ndcg":
      return answer.ndcg;
    case "section@1":
      return sectionRank === undefined ? undefined : within(sectionRank, 1);
    case "section@5":
      return sectionRank === undefined ? undefined : within(sectionRank, 5);
  }
}

function summary(answers: readonly Answer[]): Summary {
  const measures: Partial<Record<Measure, Estimate>> = {};
  for (const measure of MEASURES) {
    const values = answers.flatMap((answer) => valueOf(answer, measure) ?? []);
    if (values.length > 0) measures[measure] = estimate(values);
  }
  return {
    queries: answers.length,
    sectionQueries: answers.filter(({ sectionRank }) => sectionRank !== undefined).length,
    empty: answers.filter(({ hits }) => hits.length === 0).length,
    measures,
  };
}

function within(rank: number | null, most: number): number {
  return rank !== null && rank <= most ? 1 : 0;
}
