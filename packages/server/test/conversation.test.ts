import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it } from "vitest";

import { ABSENT, type Attempt, converse, type Speaker } from "./support/conversation.ts";
import { copyHandbook } from "./support/docs.ts";
import {
  LEGACY_REVISIONS,
  MODERN_REVISION,
  type RawHost,
  type ToolResult,
} from "./support/host.ts";
import { expectJsonRpc, recorded } from "./support/recorded.ts";
import { docs, serve, start } from "./support/servers.ts";

const code = (error: unknown): number => (error as { code: number }).code;

function toResult(answer: object): ToolResult {
  const { content, structuredContent, isError } = answer as {
    content: { text: string }[];
    structuredContent?: Record<string, unknown>;
    isError?: boolean;
  };
  return { text: content[0]?.text ?? "", data: structuredContent, isError: isError === true };
}

/** An SDK client as a speaker. */
function sdkSpeaker(client: Client): Speaker {
  const attempts: Record<Attempt, () => Promise<unknown>> = {
    tool: () => client.callTool({ name: ABSENT.tool, arguments: {} }),
    resource: () => client.readResource({ uri: ABSENT.uri }),
    prompt: () => client.getPrompt({ name: ABSENT.prompt }),
    argument: () => client.getPrompt({ name: "answer_from_kb" }),
  };
  return {
    instructions: () => Promise.resolve(client.getInstructions()),
    tools: async () => (await client.listTools()).tools,
    resources: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    prompts: async () =>
      (await client.listPrompts()).prompts as { name: string; arguments?: { name: string }[] }[],
    call: async (name, args) => toResult(await client.callTool({ name, arguments: args })),
    read: async (uri) => {
      const [content] = (await client.readResource({ uri })).contents;
      return content !== undefined && "text" in content ? content.text : "";
    },
    prompt: async (name, args) => {
      const [message] = (await client.getPrompt({ name, arguments: args })).messages;
      return message?.content.type === "text" ? message.content.text : "";
    },
    complete: async (ref, name, value) =>
      (await client.complete({ ref, argument: { name, value } })).completion,
    codeOf: (attempt) => attempts[attempt]().then(() => 0, code),
  };
}

/** A host that speaks by hand as a speaker. */
function rawSpeaker(host: RawHost, opened: Record<string, unknown>): Speaker {
  const ask = async (method: string, params: Record<string, unknown> = {}): Promise<never> => {
    const { result, error } = await host.request(method, params);
    if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as never;
  };
  const attempts: Record<Attempt, [string, Record<string, unknown>]> = {
    tool: ["tools/call", { name: ABSENT.tool, arguments: {} }],
    resource: ["resources/read", { uri: ABSENT.uri }],
    prompt: ["prompts/get", { name: ABSENT.prompt }],
    argument: ["prompts/get", { name: "answer_from_kb" }],
  };
  return {
    instructions: () => Promise.resolve(opened["instructions"] as string),
    tools: async () => (await ask("tools/list"))["tools"],
    resources: (cursor) => ask("resources/list", cursor === undefined ? {} : { cursor }),
    templates: async () => (await ask("resources/templates/list"))["resourceTemplates"],
    prompts: async () => (await ask("prompts/list"))["prompts"],
    call: (name, args) => host.call(name, args),
    read: async (uri) => {
      const [content] = (await ask("resources/read", { uri }))["contents"] as { text: string }[];
      return content?.text ?? "";
    },
    prompt: async (name, args) => {
      const { messages } = await ask("prompts/get", { name, arguments: args });
      const [message] = messages as { content: { text: string } }[];
      return message?.content.text ?? "";
    },
    complete: async (ref, name, value) =>
      (await ask("completion/complete", { ref, argument: { name, value } }))["completion"],
    codeOf: async (attempt) => {
      const [method, params] = attempts[attempt];
      return (await host.request(method, params)).error?.code ?? 0;
    },
  };
}

