import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { choice, integer, text } from "../serving/arguments.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { READS_OWN_FILES } from "./annotations.ts";
import { searchAnswer, searchOutput } from "./search-answer.ts";

const input = z.strictObject({
  // Its bound is the core's, which refuses with LIMIT_EXCEEDED.
  query: text(undefined, Infinity),
  limit: integer({ min: 1, max: 20 }).default(5),
  path: text("Folder, page or glob; several: {a,b}/**").optional(),
  detail: choice(["concise", "full"], "full adds section texts").default("concise"),
  // By default 2,000, with full 6,000.
  max_tokens: integer({ min: 200, max: 8000 }).optional(),
});

/** Ranked search over sections. */
export function searchDocs(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof searchOutput> {
  return defineTool({
    name: "search_docs",
    title: "Search docs",
    description:
      "Find sections of the docs that answer a question. Every word counts on its own, rarer " +
      "words and headings more; no query syntax. Read hits with get_doc, cite path:lines. No " +
      "hits: no word is in the docs, or under path.",
    input,
    output: searchOutput,
    annotations: READS_OWN_FILES,
    async run({ query, limit, path, detail, max_tokens: bound }, context) {
      const request = { query, limit, detail, ...(path !== undefined && { paths: [path] }) };
      const found = await documents.search(request, context);
      return searchAnswer(found, {
        isFiltered: path !== undefined,
        bound: bound ?? (detail === "full" ? 6000 : 2000),
      });
    },
  });
}
