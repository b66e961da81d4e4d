/** `[--only PARTS] [--corpus FOLDER] [--searches N] [--runs N] [--json FILE] [--node NODE]` */
import { rmSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { openCorpus, pages, scratchFolder } from "./corpus.ts";
import { host, hostTable } from "./host/host.ts";
import { latency, latencyTable } from "./latency.ts";
import { links, linkTables } from "./links.ts";
import { wholeNumber } from "./options.ts";
import { eventLoop, figureTable, indexing, memory, starting } from "./process.ts";
import { relevance, relevanceTable } from "./relevance.ts";
import { render, type Table } from "./report.ts";
import { tokens, tokensTable } from "./tokens.ts";

const PARTS = [
  "index",
  "start",
  "memory",
  "loop",
  "latency",
  "relevance",
  "tokens",
  "links",
  "host",
] as const;
type Part = (typeof PARTS)[number];

/** Measures the chosen parts and prints a table of each. */
export async function measure(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      corpus: { type: "string" },
      searches: { type: "string", default: "1000" },
      runs: { type: "string", default: "5" },
      json: { type: "string" },
      node: { type: "string", default: process.execPath },
    },
  });
  const parts = chosen(values.only);
  const runs = wholeNumber(values.runs, "--runs", 1);
  const searches = wholeNumber(values.searches, "--searches", 1);
  const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));
  const server = { node: values.node, bin };
  const scratch = scratchFolder();
  try {
    const corpus = openCorpus(values.corpus, scratch);
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform}-${process.arch}`,
      node: process.version,
      corpus: corpus.name,
      pages: pages(corpus.folder).length,
    };
    console.log(`${JSON.stringify(machine)}\n`);
    const results: Record<string, unknown> = { machine };
    const take = (part: Part, result: unknown, ...shown: readonly Table[]): void => {
      results[part] = result;
      console.log(shown.map(render).join("\n"));
    };
    const missing: string[] = [];
    const nodes = [...new Set([values.node, process.execPath])];
    const work: Record<Part, () => Promise<void>> = {
      index: async () => {
        const figures = await indexing(corpus, scratch, server, runs);
        take("index", figures, figureTable("index", figures));
      },
      start: async () => {
        const figures = await starting(corpus, scratch, bin, nodes, runs * 3);
        take("start", figures, figureTable("start-up", figures));
      },
      memory: async () => {
        const figures = await memory(corpus, scratch, server);
        take("memory", figures, figureTable("memory", figures));
      },
      loop: async () => {
        const figures = await eventLoop(corpus, scratch);
        take("loop", figures, figureTable("event loop", figures));
      },
      latency: async () => {
        const latencies = await latency(corpus, scratch, server, searches);
        take("latency", latencies, latencyTable(latencies));
      },
      relevance: async () => {
        const qualities = await relevance(corpus, scratch);
        take("relevance", qualities, relevanceTable(qualities));
      },
      tokens: async () => {
        const sizes = await tokens(corpus, scratch, server);
        take("tokens", sizes, tokensTable(sizes));
      },
      links: async () => {
        const figures = await links(corpus, scratch);
        take("links", figures, ...linkTables(figures));
      },
      host: async () => {
        const measured = await host(corpus, scratch, server);
        take("host", measured, hostTable(measured));
        missing.push(...measured.missing);
      },
    };
    for (const part of parts) await work[part]();
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    }
    // Last, so that what was measured is not lost.
    if (missing.length > 0) {
      console.error(`not all was measured: ${missing.join("; ")}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function chosen(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  return only.split(",").map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new Error(`--only takes ${PARTS.join(", ")} (got ${name})`);
    return part;
  });
}
