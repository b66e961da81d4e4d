import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { choice, integer, text } from "../serving/arguments.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { searchAnswer, searchOutput } from "./search-answer.ts";

const input = z.strictObject({
  // Its bound is the core's, which refuses with LIMIT_EXCEEDED.
  query: text("Words, a question, an identifier or an error; at most 8192 bytes", Infinity),
  limit: integer({ min: 1, max: 20, description: "Hits to return" }).default(5),
  path: text("Only this folder or page, such as runbooks").optional(),
  detail: choice(["concise", "full"], "full adds each section's whole text").default("concise"),
  max_tokens: integer({
    min: 200,
    max: 8000,
    description: "Bound of the answer; default 2000, with full 6000",
  }).optional(),
});

/** Ranked search over sections. */
export function searchDocs(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof searchOutput> {
  return defineTool({
    name: "search_docs",
    title: "Search the docs",
    description:
      "Find the sections of the team's docs that answer a question. Every word counts on its own, " +
      "rarer words and headings weigh more; there is no query syntax. Hits are ranked sections, at " +
      "most two a page, with path, lines and a snippet: read one with get_doc, cite it as " +
      "path:lines. No hits means that no word of the query stands in the docs, or under path.",
    input,
    output: searchOutput,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ query, limit, path, detail, max_tokens: bound }, context) {
      const request = { query, limit, detail, ...(path !== undefined && { path }) };
      const found = await documents.search(request, context);
      return searchAnswer(found, {
        isFiltered: path !== undefined,
        bound: bound ?? (detail === "full" ? 6000 : 2000),
      });
    },
  });
}
