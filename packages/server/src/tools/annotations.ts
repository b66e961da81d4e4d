import type { ToolAnnotations } from "@modelcontextprotocol/server";

/**
 * Of tools that only read the documents. What a tool destroys and whether repeating it matters
 * means something only where it writes, by the specification.
 */
export const READS_OWN_FILES: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
