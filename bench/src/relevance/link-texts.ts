/** What link texts change, measured without asking for what was indexed. */
import { createHash } from "node:crypto";

import { type OpenOptions, openEngine } from "@lectern/native";

import { type Corpus, type LabelledQuery, pages } from "../corpus.ts";
import { type Table, table } from "../report.ts";
import { type Difference, difference, signed, verdict } from "./difference.ts";
import { ask, type Judged, type Quality, quality, withError } from "./quality.ts";
import { LECTERN, lectern } from "./systems.ts";

/** One kind of query with link texts and without, over the same queries. */
export interface LinkTextEffect {
  readonly without: Quality;
  readonly with: Quality;
  /** With less without. */
  readonly difference: Difference;
}

const HALVES = [0, 1] as const;

/**
 * Queries that are link texts are asked by halves: pages fall in two by the lowest bit of the first
 * byte of their path's md5, links from one half are ignored, and only queries whose sources all lie
 * in that half are asked; both are pooled. Other queries are asked with all link texts. `indexDir`
 * may hold an index of the corpus.
 */
export async function linkTextEffects(corpus: Corpus, indexDir: string): Promise<LinkTextEffect[]> {
  const others = corpus.queries.filter((query) => !isAnchor(query));
  const answers: [LabelledQuery[], OpenOptions["linkTexts"]][] = [[others, "all"]];
  for (const half of HALVES) {
    const without = pages(corpus.folder).filter((page) => halfOf(page) === half);
    const asked = corpus.queries.filter(
      (query) => isAnchor(query) && query.sources.every((source) => halfOf(source) === half),
    );
    answers.push([asked, { without }]);
  }
  const plain: Judged[] = [];
  const linked: Judged[] = [];
  for (const [queries, linkTexts] of answers) {
    plain.push(...(await askWith(corpus, indexDir, "none", queries)));
    linked.push(...(await askWith(corpus, indexDir, linkTexts, queries)));
  }
  const kinds = [...new Set(plain.map(({ kind }) => kind))].toSorted();
  return kinds.map((kind) => {
    const of = (judged: readonly Judged[]): Judged[] => judged.filter((one) => one.kind === kind);
    const [before, after] = [of(plain), of(linked)];
    return {
      without: quality(LECTERN, kind, before),
      with: quality(LECTERN, kind, after),
      difference: difference(kind, "without", after, before),
    };
  });
}

/** The effects as a table. */
export function linkTextTable(effects: readonly LinkTextEffect[]): Table {
  return table(
    "relevance: link texts (anchor kinds by halves, others with all), MRR@10 by paired randomisation",
    ["kind", "queries", "without", "with", "R@1", "R@10", "with less without", "p", "with is"],
    effects.map(({ without, with: linked, difference: compared }) => [
      without.kind,
      String(without.queries),
      withError(without.mrr, without.error),
      withError(linked.mrr, linked.error),
      linked.first.toFixed(3),
      linked.tenth.toFixed(3),
      signed(compared.difference, 4),
      compared.p.toFixed(4),
      verdict(compared),
    ]),
  );
}

/** Whether a query is the text of a link. */
function isAnchor({ sources }: LabelledQuery): boolean {
  return sources.length > 0;
}

async function askWith(
  { folder }: Corpus,
  indexDir: string,
  linkTexts: OpenOptions["linkTexts"],
  queries: readonly LabelledQuery[],
): Promise<Judged[]> {
  const options = { roots: [{ path: folder }], indexDir, ...(linkTexts && { linkTexts }) };
  await using engine = await openEngine(options);
  await engine.sync();
  return await ask(lectern(engine), queries);
}

/** The half a page falls in. */
function halfOf(page: string): number {
  return (createHash("md5").update(page).digest()[0] ?? 0) & 1;
}
