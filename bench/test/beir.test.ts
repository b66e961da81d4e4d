import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, expect, it } from "vitest";

import { beirTable, datasets, isReproduced } from "../src/beir.ts";

const folder = mkdtempSync(path.join(tmpdir(), "lectern-beir-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("shows figures beside the published ones", () => {
  const scifact = { dataset: "scifact", documents: 5183, queries: 300, ndcg10: 0.6812 };
  const nfcorpus = { dataset: "nfcorpus", documents: 3633, queries: 323, ndcg10: 0.3155 };
  expect(beirTable([scifact, nfcorpus]).rows).toEqual([
    ["scifact", "5183", "300", "0.6812", "0.679", "+0.0022", "yes"],
    ["nfcorpus", "3633", "323", "0.3155", "0.322", "-0.0065", "NO"],
  ]);
  expect([scifact, nfcorpus].map(isReproduced)).toEqual([true, false]);
});

it("says what it needs", () => {
  expect(() => datasets(undefined)).toThrow(
    "needs --beir FOLDER: a folder that holds scifact or nfcorpus",
  );
  expect(() => datasets(folder)).toThrow("has neither");
  const scifact = path.join(folder, "scifact");
  mkdirSync(path.join(scifact, "qrels"), { recursive: true });
  writeFileSync(path.join(scifact, "corpus.jsonl"), "");
  expect(() => datasets(folder)).toThrow("lacks scifact/queries.jsonl, scifact/qrels/test.tsv");
  writeFileSync(path.join(scifact, "queries.jsonl"), "");
  writeFileSync(path.join(scifact, "qrels/test.tsv"), "");
  expect(datasets(folder)).toEqual([scifact]);
});
