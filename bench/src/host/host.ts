/** A scripted host: three tasks by Lectern's tools and by a shell, over two corpora. */
import path from "node:path";

import { type Corpus, sampleHandbook } from "../corpus.ts";
import type { ServerCommand } from "../process.ts";
import { median, quantile, sorted, type Table, table } from "../report.ts";
import { StdioClient } from "../stdio-client.ts";
import { LecternWay } from "./lectern.ts";
import { searcher, ShellWay } from "./shell.ts";
import { type HostCase, hostCase } from "./tasks.ts";
import type { TaskRun } from "./transcript.ts";

/** One task, one corpus, one way. Tokens by o200k_base, requests and responses. */
interface HostFigure {
  readonly corpus: string;
  readonly task: string;
  readonly way: string;
  readonly runs: number;
  /** Runs that ended with the right page, or with all changes. */
  readonly found: number;
  readonly calls: number;
  readonly tokens: number;
  readonly tokensP95: number;
  readonly byteTokens: number;
  readonly ms: number;
  readonly msP95: number;
}

/** The figures, and what could not be measured. */
export interface HostFigures {
  readonly figures: readonly HostFigure[];
  readonly missing: readonly string[];
}

/** What is used of a tool's description. */
interface Tool {
  readonly name: string;
  readonly inputSchema: {
    readonly properties?: Readonly<Record<string, { readonly maximum?: number }>>;
  };
}

/** Does every task over the sample handbook and over the corpus. */
export async function host(
  corpus: Corpus,
  scratch: string,
  server: ServerCommand,
): Promise<HostFigures> {
  const handbook = sampleHandbook(scratch);
  const corpora = corpus.folder === handbook.folder ? [handbook] : [handbook, corpus];
  const figures: HostFigure[] = [];
  const missing: string[] = [];
  for (const each of corpora) {
    const told = await hostCase(each, scratch);
    const result = await over(told, path.join(scratch, `index-host-${each.name}`), server);
    figures.push(...result.figures);
    missing.push(...result.missing);
  }
  return { figures, missing: [...new Set(missing)] };
}

/** Medians, tasks down. */
export function hostTable({ figures }: HostFigures): Table {
  return table(
    "tasks of a host, request and response tokens (o200k_base)",
    ["corpus", "task", "way", "found", "calls", "tokens", "p95", "bytes / 4", "ms", "p95"],
    figures.map((figure) => [
      figure.corpus,
      figure.task,
      figure.way,
      `${figure.found}/${figure.runs}`,
      String(figure.calls),
      String(figure.tokens),
      String(figure.tokensP95),
      String(figure.byteTokens),
      figure.ms.toFixed(1),
      figure.msP95.toFixed(1),
    ]),
  );
}

async function over(
  told: HostCase,
  indexDir: string,
  { node, bin }: ServerCommand,
): Promise<HostFigures> {
  const client = new StdioClient(node, [bin, "serve", told.folder, "--index-dir", indexDir]);
  await client.initialize();
  // The first search waits for the index, which a host has long before its first question.
  await client.search("warm up");
  const { tools } = (await client.request("tools/list", {})) as { tools: readonly Tool[] };
  const recent = tools.find(({ name }) => name === "list_recent");
  const by = searcher();
  const mostChanges = recent?.inputSchema.properties?.["limit"]?.maximum ?? 20;
  const lectern = new LecternWay(client, mostChanges);
  const shell = new ShellWay(told.folder, by);
  const reads = `${by.name} and whole files`;
  const figures: HostFigure[] = [];
  const add = async (
    task: string,
    name: string,
    runs: readonly (() => Promise<TaskRun>)[],
  ): Promise<void> => {
    const done: TaskRun[] = [];
    for (const run of runs) done.push(await run());
    if (done.length > 0) figures.push(figureOf(told.name, task, name, done));
  };
  for (const [name, way] of [
    ["lectern", lectern],
    [reads, shell],
  ] as const) {
    await add(
      "look up and cite",
      name,
      told.lookUps.map((query) => () => way.lookUp(query)),
    );
    await add(
      "runbook of an alert",
      name,
      told.alerts.map((alert) => () => way.runbook(alert)),
    );
  }
  if (recent !== undefined) {
    await add("changes of a week", "lectern", [() => lectern.changes(told.changed)]);
  }
  await add("changes of a week", "git log", [() => shell.changes(told.changed)]);
  await client.close();
  if (by.name !== "rg") console.log("rg is not installed: grep -rn stands in for it\n");
  return {
    figures,
    missing: recent !== undefined ? [] : ["the server offers no tool list_recent"],
  };
}

function figureOf(corpus: string, task: string, way: string, runs: readonly TaskRun[]): HostFigure {
  const tokens = runs.map((run) => run.tokens);
  const ms = runs.map((run) => run.ms);
  return {
    corpus,
    task,
    way,
    runs: runs.length,
    found: runs.filter(({ isFound }) => isFound).length,
    calls: median(runs.map(({ calls }) => calls)),
    tokens: median(tokens),
    tokensP95: p95(tokens),
    byteTokens: median(runs.map((run) => run.byteTokens)),
    ms: median(ms),
    msP95: p95(ms),
  };
}

function p95(values: readonly number[]): number {
  return quantile(sorted(values), 0.95);
}
