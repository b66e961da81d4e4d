/** Whether a server stays as small as it is over many searches and commits. */
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { openEngine } from "@lectern/native";

import { type Corpus, pages } from "./corpus.ts";
import { processMemory } from "./growth/process-memory.ts";
import { Host } from "./live/host.ts";
import { type LinePlot, lines } from "./plot.ts";
import type { ServerCommand } from "./process.ts";
import { median, table, type Table } from "./report.ts";

/** State of the server and its index at some moment. */
interface Sample {
  readonly searches: number;
  readonly commits: number;
  /** Resident and of no file, in bytes. */
  readonly anonymous: number;
  readonly openHandles: number;
  /** Files of the index that are mapped. */
  readonly mappedFiles: number;
  readonly indexFiles: number;
  readonly indexBytes: number;
}

/** What a run found. */
export interface SoakFigures {
  readonly seconds: number;
  readonly samples: readonly Sample[];
}

/** Commits a search: 5,000 for 100,000. */
const SEARCHES_A_COMMIT = 20;
const SAMPLES = 100;
/** A page that was edited and is not indexed by then never will be, in milliseconds. */
const PATIENCE_MS = 60_000;
/**
 * The trend over a run may come to this share of the median: a server that kept a kilobyte of each
 * of 5,000 commits came to .18.
 */
const FLAT = 0.1;
/** The same of what goes up and down by half with every merge of segments. */
const FLAT_BUT_FOR_MERGES = 0.3;
/** Samples before this share of the run are left out of the trend: a server grows into its work. */
const SETTLED = 0.1;

/** Searches a server again and again while a page after the other is edited. Linux alone tells. */
export async function soak(
  corpus: Corpus,
  scratch: string,
  server: ServerCommand,
  searches: number,
): Promise<SoakFigures> {
  const folder = path.join(scratch, "soaked");
  const indexDir = path.join(scratch, "index-soaked");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const host = new Host(server, folder, indexDir);
  await host.open();
  await host.search("anything");
  await using engine = await openEngine({ roots: [{ path: folder }], indexDir });
  const run = new Run(host, folder, (await engine.stats()).indexFolder);
  const queries = corpus.queries.map(({ query }) => query);
  const commits = Math.ceil(searches / SEARCHES_A_COMMIT);
  const started = performance.now();
  try {
    await Promise.all([run.search(queries, searches), run.edit(engine, commits, searches)]);
    run.sample();
  } finally {
    await host.close();
  }
  const seconds = (performance.now() - started) / 1000;
  return { seconds, samples: run.samples };
}

class Run {
  readonly samples: Sample[] = [];
  readonly #host: Host;
  readonly #folder: string;
  readonly #index: string;
  #searches = 0;
  #commits = 0;

  constructor(host: Host, folder: string, index: string) {
    this.#host = host;
    this.#folder = folder;
    this.#index = index;
  }

