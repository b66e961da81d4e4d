/** Whether a snippet shows what its section holds of the query, and whether it is sound. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { type Hit, openEngine } from "@lectern/native";

import { type Corpus, pages } from "./corpus.ts";
import { median, type Table, table } from "./report.ts";
import { sectionsOf } from "./snippets/blocks.ts";
import { isFunctionWord, termsOf, TermWeights } from "./snippets/term-weights.ts";
import { type Standing, type Violation, VIOLATIONS, violationsOf } from "./snippets/violations.ts";

/** How much of the query's weight in a section its snippet shows, over the queries of one kind. */
interface ShownWeight {
  readonly kind: string;
  /** Hits that count, one a query at most. */
  readonly hits: number;
  readonly mean: number;
  readonly median: number;
  /** Share of the hits whose snippet shows all of it. */
  readonly whole: number;
  /** Mean with title and heading trail, which every answer shows beside the snippet. */
  readonly meanWithNames: number;
  /** Mean over all words of the query, those of the grammar too, which the product does not seek. */
  readonly meanOfAllWords: number;
}

/** Snippets in which something was found. */
interface FoundViolation {
  readonly kind: Violation;
  readonly standing: Standing;
  readonly snippets: number;
  readonly examples: readonly ViolationExample[];
}

/** One snippet of them. */
interface ViolationExample {
  readonly query: string;
  readonly path: string;
  readonly lines: string;
  readonly snippet: string;
}

/** All figures. */
export interface SnippetFigures {
  readonly target: number;
  readonly shares: readonly ShownWeight[];
  /** Queries without a hit in a long section, and those none of whose terms stand in it. */
  readonly withoutLongSection: number;
  readonly withoutTerms: number;
  /** Snippets that were checked: those of all hits. */
  readonly checked: number;
  readonly violations: readonly FoundViolation[];
}

/** What the pipeline was designed for. */
const TARGET = 0.97;
/** Only a section longer than this can hide anything from a snippet. */
const LONG_SECTION = 600;
const HITS = 10;
const EXAMPLES = 10;
const ALL = "all";
const STANDINGS: Readonly<Record<Standing, string>> = {
  promised: "promised not to be",
  avoidable: "avoidable",
  allowed: "allowed",
};

/**
 * Shown weight is over the words a query is about: not over `how`, `the` and their like. Asks every
 * labelled query. Its best hit whose section is longer than 600 characters counts for the
 * shown weight, by terms and idf of the bench's own; the snippets of all ten hits are checked.
 */
export async function snippets(corpus: Corpus, scratch: string): Promise<SnippetFigures> {
  if (corpus.queries.length === 0) throw new Error(`corpus ${corpus.name} has no labelled queries`);
  const texts = new Map(
    pages(corpus.folder).map((file) => [
      file,
      readFileSync(path.join(corpus.folder, file), "utf8"),
    ]),
  );
  const weights = new TermWeights();
  for (const text of texts.values()) {
    for (const section of sectionsOf(text)) weights.add(section);
  }
  const indexDir = path.join(scratch, "index-snippets");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();

  const shares: Measured[] = [];
  const examples = new Map<Violation, ViolationExample[]>();
  const count = { withoutLongSection: 0, withoutTerms: 0, checked: 0 };
  for (const { query, kind } of corpus.queries) {
    const { hits } = await engine.search({ query, limit: HITS, detail: "full" });
    for (const hit of hits) {
      count.checked += 1;
      for (const violation of violationsOf(hit.snippet, textOf(hit), texts.get(hit.path) ?? "")) {
        const known = examples.get(violation) ?? [];
        known.push(example(query, hit));
        examples.set(violation, known);
      }
    }
    const best = hits.find((hit) => textOf(hit).length > LONG_SECTION);
    if (best === undefined) {
      count.withoutLongSection += 1;
      continue;
    }
    const shown = shareOf(weights, query, best);
    if (shown === undefined) count.withoutTerms += 1;
    else shares.push({ kind, ...shown });
  }
  if (shares.length === 0)
    throw new Error(`corpus ${corpus.name} has no long section that answers`);
  const kinds = [...new Set(shares.map(({ kind }) => kind))].sort();
  return {
    target: TARGET,
    shares: [
      ...kinds.map((kind) =>
        shownWeight(
          kind,
          shares.filter((share) => share.kind === kind),
        ),
      ),
      shownWeight(ALL, shares),
    ],
    ...count,
    violations: VIOLATIONS.map(({ kind, standing }) => {
      const of = examples.get(kind) ?? [];
      return { kind, standing, snippets: of.length, examples: of.slice(0, EXAMPLES) };
    }),
  };
}

