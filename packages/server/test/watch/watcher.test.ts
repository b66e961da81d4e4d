import { EventEmitter, once } from "node:events";
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";

import { WatchedDocs, waysOfWatching } from "../support/watched-docs.ts";

const started: WatchedDocs[] = [];

/** Watched folders that are deleted after the test. */
function watched(names: readonly string[] = []): WatchedDocs {
  const docs = new WatchedDocs(names);
  started.push(docs);
  return docs;
}

afterEach(() => {
  for (const docs of started.splice(0)) docs.delete();
});

describe.each(waysOfWatching)("watching %s", (watches) => {
  it("tells a page that was written, changed, renamed, deleted", async () => {
    const docs = watched();
    docs.write("guides/a.md");
    await docs.start({ watches });
    docs.write("guides/a.md", "changed\n");
    await docs.settled();
    renameSync(docs.place("guides/a.md"), docs.place("guides/b.md"));
    await docs.settled();
    rmSync(docs.place("guides/b.md"));
    await docs.settled();
    docs.write("c.md");
    await docs.settled();
    expect(docs.batches.flat()).not.toContain(undefined);
  });

  it("tells what is written in a folder that was made just now", async () => {
    const docs = watched();
    await docs.start({ watches });
    docs.write("new/deep/er/a.md");
    await docs.settled();
    docs.write("new/deep/er/b.md");
    await docs.settled();
    docs.write("new/deep/c.md");
    await docs.settled();
  });

  it("puts the name of a root before the paths in it", async () => {
    const docs = watched(["wiki", "runbooks"]);
    await docs.start({ watches });
    docs.write("wiki/a.md");
    docs.write("runbooks/sub/b.md");
    await docs.settled();
    const told = docs.batches.flat();
    expect(told).toContain("wiki/a.md");
    expect(told.filter((one) => one?.startsWith("runbooks/sub"))).not.toEqual([]);
  });

  it("tells anything when a root vanishes, and the root when it is back", async () => {
    const docs = watched(["wiki", "runbooks"]);
    docs.write("wiki/sub/a.md");
    await docs.start({ watches, limits: { retryMs: 50 } });
    renameSync(docs.place("wiki"), `${docs.base}/away`);
    await docs.until(() => docs.batches.includes(undefined));
    await docs.settled();
    docs.write("runbooks/b.md");
    await docs.settled();
    docs.batches.length = 0;
    cpSync(`${docs.base}/away`, docs.place("wiki"), { recursive: true });
    await docs.until(() => docs.batches.flat().includes("wiki"));
    docs.write("wiki/sub/c.md");
    await docs.settled();
  });

  it("waits for a root that was never there", async () => {
    const docs = watched();
    rmSync(docs.place(""), { recursive: true });
    await docs.start({ watches, limits: { retryMs: 50 } });
    mkdirSync(docs.place(""));
    docs.write("sub/a.md");
    await docs.settled();
    docs.write("sub/b.md");
    await docs.settled();
  });

  it("follows a root that is a link when it is led elsewhere", async () => {
    const docs = watched();
    renameSync(docs.place(""), `${docs.base}/one`);
    cpSync(`${docs.base}/one`, `${docs.base}/two`, { recursive: true });
    symlinkSync("one", docs.place(""));
    await docs.start({ watches });
    rmSync(docs.place(""));
    symlinkSync("two", docs.place(""));
    await docs.watcher.refresh();
    docs.write("a.md");
    await docs.settled();
  });

  it("hands over one batch at a time, and what came meanwhile as the next", async () => {
    const docs = watched();
    await docs.start({ watches });
    const gate = new EventEmitter();
    let isHeld = false;
    docs.onBatch = async () => {
      expect(isHeld).toBe(false);
      isHeld = true;
      await once(gate, "open");
      isHeld = false;
    };
    docs.write("a.md");
    await docs.until(() => docs.batches.length === 1);
    docs.write("b.md");
    docs.write("c.md");
    // What a batch does may itself bring the watches in line.
    await docs.watcher.refresh();
    expect(docs.batches).toHaveLength(1);
    gate.emit("open");
    docs.onBatch = () => Promise.resolve();
    await docs.settled();
    if (watches === "folders") {
      expect(new Set(docs.batches[1])).toEqual(new Set(["b.md", "c.md"]));
    }
  });

  it("goes on after a batch that failed", async () => {
    const docs = watched();
    await docs.start({ watches });
    docs.onBatch = () => {
      docs.onBatch = () => Promise.resolve();
      return Promise.reject(new Error("no"));
    };
    docs.write("a.md");
    await docs.marked("b.md");
    docs.write("c.md");
    await docs.settled();
  });

  it("hands over nothing once closed, by call or by signal", async () => {
    const docs = watched();
    await docs.start({ watches });
    docs.watcher.close();
    docs.watcher.close();
    await docs.watcher.refresh();
    writeFileSync(docs.place("a.md"), "text\n");
    const other = watched();
    await other.start({ watches });
    await other.marked("b.md");
    expect(docs.batches).toEqual([]);
  });

  it("takes a storm of 3,000 files in few batches", async () => {
    const docs = watched();
    for (let folder = 0; folder < 30; folder += 1) docs.write(`f${folder}/a.md`);
    await docs.start({ watches });
    for (let file = 0; file < 3000; file += 1) docs.write(`f${file % 30}/${file}.md`);
    await docs.settled();
    if (watches === "folders") expect(docs.batches.length).toBeLessThanOrEqual(2);
    docs.write("f3/a.md", "after the storm\n");
    await docs.settled();
  });
});
