import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";

import { type Check, fail, ok } from "./check.ts";

/** Longest time to wait for the answer to `initialize`, in milliseconds. */
const ANSWER_MS = 10_000;

/**
 * Starts a server over an empty folder as a host would: does it answer, and is all it writes to
 * stdout JSON-RPC? What `NODE_OPTIONS` preloads may write there too.
 */
export async function checkHandshake(ownFile: string, scratch: string): Promise<Check> {
  // Loaded here: it would cost every start 2 ms.
  const { spawn } = await import("node:child_process");
  const root = path.join(scratch, "empty");
  mkdirSync(root, { recursive: true });
  const args = [ownFile, "serve", root, "--index-dir", path.join(scratch, "handshake")];
  const { LECTERN_CONFIG: _config, LECTERN_SYNONYMS: _synonyms, ...env } = process.env;
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  try {
    const line = await firstLine(child);
    const took = Math.round(performance.now() - started);
    if (isAnswer(line)) return ok("stdout", `JSON-RPC only; initialize answered after ${took} ms`);
    return fail(
      "stdout",
      line === undefined
        ? `the server gave no answer: ${stderr.split("\n", 1)[0] ?? ""}`
        : `holds what is no JSON-RPC: ${JSON.stringify(line.slice(0, 80))}`,
      line === undefined
        ? "start `lectern serve` by hand and read what it says"
        : "see what NODE_OPTIONS or a wrapper of node prints",
    );
  } finally {
    // Gone before the folder it writes to is removed.
    const gone = new Promise((resolve) => child.on("exit", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await gone;
  }
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "lectern doctor", version: "1" },
  },
};

/** First line of stdout; `undefined` when there is none in time. */
function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
    const end = (line: string | undefined): void => {
      clearTimeout(timer);
      resolve(line);
    };
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.includes("\n")) end(text.split("\n", 1)[0]);
    });
    child.on("error", () => end(undefined));
    child.on("exit", () => end(text === "" ? undefined : text));
  });
}

function isAnswer(line: string | undefined): boolean {
  try {
    return (JSON.parse(line ?? "") as { id?: unknown }).id === INITIALIZE.id;
  } catch {
    return false;
  }
}
