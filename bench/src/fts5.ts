/**
 * The baseline: SQLite FTS5 as a careful user would set it up (Porter stems, bm25 weights 10/5/1),
 * over page rows and over section rows. In process, by Node's own SQLite.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

import type { PageSections } from "./sections.ts";

/** A query as an FTS5 expression; `undefined` when it has no word. */
export type Expression = (query: string) => string | undefined;

/** A built baseline. */
export interface Baseline {
  /** Distinct pages, best first, at most `limit`; words joined by OR unless said. */
  search(query: string, limit: number, expression?: Expression): string[];
  close(): void;
}

/** Any of the words: never empty where one of them stands anywhere. */
const anyWord: Expression = (query) => joined(query, (words) => words.map(quoted).join(" OR "));

/** All of the words, each as the start of a word: how qmd and others ask. */
export const allWordsAsPrefixes: Expression = (query) =>
  joined(query, (words) => words.map((word) => `${quoted(word)}*`).join(" AND "));

/** The words one after the other. */
export const phrase: Expression = (query) => {
  const words = wordsOf(query);
  return words.length === 0 ? undefined : quoted(words.join(" "));
};

/** One row a page: title, all headings, text. */
export function pageRows(pages: readonly PageSections[]): Baseline {
  return build(
    pages.map(({ path, title, sections }) => ({
      path,
      title,
      headings: sections.map(({ trail }) => trail.at(-1) ?? "").join("\n"),
      body: sections.map(({ body }) => body).join("\n"),
    })),
  );
}

/** One row a section: title, heading trail, text of the section. */
export function sectionRows(pages: readonly PageSections[]): Baseline {
  return build(
    pages.flatMap(({ path, title, sections }) =>
      sections.map(({ trail, body }) => ({ path, title, headings: trail.join(" "), body })),
    ),
  );
}

interface Row {
  readonly path: string;
  readonly title: string;
  readonly headings: string;
  readonly body: string;
}

function build(rows: readonly Row[]): Baseline {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "create virtual table docs using fts5(path unindexed, title, headings, body, tokenize='porter unicode61')",
  );
  const insert = database.prepare("insert into docs values (?, ?, ?, ?)");
  database.exec("begin");
  for (const { path, title, headings, body } of rows) insert.run(path, title, headings, body);
  database.exec("commit");
  const select = database.prepare(
    "select path from docs where docs match ? order by bm25(docs, 0, 10, 5, 1) limit ?",
  );
  return {
    search: (query, limit, expression = anyWord) => {
      const match = expression(query);
      return match === undefined ? [] : distinctPages(select, match, limit);
    },
    close: () => database.close(),
  };
}

/** Several rows may be of one page: more of them are read until there are pages enough. */
function distinctPages(select: StatementSync, match: string, limit: number): string[] {
  for (let most = limit * 5; ; most *= 4) {
    const rows = select.all(match, most) as unknown as { path: string }[];
    const found = new Set(rows.map((row) => row.path));
    if (found.size >= limit || rows.length < most) return [...found].slice(0, limit);
  }
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function joined(query: string, join: (words: readonly string[]) => string): string | undefined {
  const words = new Set(wordsOf(query));
  return words.size === 0 ? undefined : join([...words]);
}

function quoted(words: string): string {
  return `"${words}"`;
}
