/** The systems of a run, over one corpus. */
import { type Engine, openEngine } from "@lectern/native";

import type { Corpus } from "../corpus.ts";
import {
  allWordsAsPrefixes,
  type Baseline,
  type Expression,
  pageRows,
  sectionRows,
} from "../fts5.ts";
import { readSections } from "../sections.ts";
import { bm25, FIELD_SUM, ONE_FIELD } from "./bm25.ts";
import { counting } from "./counting.ts";
import { miniSearch } from "./minisearch.ts";
import { DEPTH, type System, wholeRanking } from "./system.ts";

/** The product's name in tables; the others are held against it. */
export const LECTERN = "Lectern";

/** Systems over one corpus, until they are disposed of. */
export interface Systems extends AsyncDisposable {
  readonly all: readonly System[];
}

/** Builds all of them; `indexDir` is where Lectern's index goes. Its link texts are left out. */
export async function openSystems(corpus: Corpus, indexDir: string): Promise<Systems> {
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(
    await openEngine({ roots: [{ path: corpus.folder }], indexDir, linkTexts: "none" }),
  );
  await engine.sync();
  const pages = readSections(corpus.folder);
  const byPage = opened.adopt(pageRows(pages), (rows) => rows.close());
  const bySection = opened.adopt(sectionRows(pages), (rows) => rows.close());
  const all = [
    lectern(engine),
    fts5("FTS5 pages", byPage),
    fts5("FTS5 sections", bySection),
    fts5("FTS5 pages, AND + prefix", byPage, allWordsAsPrefixes),
    bm25("field sum, tantivy's formula", pages, FIELD_SUM),
    bm25("one field, tantivy's formula", pages, ONE_FIELD),
    miniSearch(pages),
    counting(corpus.folder),
  ];
  const kept = opened.move();
  return { all, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The product: leaves pages out by itself. */
export function lectern(engine: Engine): System {
  return {
    name: LECTERN,
    search: async (query, exclude) => {
      const { hits } = await engine.search({ query, limit: DEPTH, hitsOfAPage: 1, exclude });
      return hits.map((hit) => hit.path);
    },
  };
}

/** Rows of FTS5, asked in one way. */
export function fts5(name: string, rows: Baseline, expression?: Expression): System {
  return wholeRanking(name, (query, most) => rows.search(query, most, expression));
}
