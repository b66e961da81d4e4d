/** Whether one system is better than another at the same queries. */
import { estimate, randomisationTest } from "../estimates.ts";
import type { Judged } from "./quality.ts";

/** Below this a difference is taken for one. */
const SIGNIFICANT = 0.05;

/** One system against another over the queries of one kind. */
export interface Difference {
  readonly kind: string;
  readonly against: string;
  readonly queries: number;
  /** Its MRR less that of the other. */
  readonly difference: number;
  /** Of a two-sided paired randomisation test with 10,000 sign flips; for this kind alone. */
  readonly p: number;
}

/** Compares answers to the same queries in the same order. Takes at least one. */
export function difference(
  kind: string,
  against: string,
  own: readonly Judged[],
  other: readonly Judged[],
): Difference {
  const differences = own.map(({ reciprocal }, at) => reciprocal - (other[at]?.reciprocal ?? 0));
  return {
    kind,
    against,
    queries: own.length,
    difference: estimate(differences).mean,
    p: randomisationTest(differences),
  };
}

/** What a difference says: `below` or `above` where it is significant. */
export function verdict({ difference: mean, p }: Difference): string {
  if (p >= SIGNIFICANT) return "";
  return mean < 0 ? "BELOW" : "above";
}

/** A difference with its sign. */
export function signed(value: number, digits = 3): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(digits)}`;
}
