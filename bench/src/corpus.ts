/** Finding a corpus and its labelled queries, and laying it out for a run. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

import { writeCorpus } from "./generate/folder.ts";
import { Plan } from "./generate/outline.ts";

/** A question with the pages that answer it: a line of `queries.*.jsonl`; `sources` may be absent. */
export interface LabelledQuery {
  readonly id: string;
  readonly query: string;
  readonly kind: string;
  readonly relevant: readonly {
    readonly path: string;
    readonly section?: string;
    /** 3 answers, 2 is needed for a full answer, 1 is related; 1 when absent. */
    readonly grade?: number;
  }[];
  /** Pages that hold the query word for word and do not count. */
  readonly sources: readonly string[];
}

/** Pages on disk and the questions about them. */
export interface Corpus {
  readonly name: string;
  readonly folder: string;
  /** Empty for a corpus without labels. */
  readonly queries: readonly LabelledQuery[];
}

const workspace = fileURLToPath(new URL("../../", import.meta.url));

/** Pages of the corpus that is generated when there is no other. */
const FALLBACK = { seed: 1, pages: 2000 };

/**
 * Lays out a corpus below `scratch`. `where` is one of: a folder that holds `*-docs.tar.gz` and
 * `queries.*.jsonl`, unpacked with its file times; a folder that holds `pages/` and `queries.jsonl`,
 * as `generate` writes; any other folder of Markdown, with the labels of `<folder>.questions.jsonl`
 * beside it. Without `where`: `LECTERN_CORPUS`, then the development corpus beside the clone, then a
 * generated one, which has labels of most kinds and a fair size where the sample handbook has not.
 */
export function openCorpus(where: string | undefined, scratch: string): Corpus {
  const beside = path.join(workspace, "../shared/corpus/dev");
  const asked = where ?? process.env["LECTERN_CORPUS"];
  if (asked === undefined && !existsSync(beside)) {
    const folder = path.join(scratch, "generated");
    writeCorpus(new Plan(FALLBACK.seed, FALLBACK.pages), folder);
    return openFolder(folder, scratch);
  }
  return openFolder(path.resolve(asked ?? beside), scratch);
}

/** The sample handbook and its questions. */
export function sampleHandbook(scratch: string): Corpus {
  return openFolder(path.join(workspace, "examples/handbook"), scratch);
}

function openFolder(source: string, scratch: string): Corpus {
  if (!existsSync(source)) throw new Error(`no corpus at ${source}`);
  const name = path.basename(source);
  const files = readdirSync(source);
  const labels = files.find((file) => /^queries(?:\..*)?\.jsonl$/u.test(file));
  const beside = `${source}.questions.jsonl`;
  const labelled = labels === undefined ? beside : path.join(source, labels);
  const queries = existsSync(labelled) ? readQueries(labelled) : [];
  const archive = files.find((file) => file.endsWith("-docs.tar.gz"));
  if (archive !== undefined) {
    const folder = path.join(scratch, "corpus");
    mkdirSync(folder);
    const tar = spawnSync("tar", ["-xzf", path.join(source, archive), "-C", folder]);
    if (tar.status !== 0) throw new Error(`tar: ${tar.stderr.toString()}`);
    return { name, folder, queries };
  }
  const isGenerated = labels !== undefined && files.includes("pages");
  return { name, folder: isGenerated ? path.join(source, "pages") : source, queries };
}

/** A copy of the corpus without the headings that end in a question mark. */
export function maskQuestions(corpus: Corpus, scratch: string): Corpus {
  const folder = path.join(scratch, "masked");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  for (const file of pages(folder)) {
    const at = path.join(folder, file);
    const lines = readFileSync(at, "utf8").split("\n");
    const kept = lines.filter((line) => !/^#{1,6}\s.*\?\s*#*\s*$/u.test(line));
    if (kept.length < lines.length) writeFileSync(at, kept.join("\n"));
  }
  return { ...corpus, folder, queries: corpus.queries.filter(({ kind }) => kind === "question") };
}

/** Markdown files below a folder, '/'-separated, sorted. */
export function pages(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.split(path.sep).join("/"))
    .sort();
}

/** A fresh folder for one run, outside the clone. */
export function scratchFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "lectern-bench-"));
}

/** `count` queries, drawn evenly over the kinds by a fixed start value. */
export function stratified(queries: readonly LabelledQuery[], count: number): LabelledQuery[] {
  const random = units(xoroshiro128plus(20_261_125));
  const byKind = Map.groupBy(queries, ({ kind }) => kind);
  const piles = [...byKind.entries()]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, pile]) => shuffled(pile, random));
  const drawn: LabelledQuery[] = [];
  for (
    let round = 0;
    drawn.length < count && piles.some((pile) => pile.length > round);
    round += 1
  ) {
    for (const pile of piles) {
      const query = pile[round];
      if (query !== undefined && drawn.length < count) drawn.push(query);
    }
  }
  return shuffled(drawn, random);
}

/** The numbers of a generator as numbers in [0, 1). */
export function units(generator: RandomGenerator): () => number {
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** The items in another order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

function readQueries(file: string): LabelledQuery[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => {
      try {
        const labelled = JSON.parse(line) as Omit<LabelledQuery, "sources"> &
          Partial<LabelledQuery>;
        return { sources: [], ...labelled };
      } catch (error) {
        throw new Error(`${path.basename(file)} line ${index + 1} is not JSON`, { cause: error });
      }
    });
}
