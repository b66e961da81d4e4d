import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, expect, it } from "vitest";

import { sampleHandbook } from "../src/corpus.ts";
import { many } from "../src/many.ts";
import { manyProblems, manyTable } from "../src/many/report.ts";
import { render } from "../src/report.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-many-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));

// The editor's process runs TypeScript as it is, which an older Node does not; Linux tells of locks.
it.runIf(process.platform === "linux" && process.features.typescript)(
  "finds no failure while servers are killed, and nothing left of them",
  async () => {
    const server = { node: process.execPath, bin };
    const options = { changes: 30, servers: 3, kills: 4, stoppedMs: 500 };
    const run = await many(sampleHandbook(scratch), scratch, server, options);
    // How long the lead is vacant is a figure of the bench.
    const problems = manyProblems(run).filter((problem) => !problem.startsWith("nobody led"));
    expect(problems).toEqual([]);
    expect([run.killed, run.indexRuns]).toEqual([4, 1]);
    expect(run.promotions.length).toBeGreaterThan(0);
    expect(run.searchesWhileStopped).toBeGreaterThan(0);
    expect(render(manyTable(run))).not.toContain("NaN");
  },
);

it("tells what may not be", () => {
  const counts = { changes: 1, seconds: 1, searches: 1, hits: 1, reads: 1, killed: 2 };
  const others = { indexRuns: 0, killedIndexRuns: 0, searchesWhileStopped: 1, leftBehind: 0 };
  const problems = manyProblems({
    ...counts,
    ...others,
    otherBeforeMerge: 0,
    promotions: [10, 2000],
    failures: ["a failure"],
    lies: ["a lie"],
    differences: ["a difference"],
    orphans: 1,
    locks: ["leader.lock"],
  });
  expect(problems).toEqual([
    "a failure",
    "a lie",
    "a difference",
    "nobody led for 2000 ms",
    "1 servers outlived their hosts",
    "still locked: leader.lock",
  ]);
});
