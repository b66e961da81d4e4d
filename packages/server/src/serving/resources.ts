import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";

import { withinDeadline } from "./call.ts";
import type {
  ListedResource,
  ResourceDefinition,
  ResourceLister,
  ResourceTemplateDefinition,
  ResourceText,
} from "./define-resource.ts";
import type { CallContext } from "./define-tool.ts";
import type { Log } from "./log.ts";
import { toProtocolError } from "./protocol-error.ts";

/** What a server offers as resources. */
export interface OfferedResources {
  readonly resources: readonly ResourceDefinition[];
  readonly templates: readonly ResourceTemplateDefinition[];
  /** Absent: only {@link OfferedResources.resources} are listed. */
  readonly list?: ResourceLister | undefined;
  readonly log: Log;
  readonly deadlineMs: number;
}

/** Registers resources, templates and the listing on a server. */
export function registerResources(server: McpServer, offered: OfferedResources): void {
  const { resources, templates, list, log, deadlineMs } = offered;
  const guarded = async <T>(
    what: string,
    context: ServerContext,
    work: (call: CallContext) => Promise<T>,
  ): Promise<T> => {
    try {
      return await withinDeadline(context, deadlineMs, work);
    } catch (error) {
      throw toProtocolError(error, what, log);
    }
  };
  for (const resource of resources) {
    server.registerResource(resource.name, resource.uri, described(resource), (url, context) =>
      guarded(resource.name, context, async (call) =>
        contents(url.href, await resource.read(call)),
      ),
    );
  }
  for (const template of templates) {
    server.registerResource(
      template.name,
      new ResourceTemplate(template.uriTemplate, { list: undefined }),
      described(template),
      (url, _variables, context) =>
        guarded(template.name, context, async (call) => {
          const uri = url.href;
          const text = await template.read(uri, call);
          if (text !== undefined) return contents(uri, text);
          throw new ProtocolError(ProtocolErrorCode.InvalidParams, "resource not found", { uri });
        }),
    );
  }
  // The SDK lists everything at once and takes no notice of cursors.
  server.server.setRequestHandler("resources/list", (request, context) =>
    guarded("resources/list", context, async (call) => {
      const cursor = request.params?.cursor;
      const fixed = cursor === undefined ? resources.map(fixedEntry) : [];
      if (list === undefined) return { resources: fixed };
      const page = await list(cursor, call);
      return {
        resources: [...fixed, ...page.resources.map(entry)],
        ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
      };
    }),
  );
}

function described(resource: ResourceDefinition | ResourceTemplateDefinition): {
  title: string;
  description: string;
  mimeType: string;
} {
  const { title, description, mimeType } = resource;
  return { title, description, mimeType };
}

function contents(
  uri: string,
  { mimeType, text }: ResourceText,
): { contents: { uri: string; mimeType: string; text: string }[] } {
  return { contents: [{ uri, mimeType, text }] };
}

function fixedEntry({ uri, name, title, description, mimeType }: ResourceDefinition): {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
} {
  return { uri, name, title, description, mimeType };
}

function entry({ lastModified, ...resource }: ListedResource): Omit<
  ListedResource,
  "lastModified"
> & {
  annotations: { lastModified: string };
} {
  return { ...resource, annotations: { lastModified } };
}
