/** The parts of a measurement by name, in the order in which they run. */
import { writeFileSync } from "node:fs";
import path from "node:path";

import { beir, beirTable, isReproduced } from "./beir.ts";
import type { Corpus } from "./corpus.ts";
import { growth, growthPlot, growthTables } from "./growth.ts";
import { host, hostTable } from "./host/host.ts";
import { identifiers, identifiersTable } from "./identifiers.ts";
import { latency, latencyTables } from "./latency.ts";
import { links, linkTables } from "./links.ts";
import { live, liveProblems, liveTables } from "./live.ts";
import {
  eventLoop,
  figureTable,
  indexing,
  memory,
  type ServerCommand,
  starting,
} from "./process.ts";
import { many } from "./many.ts";
import { manyProblems, manyTable } from "./many/report.ts";
import { relevance, relevancePlot, relevanceTables } from "./relevance.ts";
import type { Table } from "./report.ts";
import { brokenPromises, snippets, snippetTables } from "./snippets.ts";
import { soak, soakPlot, soakProblems, soakTable } from "./soak.ts";
import { tokens, tokensTable } from "./tokens.ts";
import { typos, typosTables } from "./typos.ts";

/** What a part measures, and with what. */
export interface Setting {
  /** Laid out when first asked for. */
  readonly corpus: () => Corpus;
  /** Pages of the corpora that `growth` generates. */
  readonly sizes: readonly number[];
  /** A folder for indexes and copies. */
  readonly scratch: string;
  readonly server: ServerCommand;
  /** Nodes to start the server with. */
  readonly nodes: readonly string[];
  readonly runs: number;
  readonly searches: number;
  /** Changes that are made to pages while they are searched. */
  readonly changes: number;
  /** Folder for plots, which is there. */
  readonly plots: string | undefined;
  /** Folder of BEIR data sets. */
  readonly beir: string | undefined;
}

/** What a part found. */
interface Outcome {
  /** For programs. */
  readonly result: unknown;
  /** For people. */
  readonly tables: readonly Table[];
  /** What could not be measured, or is not as it must be. */
  readonly problems?: readonly string[];
}

type Part = (setting: Setting) => Promise<Outcome>;

/** The name of a part. */
export type PartName =
  | "index"
  | "start"
  | "memory"
  | "loop"
  | "latency"
  | "relevance"
  | "identifiers"
  | "typos"
  | "snippets"
  | "tokens"
  | "links"
  | "host"
  | "growth"
  | "live"
  | "many"
  | "soak"
  | "beir";

/** Every part. */
export const PARTS: Readonly<Record<PartName, Part>> = {
  index: async ({ corpus, scratch, server, runs }) => {
    const result = await indexing(corpus(), scratch, server, runs);
    return { result, tables: [figureTable("index", result)] };
  },
  start: async ({ corpus, scratch, server, nodes, runs }) => {
    const result = await starting(corpus(), scratch, server.bin, nodes, runs * 3);
    return { result, tables: [figureTable("start-up", result)] };
  },
  memory: async ({ corpus, scratch, server }) => {
    const result = await memory(corpus(), scratch, server);
    return { result, tables: [figureTable("memory", result)] };
  },
  loop: async ({ corpus, scratch }) => {
    const result = await eventLoop(corpus(), scratch);
    return { result, tables: [figureTable("event loop", result)] };
  },
  latency: async ({ corpus, scratch, server, searches }) => {
    const result = await latency(corpus(), scratch, server, searches);
    return { result, tables: latencyTables(result) };
  },
  relevance: async ({ corpus, scratch, plots }) => {
    const result = await relevance(corpus(), scratch);
    if (plots !== undefined) {
      writeFileSync(path.join(plots, "relevance.svg"), await relevancePlot(result));
    }
    return { result, tables: relevanceTables(result) };
  },
  identifiers: async ({ corpus, scratch }) => {
    const result = await identifiers(corpus(), scratch);
    return { result, tables: [identifiersTable(result)] };
  },
  typos: async ({ corpus, scratch }) => {
    const result = await typos(corpus(), scratch);
    return { result, tables: typosTables(result) };
  },
  snippets: async ({ corpus, scratch }) => {
    const result = await snippets(corpus(), scratch);
    return { result, tables: snippetTables(result), problems: brokenPromises(result) };
  },
  tokens: async ({ corpus, scratch, server }) => {
    const result = await tokens(corpus(), scratch, server);
    return { result, tables: [tokensTable(result)] };
  },
  links: async ({ corpus, scratch }) => {
    const result = await links(corpus(), scratch);
    return { result, tables: linkTables(result) };
  },
  host: async ({ corpus, scratch, server }) => {
    const result = await host(corpus(), scratch, server);
    return { result, tables: [hostTable(result)], problems: result.missing };
  },
  growth: async ({ sizes, scratch, server, searches, plots }) => {
    const result = await growth(sizes, scratch, server, searches);
    if (plots !== undefined) {
      writeFileSync(path.join(plots, "growth.svg"), await growthPlot(result));
    }
    return { result, tables: growthTables(result) };
  },
  live: async ({ corpus, scratch, server, changes }) => {
    const result = [
      await live(corpus(), scratch, server, { changes, watching: "events" }),
      await live(corpus(), scratch, server, {
        changes: Math.ceil(changes / 10),
        watching: "polling",
      }),
    ];
    return { result, tables: liveTables(result), problems: liveProblems(result) };
  },
  many: async ({ corpus, scratch, server, changes }) => {
    const result = await many(corpus(), scratch, server, { changes });
    return { result, tables: [manyTable(result)], problems: manyProblems(result) };
  },
  soak: async ({ corpus, scratch, server, searches, plots }) => {
    const result = await soak(corpus(), scratch, server, searches);
    if (plots !== undefined) writeFileSync(path.join(plots, "soak.svg"), await soakPlot(result));
    return { result, tables: [soakTable(result)], problems: soakProblems(result) };
  },
  beir: (setting) => {
    const result = beir(setting.beir);
    const problems = result
      .filter((figure) => !isReproduced(figure))
      .map(({ dataset }) => `${dataset} is not as published`);
    return Promise.resolve({ result, tables: [beirTable(result)], problems });
  },
};

/** Takes many minutes, or data of its own. */
const ON_REQUEST: ReadonlySet<PartName> = new Set(["growth", "live", "many", "soak", "beir"]);

/** What runs unless parts are named. */
const DEFAULT = (Object.keys(PARTS) as PartName[]).filter((name) => !ON_REQUEST.has(name));

/** The parts that `--only` names, in its order; throws which there are. */
export function chosenParts(only: string | undefined): readonly PartName[] {
  if (only === undefined) return DEFAULT;
  return only.split(",").map((name) => {
    if (Object.hasOwn(PARTS, name)) return name as PartName;
    throw new Error(`--only takes ${Object.keys(PARTS).join(", ")} (got ${name})`);
  });
}
