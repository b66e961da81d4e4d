import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

import { sampleHandbook } from "../src/corpus.ts";
import { PURPOSE, Random } from "../src/generate/random.ts";
import { live, liveProblems } from "../src/live.ts";
import { ChangeLog } from "../src/live/change-log.ts";
import { lies, type ShownHit, wereLinesThen } from "../src/live/check.ts";
import { Chronicle } from "../src/live/chronicle.ts";
import { Editor } from "../src/live/editor.ts";
import { marked, markOf, newMark, unmarked } from "../src/live/mark.ts";
import { Versions } from "../src/live/versions.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-live-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const bin = fileURLToPath(new URL("../../packages/server/bin/lectern.js", import.meta.url));
const liar = fileURLToPath(new URL("support/lying-server.mjs", import.meta.url));

function hit(page: string, snippet: string, lines = "L1-L3"): ShownHit {
  return { path: page, lines, snippet };
}

describe("a mark", () => {
  it("comes into any text, takes the place of the one before, and goes without a trace", () => {
    const random = new Random(3, PURPOSE.edits, 0);
    for (const text of ["", "a", "# A\n\nb\n", "---\n# c: 1\n---\n# A\r\n\r\nb\r\n", "\n\n\n"]) {
      for (let round = 0; round < 20; round += 1) {
        const [first, second] = [newMark(random), newMark(random)];
        const once = marked(text, first, random);
        const twice = marked(once, second, random, round % 2 === 0);
        expect([markOf(once), markOf(twice)]).toEqual([first, second]);
        expect([unmarked(once), unmarked(twice)]).toEqual([text, text]);
        if (text.startsWith("---")) expect(once.startsWith("---\n# c: 1\n---\n# A")).toBe(true);
      }
    }
  });
});

describe("an editor", () => {
  it("logs what every page holds after changes of every kind", () => {
    const folder = path.join(scratch, "edited");
    const log = path.join(scratch, "edited.log");
    cpSync(sampleHandbook(scratch).folder, folder, { recursive: true });
    writeFileSync(log, "");
    const editor = new Editor(folder, 7, new ChangeLog(log));
    const chronicle = new Chronicle(folder, log);
    for (let made = 0; made < 400; made += 1) {
      editor.change();
      if (made % 80 === 79) {
        editor.change("folder deleted");
        editor.change("branch switched");
        expect(chronicle.notAsOnDisk()).toEqual([]);
      }
    }
    expect(new Set(chronicle.changes.map(({ kind }) => kind)).size).toBe(15);
    // Each mark is one that no page had before.
    const marks = chronicle.changes.flatMap(({ kind, mark = [] }) =>
      kind === "branch switched" ? [] : mark,
    );
    expect(new Set(marks).size).toBe(marks.length);
    chronicle.close();
  });
});

describe("the check of answers", () => {
  const versions = new Versions();
  versions.begin("a.md", "# A\n\nold line\n\nend\n", 0);
  versions.begin("b.md", "# B\n", 0);
  versions.begin("a.md", "# A\n\nnew line\n\nend\n", 100);
  versions.begin("b.md", undefined, 100);
  versions.end(110);
  versions.begin("d.md", "# D\n", 100);
  const absent = ["text that is not there"];
  const elsewhere = ["text that is not in the lines cited"];
  const gone = ["a page that is gone"];
  it.each([
    ["what is there now", hit("a.md", "# A … new line"), 200, 210, []],
    ["what was there when it was asked", hit("a.md", "old line"), 90, 120, []],
    ["what was written while it was asked", hit("a.md", "new line"), 90, 105, []],
    ["a line that was gone before", hit("a.md", "old line"), 120, 130, absent],
    ["a line that came later", hit("a.md", "new line"), 10, 20, absent],
    ["lines of two versions in one", hit("a.md", "old line … new line"), 90, 120, absent],
    ["other lines than are cited", hit("a.md", "end"), 200, 210, elsewhere],
    ["the line that is cited", hit("a.md", "end", "L5"), 200, 210, []],
    ["a page that was gone before", hit("b.md", "# B"), 120, 130, gone],
    ["a page that went meanwhile", hit("b.md", "# B"), 90, 130, []],
    ["a page that never was", hit("c.md", "# C"), 0, 1000, gone],
    ["a page that was not there yet", hit("d.md", "# D"), 0, 99, gone],
  ])("of %s", (_what, shown, asked, answered, found) => {
    expect(lies([shown], versions, asked, answered).map(({ what }) => what)).toEqual(found);
  });

  it("of lines that were read", () => {
    const shown = hit("a.md", "new line", "L3-L5");
    expect(wereLinesThen("new line\n\nend", shown, versions, 200, 210)).toBe(true);
    expect(wereLinesThen("new line\n", shown, versions, 200, 210)).toBe(true);
    expect(wereLinesThen("old line\n\nend", shown, versions, 200, 210)).toBe(false);
    expect(wereLinesThen("end", shown, versions, 200, 210)).toBe(false);
  });
});

// The editor's process runs TypeScript as it is, which an older Node does not.
describe.runIf(process.platform === "linux" && process.features.typescript)("a run", () => {
  const corpus = sampleHandbook(scratch);
  const options = { changes: 30, watching: "events" } as const;

  it("finds nothing stale, every change, and an index like a new one", async () => {
    const place = path.join(scratch, "true");
    const run = await live(corpus, place, { node: process.execPath, bin }, options);
    expect(liveProblems([run])).toEqual([]);
    expect(run.searches).toBeGreaterThan(50);
    expect(run.reads).toBeGreaterThan(0);
    expect(run.visible.reduce((sum, { seen }) => sum + seen, 0)).toBeGreaterThan(3);
  });

  it("finds what a server shows that is no more", async () => {
    const place = path.join(scratch, "false");
    const run = await live(corpus, place, { node: process.execPath, bin: liar }, options);
    for (const lie of ["text that is not there", "a page that is gone", "read what is not there"]) {
      expect(run.lies.some((told) => told.startsWith(lie))).toBe(true);
    }
    expect(liveProblems([run])).not.toEqual([]);
  });
});
