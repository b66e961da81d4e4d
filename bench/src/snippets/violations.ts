/** What may be wrong with a snippet. */
import { type Block, blocksOf } from "./blocks.ts";

/** Stands between pieces; its halves mark a beginning and an end inside a line. */
const SEPARATOR = " … ";
const LONGEST = 500;

/**
 * What is counted. `promised` of the product never to happen; the others tell how readable snippets
 * are. A line is shown when any of its text is.
 */
export const VIOLATIONS = [
  { kind: "longer than 500 characters", promised: true },
  { kind: "piece not verbatim on the page", promised: true },
  { kind: "fence opened, its closing line not shown", promised: true },
  { kind: "fence closed, its opening line not shown", promised: true },
  { kind: "code without both fence lines", promised: false },
  { kind: "table row without the header", promised: false },
  { kind: "table header without a row", promised: false },
  { kind: "table row cut inside the line", promised: false },
] as const;

/** The name of a kind. */
export type Violation = (typeof VIOLATIONS)[number]["kind"];

/** The pieces of a snippet without separators and marks. */
export function piecesOf(snippet: string): string[] {
  const from = snippet.startsWith(SEPARATOR.trimStart()) ? SEPARATOR.trimStart().length : 0;
  const to = snippet.endsWith(SEPARATOR.trimEnd()) ? -SEPARATOR.trimEnd().length : snippet.length;
  return snippet.slice(from, to).split(SEPARATOR);
}

/** Kinds of violation of a snippet, each once; `section` is the whole text it is made of. */
export function violationsOf(snippet: string, section: string, page: string): Violation[] {
  const found: Violation[] = [];
  if (snippet.length > LONGEST) found.push("longer than 500 characters");
  const pieces = piecesOf(snippet);
  if (pieces.some((piece) => !page.includes(piece))) found.push("piece not verbatim on the page");
  const shown = shownLines(section, pieces);
  const ofBlocks = blocksOf(section).flatMap((block) =>
    block.kind === "fence" ? ofFence(block, shown) : ofTable(block, shown),
  );
  return [...found, ...new Set(ofBlocks)];
}

type Shown = ReadonlyMap<number, "whole" | "part">;

/** Lines of the section that the pieces show, from 0. A piece is taken to be where it first is. */
function shownLines(section: string, pieces: readonly string[]): Shown {
  const shown = new Map<number, "whole" | "part">();
  let from = 0;
  for (const piece of pieces) {
    const start = section.indexOf(piece, from);
    if (start === -1 || piece === "") continue;
    from = start + piece.length;
    const first = section.slice(0, start).split("\n").length - 1;
    const last = first + piece.split("\n").length - 1;
    for (let line = first; line <= last; line += 1) shown.set(line, "whole");
    const before = section.slice(section.lastIndexOf("\n", start - 1) + 1, start);
    const end = section.indexOf("\n", from);
    const after = section.slice(from, end === -1 ? undefined : end);
    if (start > 0 && before.trim() !== "") shown.set(first, "part");
    if (after.trim() !== "") shown.set(last, "part");
  }
  return shown;
}

function ofFence({ first, last, isClosed }: Block, shown: Shown): Violation[] {
  // A fence that the section never closes cannot be shown closed.
  if (!isClosed) return [];
  const [isOpened, isEnded] = [shown.has(first), shown.has(last)];
  if (isOpened !== isEnded) {
    return isOpened
      ? ["fence opened, its closing line not shown"]
      : ["fence closed, its opening line not shown"];
  }
  const isBare = !isOpened && between(first + 1, last - 1).some((line) => shown.has(line));
  return isBare ? ["code without both fence lines"] : [];
}

function ofTable({ first, last }: Block, shown: Shown): Violation[] {
  const found: Violation[] = [];
  const rows = between(first + 2, last);
  const hasRow = rows.some((row) => shown.has(row));
  if (hasRow && !shown.has(first)) found.push("table row without the header");
  if (shown.has(first) && !hasRow && rows.length > 0) found.push("table header without a row");
  if (between(first, last).some((line) => shown.get(line) === "part")) {
    found.push("table row cut inside the line");
  }
  return found;
}

function between(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
