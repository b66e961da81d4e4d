import type { GetPromptResult, McpServer } from "@modelcontextprotocol/server";

import { advertised, checkArguments } from "./arguments.ts";
import { withinDeadline } from "./call.ts";
import type { PromptDefinition } from "./define-prompt.ts";
import type { Log } from "./log.ts";
import { toProtocolError } from "./protocol-error.ts";

/** Registers prompts on a server. */
export function registerPrompts(
  server: McpServer,
  offered: {
    readonly prompts: readonly PromptDefinition[];
    readonly log: Log;
    readonly deadlineMs: number;
  },
): void {
  const { prompts, log, deadlineMs } = offered;
  for (const prompt of prompts) {
    const { name, title, description } = prompt;
    const argsSchema = advertised(prompt.arguments);
    server.registerPrompt(
      name,
      { title, description, argsSchema },
      async (given: unknown, context): Promise<GetPromptResult> => {
        try {
          const args = checkArguments(prompt.arguments, given);
          const text = await withinDeadline(context, deadlineMs, (call) =>
            prompt.write(args, call),
          );
          return { description, messages: [{ role: "user", content: { type: "text", text } }] };
        } catch (error) {
          throw toProtocolError(error, name, log);
        }
      },
    );
  }
}
