import { describe, expect, it } from "vitest";

import { halfOf } from "../../src/eval/halves.ts";
import type { Docs } from "../support/docs.ts";
import { lectern, type Ran } from "../support/run.ts";
import { docs } from "../support/servers.ts";

interface Report {
  readonly anchors: string;
  readonly ignoredPages?: number;
  readonly isMasked: boolean;
  readonly inNoHalf?: readonly string[];
  readonly all: { queries: number; empty: number; measures: Record<string, { mean: number }> };
  readonly questions: readonly { id: string; rank: number | null }[];
  readonly comparison?: { linkTexts?: unknown; onlyThere: number };
}

/**
 * The first bytes of the MD5 of `north.md` and `east.md` are 72 and 59, so that each is in a half of
 * its own. Both call b.md a zymurgy page; gronkle and wombat are words of one of them alone.
 */
const pages = {
  "a.md": "# Alpha\n\nplain\n",
  "b.md": "# Beta\n\nplain\n",
  "north.md": "# North\n\nSee [gronkle](a.md) and [zymurgy](b.md).\n",
  "east.md": "# East\n\nSee [wombat](a.md) and [zymurgy](b.md).\n",
};

const asked = (id: string, query: string, path: string, ...sources: string[]) => ({
  id,
  query,
  relevant: [{ path }],
  sources,
});
const questions = [
  asked("of-north", "gronkle", "a.md", "north.md"),
  asked("of-east", "wombat", "a.md", "east.md"),
  asked("of-both", "zymurgy", "b.md", "north.md", "east.md"),
  asked("of-either", "zymurgy", "b.md", "north.md"),
  asked("of-none", "alpha", "a.md"),
];

function ask(folder: Docs, ...flags: string[]): Ran {
  folder.write("q.jsonl", questions.map((line) => JSON.stringify(line)).join("\n"));
  return lectern(["eval", "q.jsonl", "--index-dir", folder.index, ...flags], { cwd: folder.root });
}

function report(folder: Docs, ...flags: string[]): Report {
  return JSON.parse(ask(folder, ...flags, "--json").stdout) as Report;
}

function ranks({ questions: records }: Report): Record<string, number | null> {
  return Object.fromEntries(records.map(({ id, rank }) => [id, rank]));
}

describe("--anchors", () => {
  it("on counts every link text, also those of sources", () => {
    const on = report(docs(pages));
    // The other page that says zymurgy is no source of `of-either` and comes first.
    expect(ranks(on)).toEqual({
      "of-north": 1,
      "of-east": 1,
      "of-both": 1,
      "of-either": 2,
      "of-none": 1,
    });
    expect(on).toMatchObject({ anchors: "on", all: { queries: 5, empty: 0 } });
    expect(on.all.measures["mrr"]?.mean).toBeCloseTo((4 + 1 / 2) / 5);
    expect(on).not.toHaveProperty("inNoHalf");
  });

  it("off counts none", () => {
    const off = report(docs(pages), "--anchors", "off");
    expect(ranks(off)).toEqual({
      "of-north": null,
      "of-east": null,
      "of-both": null,
      "of-either": null,
      "of-none": 1,
    });
    expect(off).toMatchObject({ anchors: "off", all: { queries: 5, empty: 3 } });
    expect(off.all.measures["mrr"]?.mean).toBeCloseTo(1 / 5);
  });

  it("half counts those of the pages that are not in the half of the sources", () => {
    expect([halfOf("north.md"), halfOf("east.md")]).toEqual([0, 1]);
    const folder = docs(pages);
    for (const masked of [[], ["--mask-questions"]]) {
      const half = report(folder, "--anchors", "half", ...masked);
      // East's link still names b.md; no other page names a.md as the questions do.
      expect(ranks(half)).toEqual({ "of-north": null, "of-east": null, "of-either": 2 });
      expect(half.questions.map(({ id }) => id)).toEqual(["of-north", "of-east", "of-either"]);
      expect(half).toMatchObject({
        anchors: "half",
        isMasked: masked.length > 0,
        inNoHalf: ["of-both", "of-none"],
        all: { queries: 3, empty: 2 },
      });
      expect(half.all.measures["mrr"]?.mean).toBeCloseTo(1 / 2 / 3);
    }
    const ran = ask(folder, "--anchors", "half", "--threshold", "mrr=0.2", "--failures", "3");
    expect(ran.stdout).toContain("2 left out: no half of the pages holds all their sources\n");
    expect(ran.stdout).toContain("gronkle (of-north, question)\n");
    expect(ran).toMatchObject({ status: 7, stderr: "missed: mrr=0.2: .167, .033 short\n" });
  });

  it("half is refused when no question has its sources in one half", () => {
    const folder = docs(pages);
    folder.write("none.jsonl", JSON.stringify(questions.at(-1)));
    const args = ["eval", "none.jsonl", "--anchors", "half", "--index-dir", folder.index];
    expect(lectern(args, { cwd: folder.root })).toEqual({
      status: 2,
      stdout: "",
      stderr: "error: no question has all its sources in one half of the pages\n",
    });
  });

  it("of runs that are compared may differ, and is told", () => {
    const folder = docs(pages);
    folder.write("on.json", ask(folder, "--json").stdout);
    const flags = ["--anchors", "half", "--compare", "on.json"];
    expect(ask(folder, ...flags).stdout).toContain(
      "difference to on.json; not compared: 0 of this run, 2 of the other\n" +
        "link texts: half here, on there\n",
    );
    expect(report(folder, ...flags).comparison).toMatchObject({
      linkTexts: { here: "half", there: "on" },
      onlyThere: 2,
    });
    expect(report(folder, "--compare", "on.json").comparison).not.toHaveProperty("linkTexts");
  });

  it("is refused beside --ignore-links-from, and for any other word", () => {
    const folder = docs(pages);
    folder.write("pages.txt", "north.md\n");
    for (const flags of [
      ["--anchors", "half", "--ignore-links-from", "pages.txt"],
      ["--anchors", "some"],
    ]) {
      const ran = ask(folder, ...flags);
      expect(ran).toMatchObject({ status: 2, stdout: "" });
      expect(ran.stderr).toContain("--anchors <which>");
    }
  });
});

describe("eval --ignore-links-from", () => {
  it("leaves out the links of those pages, and the report says of how many", () => {
    const folder = docs(pages);
    folder.write("pages.txt", "north.md\n");
    const flags = ["--ignore-links-from", "pages.txt"];
    const ignored = report(folder, ...flags);
    expect(ranks(ignored)).toMatchObject({ "of-north": null, "of-east": 1, "of-both": 1 });
    expect(ignored).toMatchObject({ anchors: "on", ignoredPages: 1 });
    folder.write("on.json", ask(folder, "--json").stdout);
    expect(ask(folder, ...flags, "--compare", "on.json").stdout).toContain(
      "\nlink texts: on, but of 1 page here, on there\n",
    );
  });
});
