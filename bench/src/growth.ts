/** What grows with the pages: index time, size and memory, search latency. Over generated corpora. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { openCorpus, pages, stratified } from "./corpus.ts";
import { writeCorpus } from "./generate/folder.ts";
import { Plan } from "./generate/outline.ts";
import { type FilterFolder, folderOfAbout } from "./growth/filters.ts";
import { type IndexFigures, indexInProcess } from "./growth/index-process.ts";
import { longQueries } from "./growth/long-queries.ts";
import type { ProcessMemory } from "./growth/process-memory.ts";
import { type SearchRound, searchInProcess } from "./growth/search-process.ts";
import { wholeNumber } from "./options.ts";
import { lines, type Point } from "./plot.ts";
import type { ServerCommand } from "./process.ts";
import { quantile, sorted, type Table, table } from "./report.ts";

/** Searches of one size, asked in one way; milliseconds. */
interface WayLatency {
  readonly way: string;
  readonly searches: number;
  /** Searches with at least one hit. */
  readonly withHits: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** All figures of one size. */
export interface SizeFigures {
  readonly pages: number;
  readonly corpusBytes: number;
  readonly generateSeconds: number;
  readonly index: IndexFigures;
  readonly openMs: number;
  /** Of the searching process, before its first search and after its last. */
  readonly opened: ProcessMemory;
  readonly searched: ProcessMemory;
  /** What the filtered searches were narrowed to. */
  readonly wide: FilterFolder;
  readonly narrow: FilterFolder;
  readonly latencies: readonly WayLatency[];
}

/** The ways to search, in the order of the tables. */
const WAYS = {
  all: "mixed, no filter",
  wide: "mixed, a tenth of the pages",
  narrow: "mixed, a narrow folder",
  long: "40 words, no filter",
} as const;

const SEED = 1;
/** Pages of the narrow folder at any size: those of a topic of the generator. */
const NARROW_PAGES = 30;
/** Long queries cost many times a mixed one: a fifth as many keep the largest size to minutes. */
const MIXED_OVER_LONG = 5;
const NOT_MEASURED = "not measured on this system";

/** Reads `--sizes`: pages of each corpus, ascending. */
export function growthSizes(text: string): number[] {
  return sorted(text.split(",").map((size) => wholeNumber(size, "--sizes", 100, 1_000_000)));
}

/**
 * For each size: generates a corpus, indexes it cold in one process and searches it in another.
 * Corpus and index of a size are gone before the next. Says on standard error how far it is.
 */
export async function growth(
  sizes: readonly number[],
  scratch: string,
  server: ServerCommand,
  searches: number,
): Promise<SizeFigures[]> {
  const figures: SizeFigures[] = [];
  for (const size of sizes) {
    const folder = path.join(scratch, `growth-${size}`);
    mkdirSync(folder);
    figures.push(await ofSize(size, folder, server, searches));
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

async function ofSize(
  size: number,
  folder: string,
  server: ServerCommand,
  searches: number,
): Promise<SizeFigures> {
  const started = performance.now();
  const generated = path.join(folder, "corpus");
  const { bytes: corpusBytes } = writeCorpus(new Plan(SEED, size), generated);
  const generateSeconds = (performance.now() - started) / 1000;
  console.error(`${size} pages: generated in ${generateSeconds.toFixed(1)} s`);

  const corpus = openCorpus(generated, folder);
  const indexDir = path.join(folder, "index");
  const index = await indexInProcess(server, corpus.folder, indexDir);
  console.error(`${size} pages: indexed in ${index.seconds.toFixed(1)} s`);

  const files = pages(corpus.folder);
  const wide = folderOfAbout(files, files.length / 10);
  const narrow = folderOfAbout(files, NARROW_PAGES);
  const queries = stratified(corpus.queries, searches).map(({ query }) => query);
  const longSearches = Math.ceil(searches / MIXED_OVER_LONG);
  const rounds: SearchRound[] = [
    { way: WAYS.all, queries },
    { way: WAYS.wide, queries, paths: [wide.path] },
    { way: WAYS.narrow, queries, paths: [narrow.path] },
    { way: WAYS.long, queries: longQueries(corpus.folder, files, longSearches) },
  ];
  const task = { folder: corpus.folder, indexDir, rounds };
  const result = searchInProcess(task, path.join(folder, "task.json"));
  if (result.pages !== size) throw new Error(`${result.pages} pages in the index, not ${size}`);
  console.error(`${size} pages: done after ${((performance.now() - started) / 1000).toFixed(1)} s`);

  const latencies = rounds.map(({ way }, at): WayLatency => {
    const ascending = sorted(result.samples[at] ?? []);
    return {
      way,
      searches: ascending.length,
      withHits: result.withHits[at] ?? 0,
      p50: quantile(ascending, 0.5),
      p95: quantile(ascending, 0.95),
      p99: quantile(ascending, 0.99),
    };
  });
  const { openMs, opened, searched } = result;
  const taken = { pages: size, corpusBytes, generateSeconds, index, openMs, opened, searched };
  return { ...taken, wide, narrow, latencies };
}

/** Index and memory, then latencies, as tables. */
export function growthTables(figures: readonly SizeFigures[]): readonly [Table, Table] {
  return [sizeTable(figures), latencyTable(figures)];
}

function sizeTable(figures: readonly SizeFigures[]): Table {
  const heads = ["pages", "sections", "corpus MB", "generated s", "indexed s", "index MB"];
  const memory = ["peak anonymous MB, indexing", "opened ms", "anonymous MB, opened"];
  const searched = ["anonymous MB, after searches", "peak resident MB, searching"];
  return table(
    "growth: index and memory",
    [...heads, ...memory, ...searched],
    figures.map((size) => [
      String(size.pages),
      String(size.index.sections),
      megabytes(size.corpusBytes),
      size.generateSeconds.toFixed(1),
      size.index.seconds.toFixed(1),
      megabytes(size.index.indexBytes),
      megabytes(size.index.peakAnonymous),
      size.openMs.toFixed(1),
      megabytes(size.opened.anonymous),
      megabytes(size.searched.anonymous),
      megabytes(size.searched.peakResident),
    ]),
  );
}

function latencyTable(figures: readonly SizeFigures[]): Table {
  const heads = ["way", "pages", "in the filter", "searches", "with hits", "p50", "p95", "p99"];
  const smallest = figures[0]?.pages ?? 0;
  const rows = Object.values(WAYS).flatMap((way) =>
    figures.map((size) => {
      const figure = latencyOf(size, way);
      const first = figures[0] && latencyOf(figures[0], way);
      return [
        way,
        String(size.pages),
        filtered(size, way),
        String(figure.searches),
        String(figure.withHits),
        figure.p50.toFixed(3),
        figure.p95.toFixed(3),
        figure.p99.toFixed(3),
        (figure.p95 / (first?.p95 ?? Number.NaN)).toFixed(2),
        (figure.p50 / latencyOf(size, WAYS.all).p50).toFixed(2),
      ];
    }),
  );
  const ratios = [`p95 over that of ${smallest} pages`, "p50 over that of mixed, no filter"];
  return table("growth: search latency through the addon, ms", [...heads, ...ratios], rows);
}

/** The figures over the pages, as the text of an SVG file. */
export function growthPlot(figures: readonly SizeFigures[]): Promise<string> {
  const points = (line: string, y: (size: SizeFigures) => number | undefined): Point[] =>
    figures.flatMap((size) => {
      const value = y(size);
      return value === undefined ? [] : [{ line, x: size.pages, y: value }];
    });
  const latencies = (way: string): Point[] =>
    (["p50", "p95", "p99"] as const).flatMap((name) =>
      points(name, (size) => latencyOf(size, way)[name]),
    );
  const x = "pages";
  return lines({
    title: "Growth with the pages",
    panels: [
      ...Object.values(WAYS).map((way) => ({
        title: `Search: ${way}`,
        x,
        y: "ms",
        points: latencies(way),
      })),
      {
        title: "Cold index",
        x,
        y: "seconds",
        points: points("cold index", ({ index }) => index.seconds),
      },
      {
        title: "Size and memory",
        x,
        y: "MB",
        points: [
          ...points("index on disk", ({ index }) => mega(index.indexBytes)),
          ...points("indexing, peak anonymous", ({ index }) => mega(index.peakAnonymous)),
          ...points("searching, anonymous", ({ searched }) => mega(searched.anonymous)),
        ],
      },
    ],
  });
}

function latencyOf({ latencies }: SizeFigures, way: string): WayLatency {
  const found = latencies.find((latency) => latency.way === way);
  if (found === undefined) throw new Error(`${way} was not measured`);
  return found;
}

function filtered({ pages: all, wide, narrow }: SizeFigures, way: string): string {
  if (way === WAYS.wide) return String(wide.pages);
  return String(way === WAYS.narrow ? narrow.pages : all);
}

function mega(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1e6;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? NOT_MEASURED : (bytes / 1e6).toFixed(1);
}
