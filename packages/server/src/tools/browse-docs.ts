import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { integer, text } from "../serving/arguments.ts";
import { openCursor, sealCursor } from "../serving/cursor.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { READS_OWN_FILES } from "./annotations.ts";
import { browseAnswer, browseOutput } from "./browse-answer.ts";

/** Entries of one answer: some 2,000 tokens of them. */
const SHOWN = 100;

const input = z.strictObject({
  path: text("Folder or page").optional(),
  depth: integer({ min: 1, max: 10 }).default(2),
  cursor: text().optional(),
});

/** The folder tree and the outlines of pages. */
export function browseDocs(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof browseOutput> {
  return defineTool({
    name: "browse_docs",
    title: "Browse docs",
    description:
      "See the folder tree with page counts or, of a page, its sections with lines and tokens.",
    input,
    output: browseOutput,
    annotations: READS_OWN_FILES,
    async run({ path = "", depth, cursor }, context) {
      const scope = JSON.stringify(["browse_docs", await documents.identity(), path, depth]);
      const after = cursor === undefined ? undefined : openCursor(scope, cursor);
      const found = await documents.browse(
        { path, depth, limit: SHOWN, ...(after !== undefined && { after }) },
        context,
      );
      const next = found.next === undefined ? undefined : sealCursor(scope, found.next);
      return browseAnswer(found, next);
    },
  });
}
