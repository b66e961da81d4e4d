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
interface Latency {
  readonly way: string;
  readonly searches: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const workspace = fileURLToPath(new URL("../../", import.meta.url));

/** Milliseconds of one stage of a search inside Rust. */
export interface StageLatency {
  readonly stage: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Every way to search, and what the stages of a search take. */
export interface Latencies {
  readonly ways: readonly Latency[];
  readonly stages: readonly StageLatency[];
}

/** What `benches/search.rs` prints for each search, in its order. */
const STAGES = ["whole", "understand", "retrieve", "rescore", "verify", "snippet"] as const;

/** Measures every way with the same queries, drawn evenly over the kinds; no way caches answers. */
export async function latency(
  corpus: Corpus,
  scratch: string,
  server: { readonly node: string; readonly bin: string },
  searches: number,
): Promise<Latencies> {
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
  const samples = inRust(corpus, scratch, indexDir, queries);
  const whole = samples.map(([first = Number.NaN]) => first);
  return { ways: [summary("in Rust", whole), ...timed], stages: stagesOf(samples) };
}

/** The latencies of the ways, and of the stages, as tables. */
export function latencyTables({ ways, stages }: Latencies): readonly [Table, Table] {
  const baseline = ways.find(({ way }) => way.startsWith("FTS5"))?.p95 ?? Number.NaN;
  return [
    table(
      "search latency, ms",
      ["way", "searches", "p50", "p95", "p99", "p95 over FTS5's"],
      ways.map(({ way, searches, p50, p95, p99 }) => [
        way,
        String(searches),
        p50.toFixed(3),
        p95.toFixed(3),
        p99.toFixed(3),
        (p95 / baseline).toFixed(2),
      ]),
    ),
    table(
      "stages of a search in Rust, ms",
      ["stage", "p50", "p95", "p99"],
      stages.map(({ stage, p50, p95, p99 }) => [
        stage,
        p50.toFixed(3),
        p95.toFixed(3),
        p99.toFixed(3),
      ]),
    ),
  ];
}

/** Sums up what `benches/search.rs` printed; throws when a search lacks a stage. */
export function stagesOf(samples: readonly (readonly number[])[]): StageLatency[] {
  if (samples.some((sample) => sample.length !== STAGES.length)) {
    throw new Error(`a search has ${STAGES.length} times: ${STAGES.join(", ")}`);
  }
  return STAGES.map((stage, at) => {
    const ascending = sorted(samples.map((sample) => sample[at] ?? Number.NaN));
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(ascending, share));
    return { stage, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
  });
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
): number[][] {
  const file = path.join(scratch, "queries.json");
  writeFileSync(file, JSON.stringify(queries));
  const bench = ["bench", "--locked", "--quiet", "-p", "lectern-core", "--bench", "search", "--"];
  const { stdout, stderr, status } = spawnSync("cargo", [...bench, corpus.folder, indexDir, file], {
    cwd: workspace,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`cargo bench: ${stderr}`);
  return JSON.parse(stdout) as number[][];
}
