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
import type { ResourceChanges } from "./resource-changes.ts";
import { registerResources } from "./resources.ts";
import { registerSubscribeRequests } from "./subscribe-requests.ts";
import type { Subscriptions } from "./subscriptions.ts";

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
  /** For {@link Subscriptions}, where the transport can deliver notices. */
  readonly resourceChanges?: ResourceChanges;
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
 *
 * @param subscriptions Those of the one connection that the servers are for; without them no changes
 * are announced or told.
 */
export function serverFactory(
  definition: ServerDefinition,
  subscriptions?: Subscriptions,
): McpServerFactory {
  const { name, title, version, instructions, tools, prompts, resources, log } = definition;
  const templates = definition.resourceTemplates;
  const deadlineMs = definition.deadlineMs ?? DEFAULT_DEADLINE_MS;
  return ({ era }) => {
    const server = new McpServer(
      { name, title, version },
      {
        instructions,
        // What is left out here the SDK would announce.
        capabilities: {
          tools: { listChanged: false },
          resources:
            subscriptions === undefined
              ? { listChanged: false }
              : { subscribe: true, listChanged: true },
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
    if (subscriptions !== undefined) {
      if (era === "legacy") registerSubscribeRequests(server, subscriptions, { log, deadlineMs });
      deliver(subscriptions, server);
    }
    return server;
  };
}

/** Has a server send the notices of its connection, until that ends. */
function deliver(subscriptions: Subscriptions, { server }: McpServer): void {
  subscriptions.deliverTo({
    updated: (uri) => void server.sendResourceUpdated({ uri }).catch(ignore),
    listChanged: () => void server.sendResourceListChanged().catch(ignore),
  });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- no event target, a hook of the SDK
  server.onclose = () => subscriptions.end();
}

/** Whoever went away needs no notice. */
function ignore(): void {}
