/**
 * tantivy as it comes, without tantivy: its scoring written out, for only the product's core has a
 * binding to the library, and that one scores by its own rules. The formula is tantivy's (sum over
 * fields of boost times BM25, k1 1.2, b .75, idf ln(1 + (N - n + .5) / (n + .5))), and so is the
 * default analyzer (runs of letters and digits, lower case, no stems, tokens of 40 bytes and more
 * dropped). Lengths are exact where tantivy rounds those above 40 tokens down to one byte.
 */
import type { PageSections, Section } from "../sections.ts";
import { bestPages, type System, wholeRanking } from "./system.ts";

const K1 = 1.2;
const B = 0.75;
const TOO_LONG = 40;

/** A field of the rows, one row a section. */
export interface Field {
  readonly boost: number;
  readonly text: (page: PageSections, section: Section) => string;
}

/** Title and headings three times the weight of the text. */
export const FIELD_SUM: readonly Field[] = [
  { boost: 3, text: ({ title }) => title },
  { boost: 3, text: (_, { trail }) => trail.join(" ") },
  { boost: 1, text: (_, { body }) => body },
];

/** Everything in one field. */
export const ONE_FIELD: readonly Field[] = [
  { boost: 1, text: ({ title }, { trail, body }) => [title, ...trail, body].join("\n") },
];

/** A page is worth its best section. */
export function bm25(
  name: string,
  pages: readonly PageSections[],
  fields: readonly Field[],
): System {
  const rows = pages.flatMap((page) => page.sections.map((section) => ({ page, section })));
  const indexes = fields.map(({ boost, text }) => ({
    boost,
    index: new FieldIndex(rows.map(({ page, section }) => text(page, section))),
  }));
  return wholeRanking(name, (query, most) => {
    const scores = new Float64Array(rows.length);
    for (const { boost, index } of indexes) {
      // A word said twice counts twice, as it does for tantivy's query parser.
      for (const word of tokens(query)) index.add(word, boost, scores);
    }
    const best = new Map<string, number>();
    for (const [row, { page }] of rows.entries()) {
      const score = scores[row] ?? 0;
      if (score > (best.get(page.path) ?? 0)) best.set(page.path, score);
    }
    return bestPages(best, most);
  });
}

/** Tokens of tantivy's default analyzer. */
export function tokens(text: string): string[] {
  return (text.match(/[\p{Alphabetic}\p{N}]+/gu) ?? [])
    .filter((token) => Buffer.byteLength(token) < TOO_LONG)
    .map((token) => token.toLowerCase());
}

/** The rows that hold a token and how often, side by side. */
interface Postings {
  readonly rows: number[];
  readonly counts: number[];
}

/** One field of all rows, inverted. */
class FieldIndex {
  readonly #lengths: readonly number[];
  readonly #average: number;
  readonly #postings = new Map<string, Postings>();

  constructor(texts: readonly string[]) {
    this.#lengths = texts.map((text, row) => {
      const all = tokens(text);
      for (const token of all) this.#count(token, row);
      return all.length;
    });
    this.#average = this.#lengths.reduce((sum, length) => sum + length, 0) / texts.length;
  }

  /** Adds what a word is worth to the scores of the rows that hold it. */
  add(word: string, boost: number, scores: Float64Array): void {
    const postings = this.#postings.get(word);
    if (postings === undefined) return;
    const { rows, counts } = postings;
    const idf = Math.log(1 + (this.#lengths.length - rows.length + 0.5) / (rows.length + 0.5));
    for (const [at, row] of rows.entries()) {
      const count = counts[at] ?? 0;
      const length = (this.#lengths[row] ?? 0) / this.#average;
      const worth = (boost * idf * (count * (K1 + 1))) / (count + K1 * (1 - B + B * length));
      scores[row] = (scores[row] ?? 0) + worth;
    }
  }

  /** Rows come one after the other. */
  #count(token: string, row: number): void {
    const postings = this.#postings.get(token) ?? { rows: [], counts: [] };
    this.#postings.set(token, postings);
    const last = postings.rows.length - 1;
    if (postings.rows[last] === row) postings.counts[last] = (postings.counts[last] ?? 0) + 1;
    else {
      postings.rows.push(row);
      postings.counts.push(1);
    }
  }
}
