/** `describe --corpus FOLDER` */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";

import { openCorpus, scratchFolder } from "./corpus.ts";
import { describe } from "./statistics.ts";

/** Prints the figures of a corpus that the generator is fitted to, as JSON. */
export function describeCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { corpus: { type: "string" }, node: { type: "string" } },
  });
  const scratch = scratchFolder();
  try {
    const { folder } = openCorpus(values.corpus, scratch);
    console.log(JSON.stringify(describe(folder), rounded, 2));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return Promise.resolve();
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
