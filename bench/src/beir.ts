/**
 * Whether the product's analyzer reproduces published figures: plain BM25 (one field, k1 .9, b .4)
 * over BEIR data sets, beside the same by Anserini.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { type Table, table } from "./report.ts";

/** What one data set gave. */
export interface BeirFigure {
  readonly dataset: string;
  readonly documents: number;
  readonly queries: number;
  /** 0 to 1, over the queries of the test set. */
  readonly ndcg10: number;
}

/** nDCG@10 of Anserini's BM25 over one field, by castorini/pyserini's two-click reproductions. */
const PUBLISHED: Readonly<Record<string, number>> = { scifact: 0.679, nfcorpus: 0.322 };
/** Figures this near are taken for the same. */
const TOLERANCE = 0.005;
const FILES = ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"];

const workspace = fileURLToPath(new URL("../../", import.meta.url));

/** Measures each known data set below a folder, which has a folder of its own in BEIR's layout. */
export function beir(folder: string | undefined): BeirFigure[] {
  return datasets(folder).map((dataset) => {
    const bench = ["bench", "--locked", "--quiet", "-p", "lectern-analysis", "--bench", "beir"];
    const { stdout, stderr, status, error } = spawnSync("cargo", [...bench, "--", dataset], {
      cwd: workspace,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    if (error !== undefined) throw new Error("cargo cannot be started", { cause: error });
    if (status !== 0) throw new Error(`cargo bench: ${stderr}`);
    return { ...(JSON.parse(stdout) as BeirFigure), dataset: path.basename(dataset) };
  });
}

/**
 * The folders of the known data sets below `folder`; throws what is missing when it is not given, has
 * none of them, or one lacks a file.
 */
export function datasets(folder: string | undefined): string[] {
  const names = Object.keys(PUBLISHED);
  const wanted = `a folder that holds ${names.join(" or ")}, each with ${FILES.join(", ")}`;
  if (folder === undefined) throw new Error(`the part beir needs --beir FOLDER: ${wanted}`);
  const found = names
    .map((name) => path.resolve(folder, name))
    .filter((dataset) => existsSync(dataset));
  if (found.length === 0) {
    throw new Error(`--beir takes ${wanted}; ${folder} has neither`);
  }
  const missing = found.flatMap((dataset) =>
    FILES.filter((file) => !existsSync(path.join(dataset, file))).map(
      (file) => `${path.basename(dataset)}/${file}`,
    ),
  );
  if (missing.length > 0) throw new Error(`--beir ${folder} lacks ${missing.join(", ")}`);
  return found;
}

/** The figures beside the published ones. */
export function beirTable(figures: readonly BeirFigure[]): Table {
  return table(
    "BEIR: one field, k1 .9, b .4, the product's analyzer",
    ["data set", "documents", "queries", "nDCG@10", "Anserini", "difference", "within .005"],
    figures.map((figure) => {
      const { dataset, documents, queries, ndcg10 } = figure;
      const less = off(figure);
      return [
        dataset,
        String(documents),
        String(queries),
        ndcg10.toFixed(4),
        (PUBLISHED[dataset] ?? Number.NaN).toFixed(3),
        `${less < 0 ? "-" : "+"}${Math.abs(less).toFixed(4)}`,
        isReproduced(figure) ? "yes" : "NO",
      ];
    }),
  );
}

/** Whether a figure is as near the published one as rounding and analyzers may be apart. */
export function isReproduced(figure: BeirFigure): boolean {
  return Math.abs(off(figure)) <= TOLERANCE;
}

function off({ dataset, ndcg10 }: BeirFigure): number {
  return ndcg10 - (PUBLISHED[dataset] ?? Number.NaN);
}
