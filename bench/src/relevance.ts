/** How often the right page comes first, beside FTS5 in the same run. */
import path from "node:path";

import { openEngine } from "@lectern/native";

import { type Corpus, type LabelledQuery, maskQuestions } from "./corpus.ts";
import { pageRows, sectionRows } from "./fts5.ts";
import { type Table, table } from "./report.ts";

/** Figures of one system over the queries of one kind. */
export interface Quality {
  readonly system: string;
  readonly kind: string;
  readonly queries: number;
  readonly mrr: number;
  /** Standard error of the MRR. */
  readonly error: number;
  readonly first: number;
  readonly tenth: number;
  readonly empty: number;
}

type Search = (query: LabelledQuery) => Promise<readonly string[]>;

/** Pages that count. */
const COUNTED = 10;
/** Pages asked of a system that cannot leave any out: those that count beside the sources. */
const ASKED = 20;

/**
 * Page-level MRR@10, R@1 and R@10 by kind. Link texts are not indexed as such (anchors off), the
 * pages whose link text a query is are taken out of each ranking, and questions are asked a second
 * time of a copy of the corpus without their headings.
 */
export async function relevance(corpus: Corpus, scratch: string): Promise<Quality[]> {
  if (corpus.queries.length === 0) throw new Error(`corpus ${corpus.name} has no labelled queries`);
  const masked = maskQuestions(corpus, scratch);
  return [
    ...(await systems(corpus, path.join(scratch, "index-plain"), (kind) => kind)),
    ...(await systems(masked, path.join(scratch, "index-masked"), () => "question, masked")),
  ];
}

/** The figures as a table, kinds down, systems across. */
export function relevanceTable(qualities: readonly Quality[]): Table {
  const names = [...new Set(qualities.map(({ system }) => system))];
  const kinds = [...new Set(qualities.map(({ kind }) => kind))].sort();
  const rows = kinds.map((kind) => {
    const of = (system: string): Quality | undefined =>
      qualities.find((figure) => figure.kind === kind && figure.system === system);
    return [
      kind,
      String(of(names[0] ?? "")?.queries ?? 0),
      ...names.map((system) => {
        const figure = of(system);
        if (figure === undefined) return "-";
        const { mrr, error, first, tenth } = figure;
        return `${mrr.toFixed(3)} ±${error.toFixed(3)} ${first.toFixed(3)} ${tenth.toFixed(3)}`;
      }),
    ];
  });
  const heads = names.map((system) => `${system}: MRR ±se R@1 R@10`);
  return table("relevance", ["kind", "queries", ...heads], rows);
}

async function systems(
  corpus: Corpus,
  indexDir: string,
  label: (kind: string) => string,
): Promise<Quality[]> {
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const byPage = pageRows(corpus);
  const bySection = sectionRows(corpus);
  const asked: [string, Search][] = [
    [
      "lectern",
      async (query) => {
        const { query: text, sources: exclude } = query;
        const request = { query: text, limit: COUNTED, hitsOfAPage: 1, exclude };
        const { hits } = await engine.search(request);
        return hits.map((hit) => hit.path);
      },
    ],
    ["FTS5 pages", (query) => Promise.resolve(byPage.search(query.query, ASKED))],
    ["FTS5 sections", (query) => Promise.resolve(bySection.search(query.query, ASKED))],
  ];
  const figures: Quality[] = [];
  for (const [system, search] of asked) {
    const ranks = new Map<string, number[]>();
    for (const query of corpus.queries) {
      const kind = label(query.kind);
      const known = ranks.get(kind) ?? [];
      known.push(rank(query, await search(query)));
      ranks.set(kind, known);
    }
    for (const [kind, all] of ranks) figures.push(quality(system, kind, all));
  }
  byPage.close();
  bySection.close();
  return figures;
}

/** Place of the first relevant page from 1; infinite when there is none; NaN for no answer. */
function rank(query: LabelledQuery, found: readonly string[]): number {
  if (found.length === 0) return Number.NaN;
  const sources = new Set(query.sources);
  const counted = found.filter((page) => !sources.has(page)).slice(0, COUNTED);
  const relevant = new Set(query.relevant.map((entry) => entry.path));
  const at = counted.findIndex((page) => relevant.has(page));
  return at === -1 ? Number.POSITIVE_INFINITY : at + 1;
}

function quality(system: string, kind: string, ranks: readonly number[]): Quality {
  const reciprocal = ranks.map((at) => (Number.isFinite(at) ? 1 / at : 0));
  const queries = ranks.length;
  const mrr = reciprocal.reduce((sum, value) => sum + value, 0) / queries;
  const variance =
    reciprocal.reduce((sum, value) => sum + (value - mrr) ** 2, 0) / Math.max(1, queries - 1);
  const share = (most: number): number => ranks.filter((at) => at <= most).length / queries;
  return {
    system,
    kind,
    queries,
    mrr,
    error: Math.sqrt(variance / queries),
    first: share(1),
    tenth: share(10),
    empty: ranks.filter((at) => Number.isNaN(at)).length,
  };
}
