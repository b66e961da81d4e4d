/** Queries that are nothing but an identifier, drawn from the pages, beside FTS5 in the same run. */
import path from "node:path";

import { openEngine } from "@lectern/native";

import type { Corpus } from "./corpus.ts";
import { phrase, sectionRows } from "./fts5.ts";
import { drawIdentifiers } from "./identifier-queries.ts";
import { type Difference, difference, signed, verdict } from "./relevance/difference.ts";
import { ask, type Judged, type Quality, quality, withError } from "./relevance/quality.ts";
import { fts5, LECTERN, lectern } from "./relevance/systems.ts";
import { type Table, table } from "./report.ts";
import { readSections } from "./sections.ts";

/** Figures of each system, and Lectern against the others. */
export interface Identifiers {
  readonly qualities: readonly Quality[];
  readonly differences: readonly Difference[];
}

/** Queries that are drawn. */
const DRAWN = 300;
const HEADS = [
  "queries",
  "system",
  "MRR@10",
  "R@1",
  "R@10",
  "empty",
  "Lectern less it",
  "p",
  "Lectern is",
];

/** Asks for {@link DRAWN} identifiers, each on one page of the corpus. */
export async function identifiers(corpus: Corpus, scratch: string): Promise<Identifiers> {
  const queries = drawIdentifiers(corpus.folder, DRAWN);
  if (queries.length === 0) {
    throw new Error(`corpus ${corpus.name} has no identifier that stands on one page only`);
  }
  const indexDir = path.join(scratch, "index-identifiers");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const rows = sectionRows(readSections(corpus.folder));
  const own = await ask(lectern(engine), queries);
  const others: { readonly name: string; readonly judged: readonly Judged[] }[] = [];
  for (const system of [
    fts5("FTS5 sections, quoted phrase", rows, phrase),
    fts5("FTS5 sections, OR of the parts", rows),
  ]) {
    others.push({ name: system.name, judged: await ask(system, queries) });
  }
  rows.close();
  const { kind } = queries[0] ?? { kind: "" };
  return {
    qualities: [
      quality(LECTERN, kind, own),
      ...others.map(({ name, judged }) => quality(name, kind, judged)),
    ],
    differences: others.map(({ name, judged }) => difference(kind, name, own, judged)),
  };
}

/** The figures as a table, systems down. */
export function identifiersTable({ qualities, differences }: Identifiers): Table {
  return table(
    "identifiers drawn from the pages, each on one page",
    HEADS,
    qualities.map(({ queries, system, mrr, error, first, tenth, empty }) => {
      const against = differences.find((compared) => compared.against === system);
      return [
        String(queries),
        system,
        withError(mrr, error),
        first.toFixed(3),
        tenth.toFixed(3),
        String(empty),
        ...(against === undefined
          ? ["", "", ""]
          : [signed(against.difference), against.p.toFixed(4), verdict(against)]),
      ];
    }),
  );
}
