/** Writing a corpus: a page at a time, nothing kept but the folders that exist. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";

import { Plan } from "./outline.ts";
import { PageWriter } from "./page.ts";
import { queriesOf } from "./queries.ts";
import { Vocabulary } from "./vocabulary.ts";

/** What was written. */
export interface Written {
  readonly pages: number;
  readonly bytes: number;
  readonly queries: number;
}

/** Stands in a folder that this module made and may empty again; a hidden file is no page. */
const MARK = ".lectern-generated.json";
const MADE = [MARK, "pages", "queries.jsonl", "dates.json"];

/** The writer of a plan's pages, which any page can be asked of in any order. */
export function writerOf(plan: Plan): PageWriter {
  return new PageWriter(plan, new Vocabulary(plan.topics));
}

/**
 * Writes `pages/`, `queries.jsonl` and `dates.json` (path to ISO date) into a folder that is empty,
 * absent or was written by this function; throws, and touches nothing, when it holds anything else.
 * Every file's time is its page's date. The same plan gives the same bytes.
 */
export function writeCorpus(plan: Plan, folder: string): Written {
  emptied(folder);
  const { seed, pages } = plan;
  writeFileSync(path.join(folder, MARK), `${JSON.stringify({ seed, pages })}\n`);
  const writer = writerOf(plan);
  const folders = new Set<string>();
  const queries = new Lines(path.join(folder, "queries.jsonl"));
  const dates = new Lines(path.join(folder, "dates.json"));
  dates.add("{");
  const count = { bytes: 0, queries: 0 };
  for (let number = 0; number < pages; number += 1) {
    const page = plan.outline(number);
    const file = path.join(folder, "pages", page.path);
    const parent = path.dirname(file);
    if (!folders.has(parent)) {
      mkdirSync(parent, { recursive: true });
      folders.add(parent);
    }
    const text = writer.markdown(page);
    writeFileSync(file, text);
    utimesSync(file, page.date / 1000, page.date / 1000);
    count.bytes += Buffer.byteLength(text);
    const end = number === pages - 1 ? "" : ",";
    dates.add(` ${JSON.stringify(page.path)}: "${new Date(page.date).toISOString()}"${end}`);
    for (const query of queriesOf(plan, page)) {
      queries.add(JSON.stringify(query));
      count.queries += 1;
    }
  }
  dates.add("}");
  queries.close();
  dates.close();
  return { pages, ...count };
}

/** Makes the folder, or takes out of it what an earlier run put there. */
function emptied(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const there = readdirSync(folder);
  const isOurs = existsSync(path.join(folder, MARK));
  const others = there.filter((name) => !(isOurs && MADE.includes(name)));
  if (others.length > 0) {
    throw new Error(`${folder} is not empty and not a generated corpus: ${others.join(", ")}`);
  }
  // The mark goes last: a run that is broken off leaves a folder that can be written again.
  for (const name of MADE.toReversed()) {
    rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** A file that is written line by line. */
class Lines {
  readonly #file: number;
  #waiting: string[] = [];

  constructor(file: string) {
    this.#file = openSync(file, "w");
  }

  add(line: string): void {
    this.#waiting.push(line);
    if (this.#waiting.length >= 1000) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#waiting.length > 0) writeSync(this.#file, `${this.#waiting.join("\n")}\n`);
    this.#waiting = [];
  }
}
