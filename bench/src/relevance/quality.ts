/** How good rankings are, by kind of query; as `lectern eval` measures it. */
import type { LabelledQuery } from "../corpus.ts";
import { estimate, ndcg } from "../estimates.ts";
import { DEPTH, type System } from "./system.ts";

/** What a system answered to a query, and how good that is. */
export interface Judged {
  readonly kind: string;
  /** 1 / place of the first relevant page among the first ten; 0 when none is there. */
  readonly reciprocal: number;
  /** nDCG over the first ten pages by their grades, 0 to 1. */
  readonly ndcg: number;
  /** Nothing at all was answered. */
  readonly isEmpty: boolean;
}

/** Figures of one system over the queries of one kind. */
export interface Quality {
  readonly system: string;
  readonly kind: string;
  readonly queries: number;
  readonly mrr: number;
  /** Standard error of the MRR; null for a single query. */
  readonly error: number | null;
  /** Share of the queries with a relevant page at the first place, among five, among ten. */
  readonly first: number;
  readonly fifth: number;
  readonly tenth: number;
  readonly ndcg: number;
  /** Queries to which nothing at all was answered. */
  readonly empty: number;
}

/** Asks every query, its sources left out; answers in the order of the queries. */
export async function ask(system: System, queries: readonly LabelledQuery[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const query of queries) {
    judged.push(judge(query, await system.search(query.query, query.sources)));
  }
  return judged;
}

/** Judges a ranking that holds no source of the query. */
export function judge(query: LabelledQuery, ranking: readonly string[]): Judged {
  const grades = new Map<string, number>();
  for (const { path, grade = 1 } of query.relevant) {
    grades.set(path, Math.max(grade, grades.get(path) ?? 0));
  }
  const found = ranking.slice(0, DEPTH).map((page) => grades.get(page) ?? 0);
  const at = found.findIndex((grade) => grade > 0);
  return {
    kind: query.kind,
    reciprocal: at === -1 ? 0 : 1 / (at + 1),
    ndcg: ndcg(found, [...grades.values()], DEPTH),
    isEmpty: ranking.length === 0,
  };
}

/** The figures of some answers under one name for their kind. Takes at least one answer. */
export function quality(system: string, kind: string, judged: readonly Judged[]): Quality {
  const queries = judged.length;
  const { mean, error } = estimate(judged.map(({ reciprocal }) => reciprocal));
  const share = (place: number): number =>
    judged.filter(({ reciprocal }) => reciprocal >= 1 / place).length / queries;
  return {
    system,
    kind,
    queries,
    mrr: mean,
    error,
    first: share(1),
    fifth: share(5),
    tenth: share(DEPTH),
    ndcg: estimate(judged.map((answer) => answer.ndcg)).mean,
    empty: judged.filter(({ isEmpty }) => isEmpty).length,
  };
}

/** Figures as the cells of a table: `.730 ±.011`. */
export function withError(mean: number, error: number | null): string {
  return error === null ? mean.toFixed(3) : `${mean.toFixed(3)} ±${error.toFixed(3)}`;
}
