/** Search latency inside Rust, through the addon and over stdio, beside FTS5 in the same run. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { openEngine } from "@lectern/native";
import { Bench } from "tinybench";

import { type Corpus, stratified } from "./corpus.ts";
import { pageRows } from "./fts5.ts";
import { quantile, sorted, type Table, table } from "./report.ts";
import { readSections } from "./sections.ts";
import { StdioClient } from "./stdio-client.ts";

/** Milliseconds of one way to search. */
export interface Latency {
  readonly way: string;
  readonly searches: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const workspace = fileURLToPath(new URL("../../", import.meta.url));

/** Measures every way with the same queries, drawn evenly over the kinds; no way caches answers. */
export async function latency(
  corpus: Corpus,
  scratch: string,
  server: { readonly node: string; readonly bin: string },
  searches: number,
): Promise<Latency[]> {
  const queries = stratified(corpus.queries, searches).map(({ query }) => query);
  if (queries.length === 0) throw new Error(`corpus ${corpus.name} has no queries to time`);
  const indexDir = path.join(scratch, "index-latency");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const baseline = pageRows(readSections(corpus.folder));
  const client = new StdioClient(server.node, [
    server.bin,
    "serve",
    corpus.folder,
    "--index-dir",
    indexDir,
  ]);
  await client.initialize();

  const bench = new Bench({
    time: 0,
    iterations: queries.length,
    warmup: true,
    warmupTime: 0,
    warmupIterations: queries.length,
    retainSamples: true,
    throws: true,
  });
  const next = cycle(queries);
  bench.add("through the addon", async () => {
    await engine.search({ query: next(), limit: 5 });
  });
  bench.add("over stdio", async () => {
    await client.search(next());
  });
  bench.add("FTS5 page rows, in process", () => {
    baseline.search(next(), 5);
  });
  await bench.run();
  await client.close();
  baseline.close();

  const timed = bench.tasks.map((task): Latency => {
    const { result } = task;
    const samples = "latency" in result ? (result.latency.samples ?? []) : [];
    return summary(task.name, samples);
  });
  return [summary("in Rust", inRust(corpus, scratch, indexDir, queries)), ...timed];
}

/** The latencies as a table. */
export function latencyTable(latencies: readonly Latency[]): Table {
  const baseline = latencies.find(({ way }) => way.startsWith("FTS5"))?.p95 ?? Number.NaN;
  return table(
    "search latency, ms",
    ["way", "searches", "p50", "p95", "p99", "p95 over FTS5's"],
    latencies.map(({ way, searches, p50, p95, p99 }) => [
      way,
      String(searches),
      p50.toFixed(3),
      p95.toFixed(3),
      p99.toFixed(3),
      (p95 / baseline).toFixed(2),
    ]),
  );
}

function summary(way: string, samples: readonly number[]): Latency {
  const ascending = sorted(samples);
  return {
    way,
    searches: samples.length,
    p50: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
    p99: quantile(ascending, 0.99),
  };
}

function cycle(queries: readonly string[]): () => string {
  let at = 0;
  return () => {
    at = (at + 1) % queries.length;
    return queries[at] ?? "";
  };
}

function inRust(
  corpus: Corpus,
  scratch: string,
  indexDir: string,
  queries: readonly string[],
): number[] {
  const file = path.join(scratch, "queries.json");
  writeFileSync(file, JSON.stringify(queries));
  const bench = ["bench", "--locked", "--quiet", "-p", "lectern-core", "--bench", "search", "--"];
  const { stdout, stderr, status } = spawnSync("cargo", [...bench, corpus.folder, indexDir, file], {
    cwd: workspace,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`cargo bench: ${stderr}`);
  return JSON.parse(stdout) as number[];
}
