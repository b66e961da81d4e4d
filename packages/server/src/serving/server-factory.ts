import {
  McpServer,
  type McpServerFactory,
  ProtocolError,
  ResourceTemplate,
} from "@modelcontextprotocol/server";

import { advertised } from "./arguments.ts";
import { callTool, DEFAULT_DEADLINE_MS, withinDeadline } from "./call.ts";
import type { ResourceTemplateDefinition } from "./define-resource.ts";
import type { ToolDefinition } from "./define-tool.ts";
import type { Log } from "./log.ts";

/** What a server offers. */
export interface ServerDefinition {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Read by hosts that show no tool schemas; must stand alone. At most 1,000 characters. */
  readonly instructions: string;
  readonly tools: readonly ToolDefinition[];
  readonly resourceTemplates: readonly ResourceTemplateDefinition[];
  readonly log: Log;
  /** Longest time of a call in milliseconds; default {@link DEFAULT_DEADLINE_MS}. */
  readonly deadlineMs?: number;
}

/** JSON-RPC code of invalid parameters, which is also that of a resource that is not there. */
const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;

/**
 * A factory of servers for every protocol era. Each call makes a new instance, since one instance
 * serves one connection (or one HTTP request) and some are made only to answer a probe.
 */
export function serverFactory(definition: ServerDefinition): McpServerFactory {
  const { name, title, version, instructions, log } = definition;
  const deadlineMs = definition.deadlineMs ?? DEFAULT_DEADLINE_MS;
  return () => {
    const server = new McpServer(
      { name, title, version },
      {
        instructions,
        // The lists never change while a server runs; the SDK would announce the opposite.
        capabilities: { tools: { listChanged: false }, resources: { listChanged: false } },
      },
    );
    for (const tool of definition.tools) {
      server.registerTool(
        tool.name,
        {
          title: tool.title,
          description: tool.description,
          annotations: tool.annotations,
          inputSchema: advertised(tool.input),
          ...(tool.output && { outputSchema: tool.output as never }),
        },
        (args: unknown, context) => callTool(tool, args, context, { log, deadlineMs }),
      );
    }
    for (const resource of definition.resourceTemplates) {
      const template = new ResourceTemplate(resource.uriTemplate, { list: undefined });
      const { title: shown, description, mimeType } = resource;
      server.registerResource(
        resource.name,
        template,
        { title: shown, description, mimeType },
        async (url, _variables, context) => {
          const uri = url.href;
          let found;
          try {
            found = await withinDeadline(context, deadlineMs, (call) => resource.read(uri, call));
          } catch (error) {
            log.error({ resource: resource.name, err: error }, "resource could not be read");
            throw new ProtocolError(INTERNAL_ERROR, "the resource could not be read");
          }
          if (found === undefined) {
            throw new ProtocolError(INVALID_PARAMS, "resource not found", { uri });
          }
          return { contents: [{ uri, mimeType: found.mimeType, text: found.text }] };
        },
      );
    }
    return server;
  };
}
