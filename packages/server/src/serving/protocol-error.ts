import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";

import type { Log } from "./log.ts";
import { ToolError, type ToolErrorCode } from "./tool-error.ts";

/** Failures that another request would not meet. */
const OF_CALLER: ReadonlySet<ToolErrorCode> = new Set([
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "LIMIT_EXCEEDED",
]);

/**
 * The JSON-RPC error for what was thrown while serving `what`: of resources, prompts and
 * completions, which have no results that are errors. Details of what is unexpected go to the log.
 */
export function toProtocolError(error: unknown, what: string, log: Log): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof ToolError) {
    if (error.cause !== undefined) log.warn({ what, err: error }, error.message);
    const code = OF_CALLER.has(error.code)
      ? ProtocolErrorCode.InvalidParams
      : ProtocolErrorCode.InternalError;
    return new ProtocolError(code, error.text);
  }
  const id = crypto.randomUUID();
  log.error({ what, id, err: error }, "request failed unexpectedly");
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    `the request failed unexpectedly (report ${id})`,
  );
}
