import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";

import { afterEach, describe, expect, it } from "vitest";

import { covers, WatchedDocs, waysOfWatching } from "../support/watched-docs.ts";

/** How editors save a page, step by step. */
const saves: readonly { editor: string; save: (page: string, text: string) => void }[] = [
  {
    editor: "vim, with a swap file and the old page renamed to a backup",
    save: (page, text) => {
      const swap = path.join(path.dirname(page), `.${path.basename(page)}.swp`);
      writeFileSync(swap, "swap");
      writeFileSync(path.join(path.dirname(page), "4913"), "");
      unlinkSync(path.join(path.dirname(page), "4913"));
      renameSync(page, `${page}~`);
      writeFileSync(page, text);
      unlinkSync(`${page}~`);
      unlinkSync(swap);
    },
  },
  {
    editor: "VS Code, which empties the page and writes it anew",
    save: (page, text) => {
      const file = openSync(page, "r+");
      ftruncateSync(file);
      writeSync(file, text);
      fsyncSync(file);
      closeSync(file);
    },
  },
  {
    editor: "one that writes a file beside the page and renames it",
    save: (page, text) => {
      writeFileSync(`${page}.tmp.123`, text);
      renameSync(`${page}.tmp.123`, page);
    },
  },
  {
    editor: "Emacs, with a lock, an auto-save file and a backup",
    save: (page, text) => {
      const folder = path.dirname(page);
      const name = path.basename(page);
      symlinkSync("somebody@host.1:2", path.join(folder, `.#${name}`));
      writeFileSync(path.join(folder, `#${name}#`), text);
      renameSync(page, `${page}~`);
      writeFileSync(page, text);
      rmSync(path.join(folder, `#${name}#`));
      unlinkSync(path.join(folder, `.#${name}`));
    },
  },
  {
    editor: "one that appends in many pieces",
    save: (page, text) => {
      for (const letter of text.repeat(100)) appendFileSync(page, letter);
    },
  },
];

/** macOS may tell of what was written just before watching began. */
const countsBatches = process.platform === "linux";

/**
 * On Linux, Node makes up watches of whole trees by one for each file, which stays with the old file
 * when another is renamed over it. The second such save it does not tell.
 */
const losesReplacedFiles = (watches: "folders" | "trees"): boolean =>
  watches === "trees" && process.platform === "linux";

const started: WatchedDocs[] = [];

async function watchedPage(watches: "folders" | "trees"): Promise<WatchedDocs> {
  const docs = new WatchedDocs();
  started.push(docs);
  docs.write("guides/page.md", "old\n");
  await docs.start({ watches });
  return docs;
}

afterEach(() => {
  for (const docs of started.splice(0)) docs.delete();
});

describe.each(waysOfWatching)("a save while watching %s", (watches) => {
  it.each(saves)("is one batch of $editor", async ({ save }) => {
    const docs = await watchedPage(watches);
    // All steps at once: what they tell is read together.
    save(docs.place("guides/page.md"), "new\n");
    await docs.settled();
    await docs.marked("mark.md");
    if (!countsBatches) return;
    expect(docs.batches).toHaveLength(2);
    expect(covers(docs.batches[0], "guides/page.md")).toBe(true);
    if (losesReplacedFiles(watches)) return;
    save(docs.place("guides/page.md"), "newer\n");
    await docs.settled();
    await docs.marked("another.md");
    expect(docs.batches).toHaveLength(4);
  });

  it("is one batch of the real vim", async (context) => {
    if (spawnSync("vim", ["--version"]).status !== 0) context.skip("vim is not installed");
    const docs = await watchedPage(watches);
    const { status } = spawnSync("vim", [
      ..."-u NONE -N -es".split(" "),
      "-c",
      "set backup backupcopy=no",
      "-c",
      "normal Onew",
      "-c",
      "wq",
      docs.place("guides/page.md"),
    ]);
    expect(status).toBe(0);
    await docs.settled();
    await docs.marked("mark.md");
    if (countsBatches) expect(docs.batches).toHaveLength(2);
  });
});
