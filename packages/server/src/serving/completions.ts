import {
  type CompleteResult,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";

import { withinDeadline } from "./call.ts";
import type { PromptDefinition } from "./define-prompt.ts";
import type { Completer, ResourceTemplateDefinition } from "./define-resource.ts";
import type { Log } from "./log.ts";
import { toProtocolError } from "./protocol-error.ts";

/** Most values of one answer, by the protocol. */
const MAX_VALUES = 100;
/** Longest text that is completed, in characters; nothing that long is still being typed. */
const MAX_TYPED = 1024;

/**
 * Answers `completion/complete` from the completers of prompts and templates. The SDK's own handler
 * takes all values to count them, which for a path would be every page at every key stroke.
 */
export function registerCompletions(
  server: McpServer,
  offered: {
    readonly prompts: readonly PromptDefinition[];
    readonly templates: readonly ResourceTemplateDefinition[];
    readonly log: Log;
    readonly deadlineMs: number;
  },
): void {
  const { prompts, templates, log, deadlineMs } = offered;
  server.server.setRequestHandler("completion/complete", async (request, context) => {
    const { ref, argument } = request.params;
    const target =
      ref.type === "ref/prompt"
        ? prompts.find((prompt) => prompt.name === ref.name)
        : templates.find((template) => template.uriTemplate === ref.uri);
    if (target === undefined) {
      const unknown = ref.type === "ref/prompt" ? `prompt ${ref.name}` : `template ${ref.uri}`;
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no ${unknown}`);
    }
    const completer = own(target.complete, argument.name);
    if (completer === undefined || argument.value.length > MAX_TYPED) return result([], 0);
    try {
      const found = await withinDeadline(context, deadlineMs, (call) =>
        completer(argument.value, call),
      );
      return result(found.values, found.total);
    } catch (error) {
      throw toProtocolError(error, "completion/complete", log);
    }
  });
}

/** An own entry, so that an argument called `constructor` is none. */
function own(
  completers: Readonly<Record<string, Completer>> | undefined,
  name: string,
): Completer | undefined {
  return completers !== undefined && Object.hasOwn(completers, name) ? completers[name] : undefined;
}

function result(found: readonly string[], total: number): CompleteResult {
  const values = found.slice(0, MAX_VALUES);
  return { completion: { values, total, hasMore: total > values.length } };
}
