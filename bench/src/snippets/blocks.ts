/** Fenced code, tables and sections of Markdown by the reference parser of CommonMark and GFM. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { visit } from "unist-util-visit";

/** Lines of a block, from 0, both inclusive. */
export interface Block {
  /** A table's first line is its header, its second the rule below it. */
  readonly kind: "fence" | "table";
  readonly first: number;
  readonly last: number;
  /** A fence's last line closes it; always true of a table. */
  readonly isClosed: boolean;
}

const extensions = [gfm()];
const mdastExtensions = [gfmFromMarkdown()];

/** Fenced code and tables, wherever they are nested; indented code has no fences. */
export function blocksOf(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  visit(fromMarkdown(text, { extensions, mdastExtensions }), ["code", "table"], (node) => {
    const { position } = node;
    if (position === undefined) return;
    const [first, last] = [position.start.line - 1, position.end.line - 1];
    if (node.type === "table") {
      blocks.push({ kind: "table", first, last, isClosed: true });
      return;
    }
    if (!/^(?:`{3}|~{3})/u.test(text.slice(position.start.offset))) return;
    const isClosed = last > first && /^[\s>]*(?:`{3,}|~{3,})\s*$/u.test(lines[last] ?? "");
    blocks.push({ kind: "fence", first, last, isClosed });
  });
  return blocks;
}

/** The text from each heading to the next, and what stands before the first one. */
export function sectionsOf(text: string): string[] {
  const { children } = fromMarkdown(text, { extensions, mdastExtensions });
  const starts = children
    .filter(({ type }) => type === "heading")
    .map(({ position }) => position?.start.offset ?? 0);
  const borders = [0, ...starts, text.length];
  return borders
    .slice(1)
    .map((end, at) => text.slice(borders[at], end))
    .filter((section) => section.trim() !== "");
}
