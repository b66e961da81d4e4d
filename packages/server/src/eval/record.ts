import type { Answer } from "./ask.ts";
import { InputError } from "./input-error.ts";
import { reciprocal } from "./statistics.ts";

/** What a report keeps of each question, and a later run is compared with. */
export interface QuestionRecord {
  readonly id: string;
  readonly query: string;
  readonly kind: string;
  /** Place of the first relevant page, 1 to 10; null for none. */
  readonly rank: number | null;
  readonly reciprocalRank: number;
  readonly ndcg: number;
  /** Place of the first relevant section, 1 to 10; null for none, absent when none is named. */
  readonly sectionRank?: number | null;
  /** Paths of the ten pages, best first. */
  readonly pages: readonly string[];
}

/** The record of an answer. */
export function recordOf({ question, hits, rank, ndcg, sectionRank }: Answer): QuestionRecord {
  const { id, query, kind } = question;
  return {
    id,
    query,
    kind,
    rank,
    reciprocalRank: reciprocal(rank),
    ndcg,
    ...(sectionRank !== undefined && { sectionRank }),
    pages: hits.map(({ path }) => path),
  };
}

/**
 * Which link texts counted in a run: all, none, or for each question those of the half of the pages
 * that does not hold its sources.
 */
export const ANCHORS = ["on", "off", "half"] as const;

/** One of {@link ANCHORS}. */
export type Anchors = (typeof ANCHORS)[number];

/** How the texts of links counted in a run, as its report says it. */
export interface LinkTextUse {
  readonly anchors: Anchors;
  /** How many pages' links were ignored by name; absent when none were named. */
  readonly ignoredPages?: number;
}

/** What a later run needs of an earlier one. */
export interface EarlierRun {
  /** Absent when its report does not say, as those of earlier versions. */
  readonly use?: LinkTextUse;
  readonly questions: readonly EarlierRecord[];
}

/** What of an earlier record is needed to compare with it. */
export type EarlierRecord = Pick<QuestionRecord, "id" | "query" | "reciprocalRank">;

/**
 * An earlier run, from its report.
 *
 * @param name - what to call the file in messages.
 * @throws {@link InputError} when it is no report of `lectern eval --json`.
 */
export function parseReport(text: string, name: string): EarlierRun {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    throw new InputError(`${name}: not JSON; it must be what lectern eval --json prints`);
  }
  const { questions, anchors: given, ignoredPages } = (report ?? {}) as Record<string, unknown>;
  if (!Array.isArray(questions)) {
    throw new InputError(
      `${name}: has no list of questions; it must be what lectern eval --json prints`,
    );
  }
  for (const [at, question] of questions.entries()) {
    if (!isEarlierRecord(question)) {
      throw new InputError(
        `${name}: questions[${at}] must have id, query and reciprocalRank (0 to 1)`,
      );
    }
  }
  const anchors = ANCHORS.find((known) => known === given);
  const ignored = typeof ignoredPages === "number" ? { ignoredPages } : {};
  return {
    ...(anchors !== undefined && { use: { anchors, ...ignored } }),
    questions: questions as EarlierRecord[],
  };
}

function isEarlierRecord(value: unknown): value is EarlierRecord {
  if (typeof value !== "object" || value === null) return false;
  const { id, query, reciprocalRank } = value as Partial<Record<keyof EarlierRecord, unknown>>;
  const isRank = typeof reciprocalRank === "number" && reciprocalRank >= 0 && reciprocalRank <= 1;
  return typeof id === "string" && typeof query === "string" && isRank;
}
