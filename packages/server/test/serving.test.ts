import { EventEmitter, once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";

import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { integer, text } from "../src/serving/arguments.ts";
import { type CallContext, defineTool, type ToolDefinition } from "../src/serving/define-tool.ts";
import type { Log } from "../src/serving/log.ts";
import { serverFactory } from "../src/serving/server-factory.ts";
import { ToolError } from "../src/serving/tool-error.ts";

const annotations = { readOnlyHint: true };

/** What went to the log. */
function recorder(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const take = (fields: object, message: string): void => {
    const { err } = fields as { err?: Error };
    lines.push(`${message} ${err?.message ?? ""}`);
  };
  return { lines, debug: take, info: take, warn: take, error: take };
}

/** A real client of a server with one tool. */
async function connected(tool: ToolDefinition, log: Log, deadlineMs?: number): Promise<Client> {
  const factory = serverFactory({
    name: "test",
    title: "Test",
    version: "1.0.0",
    instructions: "test",
    tools: [tool],
    resources: [],
    resourceTemplates: [],
    prompts: [],
    log,
    ...(deadlineMs !== undefined && { deadlineMs }),
  });
  const server = await factory({ era: "legacy" });
  if (!(server instanceof McpServer)) throw new Error("not a server");
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1.0.0" });
  await Promise.all([server.connect(theirs as never), client.connect(ours)]);
  return client;
}

const input = z.strictObject({
  word: text("a word"),
  count: integer({ min: 1, max: 3, description: "n" }).default(2),
});

async function answer(client: Client, args: Record<string, unknown>) {
  const { content, isError } = await client.callTool({ name: "echo", arguments: args });
  const [first] = content;
  return { text: first?.type === "text" ? first.text : "", isError: isError === true };
}

function echo(run: (words: string, context: CallContext) => Promise<string>): ToolDefinition {
  return defineTool({
    name: "echo",
    title: "Echo",
    description: "Says it again.",
    input,
    annotations,
    run: ({ word, count }, context) => run(word.repeat(count), context),
  });
}

describe("a tool", () => {
  it("gets checked arguments with their defaults", async () => {
    const client = await connected(
      echo((words) => Promise.resolve(words)),
      recorder(),
    );
    expect(await answer(client, { word: "ab" })).toEqual({ text: "abab", isError: false });
    expect((await answer(client, { word: "ab", count: 4 })).text).toBe(
      "INVALID_ARGUMENT: count must be an integer from 1 to 3 (got 4)",
    );
  });

  it("names a few of many problems", async () => {
    const client = await connected(
      echo((words) => Promise.resolve(words)),
      recorder(),
    );
    const args = Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`a${at}`, at]));
    expect((await answer(client, args)).text).toBe(
      'INVALID_ARGUMENT: unknown argument "a0", "a1", "a2", "a3", "a4", and 8995 more; ' +
        "arguments are word, count",
    );
    expect((await answer(client, { word: "x".repeat(1_000_000) })).text).toMatch(
      /^INVALID_ARGUMENT: word must be at most 4096 bytes of UTF-8 \(got "x{56}\.\.\.\)$/u,
    );
  });

  it("says by a ToolError what the caller can do", async () => {
    const log = recorder();
    const failing = echo(() =>
      Promise.reject(new ToolError("NOT_FOUND", "no such thing", { hint: "try another" })),
    );
    const client = await connected(failing, log);
    expect(await answer(client, { word: "x" })).toEqual({
      text: "NOT_FOUND: no such thing\nhint: try another",
      isError: true,
    });
    expect(log.lines).toEqual([]);
  });

  it("leaks nothing of an unexpected failure, which goes to the log", async () => {
    const log = recorder();
    const client = await connected(
      echo(() => Promise.reject(new Error("ENOENT /home/someone/secret"))),
      log,
    );
    const { text: shown, isError } = await answer(client, { word: "x" });
    expect(isError).toBe(true);
    expect(shown).toMatch(/^INTERNAL: the call failed unexpectedly \(report [0-9a-f-]{36}\)/u);
    expect(shown).not.toContain("secret");
    expect(log.lines.join()).toContain("ENOENT /home/someone/secret");
  });

  it("ends at its deadline, with the tool told", async () => {
    let told: AbortSignal | undefined;
    const stuck = echo((_, { signal }) => {
      told = signal;
      return new Promise(() => undefined);
    });
    const client = await connected(stuck, recorder(), 30);
    const { text: shown } = await answer(client, { word: "x" });
    expect(shown).toMatch(/^TIMEOUT: the call took longer than 0.03 seconds/u);
    expect(told?.aborted).toBe(true);
  });

  it("says at its deadline how far it was, and tells no more progress then", async () => {
    let call: CallContext | undefined;
    const stuck = echo((_, context) => {
      call = context;
      context.reportProgress("counting", 3, 7);
      return new Promise(() => undefined);
    });
    const client = await connected(stuck, recorder(), 30);
    const told: unknown[] = [];
    const { content } = await client.callTool(
      { name: "echo", arguments: { word: "x" } },
      { onprogress: (progress) => told.push(progress) },
    );
    expect(content).toEqual([
      {
        type: "text",
        text: expect.stringMatching(
          /^TIMEOUT: .*\nhint: it was at: counting \(3 of 7\); try again$/su,
        ),
      },
    ]);
    expect(told).toEqual([{ progress: 3, total: 7, message: "counting (3 of 7)" }]);
    call?.reportProgress("counting", 4, 7);
    await client.ping();
    expect(told).toHaveLength(1);
  });

  it("is told when the caller cancels", async () => {
    const started = new EventEmitter<{ call: [AbortSignal] }>();
    const stuck = echo((_, { signal }) => {
      started.emit("call", signal);
      return new Promise(() => undefined);
    });
    const told = once(started, "call");
    const client = await connected(stuck, recorder());
    const controller = new AbortController();
    const call = client
      .callTool({ name: "echo", arguments: { word: "x" } }, { signal: controller.signal })
      .then(
        () => "answered",
        () => "cancelled",
      );
    const [signal] = (await told) as [AbortSignal];
    controller.abort();
    if (!signal.aborted) await once(signal, "abort");
    expect(await call).toBe("cancelled");
  });
});

describe("src/serving", () => {
  it("imports nothing but itself, the SDK and its libraries", () => {
    const folder = new URL("../src/serving/", import.meta.url);
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const source = readFileSync(new URL(file, folder), "utf8");
      for (const [, from] of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/gu)) {
        expect(from, file).toMatch(
          /^(\.\/[a-z-]+\.ts|node:|zod$|pino$|@modelcontextprotocol\/server)/u,
        );
      }
    }
  });
});
