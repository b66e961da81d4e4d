/**
 * `search-worker.ts TASK`: opens an index that another process built, searches, and prints what it
 * took as JSON. A process of its own, so that its memory is that of searching alone.
 */
import { readFileSync } from "node:fs";

import { openEngine } from "@lectern/native";

import { processMemory } from "./process-memory.ts";
import type { SearchResult, SearchTask } from "./search-process.ts";

const task = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as SearchTask;
const started = performance.now();
await using engine = await openEngine({
  roots: [{ path: task.folder }],
  indexDir: task.indexDir,
});
const openMs = performance.now() - started;
const { pages } = await engine.stats();
const opened = processMemory(process.pid);
const samples: number[][] = [];
const withHits: number[] = [];
for (const { queries, paths } of task.rounds) {
  const search = (query: string) =>
    engine.search({ query, limit: 5, ...(paths !== undefined && { paths }) });
  for (const query of queries) await search(query);
  const taken: number[] = [];
  let found = 0;
  for (const query of queries) {
    const asked = performance.now();
    const { hits } = await search(query);
    taken.push(performance.now() - asked);
    found += hits.length > 0 ? 1 : 0;
  }
  samples.push(taken);
  withHits.push(found);
}
const result: SearchResult = {
  openMs,
  pages,
  opened,
  searched: processMemory(process.pid),
  samples,
  withHits,
};
process.stdout.write(JSON.stringify(result));
