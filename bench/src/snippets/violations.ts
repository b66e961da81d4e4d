/** What may be wrong with a snippet. */
import { type Block, blocksOf } from "./blocks.ts";

/** Stands between pieces; its halves mark a beginning and an end inside a line. */
const SEPARATOR = " … ";
const LONGEST = 500;
/** Longest piece: what is longer cannot be shown in one. */
const LONGEST_PIECE = 240;
/** Ways to place the pieces that are tried: the places of a piece that has many are alike. */
const MOST_PLACEMENTS = 100;

/**
 * What is counted. `promised` never to happen; `avoidable` where another choice of lines would have
 * helped; `allowed` where the lines are too long for any. A line is shown when any of its text is.
 */
export const VIOLATIONS = [
  { kind: "longer than 500 characters", standing: "promised" },
  { kind: "piece not verbatim on the page", standing: "promised" },
  { kind: "pieces not in the order of the section", standing: "promised" },
  { kind: "fence line without its partner", standing: "promised" },
  { kind: "code without fence lines, block of 240 characters at most", standing: "avoidable" },
  { kind: "code without fence lines, longer block", standing: "allowed" },
  { kind: "row without header, 240 characters at most together", standing: "avoidable" },
  { kind: "row without header, longer together", standing: "allowed" },
  { kind: "header without row", standing: "avoidable" },
  { kind: "row cut inside, 240 characters at most", standing: "avoidable" },
  { kind: "row cut inside, longer", standing: "allowed" },
] as const;

/** The name of a kind. */
export type Violation = (typeof VIOLATIONS)[number]["kind"];

/** What there is to say of it. */
export type Standing = (typeof VIOLATIONS)[number]["standing"];

/** The pieces of a snippet without separators and marks. */
export function piecesOf(snippet: string): string[] {
  const from = snippet.startsWith(SEPARATOR.trimStart()) ? SEPARATOR.trimStart().length : 0;
  const to = snippet.endsWith(SEPARATOR.trimEnd()) ? -SEPARATOR.trimEnd().length : snippet.length;
  return snippet.slice(from, to).split(SEPARATOR);
}

/**
 * Kinds of violation of a snippet, each once; `section` is the whole text it is made of. Pieces that
 * stand in several places are judged by those that speak for the snippet.
 */
export function violationsOf(snippet: string, section: string, page: string): Violation[] {
  const found: Violation[] = [];
  if (snippet.length > LONGEST) found.push("longer than 500 characters");
  const pieces = piecesOf(snippet).filter((piece) => piece !== "");
  if (pieces.some((piece) => !page.includes(piece))) {
    return [...found, "piece not verbatim on the page"];
  }
  const blocks = blocksOf(section);
  const lines = section.split("\n").map((line) => line.trimEnd());
  let fewest: ReadonlySet<Violation> | undefined;
  for (const starts of take(placements(section, pieces, 0), MOST_PLACEMENTS)) {
    const shown = shownLines(section, pieces, starts);
    const ofBlocks = new Set(
      blocks.flatMap((block) =>
        block.kind === "fence" ? ofFence(block, lines, shown) : ofTable(block, lines, shown),
      ),
    );
    if (fewest === undefined || ofBlocks.size < fewest.size) fewest = ofBlocks;
  }
  return [...found, ...(fewest ?? ["pieces not in the order of the section" as const])];
}

function* take<T>(values: Iterable<T>, most: number): Generator<T> {
  let taken = 0;
  for (const value of values) {
    yield value;
    taken += 1;
    if (taken === most) return;
  }
}

/** Every way to place the pieces one behind the other, as where each starts; none where one is missing. */
function* placements(
  section: string,
  pieces: readonly string[],
  from: number,
): Generator<readonly number[]> {
  const [piece, ...others] = pieces;
  if (piece === undefined) {
    yield [];
    return;
  }
  let start = section.indexOf(piece, from);
  while (start !== -1) {
    let isPlaced = false;
    for (const rest of placements(section, others, start + piece.length)) {
      isPlaced = true;
      yield [start, ...rest];
    }
    // What does not fit behind this place does not fit behind a later one.
    if (!isPlaced) return;
    start = section.indexOf(piece, start + 1);
  }
}

type Shown = ReadonlyMap<number, "whole" | "part">;

/** Lines of the section that the pieces show, from 0. */
function shownLines(section: string, pieces: readonly string[], starts: readonly number[]): Shown {
  const shown = new Map<number, "whole" | "part">();
  for (const [at, piece] of pieces.entries()) {
    const start = starts[at] ?? 0;
    const first = section.slice(0, start).split("\n").length - 1;
    const last = first + piece.split("\n").length - 1;
    for (let line = first; line <= last; line += 1) shown.set(line, "whole");
    const before = section.slice(section.lastIndexOf("\n", start - 1) + 1, start);
    const end = section.indexOf("\n", start + piece.length);
    const after = section.slice(start + piece.length, end === -1 ? undefined : end);
    if (start > 0 && before.trim() !== "") shown.set(first, "part");
    if (after.trim() !== "") shown.set(last, "part");
  }
  return shown;
}

function ofFence(
  { first, last, isClosed }: Block,
  lines: readonly string[],
  shown: Shown,
): Violation[] {
  // A fence that the section never closes has no partner.
  if (!isClosed) return [];
  if (shown.has(first) !== shown.has(last)) return ["fence line without its partner"];
  if (shown.has(first) || !between(first, last).some((line) => shown.has(line))) return [];
  return lines.slice(first, last + 1).join("\n").length <= LONGEST_PIECE
    ? ["code without fence lines, block of 240 characters at most"]
    : ["code without fence lines, longer block"];
}

function ofTable({ first, last }: Block, lines: readonly string[], shown: Shown): Violation[] {
  const found: Violation[] = [];
  const length = (line: number): number => lines[line]?.length ?? 0;
  const rows = between(first + 2, last);
  const shownRows = rows.filter((row) => shown.has(row));
  if (shownRows.length > 0 && !shown.has(first)) {
    const fits = shownRows.some((row) => length(first) + length(row) <= LONGEST_PIECE);
    found.push(
      fits
        ? "row without header, 240 characters at most together"
        : "row without header, longer together",
    );
  }
  if (shown.has(first) && shownRows.length === 0 && rows.length > 0) {
    found.push("header without row");
  }
  const cut = between(first, last).filter((line) => shown.get(line) === "part");
  if (cut.length > 0) {
    const fits = cut.some((line) => length(line) <= LONGEST_PIECE);
    found.push(fits ? "row cut inside, 240 characters at most" : "row cut inside, longer");
  }
  return found;
}

function between(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