describe("the whole conversation", () => {
  it.each(["legacy", "auto"] as const)("by the v2 client, era %s", async (mode) => {
    const folder = docs();
    const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
    const server = recorded(
      ["serve", copyHandbook(folder.base), "--index-dir", folder.index],
      folder.base,
    );
    await client.connect(new StdioClientTransport(server));
    expect(client.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    await converse(sdkSpeaker(client));
    await client.close();
    await expectJsonRpc(server.record);
  });

  it("by the v1 client", async () => {
    const folder = docs();
    const client = new ClientV1({ name: "test", version: "1.0.0" });
    const server = recorded(
      ["serve", copyHandbook(folder.base), "--index-dir", folder.index],
      folder.base,
    );
    await client.connect(new StdioClientTransportV1(server));
    // Both lines of the SDK have these methods.
    await converse(sdkSpeaker(client as unknown as Client));
    await client.close();
    await expectJsonRpc(server.record);
  });

  it.each([...LEGACY_REVISIONS, MODERN_REVISION])("by hand in revision %s", async (revision) => {
    const folder = docs();
    const host = start(["serve", copyHandbook(folder.base), "--index-dir", folder.index]);
    const opened = await host.open(revision);
    if (revision !== MODERN_REVISION) expect(opened["protocolVersion"]).toBe(revision);
    await converse(rawSpeaker(host, opened));
    const { result } = await host.request("tools/list");
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(4096);
  });
});

describe("a connection", () => {
  it.each(["2025-11-25", MODERN_REVISION])(
    "announces only what it does in %s",
    async (revision) => {
      const folder = docs();
      const host = start(["serve", copyHandbook(folder.base), "--index-dir", folder.index]);
      const { capabilities } = await host.open(revision);
      expect(capabilities).toEqual({
        tools: { listChanged: false },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: false },
        completions: {},
      });
    },
  );

  it("says in the newest revision how long an answer holds", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    const host = start(["serve", folder.root, "--index-dir", folder.index]);
    const discovered = await host.open(MODERN_REVISION);
    const forAll = { ttlMs: 3_600_000, cacheScope: "public" };
    expect(discovered).toMatchObject(forAll);
    for (const list of ["tools/list", "prompts/list", "resources/templates/list"]) {
      expect((await host.request(list)).result).toMatchObject(forAll);
    }
    const fresh = { ttlMs: 0, cacheScope: "private" };
    expect((await host.request("resources/list")).result).toMatchObject(fresh);
    const read = await host.request("resources/read", { uri: "kb://doc/a.md" });
    expect(read.result).toMatchObject(fresh);
  });

  it("speaks one era only when it is told to", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    const command = ["serve", folder.root, "--index-dir", folder.index, "--protocol"];
    const legacy = start([...command, "legacy"]);
    expect((await legacy.request("server/discover")).error?.code).toBe(-32_601);
    expect((await legacy.open("2025-11-25"))["protocolVersion"]).toBe("2025-11-25");
    expect((await legacy.call("search_docs", { query: "kafka" })).isError).toBe(false);

    const modern = start([...command, "modern"]);
    const refused = await modern.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "raw-host", version: "1.0.0" },
    });
    expect(refused.error?.code).toBe(-32_022);
    expect((await modern.open(MODERN_REVISION))["supportedVersions"]).toEqual([MODERN_REVISION]);
    expect((await modern.call("search_docs", { query: "kafka" })).isError).toBe(false);
  });

  it("survives what is no JSON-RPC and unknown methods", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    const host = await serve(folder.root, folder.index);
    host.send("this is not json");
    host.send("[]");
    host.send('{"jsonrpc":"2.0","method":"notifications/unknown"}');
    expect((await host.request("no/such/method")).error?.code).toBe(-32_601);
    expect((await host.call("search_docs", { query: "kafka" })).isError).toBe(false);
  });

  it("answers initialize before it looks at the documents", async () => {
    const folder = docs();
    for (let page = 0; page < 2000; page += 1) {
      folder.write(`${page}.md`, `# Page ${page}\n\n${"words of a page ".repeat(200)}\n`);
    }
    const host = start(["serve", folder.root, "--index-dir", folder.index], {
      env: { LECTERN_LOG: "info" },
    });
    await host.open("2025-11-25");
    expect(host.stderr).not.toContain("index is up to date");
    const answer = await host.call("search_docs", { query: "page 77" });
    expect(answer.isError).toBe(false);
    expect(answer.data?.["hits"]).not.toEqual([]);
  });

  it("tells who asks how far the first index is", async () => {
    const folder = docs();
    for (let page = 0; page < 3000; page += 1) {
      folder.write(`${page}.md`, `# Page ${page}\n\n${"words of a page ".repeat(200)}\n`);
    }
    const host = await serve(folder.root, folder.index);
    const answer = await host.request("tools/call", {
      name: "search_docs",
      arguments: { query: "page" },
      _meta: { progressToken: "first" },
    });
    expect(answer.result?.["isError"]).not.toBe(true);
    const progress = host.notifications.filter(({ method }) => method === "notifications/progress");
    const values = progress.map(({ params }) => Number(params?.["progress"]));
    expect(values.length).toBeGreaterThan(0);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(progress[0]?.params).toMatchObject({ progressToken: "first" });
  });
});
