/**
 * The baseline: SQLite FTS5 as a careful user would set it up (words joined by OR, Porter stems,
 * bm25 weights 10/5/1), over page rows and over section rows. In process, by Node's own SQLite.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import { type Corpus, pages } from "./corpus.ts";

/** A built baseline. */
export interface Baseline {
  /** Distinct pages, best first, at most `limit`. */
  search(query: string, limit: number): string[];
  close(): void;
}

/** One row a page: title, all headings, text. */
export function pageRows(corpus: Corpus): Baseline {
  return build(corpus, (file, sections) => [
    {
      path: file,
      title: sections.title,
      headings: sections.all.map(({ trail }) => trail.at(-1) ?? "").join("\n"),
      body: sections.all.map(({ body }) => body).join("\n"),
    },
  ]);
}

/** One row a section: title, heading trail, text of the section. */
export function sectionRows(corpus: Corpus): Baseline {
  return build(corpus, (file, sections) =>
    sections.all.map(({ trail, body }) => ({
      path: file,
      title: sections.title,
      headings: trail.join(" "),
      body,
    })),
  );
}

interface Row {
  readonly path: string;
  readonly title: string;
  readonly headings: string;
  readonly body: string;
}

interface Sections {
  readonly title: string;
  readonly all: readonly { readonly trail: readonly string[]; readonly body: string }[];
}

function build(corpus: Corpus, rows: (file: string, sections: Sections) => Row[]): Baseline {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "create virtual table docs using fts5(path unindexed, title, headings, body, tokenize='porter unicode61')",
  );
  const insert = database.prepare("insert into docs values (?, ?, ?, ?)");
  database.exec("begin");
  for (const file of pages(corpus.folder)) {
    const text = readFileSync(path.join(corpus.folder, file), "utf8");
    for (const row of rows(file, split(text, file))) {
      insert.run(row.path, row.title, row.headings, row.body);
    }
  }
  database.exec("commit");
  const select = database.prepare(
    "select path from docs where docs match ? order by bm25(docs, 0, 10, 5, 1) limit ?",
  );
  return {
    search: (query, limit) => search(select, query, limit),
    close: () => database.close(),
  };
}

function search(select: StatementSync, query: string, limit: number): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  if (words === null) return [];
  const match = [...new Set(words)].map((word) => `"${word}"`).join(" OR ");
  // Several rows may be of one page.
  const rows = select.all(match, limit * 5) as unknown as { path: string }[];
  return [...new Set(rows.map((row) => row.path))].slice(0, limit);
}

/** A plain heading split: ATX headings outside fences. */
function split(text: string, file: string): Sections {
  const all: { trail: string[]; body: string }[] = [];
  let trail: { level: number; text: string }[] = [];
  let body: string[] = [];
  let fence = "";
  const close = (): void => {
    all.push({ trail: trail.map((heading) => heading.text), body: body.join("\n") });
    body = [];
  };
  for (const line of text.split("\n")) {
    const marker = /^\s{0,3}(`{3,}|~{3,})/u.exec(line)?.[1] ?? "";
    if (fence === "" ? marker !== "" : marker.startsWith(fence)) {
      fence = fence === "" ? marker : "";
    }
    const heading = fence === "" ? /^(#{1,6})\s+(.*?)\s*#*\s*$/u.exec(line) : null;
    if (heading === null) {
      body.push(line);
      continue;
    }
    close();
    const level = heading[1]?.length ?? 1;
    trail = [...trail.filter((above) => above.level < level), { level, text: heading[2] ?? "" }];
  }
  close();
  const own = /^---\r?\n[\s\S]*?^title:\s*["']?(.*?)["']?\s*$/mu.exec(text.slice(0, 2000))?.[1];
  const first = all.find((section) => section.trail.length > 0)?.trail.at(-1);
  return { title: own ?? first ?? path.basename(file, ".md"), all };
}
