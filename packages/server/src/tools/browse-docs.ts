import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { integer, text } from "../serving/arguments.ts";
import { openCursor, sealCursor } from "../serving/cursor.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { browseAnswer, browseOutput } from "./browse-answer.ts";

/** Entries of one answer: some 2,000 tokens of them. */
const SHOWN = 100;

const input = z.strictObject({
  path: text("Folder or page; default all").optional(),
  depth: integer({ min: 1, max: 10, description: "Levels of folders" }).default(2),
  cursor: text("From the last answer, for what follows").optional(),
});

/** The folder tree and the outlines of pages. */
export function browseDocs(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof browseOutput> {
  return defineTool({
    name: "browse_docs",
    title: "Browse the docs",
    description:
      "See what there is: the folder tree with page counts, or, given a page, its sections with " +
      "lines and sizes in tokens, to read only what you need.",
    input,
    output: browseOutput,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
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
