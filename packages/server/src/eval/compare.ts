import { InputError } from "./input-error.ts";
import type { EarlierRecord, EarlierRun, LinkTextUse, QuestionRecord } from "./record.ts";
import { estimate, randomisationTest } from "./statistics.ts";
import { groupByKind } from "./summary.ts";

/** How much a mean differs from that of another run over the same questions. */
export interface Difference {
  /** Mean of this run less that of the other. */
  readonly difference: number;
  /** Of a two-sided paired randomisation test with 10,000 sign flips. */
  readonly p: number;
}

/** Differences over some questions. */
export interface Compared {
  readonly queries: number;
  readonly mrr: Difference;
  readonly "r@1": Difference;
}

/** A run held against another. */
export interface Comparison {
  /** How link texts counted in this run and in the other; absent when in the same way. */
  readonly linkTexts?: { readonly here: string; readonly there: string };
  /** Questions of this run, and of the other, that are not compared. */
  readonly onlyHere: number;
  readonly onlyThere: number;
  readonly kinds: readonly (Compared & { readonly kind: string })[];
  readonly all: Compared;
}

/**
 * Compares the questions that both runs have by id and text, by kind and over all.
 *
 * @throws {@link InputError} when there are none.
 */
export function compare(
  here: { readonly use: LinkTextUse; readonly questions: readonly QuestionRecord[] },
  there: EarlierRun,
): Comparison {
  const earlier = new Map(there.questions.map((record) => [key(record), record]));
  const pairs = here.questions.flatMap((now): Pair[] => {
    const before = earlier.get(key(now));
    return before === undefined ? [] : [{ now, before }];
  });
  if (pairs.length === 0) {
    throw new InputError("--compare: the other run has no question of this one, by id and query");
  }
  const byKind = groupByKind(pairs, ({ now }) => now.kind);
  const linkTexts = { here: useText(here.use), there: useText(there.use) };
  return {
    ...(linkTexts.here !== linkTexts.there && { linkTexts }),
    onlyHere: here.questions.length - pairs.length,
    onlyThere: earlier.size - pairs.length,
    kinds: [...byKind].map(([kind, some]) => ({ kind, ...compared(some) })),
    all: compared(pairs),
  };
}

interface Pair {
  readonly now: QuestionRecord;
  readonly before: EarlierRecord;
}

function compared(pairs: readonly Pair[]): Compared {
  return {
    queries: pairs.length,
    mrr: difference(pairs.map(({ now, before }) => now.reciprocalRank - before.reciprocalRank)),
    "r@1": difference(pairs.map(({ now, before }) => first(now) - first(before))),
  };
}

/** 1 when the first page is relevant, else 0. */
function first({ reciprocalRank }: EarlierRecord): number {
  return reciprocalRank === 1 ? 1 : 0;
}

function difference(differences: readonly number[]): Difference {
  return { difference: estimate(differences).mean, p: randomisationTest(differences) };
}

/** How link texts counted, in a few words. */
function useText(use: LinkTextUse | undefined): string {
  if (use === undefined) return "not told";
  const { anchors, ignoredPages } = use;
  if (ignoredPages === undefined) return anchors;
  return `${anchors}, but of ${ignoredPages} ${ignoredPages === 1 ? "page" : "pages"}`;
}

function key({ id, query }: EarlierRecord): string {
  return JSON.stringify([id, query]);
}
