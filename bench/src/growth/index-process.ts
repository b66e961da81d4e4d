/** A cold index by the command in a process of its own, watched from outside. */
import { spawn } from "node:child_process";

import type { SyncReport } from "@lectern/native";

import type { ServerCommand } from "../process.ts";
import { processMemory } from "./process-memory.ts";

/** What indexing took. */
export interface IndexFigures {
  /** From start to end of the process. */
  readonly seconds: number;
  readonly sections: number;
  readonly indexBytes: number;
  /** Most anonymous memory that was seen, in bytes; absent where the system does not tell it. */
  readonly peakAnonymous?: number;
}

const POLL_MS = 20;

/** Runs `lectern index` on a folder into an absent index; throws when it fails. */
export async function indexInProcess(
  { node, bin }: ServerCommand,
  folder: string,
  indexDir: string,
): Promise<IndexFigures> {
  const started = performance.now();
  const child = spawn(node, [bin, "index", folder, "--index-dir", indexDir, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  let peakAnonymous: number | undefined;
  const poll = setInterval(() => {
    const { anonymous } = processMemory(child.pid ?? 0);
    if (anonymous !== undefined) peakAnonymous = Math.max(anonymous, peakAnonymous ?? 0);
  }, POLL_MS);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  }).finally(() => clearInterval(poll));
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`lectern index: ${output.stderr}`);
  const { sections, indexBytes } = JSON.parse(output.stdout) as SyncReport;
  return { seconds, sections, indexBytes, ...(peakAnonymous !== undefined && { peakAnonymous }) };
}
