/** How often the right page comes first, beside other systems in the same run. */
import path from "node:path";

import { type Corpus, maskQuestions } from "./corpus.ts";
import { NINETY_FIVE } from "./estimates.ts";
import { dotsWithIntervals } from "./plot.ts";
import { type Difference, difference, signed, verdict } from "./relevance/difference.ts";
import { type LinkTextEffect, linkTextEffects, linkTextTable } from "./relevance/link-texts.ts";
import { ask, type Judged, type Quality, quality, withError } from "./relevance/quality.ts";
import { LECTERN, openSystems } from "./relevance/systems.ts";
import { type Table, table } from "./report.ts";

/** All systems by kind, and Lectern against each way of FTS5. */
export interface Relevance {
  readonly qualities: readonly Quality[];
  readonly differences: readonly Difference[];
  readonly linkTexts: readonly LinkTextEffect[];
}

/** Answers of every system to the queries of one kind, in the order of the queries. */
interface OfKind {
  readonly kind: string;
  readonly answers: ReadonlyMap<string, readonly Judged[]>;
}

/**
 * Page-level figures by kind. Link texts do not count (anchors off), the pages whose link text a
 * query is are taken out of each ranking, and questions are asked a second time of a copy of the
 * corpus without their headings. What link texts change is measured apart.
 */
export async function relevance(corpus: Corpus, scratch: string): Promise<Relevance> {
  if (corpus.queries.length === 0) throw new Error(`corpus ${corpus.name} has no labelled queries`);
  const plain = path.join(scratch, "index-plain");
  const kinds = await byKind(corpus, plain);
  const masked = maskQuestions(corpus, scratch);
  if (masked.queries.length > 0) {
    const indexDir = path.join(scratch, "index-masked");
    for (const { kind, answers } of await byKind(masked, indexDir)) {
      kinds.push({ kind: `${kind}, masked`, answers });
    }
  }
  kinds.sort((a, b) => (a.kind < b.kind ? -1 : 1));
  return {
    qualities: kinds.flatMap(({ kind, answers }) =>
      [...answers].map(([system, judged]) => quality(system, kind, judged)),
    ),
    differences: kinds.flatMap(({ kind, answers }) => {
      const own = answers.get(LECTERN) ?? [];
      return [...answers]
        .filter(([system]) => system.startsWith("FTS5"))
        .map(([system, other]) => difference(kind, system, own, other));
    }),
    linkTexts: await linkTextEffects(corpus, plain),
  };
}

/** MRR at a glance, all figures, and the differences with what they are worth. */
export function relevanceTables({
  qualities,
  differences,
  linkTexts,
}: Relevance): readonly Table[] {
  const systems = [...new Set(qualities.map(({ system }) => system))];
  const glance = [...Map.groupBy(qualities, ({ kind }) => kind)].map(([kind, figures]) => [
    kind,
    String(figures[0]?.queries ?? 0),
    ...figures.map(({ mrr, error }) => withError(mrr, error)),
  ]);
  return [
    table("relevance: MRR@10 ± standard error", ["kind", "queries", ...systems], glance),
    table(
      "relevance: all figures",
      ["kind", "system", "MRR@10", "R@1", "R@5", "R@10", "nDCG@10", "empty"],
      qualities.map(({ kind, system, mrr, error, first, fifth, tenth, ndcg, empty }) => [
        kind,
        system,
        withError(mrr, error),
        ...[first, fifth, tenth, ndcg].map((figure) => figure.toFixed(3)),
        String(empty),
      ]),
    ),
    table(
      "relevance: Lectern against FTS5, MRR@10 by paired randomisation, not corrected for their number",
      ["kind", "against", "queries", "difference", "p", "Lectern is"],
      differences.map((compared) => [
        compared.kind,
        compared.against,
        String(compared.queries),
        signed(compared.difference),
        compared.p.toFixed(4),
        verdict(compared),
      ]),
    ),
    linkTextTable(linkTexts),
  ];
}

/** The MRR of all systems by kind, each with its 95 % interval, as SVG. */
export function relevancePlot({ qualities }: Relevance): Promise<string> {
  return dotsWithIntervals({
    title: "Right page first, by kind of query",
    subtitle: "Mean reciprocal rank of the first ten pages, with 95 % intervals",
    valueTitle: "MRR@10",
    rowTitle: "Kind of query (number of queries)",
    seriesTitle: "System",
    range: [0, 1],
    marks: qualities.map(({ kind, system, queries, mrr, error }) => ({
      row: `${kind} (${queries})`,
      series: system,
      value: mrr,
      low: Math.max(0, mrr - NINETY_FIVE * (error ?? 0)),
      high: Math.min(1, mrr + NINETY_FIVE * (error ?? 0)),
    })),
  });
}

async function byKind(corpus: Corpus, indexDir: string): Promise<OfKind[]> {
  await using systems = await openSystems(corpus, indexDir);
  const kinds: OfKind[] = [];
  for (const [kind, queries] of Map.groupBy(corpus.queries, (query) => query.kind)) {
    const answers = new Map<string, readonly Judged[]>();
    for (const system of systems.all) answers.set(system.name, await ask(system, queries));
    kinds.push({ kind, answers });
  }
  return kinds;
}
