import { createHash } from "node:crypto";

import type { Hit, Signals } from "@lectern/native";

import type { Answer } from "./ask.ts";

/** A question whose first page is not relevant. */
export interface Failure {
  readonly id: string;
  readonly query: string;
  readonly kind: string;
  /** What answers it: `path` or `path#section`. */
  readonly expected: readonly string[];
  /** What came first; null when nothing was answered. */
  readonly first: Place | null;
  /** The first relevant page, when it is among the ten; else null. */
  readonly found: Place | null;
}

/** A hit, where it stands and why. */
export interface Place {
  /** From 1. */
  readonly rank: number;
  readonly path: string;
  readonly section: string;
  readonly score: number;
  readonly signals: Signals;
}

/**
 * At most `count` of the questions that failed, drawn from all of them whatever their order, and in
 * the order of the questions. The same questions are drawn in every run in which they fail.
 */
export function failures(answers: readonly Answer[], count: number): Failure[] {
  const failed = answers.filter(({ rank }) => rank !== 1);
  const drawn = new Set(failed.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1)).slice(0, count));
  return failed
    .filter((answer) => drawn.has(answer))
    .map(({ question, hits, rank }) => {
      const { id, query, kind, relevant } = question;
      return {
        id,
        query,
        kind,
        expected: relevant.map(({ path, section }) =>
          section === undefined ? path : `${path}#${section}`,
        ),
        first: placeOf(hits, 1),
        found: rank === null ? null : placeOf(hits, rank),
      };
    });
}

/** A place in the draw: files are often in order of kind, so that the first to fail are of one. */
function lot({ question: { id, query } }: Answer): string {
  return `${createHash("md5").update(query, "utf8").digest("hex")} ${id}`;
}

function placeOf(hits: readonly Hit[], rank: number): Place | null {
  const hit = hits[rank - 1];
  if (hit === undefined) return null;
  const { path, section, score, signals } = hit;
  return { rank, path, section, score, signals };
}
