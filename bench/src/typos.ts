/** What a slip of the finger costs, and how often queries without one are taken for one. */
import path from "node:path";

import { openEngine } from "@lectern/native";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

import { type Corpus, type LabelledQuery, units } from "./corpus.ts";
import { estimate, type Estimate } from "./estimates.ts";
import { signed } from "./relevance/difference.ts";
import { judge, withError } from "./relevance/quality.ts";
import { DEPTH } from "./relevance/system.ts";
import { type Table, table } from "./report.ts";

/** Figures over the queries of one kind, or over all. */
interface TypoFigures {
  readonly kind: string;
  readonly queries: number;
  /** MRR@10 of the queries as they are, and with one edit each. */
  readonly clean: Estimate;
  readonly typo: Estimate;
  readonly difference: Estimate;
  /** Share of the queries with an edit in which a word was corrected. */
  readonly corrected: number;
  /** Queries as they are in which a word was corrected all the same. */
  readonly cleanCorrected: number;
  /** MRR@10 of those; absent where there are none. */
  readonly correctedMrr?: Estimate;
}

/** Figures by kind and over all, and how many queries have no word to edit. */
export interface Typos {
  readonly figures: readonly TypoFigures[];
  readonly skipped: number;
}

interface Pair {
  readonly kind: string;
  readonly clean: Asked;
  readonly typo: Asked;
}

interface Asked {
  readonly reciprocal: number;
  readonly isCorrected: boolean;
}

/** Where the edits start: any number, but always the same. */
const SEED = 20_261_125;
const ALL = "all";

/** Asks Lectern every labelled query as it is and with one edit in its longest word. */
export async function typos(corpus: Corpus, scratch: string): Promise<Typos> {
  if (corpus.queries.length === 0) throw new Error(`corpus ${corpus.name} has no labelled queries`);
  const indexDir = path.join(scratch, "index-typos");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const asked = async (query: LabelledQuery, text: string): Promise<Asked> => {
    const request = { query: text, limit: DEPTH, hitsOfAPage: 1, exclude: query.sources };
    const { hits, corrected } = await engine.search(request);
    const { reciprocal } = judge(
      query,
      hits.map((hit) => hit.path),
    );
    return { reciprocal, isCorrected: corrected.length > 0 };
  };
  const random = units(xoroshiro128plus(SEED));
  const pairs: Pair[] = [];
  for (const query of corpus.queries) {
    const edited = withTypo(query.query, random);
    if (edited === undefined) continue;
    const clean = await asked(query, query.query);
    pairs.push({ kind: query.kind, clean, typo: await asked(query, edited) });
  }
  const byKind = [...Map.groupBy(pairs, ({ kind }) => kind)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return {
    figures: [...byKind, [ALL, pairs] as const].map(([kind, some]) => figures(kind, some)),
    skipped: corpus.queries.length - pairs.length,
  };
}

/** Clean against typo, and what was corrected without need. */
export function typosTables({ figures: all, skipped }: Typos): readonly Table[] {
  const without = skipped === 0 ? "" : `; ${skipped} queries without a word of letters left out`;
  return [
    table(
      `typos: one edit in the longest word, Lectern's MRR@10${without}`,
      ["kind", "queries", "clean", "typo", "difference", "typos corrected"],
      all.map(({ kind, queries, clean, typo, difference, corrected }) => [
        kind,
        String(queries),
        withError(clean.mean, clean.error),
        withError(typo.mean, typo.error),
        signed(difference.mean),
        `${(corrected * 100).toFixed(1)}%`,
      ]),
    ),
    table(
      "typos: queries as they are in which a word was corrected",
      ["kind", "queries", "corrected", "share", "their MRR@10", "MRR@10 of the kind"],
      all.map(({ kind, queries, clean, cleanCorrected, correctedMrr }) => [
        kind,
        String(queries),
        String(cleanCorrected),
        `${((cleanCorrected / queries) * 100).toFixed(1)}%`,
        correctedMrr === undefined ? "" : withError(correctedMrr.mean, correctedMrr.error),
        clean.mean.toFixed(3),
      ]),
    ),
  ];
}

/**
 * A query with one edit in the longest of its runs of letters a to z: a letter more, one less, one
 * changed, or two that differ swapped; never the first. `undefined` when no run has three letters,
 * which an edit would leave another word altogether.
 */
export function withTypo(query: string, random: () => number): string | undefined {
  const runs = [...query.matchAll(/[a-zA-Z]{3,}/gu)];
  const longest = runs.toSorted(([a], [b]) => b.length - a.length)[0];
  if (longest === undefined) return undefined;
  const [word] = longest;
  const below = (bound: number): number => Math.floor(random() * bound);
  const at = 1 + below(word.length - 1);
  const swaps = word
    .split("")
    .flatMap((letter, place) =>
      place > 0 && place + 1 < word.length && letter !== word[place + 1] ? [place] : [],
    );
  const edits: (() => string)[] = [
    () => word.slice(0, at) + letterBut("", below) + word.slice(at),
    () => word.slice(0, at) + word.slice(at + 1),
    () => word.slice(0, at) + letterBut(word[at] ?? "", below) + word.slice(at + 1),
  ];
  if (swaps.length > 0) {
    const place = swaps[below(swaps.length)] ?? 1;
    edits.push(() => {
      const pair = `${word[place + 1]}${word[place]}`;
      return word.slice(0, place) + pair + word.slice(place + 2);
    });
  }
  const edited = edits[below(edits.length)]?.() ?? word;
  return query.slice(0, longest.index) + edited + query.slice(longest.index + word.length);
}

/** Any letter but this one, in any case. */
function letterBut(letter: string, below: (bound: number) => number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz".replace(letter.toLowerCase() || " ", "");
  return letters[below(letters.length)] ?? "";
}

function figures(kind: string, pairs: readonly Pair[]): TypoFigures {
  const corrected = pairs.filter(({ clean }) => clean.isCorrected);
  const mrr = (some: readonly Pair[], of: (pair: Pair) => number): Estimate =>
    estimate(some.map(of));
  return {
    kind,
    queries: pairs.length,
    clean: mrr(pairs, ({ clean }) => clean.reciprocal),
    typo: mrr(pairs, ({ typo }) => typo.reciprocal),
    difference: mrr(pairs, ({ clean, typo }) => typo.reciprocal - clean.reciprocal),
    corrected: pairs.filter(({ typo }) => typo.isCorrected).length / pairs.length,
    cleanCorrected: corrected.length,
    ...(corrected.length > 0 && {
      correctedMrr: mrr(corrected, ({ clean }) => clean.reciprocal),
    }),
  };
}
