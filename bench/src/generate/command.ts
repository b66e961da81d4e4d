/** `generate --pages N [--seed N] --out FOLDER [--git]` */
import path from "node:path";
import { parseArgs } from "node:util";

import { wholeNumber } from "../options.ts";
import { writeCorpus } from "./folder.ts";
import { writeHistory } from "./git.ts";
import { Plan } from "./outline.ts";

const LEAST_PAGES = 10;
const MOST_PAGES = 1_000_000;

/** Writes a corpus and says what it took. */
export async function generate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pages: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      out: { type: "string" },
      git: { type: "boolean", default: false },
      // Given to every command by the script that starts the bench.
      node: { type: "string" },
    },
  });
  if (values.out === undefined) throw new Error("--out FOLDER says where to write");
  const pages = wholeNumber(values.pages, "--pages", LEAST_PAGES, MOST_PAGES);
  const plan = new Plan(wholeNumber(values.seed, "--seed", 0, 2 ** 32 - 1), pages);
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  const { bytes, queries } = writeCorpus(plan, values.out);
  const megabytes = (bytes / 1e6).toFixed(1);
  console.log(`${pages} pages, ${megabytes} MB, ${queries} queries in ${seconds()} s`);
  if (values.git) {
    await writeHistory(plan, path.join(values.out, "pages"), Date.now());
    console.log(`${pages} commits by ${seconds()} s`);
  }
  console.log(`${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB of memory at most`);
}
