/** Links and headings of a page. */
import type { Definition } from "mdast";
import { toString } from "mdast-util-to-string";
import { visit } from "unist-util-visit";

import { parseMarkdown } from "./markdown.ts";

/** A link as the page has it. */
export interface MarkdownLink {
  /** 1-based, in the file. */
  readonly line: number;
  readonly text: string;
  readonly url: string;
}

/** What a page links to, and what may be linked to in it. */
export interface ParsedPage {
  readonly links: readonly MarkdownLink[];
  readonly headings: readonly string[];
}

/** Parses a page: inline and reference links and bare addresses; not those of HTML tags. */
export function parsePage(text: string): ParsedPage {
  const tree = parseMarkdown(text);
  const definitions = new Map<string, Definition>();
  visit(tree, "definition", (node) => {
    if (!definitions.has(node.identifier)) definitions.set(node.identifier, node);
  });
  const links: MarkdownLink[] = [];
  const headings: string[] = [];
  visit(tree, (node) => {
    if (node.type === "heading") headings.push(toString(node));
    const url =
      node.type === "link"
        ? node.url
        : node.type === "linkReference"
          ? definitions.get(node.identifier)?.url
          : undefined;
    if (url === undefined) return;
    links.push({ line: node.position?.start.line ?? 0, text: toString(node), url });
  });
  return { links, headings };
}
