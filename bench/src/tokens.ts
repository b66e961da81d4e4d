/** What an answer costs the model that reads it, by a real tokenizer. */
import path from "node:path";

import type { Corpus } from "./corpus.ts";
import type { ServerCommand } from "./process.ts";
import { quantile, sorted, type Table, table } from "./report.ts";
import { StdioClient } from "./stdio-client.ts";
import { byteTokens, realTokens } from "./token-count.ts";

/** Sizes of the answers to all queries, asked in one way. */
export interface AnswerSizes {
  readonly detail: "concise" | "full";
  readonly counted: "o200k_base" | "bytes / 4";
  readonly answers: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
  /** Tokens that the tool promises to keep to. */
  readonly budget: number;
  /** Share of the answers above it. */
  readonly above: number;
}

/** Defaults of `search_docs`. */
const BUDGETS = { concise: 2000, full: 6000 } as const;

/**
 * Asks every query of the corpus twice, by default and in full, over stdio. An answer is text and
 * structured content; hosts pass one of them on, so the larger counts.
 */
export async function tokens(
  corpus: Corpus,
  scratch: string,
  { node, bin }: ServerCommand,
): Promise<AnswerSizes[]> {
  if (corpus.queries.length === 0) throw new Error(`corpus ${corpus.name} has no queries to ask`);
  const indexDir = path.join(scratch, "index-tokens");
  const client = new StdioClient(node, [bin, "serve", corpus.folder, "--index-dir", indexDir]);
  await client.initialize();
  const sizes: AnswerSizes[] = [];
  for (const detail of ["concise", "full"] as const) {
    const real: number[] = [];
    const bytes: number[] = [];
    for (const { query } of corpus.queries) {
      const args = detail === "full" ? { query, detail } : { query };
      const { text, data } = await client.call("search_docs", args);
      const forms = data === undefined ? [text] : [text, JSON.stringify(data)];
      real.push(Math.max(...forms.map(realTokens)));
      bytes.push(Math.max(...forms.map(byteTokens)));
    }
    sizes.push(sizesOf(detail, "o200k_base", real), sizesOf(detail, "bytes / 4", bytes));
  }
  await client.close();
  return sizes;
}

/** The sizes as a table. */
export function tokensTable(sizes: readonly AnswerSizes[]): Table {
  return table(
    "tokens of a search_docs answer, the larger of its two forms",
    ["detail", "counted by", "answers", "median", "p95", "max", "budget", "above it"],
    sizes.map(({ detail, counted, answers, median, p95, max, budget, above }) => [
      detail,
      counted,
      String(answers),
      String(median),
      String(p95),
      String(max),
      String(budget),
      `${(above * 100).toFixed(2)}%`,
    ]),
  );
}

function sizesOf(
  detail: AnswerSizes["detail"],
  counted: AnswerSizes["counted"],
  counts: readonly number[],
): AnswerSizes {
  const ascending = sorted(counts);
  const budget = BUDGETS[detail];
  return {
    detail,
    counted,
    answers: counts.length,
    median: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
    max: ascending.at(-1) ?? Number.NaN,
    budget,
    above: counts.filter((count) => count > budget).length / counts.length,
  };
}
