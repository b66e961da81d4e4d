import { type CacheHint, McpServer, type McpServerFactory } from "@modelcontextprotocol/server";

import { advertised, compact } from "./arguments.ts";
import { callTool, DEFAULT_DEADLINE_MS } from "./call.ts";
import { registerCompletions } from "./completions.ts";
import type { PromptDefinition } from "./define-prompt.ts";
import type {
  ResourceDefinition,
  ResourceLister,
  ResourceTemplateDefinition,
} from "./define-resource.ts";
import type { ToolDefinition } from "./define-tool.ts";
import type { Log } from "./log.ts";
import { registerPrompts } from "./prompts.ts";
import { registerResources } from "./resources.ts";

/** What a server offers. */
export interface ServerDefinition {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Read by hosts that show no tool schemas; must stand alone. At most 1,000 characters. */
  readonly instructions: string;
  readonly tools: readonly ToolDefinition[];
  readonly resources: readonly ResourceDefinition[];
  readonly resourceTemplates: readonly ResourceTemplateDefinition[];
  /** Lists the concrete resources of the templates. */
  readonly listResources?: ResourceLister;
  readonly prompts: readonly PromptDefinition[];
  readonly log: Log;
  /** Longest time of a call in milliseconds; default {@link DEFAULT_DEADLINE_MS}. */
  readonly deadlineMs?: number;
}

/** What is the same for every caller while a server runs: an hour. */
const STATIC: CacheHint = { ttlMs: 3_600_000, cacheScope: "public" };
/** What may change with the next edit of a file is to be asked for again. */
const LIVE: CacheHint = { ttlMs: 0, cacheScope: "private" };

/**
 * A factory of servers for every protocol era. Each call makes a new instance, since one instance
 * serves one connection (or one HTTP request) and some are made only to answer a probe.
 */
export function serverFactory(definition: ServerDefinition): McpServerFactory {
  const { name, title, version, instructions, tools, prompts, resources, log } = definition;
  const templates = definition.resourceTemplates;
  const deadlineMs = definition.deadlineMs ?? DEFAULT_DEADLINE_MS;
  return () => {
    const server = new McpServer(
      { name, title, version },
      {
        instructions,
        // Nothing tells a server yet when a list has changed; the SDK would announce the opposite.
        capabilities: {
          tools: { listChanged: false },
          resources: { listChanged: false },
          prompts: { listChanged: false },
          completions: {},
        },
        cacheHints: {
          "server/discover": STATIC,
          "tools/list": STATIC,
          "prompts/list": STATIC,
          "resources/templates/list": STATIC,
          "resources/list": LIVE,
          "resources/read": LIVE,
        },
      },
    );
    for (const tool of tools) {
      server.registerTool(
        tool.name,
        {
          title: tool.title,
          description: tool.description,
          annotations: tool.annotations,
          inputSchema: advertised(tool.input),
          ...(tool.output && { outputSchema: compact(tool.output) }),
        },
        (args: unknown, context) => callTool(tool, args, context, { log, deadlineMs }),
      );
    }
    const { listResources: list } = definition;
    registerResources(server, { resources, templates, list, log, deadlineMs });
    registerPrompts(server, { prompts, log, deadlineMs });
    registerCompletions(server, { prompts, templates, log, deadlineMs });
    return server;
  };
}
