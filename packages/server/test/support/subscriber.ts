import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterEach } from "vitest";

import { bin, type Docs } from "./docs.ts";

/** The ways to subscribe: two lines of the SDK, and the two eras. */
export const WAYS = ["v1 client", "v2 client, legacy", "v2 client, modern"] as const;

/** What the listing is called among what was told. */
export const LIST = "list";

/** A real client that is told of changes. */
export interface Subscriber {
  /** What it was told so far: URIs, and {@link LIST}. */
  readonly told: string[];
  /** Rejects when the server does not agree to it. */
  subscribe(uri: string): Promise<void>;
  unsubscribe(uri: string): Promise<void>;
  /** Starts the first index, and waits for it. */
  list(): Promise<string[]>;
  close(): Promise<void>;
}

const open: Subscriber[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

/** A client of a server over `folder`, told of the listing too; closed after the test. */
export async function subscriber(
  way: (typeof WAYS)[number],
  folder: Pick<Docs, "root" | "index">,
): Promise<Subscriber> {
  const server = {
    command: process.execPath,
    args: [bin, "serve", folder.root, "--index-dir", folder.index],
  };
  const made =
    way === "v1 client"
      ? await byV1(new StdioClientTransportV1(server))
      : await byV2(new StdioClientTransport(server), way.endsWith("modern"));
  open.push(made);
  return made;
}

async function byV1(transport: StdioClientTransportV1): Promise<Subscriber> {
  const client = new ClientV1({ name: "test", version: "1.0.0" });
  const told: string[] = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    told.push(params.uri);
  });
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
    told.push(LIST);
  });
  await client.connect(transport);
  return {
    told,
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    unsubscribe: async (uri) => void (await client.unsubscribeResource({ uri })),
    list: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    close: () => client.close(),
  };
}

async function byV2(transport: StdioClientTransport, isModern: boolean): Promise<Subscriber> {
  const client = new Client(
    { name: "test", version: "1.0.0" },
    { versionNegotiation: { mode: isModern ? "auto" : "legacy" } },
  );
  const told: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.push(params.uri);
  });
  client.setNotificationHandler("notifications/resources/list_changed", () => {
    told.push(LIST);
  });
  await client.connect(transport);
  const common = {
    told,
    list: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    close: () => client.close(),
  };
  if (!isModern) {
    return {
      ...common,
      subscribe: async (uri) => void (await client.subscribeResource({ uri })),
      unsubscribe: async (uri) => void (await client.unsubscribeResource({ uri })),
    };
  }
  await client.listen({ resourcesListChanged: true });
  const streams = new Map<string, () => Promise<void>>();
  return {
    ...common,
    async subscribe(uri) {
      const stream = await client.listen({ resourceSubscriptions: [uri] });
      streams.set(uri, () => stream.close());
      const isAgreed = stream.honoredFilter.resourceSubscriptions?.includes(uri) === true;
      if (!isAgreed) throw new Error("not agreed to");
    },
    unsubscribe: async (uri) => streams.get(uri)?.(),
  };
}
