/** The word by which a version of a page is known. */
import type { Random } from "../generate/random.ts";

const LETTERS = "abcdefghijklmnop";
const LENGTH = 12;
/** The paragraph a mark stands in, with what parts it from the text around. */
const PARAGRAPH = /\n\nLast changed by (edit[a-p]{12}) just now\.\n\n/u;
const FRONT_MATTER = /^(?:---|\+\+\+)\r?\n[^]*?\n(?:---|\+\+\+)\r?\n/u;

/** A fresh mark: letters only, so that it is one term, and all of one length. */
export function newMark(random: Random): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[random.below(LETTERS.length)]);
  return `edit${letters.join("")}`;
}

/** The mark of a text; `undefined` for one without. */
export function markOf(text: string): string | undefined {
  return PARAGRAPH.exec(text)?.[1];
}

/** A text without its mark. */
export function unmarked(text: string): string {
  return text.replace(PARAGRAPH, "");
}

/**
 * A text with another mark in the place of its own: below a heading, so that lines move and sections
 * grow, or at the end. With `stays` where the one before stood, and as long.
 */
export function marked(text: string, mark: string, random: Random, stays = false): string {
  const before = markOf(text);
  if (stays && before !== undefined) return text.replace(before, mark);
  const body = unmarked(text);
  const paragraph = `\n\nLast changed by ${mark} just now.\n\n`;
  const ends = headings(body);
  const at = ends.length > 0 && random.chance(0.5) ? random.pick(ends) : body.length;
  return body.slice(0, at) + paragraph + body.slice(at);
}

/** Where lines end that are ATX headings; what looks like one in code will do as well. */
function headings(text: string): number[] {
  const frontMatter = FRONT_MATTER.exec(text)?.[0].length ?? 0;
  return [...text.matchAll(/^#{1,6} .*$/gmu)]
    .filter(({ index }) => index >= frontMatter)
    .map(({ 0: line, index }) => index + line.length);
}
