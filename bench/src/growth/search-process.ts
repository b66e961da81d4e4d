/** Searches in a process of its own over an index that is there. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { ProcessMemory } from "./process-memory.ts";

/** What the process is to do. */
export interface SearchTask {
  readonly folder: string;
  readonly indexDir: string;
  /** In turn: all queries once to warm up, then all again with a clock. */
  readonly rounds: readonly SearchRound[];
}

/** Queries that are asked in one way. */
export interface SearchRound {
  readonly way: string;
  readonly queries: readonly string[];
  /** Only pages at or under it. */
  readonly paths?: readonly string[];
}

/** What it says. */
export interface SearchResult {
  readonly openMs: number;
  readonly pages: number;
  /** Before the first search. */
  readonly opened: ProcessMemory;
  /** After the last one. */
  readonly searched: ProcessMemory;
  /** Milliseconds, a list a round. */
  readonly samples: readonly (readonly number[])[];
  /** Queries with at least one hit, a round. */
  readonly withHits: readonly number[];
}

/** Does a task, which is written to `file`; throws when the process fails. */
export function searchInProcess(task: SearchTask, file: string): SearchResult {
  writeFileSync(file, JSON.stringify(task));
  const worker = fileURLToPath(new URL("search-worker.ts", import.meta.url));
  // On the Node of the bench, which runs TypeScript as it is.
  const { stdout, stderr, status } = spawnSync(process.execPath, [worker, file], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`search worker: ${stderr}`);
  return JSON.parse(stdout) as SearchResult;
}
