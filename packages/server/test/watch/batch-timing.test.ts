import { describe, expect, it } from "vitest";

import { BatchTiming } from "../../src/watch/batch-timing.ts";
import { ChangedPaths, MOST_PATHS } from "../../src/watch/changed-paths.ts";
import { ANYTHING } from "../../src/watch/public-path.ts";

/** Events at given times, one path each; gives when batches of how many paths are handed over. */
function run(times: readonly number[]): { at: number; paths: number }[] {
  const timing = new BatchTiming();
  const batches: { at: number; paths: number }[] = [];
  let paths = 0;
  const handOverUntil = (time: number): void => {
    const due = timing.dueAt(paths);
    if (due === undefined || due > time) return;
    timing.handOver(due, paths);
    batches.push({ at: due, paths });
    paths = 0;
  };
  for (const time of times) {
    handOverUntil(time);
    timing.note(time);
    paths += 1;
  }
  handOverUntil(Number.POSITIVE_INFINITY);
  return batches;
}

const every = (ms: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * ms);

describe("a batch", () => {
  it("is not due before anything happened, nor again once it is handed over", () => {
    const timing = new BatchTiming();
    expect(timing.dueAt(0)).toBeUndefined();
    timing.note(10);
    timing.handOver(50, 1);
    expect(timing.dueAt(0)).toBeUndefined();
  });

  it("is handed over when 40 ms were quiet", () => {
    expect(run([0, 10, 30, 200])).toEqual([
      { at: 70, paths: 3 },
      { at: 240, paths: 1 },
    ]);
  });

  it("is handed over 400 ms after its first event although more come", () => {
    expect(run(every(20, 30))).toEqual([
      { at: 400, paths: 20 },
      { at: 620, paths: 10 },
    ]);
  });

  it("has all of a storm, whose quiet grows up to half a second", () => {
    expect(run(every(0.1, 3000))).toEqual([{ at: expect.closeTo(299.9 + 500), paths: 3000 }]);
    const [small] = run(every(0.1, 800));
    expect(small?.at).toBeCloseTo(79.9 + 40 + 92);
  });

  it("has the rest of a storm that began slowly", () => {
    expect(run(every(1, 3000))).toEqual([
      { at: 400, paths: 400 },
      { at: 2400, paths: 2000 },
      { at: 3499, paths: 600 },
    ]);
  });

  it("of an endless storm is handed over after 2 s", () => {
    expect(run(every(0.5, 12_000)).map(({ at }) => at)).toEqual([2000, 4000, 6000]);
  });

  it("is a small one again after a storm", () => {
    expect(run([...every(1, 3000), 60_000]).at(-1)).toEqual({ at: 60_040, paths: 1 });
    const cutOff = run([...every(1, 401), 5000]);
    expect(cutOff.at(-1)).toEqual({ at: 5040, paths: 1 });
  });

  it("stays one of a few, however long somebody writes without a pause", () => {
    const batches = run(every(10, 100_000));
    expect(Math.max(...batches.map(({ paths }) => paths))).toBeLessThanOrEqual(41);
  });
});

/** What is taken after some paths were added. */
function taken(...paths: readonly string[]): readonly string[] | undefined {
  const changes = new ChangedPaths();
  for (const path of paths) changes.add(path);
  return changes.take();
}

describe("changed paths", () => {
  it("are told once, and those below another not at all", () => {
    expect(taken("a/b.md", "a/b.md", "c.md")).toEqual(["a/b.md", "c.md"]);
    expect(taken("a/b/c.md", "a-b.md", "a/d.md", "a", "ab")).toEqual(["a-b.md", "a", "ab"]);
  });

  it("are anything where one of them is, and when they are too many", () => {
    expect(taken("a.md", ANYTHING)).toBeUndefined();
    const names = Array.from({ length: MOST_PATHS + 1 }, (_, index) => `${index}.md`);
    expect(taken(...names)).toBeUndefined();
    expect(taken(...names.slice(1))).toHaveLength(MOST_PATHS);
  });

  it("are forgotten once taken", () => {
    const changes = new ChangedPaths();
    for (let index = 0; index < MOST_PATHS + 5; index += 1) changes.add(`${index}.md`);
    expect(changes.count).toBe(MOST_PATHS + 1);
    changes.take();
    expect(changes.count).toBe(0);
    changes.add("a.md");
    expect(changes.take()).toEqual(["a.md"]);
  });
});
