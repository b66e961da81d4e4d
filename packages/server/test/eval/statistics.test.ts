import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { estimate, ndcg, randomisationTest, reciprocal } from "../../src/eval/statistics.ts";

describe("estimate", () => {
  it("is the mean with its standard error", () => {
    // Deviation of 2, 4, 4, 4, 5, 5, 7, 9 is sqrt(32 / 7); the error that over sqrt(8).
    const { mean, error } = estimate([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(mean).toBe(5);
    expect(error).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
    expect(estimate([1, 1, 1])).toEqual({ mean: 1, error: 0 });
  });

  it("knows no error of a single value", () => {
    expect(estimate([0.5])).toEqual({ mean: 0.5, error: null });
  });
});

describe("reciprocal", () => {
  it("is 0 without a rank", () => {
    expect([1, 4, null].map(reciprocal)).toEqual([1, 0.25, 0]);
  });
});

describe("ndcg", () => {
  it("has the values reckoned by hand", () => {
    expect(ndcg([3, 2, 1], [1, 3, 2])).toBe(1);
    expect(ndcg([0, 1], [1])).toBeCloseTo(1 / Math.log2(3), 12);
    // (7/1 + 0 + 3/2) / (7/1 + 3/log2(3) + 1/2)
    expect(ndcg([3, 0, 2], [3, 2, 1])).toBeCloseTo(8.5 / (7.5 + 3 / Math.log2(3)), 12);
    expect(ndcg([], [2])).toBe(0);
  });

  it("looks no deeper than asked, for the ideal either", () => {
    expect(ndcg([0, 3], [3], 1)).toBe(0);
    expect(ndcg([3, 0], [3, 3, 3], 1)).toBe(1);
  });

  it("is 1 for the best order and never more", () => {
    const grades = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(grades, fc.infiniteStream(fc.nat()), (relevant, order) => {
        const best = [...relevant].sort((a, b) => b - a);
        const mixed = relevant
          .map((grade) => ({ grade, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ grade }) => grade);
        expect(ndcg(best, mixed)).toBeCloseTo(1, 12);
        expect(ndcg(mixed, relevant)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe("randomisationTest", () => {
  it("comes near the exact value", () => {
    // Of the 32 ways to set five equal signs, two are as far from 0.
    expect(randomisationTest([1, 1, 1, 1, 1])).toBeCloseTo(2 / 32, 2);
    // They sum to 4, and of eight ways four are as far: 6, 4, -4 and -6.
    expect(randomisationTest([3, 2, -1, 0])).toBeCloseTo(0.5, 1);
  });

  it("is least when all of many differ the same way, and never 0", () => {
    expect(randomisationTest(Array.from({ length: 50 }, () => 0.5))).toBe(1 / 10_001);
  });

  it("is 1 for identical runs", () => {
    const ranks = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(ranks, (run) => {
        expect(randomisationTest(run.map((value) => value - value))).toBe(1);
      }),
    );
  });

  it("does not ask which run is called the first, nearly", () => {
    const differences = [0.5, -0.25, 0.75, 0.1, 0, 0.3];
    const other = differences.map((difference) => -difference);
    expect(randomisationTest(other)).toBeCloseTo(randomisationTest(differences), 1);
    expect(randomisationTest(differences)).toBe(randomisationTest(differences));
  });
});
