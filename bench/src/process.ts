/** What is measured of whole processes: cold index, unchanged start, start-up, memory, event loop. */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

import { openEngine, type SyncReport } from "@lectern/native";
import { rolldown } from "rolldown";

import { type Corpus, pages, stratified } from "./corpus.ts";
import { median, sorted, type Table, table } from "./report.ts";
import { StdioClient } from "./stdio-client.ts";

/** A figure with its spread. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Where node and the built server are. */
export interface ServerCommand {
  readonly node: string;
  readonly bin: string;
}

/** Figures as a table. */
export function figureTable(title: string, figures: readonly Figure[]): Table {
  return table(
    title,
    ["what", "unit", "median", "min", "max", "runs"],
    figures.map(({ what, unit, median: middle, min, max, runs }) => [
      what,
      unit,
      shown(middle),
      shown(min),
      shown(max),
      String(runs),
    ]),
  );
}

/** Cold index by the command, in fresh processes; its size; and a start on an unchanged folder. */
export async function indexing(
  corpus: Corpus,
  scratch: string,
  { node, bin }: ServerCommand,
  runs: number,
): Promise<Figure[]> {
  const indexDir = path.join(scratch, "index-cold");
  const cold: SyncReport[] = [];
  for (let run = 0; run < runs; run += 1) {
    rmSync(indexDir, { recursive: true, force: true });
    const args = [bin, "index", corpus.folder, "--index-dir", indexDir, "--json"];
    const { stdout, stderr, status } = spawnSync(node, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`lectern index: ${stderr}`);
    cold.push(JSON.parse(stdout) as SyncReport);
  }
  const query = corpus.queries[0]?.query ?? "how to start";
  const script = `
    const { openEngine } = await import(${JSON.stringify(import.meta.resolve("@lectern/native"))});
    await openEngine({ roots: [{ path: ${JSON.stringify(corpus.folder)} }], indexDir: ${JSON.stringify(path.join(scratch, "index-warm-up"))} });
    const started = performance.now();
    const engine = await openEngine({ roots: [{ path: ${JSON.stringify(corpus.folder)} }], indexDir: ${JSON.stringify(indexDir)} });
    const { unchanged, added } = await engine.sync();
    await engine.search({ query: ${JSON.stringify(query)}, limit: 5 });
    const ms = performance.now() - started;
    if (added > 0 || unchanged === 0) throw new Error("the index was not warm");
    console.log(ms);
  `;
  const warm: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { stdout, stderr, status } = spawnSync(node, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`unchanged start: ${stderr}`);
    warm.push(Number(stdout));
  }
  return [
    figure(
      `cold index, ${cold[0]?.pages ?? 0} pages`,
      "ms",
      cold.map(({ ms }) => ms.total),
    ),
    figure("unchanged start to first search", "ms", warm),
    figure(
      "index size",
      "MB",
      cold.map(({ indexBytes }) => indexBytes / 1e6),
    ),
    ...(await visible(corpus, scratch, runs)),
  ];
}

/** An edit of one page, written to disk, until a search shows it. */
async function visible(corpus: Corpus, scratch: string, runs: number): Promise<Figure[]> {
  const folder = path.join(scratch, "edited");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const indexDir = path.join(scratch, "index-edited");
  await using engine = await openEngine({ roots: [{ path: folder }], indexDir });
  await engine.sync();
  const samples: number[] = [];
  for (let run = 0; run < runs * 4; run += 1) {
    const token = `zqplanted${run}x`;
    const started = performance.now();
    writeFileSync(path.join(folder, "planted.md"), `# Planted\n\n${token}\n`);
    await engine.sync();
    const { hits } = await engine.search({ query: token, limit: 1 });
    if (hits[0]?.path !== "planted.md") throw new Error("the edit is not visible");
    samples.push(performance.now() - started);
  }
  return [figure("edit to visible, by a sync", "ms", samples)];
}