/** The promises that are not kept. */
export function brokenPromises({ violations }: SnippetFigures): string[] {
  return violations
    .filter(({ standing, snippets: count }) => standing === "promised" && count > 0)
    .map(({ kind, snippets: count }) => `${count} snippets: ${kind}`);
}

/** Shown weight by kind, then violations, as tables. */
export function snippetTables(figures: SnippetFigures): readonly [Table, Table] {
  const { target, shares, withoutLongSection, withoutTerms, checked, violations } = figures;
  const left = `${withoutLongSection} queries without a long section, ${withoutTerms} without a term in it`;
  return [
    table(
      `query weight of a section over ${LONG_SECTION} characters that its snippet shows; ${left}`,
      [
        "kind",
        "hits",
        "mean",
        "target",
        "median",
        "share at 1",
        "with title and headings",
        "all words",
      ],
      shares.map(({ kind, hits, mean: average, median: middle, whole, ...means }) => [
        kind,
        String(hits),
        average.toFixed(3),
        target.toFixed(2),
        middle.toFixed(3),
        whole.toFixed(3),
        means.meanWithNames.toFixed(3),
        means.meanOfAllWords.toFixed(3),
      ]),
    ),
    table(
      `violations in ${checked} snippets`,
      ["what", "is", "snippets", "share"],
      violations.map(({ kind, standing, snippets: count }) => [
        kind,
        STANDINGS[standing],
        String(count),
        `${((count / Math.max(1, checked)) * 100).toFixed(2)}%`,
      ]),
    ),
  ];
}

interface Shares {
  readonly alone: number;
  readonly withNames: number;
  readonly ofAllWords: number;
}

/** Absent when the section has none of the words that the query is about. */
function shareOf(weights: TermWeights, query: string, hit: Hit): Shares | undefined {
  const section = textOf(hit);
  const answer = [hit.title, ...hit.heading, hit.snippet].join("\n");
  const terms = termsOf(query, isFunctionWord);
  const alone = weights.shareShown(terms, section, hit.snippet);
  const withNames = weights.shareShown(terms, section, answer);
  const ofAllWords = weights.shareShown(termsOf(query), section, hit.snippet);
  return alone === undefined || withNames === undefined || ofAllWords === undefined
    ? undefined
    : { alone, withNames, ofAllWords };
}

type Measured = Shares & { readonly kind: string };

function shownWeight(kind: string, of: readonly Measured[]): ShownWeight {
  const alone = of.map((measured) => measured.alone);
  return {
    kind,
    hits: of.length,
    mean: mean(alone),
    median: median(alone),
    // Sums of the same terms in the same order are equal to the last bit.
    whole: alone.filter((share) => share === 1).length / of.length,
    meanWithNames: mean(of.map(({ withNames }) => withNames)),
    meanOfAllWords: mean(of.map(({ ofAllWords }) => ofAllWords)),
  };
}

function mean(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function textOf({ text }: Hit): string {
  if (text === undefined) throw new Error("a hit without the text that was asked for");
  return text;
}

function example(query: string, { path: page, lines, snippet }: Hit): ViolationExample {
  return { query, path: page, lines: `${lines.start}-${lines.end}`, snippet };
}
