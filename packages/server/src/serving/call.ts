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
  const caller = server.mcpReq.signal;
  const controller = new AbortController();
  const settled = new AbortController();
  let stage: string | undefined;
  const tell = progress(server, settled.signal);
  const context: CallContext = {
    signal: controller.signal,
    reportProgress(message, done, total) {
      stage = total ? `${message} (${done ?? 0} of ${total})` : message;
      tell(stage, done, total);
    },
  };
  let deadline: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (why: ToolError): void => {
      controller.abort(why);
      reject(why);
    };
    // One timer that is cleared: those of AbortSignal.timeout outlive their calls by the deadline.
    deadline = setTimeout(() => end(timedOut(deadlineMs, stage)), deadlineMs);
    const cancel = (): void => end(cancelled());
    caller.addEventListener("abort", cancel, { once: true, signal: settled.signal });
    if (caller.aborted) cancel();
  });
  try {
    return await Promise.race([work(context), ended]);
  } finally {
    clearTimeout(deadline);
    settled.abort();
  }
}

function timedOut(deadlineMs: number, stage: string | undefined): ToolError {
  return new ToolError("TIMEOUT", `the call took longer than ${deadlineMs / 1000} seconds`, {
    hint: stage === undefined ? "try again" : `it was at: ${stage}; try again`,
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
  const id = crypto.randomUUID();
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

/** Sends progress to a caller that asked for it, until the call has its answer. */
function progress(
  server: ServerContext,
  settled: AbortSignal,
): (message: string, done?: number, total?: number) => void {
  const progressToken = server.mcpReq._meta?.progressToken;
  let last = 0;
  return (message, done, total) => {
    if (progressToken === undefined || settled.aborted) return;
    // The protocol wants every value above the one before.
    last = Math.max(last + 0.001, done ?? 0);
    // A later stage counts anew, so that its total may lie below what was already told.
    const bound = total !== undefined && total >= last ? { total } : {};
    const params = { progressToken, progress: last, message, ...bound };
    // A caller that went away meanwhile needs no progress.
    server.mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
  };
}