/** From spawn to `initialize` and to the first answer on a warm index. */
export async function starting(
  corpus: Corpus,
  scratch: string,
  bin: string,
  nodes: readonly string[],
  runs: number,
): Promise<Figure[]> {
  const indexDir = path.join(scratch, "index-start");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const query = corpus.queries[0]?.query ?? "how to start";
  const bare = await bareServer(scratch);
  const figures: Figure[] = [];
  for (const node of nodes) {
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    const [empty, bareInit, init, answer]: [number[], number[], number[], number[]] = [
      [],
      [],
      [],
      [],
    ];
    for (let run = 0; run < runs; run += 1) {
      const started = performance.now();
      spawnSync(node, ["-e", "0"]);
      empty.push(performance.now() - started);
      bareInit.push((await timedStart(node, [bare]))[0]);
      const args = [bin, "serve", corpus.folder, "--index-dir", indexDir];
      const [toInitialize, toAnswer] = await timedStart(node, args, query);
      init.push(toInitialize);
      answer.push(toAnswer);
    }
    figures.push(
      figure(`${version}: node -e 0`, "ms", empty),
      figure(`${version}: bare SDK server to initialize`, "ms", bareInit),
      figure(`${version}: lectern to initialize`, "ms", init),
      figure(`${version}: lectern to first answer`, "ms", answer),
      figure(
        `${version}: lectern over bare, to initialize`,
        "x",
        init.map((ms, run) => ms / (bareInit[run] ?? 1)),
      ),
    );
  }
  return figures;
}

/** Resident memory of a server: idle on a warm index, and after many searches. */
export async function memory(
  corpus: Corpus,
  scratch: string,
  { node, bin }: ServerCommand,
): Promise<Figure[]> {
  const indexDir = path.join(scratch, "index-memory");
  // By another process: one that builds the index itself keeps some of what it needed for that.
  const index = spawnSync(node, [bin, "index", corpus.folder, "--index-dir", indexDir]);
  if (index.status !== 0) throw new Error(`lectern index: ${index.stderr.toString()}`);
  const client = new StdioClient(node, [bin, "serve", corpus.folder, "--index-dir", indexDir]);
  await client.initialize();
  const queries = stratified(corpus.queries, 1500);
  await client.search(queries[0]?.query ?? "first");
  const idle = residentMegabytes(client.child.pid ?? 0);
  for (const { query } of queries) await client.search(query);
  const used = residentMegabytes(client.child.pid ?? 0);
  await client.close();
  return [
    figure("RSS idle", "MB", [idle]),
    figure(`RSS after ${queries.length} searches`, "MB", [used]),
  ];
}

/** Delay of the event loop while 64 searches at a time run beside a sync of changed pages. */
export async function eventLoop(corpus: Corpus, scratch: string): Promise<Figure[]> {
  const folder = path.join(scratch, "loop");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const indexDir = path.join(scratch, "index-loop");
  await using engine = await openEngine({ roots: [{ path: folder }], indexDir });
  await engine.sync();
  const files = pages(folder);
  for (const file of files.slice(0, files.length / 2)) {
    writeFileSync(path.join(folder, file), `# Changed\n\n${"other words of it\n".repeat(200)}`);
  }
  const queries = stratified(corpus.queries, 64);
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const state = { isSyncing: true };
  const sync = engine.sync().finally(() => (state.isSyncing = false));
  let searches = 0;
  while (state.isSyncing) {
    await Promise.all(queries.map(({ query }) => engine.search({ query, limit: 5 })));
    searches += queries.length;
  }
  await sync;
  histogram.disable();
  return [
    figure(`event-loop delay p99, ${searches} searches by 64 beside a sync`, "ms", [
      histogram.percentile(99) / 1e6,
    ]),
  ];
}

async function timedStart(
  node: string,
  args: readonly string[],
  query?: string,
): Promise<[number, number]> {
  const started = performance.now();
  const client = new StdioClient(node, args);
  await client.initialize();
  const initialized = performance.now() - started;
  if (query !== undefined) await client.search(query);
  const answered = performance.now() - started;
  await client.close();
  return [initialized, answered];
}

async function bareServer(scratch: string): Promise<string> {
  const input = fileURLToPath(new URL("bare-server.ts", import.meta.url));
  const bundle = await rolldown({ input, platform: "node" });
  const file = path.join(scratch, "bare-server.mjs");
  await bundle.write({ file, format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  return file;
}

function residentMegabytes(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(stdout.trim()) / 1000;
}

function figure(what: string, unit: string, samples: readonly number[]): Figure {
  const ascending = sorted(samples);
  return {
    what,
    unit,
    median: median(samples),
    min: ascending[0] ?? Number.NaN,
    max: ascending.at(-1) ?? Number.NaN,
    runs: samples.length,
  };
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
