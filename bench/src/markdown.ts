/** Pages as the reference parser of CommonMark and GFM for JavaScript reads them. */
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { visit } from "unist-util-visit";

const extensions = [gfm()];
const mdastExtensions = [gfmFromMarkdown()];

/** The tree of a page, without its front matter; lines are those of the file. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(withoutFrontMatter(text), { extensions, mdastExtensions });
}

/** What a reader sees of a page, code included: not front matter, addresses of links, HTML tags. */
export function shownText(text: string): string {
  const shown: string[] = [];
  visit(parseMarkdown(text), (node) => {
    if (node.type === "text" || node.type === "inlineCode" || node.type === "code") {
      shown.push(node.value);
    }
  });
  return shown.join("\n");
}

/** Blank lines in its place, so that lines keep their numbers. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^\uFEFF?(---|\+\+\+)\r?\n[\s\S]*?\n\1[ \t]*(?=\r?\n|$)/u, (front) =>
    front.replaceAll(/[^\n]+/gu, ""),
  );
}
