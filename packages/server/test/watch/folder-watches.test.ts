import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";

import { afterEach, describe, expect, it } from "vitest";

import { until } from "../support/host.ts";
import { covers, listFolders, WatchedDocs } from "../support/watched-docs.ts";

const started: WatchedDocs[] = [];

function watched(): WatchedDocs {
  const docs = new WatchedDocs();
  started.push(docs);
  return docs;
}

afterEach(() => {
  for (const docs of started.splice(0)) docs.delete();
});

const watches = "folders";

/** Runs a command beside this process, which goes on hearing events. */
async function run(command: string, ...args: readonly string[]): Promise<void> {
  const [code] = (await once(spawn(command, args), "exit")) as [number];
  expect(code).toBe(0);
}

describe.skipIf(process.platform !== "linux")("folders (on Linux)", () => {
  it("copied whole while watching are told with every file", async () => {
    const docs = watched();
    const source = new WatchedDocs();
    started.push(source);
    for (let file = 0; file < 900; file += 1) {
      source.write(`t/${file % 7}/${file % 5}/${file % 3}/${file % 2}/${file}.md`);
    }
    await docs.start({ watches });
    await run("cp", "-r", source.place("t"), docs.place(""));
    await docs.settled();
    docs.write("t/1/1/1/1/late.md");
    docs.write("t/1/1/1/1/new/late.md");
    await docs.settled();
  });

  it("are still watched under a new name, and no longer under the old one", async () => {
    const docs = watched();
    docs.write("old/sub/a.md");
    await docs.start({ watches });
    renameSync(docs.place("old"), docs.place("new"));
    await docs.settled();
    docs.batches.length = 0;
    docs.write("new/sub/b.md");
    await docs.settled();
    expect(docs.batches.flat().filter((one) => one?.startsWith("old"))).toEqual([]);
  });

  it("that take another's place are watched", async () => {
    const docs = watched();
    docs.write("a/sub/one.md");
    docs.write("b/sub/two.md");
    await docs.start({ watches });
    renameSync(docs.place("a"), docs.place("c"));
    renameSync(docs.place("b"), docs.place("a"));
    await docs.settled();
    docs.write("a/sub/three.md");
    docs.write("c/sub/four.md");
    await docs.settled();
    rmSync(docs.place("a"), { recursive: true });
    docs.write("a/sub/five.md");
    await docs.settled();
    docs.write("a/sub/six.md");
    await docs.settled();
  });

  it("made anew are watched although a process still holds the old one", async () => {
    const docs = watched();
    docs.write("a/sub/one.md");
    await docs.start({ watches });
    // A folder in use does not tell its own end.
    const held = [openSync(docs.place("a"), "r"), openSync(docs.place("a/sub"), "r")];
    rmSync(docs.place("a"), { recursive: true });
    docs.write("a/sub/two.md");
    await docs.settled();
    docs.write("a/sub/three.md");
    await docs.settled();
    for (const one of held) closeSync(one);
    docs.write("a/sub/four.md");
    await docs.settled();
  });

  it("made after their parent was listed and before it was watched are watched", async () => {
    const docs = watched();
    await docs.start({
      watches,
      folders: (below) => {
        const listed = listFolders(docs.roots, below);
        if (listed.includes("new")) docs.write("new/late/one.md");
        return Promise.resolve(listed);
      },
    });
    mkdirSync(docs.place("new"));
    await docs.until(() => docs.batches.some((batch) => covers(batch, "new/late/one.md")));
    docs.write("new/late/two.md");
    await docs.settled();
  });

  it("moved in from outside, and out again, are told", async () => {
    const docs = watched();
    const outside = path.join(docs.base, "outside");
    mkdirSync(path.join(outside, "sub"), { recursive: true });
    await docs.start({ watches });
    renameSync(outside, docs.place("in"));
    await docs.until(() => docs.batches.flat().includes("in"));
    docs.write("in/sub/a.md");
    await docs.settled();
    renameSync(docs.place("in"), outside);
    await docs.settled();
    expect(docs.batches.flat()).toContain("in");
  });

  it("named like what lies in them are told apart from it", async () => {
    const docs = watched();
    docs.write("docs/docs/docs.md");
    docs.write("same/same");
    await docs.start({ watches });
    docs.write("same/same", "changed\n");
    docs.write("docs/docs/docs", "new\n");
    await docs.settled();
    rmSync(docs.place("docs/docs"), { recursive: true });
    rmSync(docs.place("same/same"));
    await docs.settled();
  });

  it("touched or given other rights stay watched", async () => {
    const docs = watched();
    docs.write("a/b/c.md");
    await docs.start({ watches });
    utimesSync(docs.place("a/b"), 1, 1);
    chmodSync(docs.place("a"), 0o700);
    utimesSync(docs.place(""), 1, 1);
    docs.write("a/b/d.md");
    await docs.settled();
    docs.write("a/b/e.md");
    await docs.settled();
  });

  it("that an ignore file names are watched no more, and again when it is gone", async () => {
    const docs = watched();
    docs.write("guides/drafts/deep/a.md");
    await docs.start({ watches });
    docs.write("guides/.gitignore", "drafts/\n");
    await docs.until(() => docs.batches.flat().includes("guides"));
    await docs.settled();
    docs.batches.length = 0;
    docs.write("guides/drafts/deep/b.md");
    await docs.marked("mark.md");
    expect(docs.batches).toEqual([["mark.md"]]);
    rmSync(docs.place("guides/.gitignore"));
    await docs.settled();
    docs.write("guides/drafts/deep/c.md");
    await docs.settled();
  });

  it("that were listed only later are watched after a refresh", async () => {
    const docs = watched();
    let isIgnored = true;
    const every = ["", "a", "a/b"];
    docs.write("a/b/c.md");
    await docs.start({
      watches,
      folders: (below) => Promise.resolve(below !== undefined || isIgnored ? [""] : every),
    });
    isIgnored = false;
    await docs.watcher.refresh();
    await docs.until(() => docs.batches.flat().includes("a"));
    docs.batches.length = 0;
    docs.write("a/b/d.md");
    await docs.until(() => docs.batches.flat().includes("a/b/d.md"));
    await docs.watcher.refresh();
    await docs.marked("mark.md");
    expect(docs.batches.at(-1)).toEqual(["mark.md"]);
  });

  it("are listed only where something came, and not for changes of pages", async () => {
    const docs = watched();
    docs.write("a/b/c.md");
    await docs.start({ watches });
    docs.listings.length = 0;
    docs.write("a/b/c.md", "changed\n");
    docs.write("a/b/d.md");
    await docs.settled();
    expect(docs.listings).toEqual([]);
    docs.write("a/e/f.md");
    await docs.settled();
    expect(new Set(docs.listings.map((below) => below?.join(",")))).toEqual(new Set(["a/e"]));
  });

  it("are listed again when that failed", async () => {
    const docs = watched();
    docs.write("a/b.md");
    let failures = 3;
    await docs.start({
      watches,
      limits: { retryMs: 20 },
      folders: () => {
        failures -= 1;
        return failures < 0 ? Promise.resolve(["", "a"]) : Promise.reject(new Error("busy"));
      },
    });
    await until(() => failures < 0);
    docs.write("a/c.md");
    await docs.settled();
  });

  it("are watched anew after more events than the system keeps", async () => {
    const docs = watched();
    docs.write("a/sub/one.md");
    await docs.start({ watches });
    // All at once, so that nobody reads what they tell: three events each, of 16,384 that are kept.
    for (let file = 0; file < 6000; file += 1) {
      docs.write("a/passing.md");
      rmSync(docs.place("a/passing.md"));
    }
    renameSync(docs.place("a"), docs.place("b"));
    docs.write("c/two.md");
    await docs.settled();
    docs.write("b/sub/three.md");
    docs.write("c/four.md");
    await docs.settled();
  });

  it("may change in any way and order", async () => {
    const docs = watched();
    await docs.start({ watches });
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const folder = (): string =>
      Array.from({ length: 1 + random(3) }, () => "abc"[random(3)]).join("/");
    for (let round = 0; round < 12; round += 1) {
      for (let step = 0; step < 15; step += 1) {
        try {
          const kind = random(6);
          if (kind === 0) renameSync(docs.place(folder()), docs.place(folder()));
          else if (kind === 1) rmSync(docs.place(folder()), { recursive: true });
          else if (kind === 2) mkdirSync(docs.place(folder()), { recursive: true });
          else docs.write(`${folder()}/${random(4)}.md`, `${round} ${step}\n`);
        } catch {
          // Not there, or not empty: the next step.
        }
        // Between steps events are heard, at every other one.
        if (step % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await docs.settled();
    }
    expect(readdirSync(docs.place(""))).not.toEqual([]);
  });
});
