import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { type Docs, handbook } from "../support/docs.ts";
import { lectern, type Ran } from "../support/run.ts";
import { docs } from "../support/servers.ts";

interface Report {
  readonly isMasked: boolean;
  readonly kinds: readonly { kind: string; queries: number }[];
  readonly all: { queries: number; empty: number; measures: Record<string, { mean: number }> };
  readonly skipped: readonly { id: string; references: string[] }[];
  readonly questions: readonly Record<string, unknown>[];
  readonly comparison?: { all: unknown; onlyHere: number; onlyThere: number };
  readonly failures?: readonly unknown[];
  readonly thresholds: readonly unknown[];
}

const goldenQuestions = `${handbook}.questions.jsonl`;

const pages = {
  "kafka.md": "# Kafka\n\nBrokers.\n\n## Why is the lag high?\n\nConsumers stall.\n",
  "postgres.md":
    "# Postgres\n\nTables.\n\n## Vacuum\n\nDead tuples. Why the lag is high: no vacuum.\n",
  "lag.md": "# Lag\n\nWhy is the lag high, people ask: see the page on brokers.\n",
};
const good = { query: "vacuum", relevant: [{ path: "postgres.md", section: "vacuum" }] };

/** Asks questions, one a line, of pages. */
function ask(folder: Docs, lines: readonly unknown[], ...flags: string[]): Ran {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  folder.write("q.jsonl", text.join("\n"));
  return lectern(["eval", "q.jsonl", "--index-dir", folder.index, ...flags], { cwd: folder.root });
}

/** Asks the handbook its questions. */
function askHandbook(folder: Docs, ...flags: string[]): Ran {
  const where = ["-r", handbook, "--index-dir", folder.index];
  return lectern(["eval", goldenQuestions, ...where, ...flags], { cwd: folder.root });
}

function reportOf({ stdout }: Ran): Report {
  return JSON.parse(stdout) as Report;
}

