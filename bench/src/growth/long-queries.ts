/** Long questions, as an agent asks that pastes what a program printed. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { PURPOSE, Random } from "../generate/random.ts";

/** Words of a long query. */
export const LONG_QUERY_WORDS = 40;

const SEED = 1;

/**
 * At most `count` queries, one a page, from pages spread evenly over `files`. A page with fewer words
 * than a query gives none. The same files give the same queries.
 */
export function longQueries(folder: string, files: readonly string[], count: number): string[] {
  const step = Math.max(1, files.length / count);
  const queries: string[] = [];
  for (let at = 0; at < files.length && queries.length < count; at += step) {
    const number = Math.floor(at);
    const text = readFileSync(path.join(folder, files[number] ?? ""), "utf8");
    const query = longQuery(text, new Random(SEED, PURPOSE.longQueries, number));
    if (query !== undefined) queries.push(query);
  }
  return queries;
}

/**
 * Words of the page's code from the start of a line on, then of its prose from the start of a line
 * on; each begins again where the page ends. Absent when the page has too few words.
 */
export function longQuery(text: string, random: Random): string | undefined {
  const { code, prose } = wordsByLine(text);
  const chosen = fromSomeLine(code, random).slice(0, LONG_QUERY_WORDS / 2);
  chosen.push(...fromSomeLine(prose, random).slice(0, LONG_QUERY_WORDS - chosen.length));
  return chosen.length < LONG_QUERY_WORDS ? undefined : chosen.join(" ");
}

interface WordsByLine {
  readonly code: string[][];
  readonly prose: string[][];
}

function wordsByLine(text: string): WordsByLine {
  const code: string[][] = [];
  const prose: string[][] = [];
  let isCode = false;
  for (const line of text.split("\n")) {
    if (/^\s*(?:`{3}|~{3})/u.test(line)) {
      isCode = !isCode;
      continue;
    }
    const words = line.split(/\s+/u).filter((word) => word !== "");
    if (isCode) code.push(words);
    // Sentences only: a paragraph stands on one line and ends like one.
    else if (/^[^#|>\-\s].*[.!?]$/u.test(line)) prose.push(words);
  }
  return { code, prose };
}

function fromSomeLine(lines: readonly string[][], random: Random): string[] {
  if (lines.length === 0) return [];
  const first = random.below(lines.length);
  return [...lines.slice(first), ...lines.slice(0, first)].flat();
}
