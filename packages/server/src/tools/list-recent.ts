import { z } from "zod";

import type { KnowledgeBase } from "../knowledge-base.ts";
import { integer, text } from "../serving/arguments.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { READS_OWN_FILES } from "./annotations.ts";
import { recentAnswer, recentOutput } from "./recent-answer.ts";

const input = z.strictObject({
  days: integer({ min: 1, max: 365 }).default(7),
  limit: integer({ min: 1, max: 200 }).default(20),
  path: text("Folder or page").optional(),
  cursor: text().optional(),
});

/** Pages that changed lately. */
export function listRecent(
  documents: KnowledgeBase,
): ToolDefinition<typeof input, typeof recentOutput> {
  return defineTool({
    name: "list_recent",
    title: "Recent changes",
    description:
      "See pages added, changed, renamed or deleted lately, newest first, with commit, author and " +
      "subject, or uncommitted.",
    input,
    output: recentOutput,
    annotations: READS_OWN_FILES,
    async run({ days, limit, path, cursor }, context) {
      const recent = await documents.recent({ days, path }, context);
      const listing = JSON.stringify(["list_recent", await documents.identity(), days, path ?? ""]);
      return recentAnswer(recent, { listing, limit, cursor });
    },
  });
}
