/** Whether an index that was kept up equals one that is built anew. */
import { spawnSync } from "node:child_process";

import { type Engine, openEngine, type SearchAnswer, type VerifyReport } from "@lectern/native";

import type { ServerCommand } from "../process.ts";

/** What was found. */
export interface Comparison {
  /** Pages that were not as on disk when the servers had ended, before anything was indexed. */
  readonly leftBehind: number;
  /** What differs, in words; nothing where the indexes are equal. */
  readonly differences: readonly string[];
  /** Answers that were other ones while deleted documents still lay in the index. */
  readonly otherBeforeMerge: number;
}

const ASKED = 300;
const SAME_SCORE = 1e-6;

/** Indexes once more by the command, verifies, and compares with a fresh index. */
export async function compareWithFresh(
  server: ServerCommand,
  folder: string,
  indexDir: string,
  queries: readonly string[],
): Promise<Comparison> {
  const before = verify(server, folder, indexDir);
  run(server, ["index", folder, "--index-dir", indexDir, "--json"]);

  const roots = [{ path: folder }];
  await using kept = await openEngine({ roots, indexDir });
  const notClean = namesOf(verify(server, folder, indexDir));
  await using fresh = await openEngine({ roots, indexDir: `${indexDir}-fresh` });
  await fresh.sync();
  const step = Math.max(1, queries.length / ASKED);
  const asked = queries.filter((_, at) => Math.floor(at / step) > Math.floor((at - 1) / step));
  const beforeMerge = await otherAnswers(kept, fresh, asked);
  await kept.compact();
  const others = await otherAnswers(kept, fresh, asked);
  return {
    leftBehind: namesOf(before).length,
    differences: [
      ...notClean.map((name) => `not as on disk: ${name}`),
      ...others.map((query) => `another answer to ${query}`),
    ],
    otherBeforeMerge: beforeMerge.length,
  };
}

async function otherAnswers(
  kept: Engine,
  fresh: Engine,
  queries: readonly string[],
): Promise<string[]> {
  const others: string[] = [];
  for (const query of queries) {
    const request = { query, limit: 10 };
    const [a, b] = await Promise.all([kept.search(request), fresh.search(request)]);
    if (!isSame(a, b)) others.push(query);
  }
  return others;
}

function isSame({ hits: a }: SearchAnswer, { hits: b }: SearchAnswer): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, lines, score }, at) => {
      const other = b[at];
      return (
        path === other?.path &&
        JSON.stringify(lines) === JSON.stringify(other.lines) &&
        Math.abs(score - other.score) <= SAME_SCORE
      );
    })
  );
}

function verify(server: ServerCommand, folder: string, indexDir: string): VerifyReport {
  const args = ["verify", "--root", folder, "--index-dir", indexDir, "--json"];
  return JSON.parse(run(server, args, [0, 6])) as VerifyReport;
}

function namesOf({ changed, gone, unindexed, damaged }: VerifyReport): string[] {
  return [...changed, ...gone, ...unindexed, ...damaged];
}

function run({ node, bin }: ServerCommand, args: readonly string[], statuses = [0]): string {
  const { status, stdout, stderr } = spawnSync(node, [bin, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== null && statuses.includes(status)) return stdout;
  throw new Error(`lectern ${args[0]} ended with ${status}: ${stderr}`);
}
