import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "vitest";

import { bin } from "./docs.ts";

/** How to start a server whose stdout is kept beside being read. */
export interface RecordedServer {
  readonly command: string;
  readonly args: string[];
  /** File of everything it wrote to stdout. */
  readonly record: string;
}

/** A server for a client that would skip in silence what is no JSON. */
export function recorded(args: readonly string[], folder: string): RecordedServer {
  const record = path.join(folder, "stdout");
  const script = 'record=$1; shift; "$@" | tee "$record"';
  return {
    command: "sh",
    args: ["-c", script, "sh", record, process.execPath, bin, ...args],
    record,
  };
}

/** Every line of a record is a JSON-RPC message. */
export async function expectJsonRpc(record: string): Promise<void> {
  const lines = (await readFile(record, "utf8")).split("\n").filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
}
