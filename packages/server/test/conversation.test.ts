import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it } from "vitest";

import { handbook } from "./support/docs.ts";
import { LEGACY_REVISIONS, MODERN_REVISION, type ToolResult } from "./support/host.ts";
import { expectJsonRpc, recorded } from "./support/recorded.ts";
import { docs, serve, start } from "./support/servers.ts";

/** The conversation, whatever speaks it. */
interface Speaker {
  instructions(): string | undefined;
  tools(): Promise<{ name: string; inputSchema: object }[]>;
  resources(): Promise<unknown[]>;
  templates(): Promise<{ uriTemplate: string }[]>;
  call(name: string, args: Record<string, unknown>): Promise<ToolResult>;
  read(uri: string): Promise<string>;
  /** JSON-RPC code of a call that must fail. */
  codeOf(attempt: "tool" | "resource"): Promise<number>;
}

async function converse(speaker: Speaker): Promise<void> {
  expect(speaker.instructions()).toMatch(/search_docs.*get_doc/su);
  expect((speaker.instructions() ?? "").length).toBeLessThan(1000);
  const tools = await speaker.tools();
  expect(tools.map((tool) => tool.name)).toEqual(["search_docs", "get_doc"]);
  expect(JSON.stringify({ tools }).length).toBeLessThan(4096);
  expect(await speaker.resources()).toEqual([]);
  expect((await speaker.templates()).map((template) => template.uriTemplate)).toEqual([
    "kb://doc/{+path}",
  ]);

  const found = await speaker.call("search_docs", { query: "skip a poison message", limit: 3 });
  expect(found.isError).toBe(false);
  const hits = found.data?.["hits"] as {
    path: string;
    section: string;
    lines: string;
    uri: string;
  }[];
  const [best] = hits;
  expect(best).toMatchObject({
    path: "runbooks/KafkaConsumerLagGrowing.md",
    section: "skip-a-poison-message",
  });
  expect(found.text).toContain(`${best?.path}:${best?.lines}`);

  const bySection = await speaker.call("get_doc", { path: `${best?.path}#${best?.section}` });
  const byLines = await speaker.call("get_doc", { path: `${best?.path}:${best?.lines}` });
  const byUri = await speaker.call("get_doc", { path: best?.uri });
  expect(body(bySection)).toContain("### Skip a poison message");
  expect(body(byLines)).toBe(body(bySection));
  expect(body(byUri)).toBe(body(bySection));
  expect(bySection.data).toBeUndefined();

  expect(await speaker.read(best?.uri ?? "")).toBe(body(bySection).slice(2));
  expect(await speaker.read("kb://doc/faq.md")).toContain("# Frequently asked questions");

  const absent = await speaker.call("get_doc", { path: "runbooks/Nope.md" });
  expect(absent).toMatchObject({ isError: true });
  expect(absent.text).toMatch(/^NOT_FOUND: no page at "runbooks\/Nope.md"/u);
  const refused = await speaker.call("search_docs", { query: "x", limit: 21 });
  expect(refused.text).toBe("INVALID_ARGUMENT: limit must be an integer from 1 to 20 (got 21)");
  expect(await speaker.codeOf("tool")).toBe(-32_602);
  expect(await speaker.codeOf("resource")).toBe(-32_602);
}

/** A document without its header. */
const body = (result: ToolResult): string => result.text.slice(result.text.indexOf("\n\n"));

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
  return {
    instructions: () => client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    call: async (name, args_) => toResult(await client.callTool({ name, arguments: args_ })),
    read: async (uri) => {
      const [content] = (await client.readResource({ uri })).contents;
      return content !== undefined && "text" in content ? content.text : "";
    },
    codeOf: (attempt) =>
      (attempt === "tool"
        ? client.callTool({ name: "nope", arguments: {} })
        : client.readResource({ uri: "kb://doc/nope.md" })
      ).then(() => 0, code),
  };
}

describe("the whole conversation", () => {
  it.each(["legacy", "auto"] as const)("by the v2 client, era %s", async (mode) => {
    const folder = docs();
    const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
    const server = recorded(["serve", handbook, "--index-dir", folder.index], folder.base);
    await client.connect(new StdioClientTransport(server));
    expect(client.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    await converse(sdkSpeaker(client));
    await client.close();
    await expectJsonRpc(server.record);
  });

  it("by the v1 client", async () => {
    const folder = docs();
    const client = new ClientV1({ name: "test", version: "1.0.0" });
    const server = recorded(["serve", handbook, "--index-dir", folder.index], folder.base);
    await client.connect(new StdioClientTransportV1(server));
    // Both lines of the SDK have these methods.
    await converse(sdkSpeaker(client as unknown as Client));
    await client.close();
    await expectJsonRpc(server.record);
  });

  it.each([...LEGACY_REVISIONS, MODERN_REVISION])("by hand in revision %s", async (revision) => {
    const folder = docs();
    const host = start(["serve", handbook, "--index-dir", folder.index]);
    const opened = await host.open(revision);
    if (revision !== MODERN_REVISION) expect(opened["protocolVersion"]).toBe(revision);
    const list = async (method: string, field: string): Promise<never[]> =>
      ((await host.request(method)).result?.[field] ?? []) as never[];
    await converse({
      instructions: () => opened["instructions"] as string,
      tools: () => list("tools/list", "tools"),
      resources: () => list("resources/list", "resources"),
      templates: () => list("resources/templates/list", "resourceTemplates"),
      call: (name, args) => host.call(name, args),
      read: async (uri) => {
        const { result: read } = await host.request("resources/read", { uri });
        const contents = (read?.["contents"] ?? []) as { text: string }[];
        return contents[0]?.text ?? "";
      },
      codeOf: async (attempt) => {
        const answer =
          attempt === "tool"
            ? await host.request("tools/call", { name: "nope", arguments: {} })
            : await host.request("resources/read", { uri: "kb://doc/nope.md" });
        return answer.error?.code ?? 0;
      },
    });
  });
});

describe("a connection", () => {
  it("announces nothing that it does not do", async () => {
    const folder = docs();
    const host = start(["serve", handbook, "--index-dir", folder.index]);
    const { capabilities } = await host.open("2025-11-25");
    expect(capabilities).toEqual({
      tools: { listChanged: false },
      resources: { listChanged: false },
    });
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
