import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import type { LabelledQuery } from "../src/corpus.ts";
import { brokenPromises, snippets, snippetTables } from "../src/snippets.ts";
import { blocksOf, sectionsOf } from "../src/snippets/blocks.ts";
import { isFunctionWord, termsOf, TermWeights } from "../src/snippets/term-weights.ts";
import { piecesOf, violationsOf } from "../src/snippets/violations.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-snippets-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("terms", () => {
  it.each([
    ["caches", "cached", "caching", "cache"],
    ["deletion", "deleting", "deletes"],
    ["policies", "policy"],
  ])("%s and its other forms are one", (...forms) => {
    expect(termsOf(forms.join(" ")).size).toBe(1);
  });

  it("are stems only of English letters", () => {
    expect([...termsOf("k8s 日本 größes")]).toEqual(["k8s", "日本", "größes"]);
  });

  it("hold camel case whole and in its parts", () => {
    const terms = ["kubepodhttpload", "kube", "pod", "http", "load"];
    expect([...termsOf("KubePodHTTPLoad")]).toEqual(terms);
  });

  it("leave out the words that a question is wrapped in, before stemming", () => {
    expect([...termsOf("How does the broker start?", isFunctionWord)]).toEqual(["broker", "start"]);
  });

  it("are runs of letters and digits in lower case", () => {
    expect([...termsOf("ERR_CONN: Port 8080!")]).toEqual(["err", "conn", "port", "8080"]);
  });
});

describe("shown weight", () => {
  const weights = new TermWeights();
  for (const section of ["the kafka lag", "the broker", "the disk", "the queue"]) {
    weights.add(section);
  }

  it("counts rare words more, and only words of the section", () => {
    expect(weights.idf("kafka")).toBeGreaterThan(weights.idf("the"));
    const share = weights.shareShown(termsOf("the kafka disk"), "the kafka lag", "kafka");
    const [the, kafka] = [weights.idf("the"), weights.idf("kafka")];
    expect(share).toBeCloseTo(kafka / (kafka + the), 10);
  });

  it("is whole where all is shown and absent where the section has no word of the query", () => {
    expect(weights.shareShown(termsOf("kafka lag"), "the kafka lag", "kafka has lag")).toBe(1);
    expect(weights.shareShown(termsOf("disk"), "the kafka lag", "kafka")).toBeUndefined();
  });
});

describe("blocks", () => {
  it("are fences and tables with their lines, nested ones too", () => {
    const text =
      "# A\n\n- item\n\n  ```sh\n  run\n  ```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n    code\n";
    expect(blocksOf(text)).toEqual([
      { kind: "fence", first: 4, last: 6, isClosed: true },
      { kind: "table", first: 8, last: 10, isClosed: true },
    ]);
  });

  it("tell a fence that nothing closes", () => {
    expect(blocksOf("```sh\nrun\n")).toMatchObject([{ isClosed: false }]);
    expect(blocksOf("```\n")).toMatchObject([{ isClosed: false }]);
  });

  it("leave headings in code alone when a page is cut into sections", () => {
    const sections = ["Before.\n\n", "# A\n\n```sh\n# no heading\n```\n\n", "B\n---\n\nText.\n"];
    expect(sectionsOf(sections.join(""))).toEqual(sections);
  });
});

function found(snippet: string, section: string): string[] {
  return violationsOf(snippet, section, section);
}

