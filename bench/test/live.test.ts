import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

import { sampleHandbook } from "../src/corpus.ts";
import { live, liveProblems } from "../src/live.ts";
import { lies, type ShownHit, stoodThen } from "../src/live/check.ts";
import { Editor } from "../src/live/editor.ts";
import { Versions } from "../src/live/versions.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-live-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));

function hit(page: string, snippet: string): ShownHit {
  return { path: page, lines: "L1-L3", snippet };
}

describe("an editor", () => {
  it("knows what every page holds after changes of every kind", () => {
    const folder = path.join(scratch, "edited");
    cpSync(sampleHandbook(scratch).folder, folder, { recursive: true });
    const editor = new Editor(folder, 7);
    const kinds = new Set(Array.from({ length: 400 }, () => editor.change().kind));
    kinds.add(editor.change("branch switched").kind);
    kinds.add(editor.change("branch switched").kind);
    expect(editor.isAsThought()).toBe(true);
    expect(kinds.size).toBeGreaterThanOrEqual(10);
  });
});

describe("the check of answers", () => {
  const versions = new Versions();
  versions.record("a.md", "# A\n\nold line\n", 0, 0);
  versions.record("a.md", "# A\n\nnew line\n", 100, 110);
  versions.record("b.md", "# B\n", 0, 0);
  versions.record("b.md", undefined, 100, 110);
  it.each([
    ["what is there now", hit("a.md", "# A … new line"), 200, 210, 0],
    ["what was there when it was asked", hit("a.md", "old line"), 90, 120, 0],
    ["what was written while it was asked", hit("a.md", "new line"), 90, 105, 0],
    ["a line that was gone before", hit("a.md", "old line"), 120, 130, 1],
    ["a line that came later", hit("a.md", "new line"), 10, 20, 1],
    ["lines of two versions in one", hit("a.md", "old line … new line"), 90, 120, 1],
    ["a page that was gone before", hit("b.md", "# B"), 120, 130, 1],
    ["a page that went meanwhile", hit("b.md", "# B"), 90, 130, 0],
    ["a page that never was", hit("c.md", "# C"), 0, 1000, 1],
  ])("of %s", (_what, shown, asked, answered, found) => {
    expect(lies([shown], versions, asked, answered)).toHaveLength(found);
  });

  it("of a text that was read", () => {
    expect(stoodThen("new line", "a.md", versions, 200, 210)).toBe(true);
    expect(stoodThen("old line", "a.md", versions, 200, 210)).toBe(false);
  });
});

describe("a run", () => {
  it("finds nothing stale, every change, and an index like a new one", async () => {
    const corpus = sampleHandbook(scratch);
    const options = { changes: 60, watching: "events" } as const;
    const run = await live(corpus, scratch, { node: process.execPath, bin }, options);
    expect(liveProblems([run])).toEqual([]);
    expect(run.searches).toBeGreaterThan(100);
    expect(run.visible[0]?.seen).toBeGreaterThan(3);
  }, 120_000);
});
