import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, expect, it } from "vitest";

import { sampleHandbook } from "../src/corpus.ts";
import { render } from "../src/report.ts";
import { soak, soakPlot, soakProblems, soakTable } from "../src/soak.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-soak-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));

it.runIf(process.platform === "linux")("samples a server that is searched and edited", async () => {
  const server = { node: process.execPath, bin };
  const run = await soak(sampleHandbook(scratch), scratch, server, 200);
  expect(run.samples.at(-1)).toMatchObject({ searches: 200, commits: 10 });
  for (const { anonymous, openHandles, mappedFiles, indexFiles, indexBytes } of run.samples) {
    for (const figure of [anonymous, openHandles, mappedFiles, indexFiles, indexBytes]) {
      expect(figure).toBeGreaterThan(0);
    }
  }
  expect(render(soakTable(run))).not.toContain("NaN");
  expect(await soakPlot(run)).toMatch(/^<svg/u);
});

it("tells what grew", () => {
  const steady = { openHandles: 30, mappedFiles: 40, indexFiles: 50, indexBytes: 1e7 };
  const samples = Array.from({ length: 100 }, (_, at) => ({
    ...steady,
    searches: at,
    commits: at,
    // Slow growth beneath ups and downs that are larger than it.
    anonymous: 1e8 + at * 1.5e5 + (at % 7) * 3e6,
  }));
  expect(soakProblems({ seconds: 1, samples })).toEqual([
    expect.stringMatching(/^anonymous memory, MB grew by 1[23]\.\d %$/u),
  ]);
  const flat = samples.map((sample, at) => ({ ...sample, anonymous: 1e8 + (at % 7) * 3e6 }));
  expect(soakProblems({ seconds: 1, samples: flat })).toEqual([]);
});