describe("violations", () => {
  const code = "Before.\n\n```sh\nfirst line\nsecond line\n```\n\nAfter.";
  const table =
    "Before.\n\n| name | use |\n| --- | --- |\n| lag | none |\n| disk | full |\n\nAfter.";

  it("are none where blocks are shown whole or not at all", () => {
    expect(found(code, code)).toEqual([]);
    expect(found("Before. … After.", code)).toEqual([]);
    expect(found("Before.\n\n```sh … ```\n\nAfter.", code)).toEqual([]);
    expect(found(table, table)).toEqual([]);
    expect(found("| name | use |\n| --- | --- | … | disk | full |", table)).toEqual([]);
  });

  const wide = `| ${"name ".repeat(30)}| use |\n| --- | --- |\n| lag | ${"none ".repeat(20)}|`;
  const wider = `| name |\n| --- |\n| ${"lag ".repeat(70)}|`;
  const long = `Before.\n\n\`\`\`sh\n${"some line\n".repeat(30)}the line\n\`\`\``;

  it.each([
    ["```sh\nfirst line", code, "fence line without its partner"],
    ["second line\n```", code, "fence line without its partner"],
    ["first line … After.", code, "code without fence lines, block of 240 characters at most"],
    ["Before. … some line\nthe line", long, "code without fence lines, longer block"],
    ["| lag | none |", table, "row without header, 240 characters at most together"],
    [wide.slice(wide.lastIndexOf("\n") + 1), wide, "row without header, longer together"],
    ["Before.\n\n| name | use |\n| --- | --- |", table, "header without row"],
    ["… use |\n| --- | --- |\n| lag | none |", table, "row cut inside, 240 characters at most"],
    [wider.slice(0, 200), wider, "row cut inside, longer"],
  ])("%j is cut", (snippet, section, violation) => {
    expect(found(snippet, section)).toEqual([violation]);
  });

  it("are none where a piece stands in a place that is sound", () => {
    const twice = `\`\`\`sh\nfirst line\n\`\`\`\n\nfirst line\n\n${table}`;
    expect(found("first line … After.", twice)).toEqual([]);
    expect(found("first line … | lag | none |", twice)).toEqual([
      "row without header, 240 characters at most together",
    ]);
  });

  it("tell what is too long and what the page does not hold", () => {
    const words = "word ".repeat(101).trim();
    expect(found(words, words)).toEqual(["longer than 500 characters"]);
    expect(found("Before. … Never.", code)).toEqual(["piece not verbatim on the page"]);
    expect(found("After. … Before.", code)).toEqual(["pieces not in the order of the section"]);
  });

  it("take separators and marks off the pieces, and nothing else", () => {
    expect(piecesOf("… one … two …")).toEqual(["one", "two"]);
    expect(piecesOf("one")).toEqual(["one"]);
  });
});

function labelled(query: string, kind: string): LabelledQuery {
  return { id: query, query, kind, relevant: [], sources: [] };
}

it("measures snippets of the product itself", async () => {
  const folder = path.join(scratch, "docs");
  mkdirSync(folder);
  const filler = "Words that say nothing of what is asked for. ".repeat(5);
  const paragraphs = Array.from({ length: 6 }, () => filler).join("\n\n");
  const text = `# Page\n\n## Kafka\n\n${paragraphs}\n\nRestart the broker.\n\n${paragraphs}\n`;
  writeFileSync(path.join(folder, "kafka.md"), text);
  writeFileSync(path.join(folder, "short.md"), "# Short\n\nA disk.\n");
  const queries = [labelled("restart broker", "question"), labelled("disk", "identifier")];
  const figures = await snippets({ name: "docs", folder, queries }, scratch);
  expect(figures.shares.map(({ kind, hits }) => [kind, hits])).toEqual([
    ["question", 1],
    ["all", 1],
  ]);
  expect(figures.shares[0]).toMatchObject({ mean: 1, median: 1, whole: 1 });
  expect(figures.withoutLongSection).toBe(1);
  expect(figures.checked).toBeGreaterThanOrEqual(2);
  expect(figures.violations.every(({ snippets: count }) => count === 0)).toBe(true);
  const [shares, violations] = snippetTables(figures);
  expect(shares.rows.at(-1)?.slice(0, 4)).toEqual(["all", "1", "1.000", "0.97"]);
  expect(violations.rows).toHaveLength(11);
  expect(brokenPromises(figures)).toEqual([]);
});
