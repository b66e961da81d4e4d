/**
 * `[--only PARTS] [--corpus FOLDER] [--searches N] [--runs N] [--sizes N,...] [--changes N]
 * [--json FILE] [--plots FOLDER] [--beir FOLDER] [--node NODE]`
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { type Corpus, openCorpus, pages, scratchFolder } from "./corpus.ts";
import { growthSizes } from "./growth.ts";
import { wholeNumber } from "./options.ts";
import { chosenParts, PARTS, type Setting } from "./parts.ts";
import { render } from "./report.ts";

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
      changes: { type: "string", default: "5000" },
      sizes: { type: "string", default: "2600,20000,100000,200000" },
      plots: { type: "string" },
      beir: { type: "string" },
      node: { type: "string", default: process.execPath },
    },
  });
  const parts = chosenParts(values.only);
  const runs = wholeNumber(values.runs, "--runs", 1);
  const searches = wholeNumber(values.searches, "--searches", 1);
  const changes = wholeNumber(values.changes, "--changes", 1);
  const sizes = growthSizes(values.sizes);
  if (values.plots !== undefined) mkdirSync(values.plots, { recursive: true });
  const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));
  const scratch = scratchFolder();
  try {
    const corpus = once(() => openCorpus(values.corpus, scratch));
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform}-${process.arch}`,
      node: process.version,
    };
    console.log(`${JSON.stringify(machine)}\n`);
    const setting: Setting = {
      corpus,
      sizes,
      scratch,
      server: { node: values.node, bin },
      nodes: [...new Set([values.node, process.execPath])],
      runs,
      searches,
      changes,
      plots: values.plots,
      beir: values.beir,
    };
    const results: Record<string, unknown> = { machine };
    const problems: string[] = [];
    for (const part of parts) {
      const outcome = await PARTS[part](setting);
      results[part] = outcome.result;
      console.log(outcome.tables.map(render).join("\n"));
      problems.push(...(outcome.problems ?? []));
    }
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    }
    // Last, so that what was measured is not lost.
    if (problems.length > 0) {
      console.error(`not all is as it must be: ${problems.join("; ")}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Lays a corpus out when a part first wants it, and says which it is. */
function once(open: () => Corpus): () => Corpus {
  let opened: Corpus | undefined;
  return () => {
    if (opened === undefined) {
      opened = open();
      console.log(`corpus ${opened.name}, ${pages(opened.folder).length} pages\n`);
    }
    return opened;
  };
}
