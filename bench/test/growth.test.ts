import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

import { pages } from "../src/corpus.ts";
import { writeCorpus } from "../src/generate/folder.ts";
import { Plan } from "../src/generate/outline.ts";
import { PURPOSE, Random } from "../src/generate/random.ts";
import { growth, growthPlot, growthSizes, growthTables } from "../src/growth.ts";
import { folderOfAbout } from "../src/growth/filters.ts";
import { LONG_QUERY_WORDS, longQueries, longQuery } from "../src/growth/long-queries.ts";
import { parseStatus, processMemory } from "../src/growth/process-memory.ts";
import { lines } from "../src/plot.ts";
import { render } from "../src/report.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-growth-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it("reads sizes in any order and refuses what is none", () => {
  expect(growthSizes("20000,2600")).toEqual([2600, 20_000]);
  expect(() => growthSizes("2600,many")).toThrow("--sizes must be a whole number");
});

describe("the folder of a filter", () => {
  const files = ["a/b/1.md", "a/b/2.md", "a/c/3.md", "d/4.md", "d/5.md", "6.md"];

  it("holds nearest to the pages that are wanted, at any depth", () => {
    expect(folderOfAbout(files, 3)).toEqual({ path: "a", pages: 3 });
    expect(folderOfAbout(files, 1)).toEqual({ path: "a/c", pages: 1 });
  });

  it("is the first of equals, in whatever order the pages come", () => {
    expect(folderOfAbout(files, 2)).toEqual({ path: "a/b", pages: 2 });
    expect(folderOfAbout(files.toReversed(), 2)).toEqual({ path: "a/b", pages: 2 });
  });

  it("is missed where there are no folders", () => {
    expect(() => folderOfAbout(["6.md"], 1)).toThrow("no page lies in a folder");
  });
});

function random(): Random {
  return new Random(1, PURPOSE.longQueries, 7);
}

describe("long queries", () => {
  const prose = "Some words of a sentence that is not short, and goes on for a while.";

  it("begin with code and go on in prose, without headings, lists and fences", () => {
    const code = "ERR_X: cannot start the broker";
    const text = ["# Heading", "", "```text", code, "```", "- item.", ...Array(6).fill(prose)];
    const query = longQuery(text.join("\n"), random()) ?? "";
    expect(query.startsWith(`${code} Some words`)).toBe(true);
    expect(query.split(" ")).toHaveLength(LONG_QUERY_WORDS);
    expect(query).not.toMatch(/Heading|```|item/u);
  });

  it("are not made of a page with too few words", () => {
    expect(longQuery(`# Heading\n\n${prose}\n`, random())).toBeUndefined();
  });

  it("are the same for the same pages, and of different ones", () => {
    const folder = path.join(scratch, "corpus");
    writeCorpus(new Plan(1, 200), folder);
    const below = path.join(folder, "pages");
    const queries = longQueries(below, pages(below), 20);
    expect(queries.length).toBeGreaterThan(10);
    expect(new Set(queries).size).toBe(queries.length);
    expect(longQueries(below, pages(below), 20)).toEqual(queries);
  });
});

describe("memory of a process", () => {
  it("is read from what Linux says of it", () => {
    const status = "Name:\tnode\nVmHWM:\t   2000 kB\nRssAnon:\t    1000 kB\nRssFile:\t  400 kB\n";
    expect(parseStatus(status)).toEqual({ anonymous: 1_024_000, peakResident: 2_048_000 });
  });

  it("is absent where nothing is said", () => {
    expect(parseStatus("Name:\tnode\nState:\tZ (zombie)\n")).toEqual({});
    // Above the greatest id that Linux gives.
    expect(processMemory(2 ** 30)).toEqual({});
  });
});

it("draws a line that names its axes, over sizes of many magnitudes", async () => {
  const points = [
    { line: "p50", x: 100, y: 0.5 },
    { line: "p50", x: 100_000, y: 50 },
  ];
  const panels = [{ title: "Search", x: "pages", y: "ms", points }];
  const svg = await lines({ title: "Growth", panels });
  expect(svg).toMatch(/^<svg/u);
  for (const text of ["Growth", "Search", "pages", "ms"]) expect(svg).toContain(`>${text}<`);
  expect(svg).not.toContain("NaN");
});

// The process that searches runs TypeScript as it is, which an older Node does not.
it.runIf(process.features.typescript)(
  "measures each size in processes of their own and leaves nothing behind",
  async () => {
    const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));
    const folder = path.join(scratch, "run");
    writeCorpus(new Plan(1, 10), folder);
    const figures = await growth([100, 150], folder, { node: process.execPath, bin }, 10);
    expect(figures.map(({ pages: count }) => count)).toEqual([100, 150]);
    for (const { index, latencies, opened, searched } of figures) {
      expect(index.sections).toBeGreaterThan(100);
      expect(latencies.map(({ searches }) => searches)).toEqual([10, 10, 10, 2]);
      for (const { p50, p95 } of latencies) expect(p95).toBeGreaterThanOrEqual(p50);
      const told = [index.peakAnonymous, opened.anonymous, searched.peakResident];
      const isLinux = process.platform === "linux";
      for (const bytes of told) expect(bytes === undefined).toBe(!isLinux);
    }
    const [sizes, latencies] = growthTables(figures);
    expect(sizes.rows).toHaveLength(2);
    expect(latencies.rows).toHaveLength(8);
    expect(render(latencies)).toContain("| mixed, no filter");
    expect(await growthPlot(figures)).toMatch(/^<svg/u);
    expect(pages(folder).filter((file) => file.startsWith("growth-"))).toEqual([]);
  },
);
