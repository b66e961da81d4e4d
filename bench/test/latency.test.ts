import { expect, it } from "vitest";

import { latencyTables, stagesOf } from "../src/latency.ts";

it("sums up the stages of each search", () => {
  const samples = Array.from({ length: 100 }, (_, at) => [at, at / 2, 1, 2, 3, 4]);
  const stages = stagesOf(samples);
  expect(stages.map(({ stage }) => stage)).toEqual([
    "whole",
    "understand",
    "retrieve",
    "rescore",
    "verify",
    "snippet",
  ]);
  expect(stages[0]).toEqual({ stage: "whole", p50: 50, p95: 95, p99: 99 });
  expect(stages[1]?.p50).toBe(25);
  expect(() => stagesOf([[1, 2]])).toThrow("a search has 6 times");
  const way = { way: "in Rust", searches: 100, p50: 1, p95: 2, p99: 3 };
  const [ways, table] = latencyTables({
    ways: [way, { ...way, way: "FTS5 page rows, in process", p95: 4 }],
    stages,
  });
  expect(ways.rows[0]).toEqual(["in Rust", "100", "1.000", "2.000", "3.000", "0.50"]);
  expect(table.rows).toHaveLength(6);
});