describe("a file of questions", () => {
  it.each([
    ["{", "not JSON; each line must be one JSON object"],
    ["[1]", "the line must be an object (got [1])"],
    [{ relevant: [{ path: "a.md" }] }, "query is missing: it must be a text that is not empty"],
    [{ ...good, query: " " }, 'query must be a text that is not empty (got " ")'],
    [{ ...good, query: "a".repeat(8193) }, "query must have at most 8192 bytes"],
    [{ query: "a" }, "relevant is missing: it must be a list with at least one entry"],
    [{ query: "a", relevant: [] }, "relevant must be a list with at least one entry (got [])"],
    [{ query: "a", relevant: ["a.md"] }, 'relevant[0] must be an object (got "a.md")'],
    [
      { query: "a", relevant: [{ path: "a.md", grade: 4 }] },
      "relevant[0].grade must be 1, 2 or 3 (got 4)",
    ],
    [{ ...good, sources: "a.md" }, 'sources must be a list with at least one entry (got "a.md")'],
    [{ ...good, id: 7 }, "id must be a text that is not empty (got 7)"],
    [{ ...good, id: "1" }, 'id "1" is that of line 1 as well'],
  ])("with %j as a line is refused", (line, problem) => {
    const ran = ask(docs(pages), [good, "", line]);
    expect(ran).toEqual({ status: 2, stdout: "", stderr: `error: q.jsonl: line 3: ${problem}\n` });
  });

  it("without a question, or that cannot be read, is refused", () => {
    const folder = docs(pages);
    expect(ask(folder, ["", ""])).toMatchObject({
      status: 2,
      stderr: "error: q.jsonl: line 1: no question in the file\n",
    });
    const gone = lectern(["eval", "gone.jsonl"], { cwd: folder.root });
    expect(gone).toMatchObject({ status: 2, stderr: "error: gone.jsonl: does not exist\n" });
  });

  it("names every page and section that is not there, or leaves out what asks for them", () => {
    const folder = docs(pages);
    const stale = [
      good,
      {
        id: "old",
        query: "a",
        relevant: [{ path: "gone.md" }, { path: "kafka.md", section: "x" }],
      },
      { ...good, id: "source", sources: ["moved.md"] },
    ];
    const refused = ask(folder, stale);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toBe(
      [
        "error: 3 references are not in the index:",
        "  gone.md (question old)",
        "  kafka.md#x (question old)",
        "  moved.md (question source)",
        "correct the questions, or leave these out with --skip-unknown\n",
      ].join("\n"),
    );
    const skipped = ask(folder, stale, "--skip-unknown");
    expect(skipped.status).toBe(0);
    expect(skipped.stdout).toMatch(/^all +1 /mu);
    expect(skipped.stdout).toContain("2 left out: they name what is not in the index");
    const report = reportOf(ask(folder, stale, "--skip-unknown", "--json"));
    expect(report.skipped).toEqual([
      { id: "old", references: ["gone.md", "kafka.md#x"] },
      { id: "source", references: ["moved.md"] },
    ]);
    expect(ask(folder, stale.slice(1), "--skip-unknown")).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("the report", () => {
  it("has ranks and figures of every question", () => {
    const lines = [
      { ...good, id: "v", kind: "maintenance" },
      { query: "xyzzy", relevant: [{ path: "kafka.md", grade: 3 }] },
    ];
    const ran = ask(docs(pages), lines, "--json");
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    const report = reportOf(ran);
    const one = { mean: 1, error: null };
    expect(report.kinds[0]).toEqual({
      kind: "maintenance",
      queries: 1,
      sectionQueries: 1,
      empty: 0,
      measures: {
        "r@1": one,
        "r@5": one,
        "r@10": one,
        mrr: one,
        ndcg: one,
        "section@1": one,
        "section@5": one,
      },
    });
    expect(report.all).toMatchObject({ queries: 2, empty: 1, sectionQueries: 1 });
    expect(report.all.measures["mrr"]).toEqual({ mean: 0.5, error: 0.5 });
    const figures = { rank: 1, reciprocalRank: 1, ndcg: 1, sectionRank: 1, pages: ["postgres.md"] };
    const none = { rank: null, reciprocalRank: 0, ndcg: 0, pages: [] };
    expect(report.questions).toEqual([
      { id: "v", query: "vacuum", kind: "maintenance", ...figures },
      { id: "2", query: "xyzzy", kind: "question", ...none },
    ]);
  });

  it("leaves sources out of the answer", () => {
    const query = "why is the lag high, people ask";
    const question = { query, relevant: [{ path: "kafka.md" }] };
    const folder = docs(pages);
    const pagesOf = (line: unknown): unknown =>
      reportOf(ask(folder, [line], "--json")).questions[0]?.["pages"];
    expect(pagesOf(question)).toContain("lag.md");
    expect(pagesOf({ ...question, sources: ["lag.md"] })).not.toContain("lag.md");
  });

  it("counts a part of a long section as the section", () => {
    const long = ["alpha", "beta", "gamma", "delta"]
      .map((word) => `${`${word} filler text goes on. `.repeat(120)}\n\n`)
      .join("");
    const folder = docs({ "long.md": `# Long\n\n## Part\n\n${long}zymurgy ends it.\n` });
    const line = { query: "zymurgy", relevant: [{ path: "long.md", section: "part" }] };
    const found = lectern(["search", "zymurgy", "--json", "--index-dir", folder.index], {
      cwd: folder.root,
    });
    expect(found.stdout).toMatch(/"section": "part~\d"/u);
    expect(reportOf(ask(folder, [line], "--json")).questions[0]).toMatchObject({ sectionRank: 1 });
  });

  it("for people is an aligned table, the same in every run", () => {
    const folder = docs();
    const { stdout, status } = askHandbook(folder);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^kind +queries +R@1 +R@5 +R@10 +MRR@10 +nDCG@10 +section@1 /u);
    expect(lines.at(-1)).toMatch(/^all +69 +\.\d{3} ±\.\d{3} /u);
    const at = lines[0]?.indexOf("MRR@10") ?? 0;
    for (const line of lines) expect(line.slice(at - 2, at + 1), line).toMatch(/^ {2}\S$/u);
    expect(askHandbook(folder).stdout).toBe(stdout);
  });
});

describe("--mask-questions", () => {
  it("asks of pages without the headings that are questions, and leaves the pages alone", () => {
    const folder = docs({ ...pages, "lag.md": "# Lag\n\nNothing.\n" });
    const section = "why-is-the-lag-high";
    const line = { query: "why is the lag high", relevant: [{ path: "kafka.md", section }] };
    const plain = reportOf(ask(folder, [line], "--json"));
    expect(plain.questions[0]).toMatchObject({ rank: 1, sectionRank: 1 });
    const masked = reportOf(ask(folder, [line], "--mask-questions", "--json"));
    expect(masked.isMasked).toBe(true);
    expect(masked.questions[0]?.["rank"]).not.toBe(1);
    // The section is gone with its heading.
    expect(masked.questions[0]).not.toHaveProperty("sectionRank");
    expect(readFileSync(path.join(folder.root, "kafka.md"), "utf8")).toBe(pages["kafka.md"]);
  });

  it("keeps the paths of several roots", () => {
    const folder = docs({ "a/x.md": "# Otter\n", "b/x.md": "# Badger\n\n## Is it?\n" });
    const line = { query: "badger", relevant: [{ path: "two/x.md" }] };
    const ran = ask(folder, [line], "-r", "a", "-r", "two=b", "--mask-questions", "--json");
    expect(reportOf(ran).questions[0]).toMatchObject({ rank: 1, pages: ["two/x.md"] });
  });
});

describe("--threshold", () => {
  const lines = [good, { ...good, kind: "odd", query: "xyzzy" }];

  it("is met", () => {
    const flags = ["mrr=0.5", "question:r@1=1", "section@5=.5", "empty=1"];
    const ran = ask(docs(pages), lines, ...flags.flatMap((flag) => ["--threshold", flag]));
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain("thresholds met: 4");
  });

  it("is missed with exit code 7, saying which and by how much", () => {
    const flags = ["mrr=0.6", "odd:R@10=0.25", "question:mrr=1", "empty=0"];
    const ran = ask(docs(pages), lines, ...flags.flatMap((flag) => ["--threshold", flag]));
    expect(ran.status).toBe(7);
    expect(ran.stderr).toBe(
      [
        "missed: mrr=0.6: .500, .100 short",
        "missed: odd:R@10=0.25: .000, .250 short",
        "missed: empty=0: 1 empty, 1 too many\n",
      ].join("\n"),
    );
  });

  it.each(["mrr", "mrr=2", "mrr=x", "mrr=-1", "mrr=", "empty=0.5", "rank=1", "none:mrr=1"])(
    "%s is refused",
    (flag) => {
      const ran = ask(docs(pages), lines, "--threshold", flag);
      expect(ran).toMatchObject({ status: 2, stdout: "" });
      expect(ran.stderr).toMatch(/^error: --threshold/u);
    },
  );

  it("about sections is refused when no question names one", () => {
    const line = { query: "vacuum", relevant: [{ path: "postgres.md" }] };
    const ran = ask(docs(pages), [line], "--threshold", "section@1=0.5");
    expect(ran.stderr).toBe("error: --threshold section@1=0.5: no question names a section\n");
    expect(ran.status).toBe(2);
  });
});

/** The file of a run whose first `worse` questions found nothing. */
function earlier(folder: Docs, worse: number): string {
  const report = reportOf(askHandbook(folder, "--json"));
  const questions = report.questions.map((question, at) =>
    at < worse ? { ...question, reciprocalRank: 0 } : question,
  );
  const file = path.join(folder.base, "before.json");
  writeFileSync(file, JSON.stringify({ questions }));
  return file;
}

describe("--compare", () => {
  it("with itself finds no difference", () => {
    const folder = docs();
    const ran = askHandbook(folder, "--compare", earlier(folder, 0));
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^all +69 +\+\.000 +1\.000 +\+\.000 +1\.000$/mu);
  });

  it("with a worse run finds a difference that is no chance", () => {
    const folder = docs();
    const file = earlier(folder, 30);
    const report = reportOf(askHandbook(folder, "--compare", file, "--json"));
    expect(report.comparison).toMatchObject({ onlyHere: 0, onlyThere: 0 });
    const all = report.comparison?.all as { mrr: { difference: number; p: number } };
    expect(all.mrr.difference).toBeGreaterThan(0.3);
    expect(all.mrr.p).toBeLessThan(0.001);
    expect(askHandbook(folder, "--compare", file).stdout).toMatch(/^all +69 +\+\.\d+ +<\.001 /mu);
  });

  it("compares the questions that both have, and says how many", () => {
    const folder = docs(pages);
    const other = { ...good, id: "b", query: "tables" };
    folder.write("before.json", ask(folder, [good, other], "--json").stdout);
    const ran = ask(folder, [good, { ...other, query: "tuples" }], "--compare", "before.json");
    expect(ran.stdout).toContain(
      "difference to before.json; not compared: 1 of this run, 1 of the other",
    );
    expect(ran.stdout).toMatch(/^all +1 +\+\.000 +1\.000/mu);
  });

  it.each([
    ["{", "not JSON"],
    ["{}", "has no list of questions"],
    ['{"questions":[{"id":"1"}]}', "questions[0] must have id, query and reciprocalRank"],
    ['{"questions":[]}', "no question of this one"],
  ])("refuses %s", (text, problem) => {
    const folder = docs(pages);
    folder.write("before.json", text);
    const ran = ask(folder, [good], "--compare", "before.json");
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toContain(problem);
  });
});

describe("--failures", () => {
  const lines = [
    good,
    {
      query: "lag",
      id: "beaten",
      relevant: [{ path: "kafka.md", section: "why-is-the-lag-high" }],
    },
    { query: "vacuum", id: "lost", relevant: [{ path: "kafka.md" }] },
    { query: "xyzzy", id: "empty", relevant: [{ path: "kafka.md" }] },
  ];

  it("says what was expected, what came first and why", () => {
    const folder = docs(pages);
    const { stdout } = ask(folder, lines, "--failures", "3");
    const [, ...blocks] = stdout.trimEnd().split("\n\n");
    expect(blocks).toHaveLength(3);
    expect(blocks[0]).toMatch(
      /^lag \(beaten, question\)\n {2}expected kafka\.md#why-is-the-lag-high$/mu,
    );
    expect(blocks[0]).toMatch(/^ {2}first lag\.md#lag \d+\.\d\d\n {4}\w+ \d+\.\d\d, /mu);
    expect(blocks[0]).toMatch(/^ {2}place [23] kafka\.md#[\w-]+ \d+\.\d\d\n {4}\w+ \d+\.\d\d/mu);
    expect(blocks[1]).toContain("  no expected page is among the ten");
    expect(blocks[2]).toBe("xyzzy (empty, question)\n  expected kafka.md\n  nothing found");
    expect(ask(folder, lines, "--failures", "1").stdout).not.toContain("(lost");
    expect(ask(folder, [good], "--failures", "1").stdout).toContain("no question failed");
  });

  it("are drawn from the whole file, whatever its order, and again when others are mended", () => {
    const folder = docs(pages);
    const failing = ["first", "second"].flatMap((kind) =>
      Array.from({ length: 20 }, (_, at) => ({
        query: `xyzzy ${kind} ${at}`,
        id: `${kind}-${at}`,
        kind,
        relevant: [{ path: "kafka.md" }],
      })),
    );
    const drawn = (asked: readonly unknown[]) =>
      (reportOf(ask(folder, asked, "--failures", "10", "--json")).failures ?? []) as {
        readonly id: string;
        readonly kind: string;
      }[];
    const some = drawn(failing);
    expect(some).toHaveLength(10);
    expect(new Set(some.map(({ kind }) => kind))).toEqual(new Set(["first", "second"]));
    expect(drawn(failing.toReversed())).toEqual(some.toReversed());
    const [mended, ...rest] = some;
    const again = drawn(failing.filter(({ id }) => id !== mended?.id));
    expect(again).toEqual(expect.arrayContaining(rest));
  });

  it("are in the report for programs", () => {
    const report = reportOf(ask(docs(pages), lines, "--failures", "9", "--json"));
    expect(report.failures).toHaveLength(3);
    expect(report.failures?.[2]).toEqual({
      id: "empty",
      query: "xyzzy",
      kind: "question",
      expected: ["kafka.md"],
      first: null,
      found: null,
    });
  });
});