  async search(queries: readonly string[], count: number): Promise<void> {
    const step = Math.max(1, Math.floor(count / SAMPLES));
    for (; this.#searches < count; this.#searches += 1) {
      if (this.#searches % step === 0) this.sample();
      // Neither may run away from the other.
      while (this.#searches / SEARCHES_A_COMMIT > this.#commits + SAMPLES) await pause(20);
      await this.#host.search(queries[this.#searches % queries.length] ?? "");
    }
  }

  async edit(
    engine: { stats(): Promise<{ generation: number }> },
    count: number,
    searches: number,
  ): Promise<void> {
    const files = pages(this.#folder);
    for (; this.#commits < count; this.#commits += 1) {
      while (this.#commits > (this.#searches + searches / SAMPLES) / SEARCHES_A_COMMIT)
        await pause(5);
      const file = path.join(this.#folder, files[(this.#commits * 7) % files.length] ?? "");
      const [body = ""] = readFileSync(file, "utf8").split("\n\nEdited: ");
      const { generation } = await engine.stats();
      writeFileSync(file, `${body}\n\nEdited: ${this.#commits}\n`);
      const written = performance.now();
      while ((await engine.stats()).generation === generation) {
        if (performance.now() - written > PATIENCE_MS) throw new Error("an edit was not indexed");
        await pause(5);
      }
    }
  }

  /** Takes down how the server and its index are. */
  sample(): void {
    const pid = this.#host.child.pid ?? 0;
    const maps = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
    const files = readdirSync(this.#index);
    this.samples.push({
      searches: this.#searches,
      commits: this.#commits,
      anonymous: processMemory(pid).anonymous ?? Number.NaN,
      openHandles: readdirSync(`/proc/${pid}/fd`).length,
      mappedFiles: maps.filter((line) => line.includes(this.#index)).length,
      indexFiles: files.length,
      indexBytes: files
        .map((file) => statSync(path.join(this.#index, file), { throwIfNoEntry: false })?.size ?? 0)
        .reduce((sum, size) => sum + size, 0),
    });
  }
}

/** What is looked at, and how far its trend may go. */
const MEASURES = [
  { name: "anonymous memory, MB", flat: FLAT, of: ({ anonymous }: Sample) => anonymous / 1e6 },
  { name: "open handles", flat: FLAT, of: ({ openHandles }: Sample) => openHandles },
  {
    name: "mapped index files",
    flat: FLAT_BUT_FOR_MERGES,
    of: ({ mappedFiles }: Sample) => mappedFiles,
  },
  {
    name: "files of the index",
    flat: FLAT_BUT_FOR_MERGES,
    of: ({ indexFiles }: Sample) => indexFiles,
  },
  {
    name: "index, MB",
    flat: FLAT_BUT_FOR_MERGES,
    of: ({ indexBytes }: Sample) => indexBytes / 1e6,
  },
] as const;

/** Medians of tenths of the run. */
export function soakTable({ samples, seconds }: SoakFigures): Table {
  const last = samples.at(-1);
  const title = `${last?.searches ?? 0} searches and ${last?.commits ?? 0} commits in ${seconds.toFixed(0)} s`;
  return table(
    title,
    ["median of", "second tenth", "middle tenth", "last tenth", "most", "trend"],
    MEASURES.map(({ name, of }) => [
      name,
      ...[0.1, 0.45, 0.9].map((from) => median(tenth(samples, from).map(of)).toFixed(1)),
      Math.max(...samples.map(of)).toFixed(1),
      `${(100 * trend(samples.map(of))).toFixed(1)} %`,
    ]),
  );
}

/** What grew, in words. */
export function soakProblems({ samples }: SoakFigures): string[] {
  return MEASURES.flatMap(({ name, flat, of }) => {
    const grown = trend(samples.map(of));
    return grown > flat ? [`${name} grew by ${(100 * grown).toFixed(1)} %`] : [];
  });
}

/**
 * What a series grows by from its first to its last value, as a share of its median: by the median
 * of the slopes between any two (Theil and Sen), which the ups and downs of merges do not move.
 */
function trend(series: readonly number[]): number {
  const settled = series.slice(Math.floor(series.length * SETTLED));
  const slopes = settled.flatMap((from, at) =>
    settled.slice(at + 1).map((to, steps) => (to - from) / (steps + 1)),
  );
  return slopes.length === 0 ? 0 : (median(slopes) * series.length) / median(settled);
}

/** The run as a plot. */
export function soakPlot({ samples }: SoakFigures): Promise<string> {
  const plot: LinePlot = {
    title: "A server over many searches and commits",
    panels: MEASURES.map(({ name, of }) => ({
      title: name,
      x: "searches",
      y: name,
      points: samples
        .filter((sample) => sample.searches > 0 && of(sample) > 0)
        .map((sample) => ({ line: name, x: sample.searches, y: of(sample) })),
    })),
  };
  return lines(plot);
}

function tenth(samples: readonly Sample[], from: number): readonly Sample[] {
  const at = Math.floor(samples.length * from);
  return samples.slice(at, at + Math.max(1, Math.floor(samples.length / 10)));
}
