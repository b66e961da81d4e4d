import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { integer, text } from "../serving/arguments.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { recentAnswer, recentOutput } from "./recent-answer.ts";

const input = z.strictObject({
  days: integer({ min: 1, max: 365, description: "Days back" }).default(7),
  limit: integer({ min: 1, max: 200, description: "Changes to return" }).default(20),
  path: text("Only this folder or page").optional(),
  cursor: text("From the last answer, for what follows").optional(),
});

/** Pages that changed lately. */
export function listRecent(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof recentOutput> {
  return defineTool({
    name: "list_recent",
    title: "List recent changes",
    description:
      "See which pages were added, changed, renamed or deleted lately, newest first: from git with " +
      "commit, author and subject, uncommitted ones marked; without git by file times.",
    input,
    output: recentOutput,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ days, limit, path, cursor }, context) {
      const recent = await documents.recent({ days, path }, context);
      const listing = JSON.stringify(["list_recent", await documents.identity(), days, path ?? ""]);
      return recentAnswer(recent, { listing, limit, cursor });
    },
  });
}
