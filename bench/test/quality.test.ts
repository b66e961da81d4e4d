import { expect, it } from "vitest";

import type { LabelledQuery } from "../src/corpus.ts";
import { estimate, ndcg, randomisationTest } from "../src/estimates.ts";
import { difference, verdict } from "../src/relevance/difference.ts";
import { ask, judge, quality } from "../src/relevance/quality.ts";
import { wholeRanking } from "../src/relevance/system.ts";

const query: LabelledQuery = {
  id: "1",
  query: "a question",
  kind: "question",
  relevant: [{ path: "best.md", grade: 3 }, { path: "related.md" }],
  sources: ["source.md"],
};
const ten = Array.from({ length: 10 }, (_, at) => `other-${at}.md`);

it("judges a ranking by the place of its first relevant page and by the grades of all", () => {
  const ideal = 7 + 1 / Math.log2(3);
  expect(judge(query, ["best.md", "related.md"])).toMatchObject({ reciprocal: 1, ndcg: 1 });
  const second = judge(query, ["other.md", "related.md", "best.md"]);
  expect(second.reciprocal).toBe(1 / 2);
  expect(second.ndcg).toBeCloseTo((1 / Math.log2(3) + 7 / 2) / ideal);
  expect(judge(query, [...ten, "best.md"])).toMatchObject({
    reciprocal: 0,
    ndcg: 0,
    isEmpty: false,
  });
  expect(judge(query, [])).toMatchObject({ reciprocal: 0, ndcg: 0, isEmpty: true });
});

it("takes a page twice among the relevant ones for its best grade", () => {
  const twice = {
    ...query,
    relevant: [
      { path: "a.md", grade: 1 },
      { path: "a.md", grade: 2 },
    ],
  };
  expect(judge(twice, ["a.md"]).ndcg).toBe(1);
});

it("sums judged rankings up", () => {
  const rankings = [
    ["best.md"],
    ["x.md", "best.md"],
    ["x.md", "y.md", "z.md", "v.md", "w.md", "best.md"],
    [],
  ];
  const figures = quality(
    "some",
    "question",
    rankings.map((ranking) => judge(query, ranking)),
  );
  const mean = (1 + 1 / 2 + 1 / 6) / 4;
  const deviations = [1, 1 / 2, 1 / 6, 0].map((value) => (value - mean) ** 2);
  expect(figures).toMatchObject({ queries: 4, first: 1 / 4, fifth: 2 / 4, tenth: 3 / 4, empty: 1 });
  expect(figures.mrr).toBeCloseTo(mean);
  expect(figures.error).toBeCloseTo(Math.sqrt(deviations.reduce((a, b) => a + b) / 3 / 4));
  expect(estimate([1])).toEqual({ mean: 1, error: null });
});

it("takes the sources of a query out before places are counted", async () => {
  const system = wholeRanking("some", (_, most) => ["source.md", ...ten, "best.md"].slice(0, most));
  const [judged] = await ask(system, [query]);
  expect(judged).toMatchObject({ reciprocal: 0 });
  const first = wholeRanking("some", () => ["source.md", "best.md"]);
  expect((await ask(first, [query]))[0]).toMatchObject({ reciprocal: 1 });
  const only = wholeRanking("some", () => ["source.md"]);
  expect((await ask(only, [query]))[0]).toMatchObject({ isEmpty: true });
});

it("normalises gains by the best order there could be", () => {
  expect(ndcg([3, 2, 1], [1, 2, 3], 10)).toBe(1);
  expect(ndcg([0, 3], [3], 10)).toBeCloseTo(1 / Math.log2(3));
  expect(ndcg([0, 3], [3], 1)).toBe(0);
});

it("tells a difference from chance, in the same way each time", () => {
  const won = judge(query, ["best.md"]);
  const lost = judge(query, ["x.md", "best.md"]);
  const below = difference("question", "other", many(lost), many(won));
  expect(below).toMatchObject({ queries: 20, difference: -0.5 });
  expect(below.p).toBeLessThan(0.001);
  expect(verdict(below)).toBe("BELOW");
  expect(verdict(difference("question", "other", many(won), many(lost)))).toBe("above");
  const even = difference("question", "other", [won, lost], [lost, won]);
  expect(even).toMatchObject({ difference: 0, p: 1 });
  expect(verdict(even)).toBe("");
  const differences = [0.5, -0.2, 0.1, 0.3, -0.1, 0.4];
  expect(randomisationTest(differences)).toBe(randomisationTest(differences));
  expect(randomisationTest(differences)).toBeCloseTo(exactly(differences), 1);
});

function many<T>(item: T): T[] {
  return Array.from({ length: 20 }, () => item);
}

/** The share of all settings of the signs, one by one. */
function exactly(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((a, b) => a + b));
  const ways = 2 ** differences.length;
  let asFar = 0;
  for (let way = 0; way < ways; way += 1) {
    const sum = differences.reduce(
      (total, value, at) => total + (way & (1 << at) ? value : -value),
      0,
    );
    if (Math.abs(sum) >= observed - 1e-9) asFar += 1;
  }
  return asFar / ways;
}
