import { randomUUID } from "node:crypto";

import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";

import { checkArguments } from "./arguments.ts";
import type { CallContext, ToolAnswer, ToolDefinition } from "./define-tool.ts";
import type { Log } from "./log.ts";
import { ToolError } from "./tool-error.ts";

/** Longest time a call may take, in milliseconds, unless told otherwise. */
export const DEFAULT_DEADLINE_MS = 30_000;

/** Runs one call of a tool; never throws. */
export async function callTool(
  tool: ToolDefinition,
  given: unknown,
  server: ServerContext,
  options: { readonly log: Log; readonly deadlineMs: number },
): Promise<CallToolResult> {
  const { log, deadlineMs } = options;
  try {
    const args = checkArguments(tool.input, given);
    const answer = await withinDeadline(server, deadlineMs, (context) => tool.run(args, context));
    return result(answer);
  } catch (error) {
    return { isError: true, content: [{ type: "text", text: explain(error, tool.name, log) }] };
  }
}

/**
 * Runs `work` with a context whose signal follows the caller and the deadline, and answers at once
 * when either ends the call.
 *
 * @throws {@link ToolError} `TIMEOUT` or `CANCELLED`, and whatever `work` throws.
 */
export async function withinDeadline<T>(
  server: ServerContext,
  deadlineMs: number,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([server.mcpReq.signal, deadline]);
  const settled = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(deadline.aborted ? timedOut(deadlineMs) : cancelled());
    signal.addEventListener("abort", end, { once: true, signal: settled.signal });
    if (signal.aborted) end();
  });
  try {
    return await Promise.race([work({ signal, reportProgress: progress(server) }), ended]);
  } finally {
    settled.abort();
  }
}

function timedOut(deadlineMs: number): ToolError {
  return new ToolError("TIMEOUT", `the call took longer than ${deadlineMs / 1000} seconds`, {
    hint: "try again; a first index may still be being built",
  });
}

function cancelled(): ToolError {
  return new ToolError("CANCELLED", "the call was cancelled");
}

/** The text for the caller; details of what is not meant for it go to the log under an id. */
function explain(error: unknown, call: string, log: Log): string {
  if (error instanceof ToolError) {
    if (error.cause !== undefined) log.warn({ call, err: error }, error.message);
    return error.text;
  }
  const id = randomUUID();
  log.error({ call, id, err: error }, "call failed unexpectedly");
  return new ToolError("INTERNAL", `the call failed unexpectedly (report ${id})`, {
    hint: "this is a bug; the server's log has the details under this id",
  }).text;
}

function result(answer: string | ToolAnswer<unknown>): CallToolResult {
  if (typeof answer === "string") return { content: [{ type: "text", text: answer }] };
  return {
    content: [{ type: "text", text: answer.text }],
    structuredContent: { ...(answer.data as object) },
  };
}

function progress(server: ServerContext): CallContext["reportProgress"] {
  const progressToken = server.mcpReq._meta?.progressToken;
  let last = 0;
  return (message, done, total) => {
    if (progressToken === undefined) return;
    // The protocol wants every value above the one before.
    last = Math.max(last + 0.001, done ?? 0);
    const params = { progressToken, progress: last, message, ...(total ? { total } : {}) };
    // A caller that went away meanwhile needs no progress.
    server.mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
  };
}
