/**
 * Figures over lists of numbers: pure, and the same in every run. Defined as `lectern eval` defines
 * them, so that its output and the bench's can be held against each other.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number;
  /** By the sample's deviation (n - 1); null for a single value, which says nothing about its spread. */
  readonly error: number | null;
}

/** Standard errors to either side of a mean that hold the true one in 95 of 100 cases. */
export const NINETY_FIVE = 1.96;

/** Sign flips of a {@link randomisationTest}. */
const FLIPS = 10_000;
/** Where the flips start: any number, but always the same. */
const SEED = 20_261_125;
/** Sums of the same numbers in another order differ by less. */
const ROUNDING = 1e-9;

/** Mean and standard error. Takes at least one value. */
export function estimate(values: readonly number[]): Estimate {
  const mean = sum(values) / values.length;
  if (values.length < 2) return { mean, error: null };
  const variance = sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

/**
 * Normalised discounted cumulative gain over the first `depth` places, 0 to 1. `found` are the grades
 * of what was answered, best place first, 0 for what is not relevant; `relevant` the grades of all
 * that could be, at least one above 0. A grade gains 2^grade - 1, discounted by log2(place + 1).
 */
export function ndcg(found: readonly number[], relevant: readonly number[], depth: number): number {
  const ideal = relevant.toSorted((a, b) => b - a);
  return gain(found.slice(0, depth)) / gain(ideal.slice(0, depth));
}

/**
 * Two-sided paired randomisation test: how probable a mean at least as far from 0 is when each
 * difference may as well have the other sign. Between 1 / 10,001 and 1; 1 when nothing differs.
 */
export function randomisationTest(differences: readonly number[]): number {
  // A pair without a difference adds nothing, whichever way round it is.
  const differing = differences.filter((difference) => difference !== 0);
  const observed = Math.abs(sum(differing));
  const random = xoroshiro128plus(SEED);
  let asFar = 0;
  for (let flip = 0; flip < FLIPS; flip += 1) {
    let flipped = 0;
    for (const difference of differing) flipped += random.next() < 0 ? -difference : difference;
    if (Math.abs(flipped) >= observed - ROUNDING) asFar += 1;
  }
  // The observed signs are one of the ways, so that p is never 0.
  return (asFar + 1) / (FLIPS + 1);
}

function gain(grades: readonly number[]): number {
  return sum(grades.map((grade, index) => (2 ** grade - 1) / Math.log2(index + 2)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
