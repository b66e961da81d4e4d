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
    const scores = new Map<number, number>();
    for (const { boost, index } of indexes) {
      // A word said twice counts twice, as it does for tantivy's query parser.
      for (const word of tokens(query)) index.add(word, boost, scores);
    }
    const best = new Map<string, number>();
    for (const [row, score] of scores) {
      const page = rows[row]?.page.path ?? "";
      best.set(page, Math.max(score, best.get(page) ?? 0));
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

/** One field of all rows, inverted. */
class FieldIndex {
  readonly #lengths: readonly number[];
  readonly #average: number;
  /** For every token, how often it stands in which row. */
  readonly #postings = new Map<string, Map<number, number>>();

  constructor(texts: readonly string[]) {
    this.#lengths = texts.map((text, row) => {
      const all = tokens(text);
      for (const token of all) {
        const counts = this.#postings.get(token) ?? new Map<number, number>();
        counts.set(row, (counts.get(row) ?? 0) + 1);
        this.#postings.set(token, counts);
      }
      return all.length;
    });
    this.#average = this.#lengths.reduce((sum, length) => sum + length, 0) / texts.length;
  }

  /** Adds what a word is worth to the scores of the rows that hold it. */
  add(word: string, boost: number, scores: Map<number, number>): void {
    const counts = this.#postings.get(word);
    if (counts === undefined) return;
    const idf = Math.log(1 + (this.#lengths.length - counts.size + 0.5) / (counts.size + 0.5));
    for (const [row, count] of counts) {
      const length = (this.#lengths[row] ?? 0) / this.#average;
      const worth = (boost * idf * (count * (K1 + 1))) / (count + K1 * (1 - B + B * length));
      scores.set(row, (scores.get(row) ?? 0) + worth);
    }
  }
}
