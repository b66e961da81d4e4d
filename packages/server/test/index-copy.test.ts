import { readdirSync } from "node:fs";
import path from "node:path";

import { openEngine } from "@lectern/native";
import { expect, it } from "vitest";

import { copyIndex } from "../src/doctor/index-copy.ts";
import { docs } from "./support/servers.ts";

const PAGES = 20;
/** As many copies and commits at least. */
const OFTEN = 20;

it("copies an index as one commit left it while another writes it", async () => {
  const pages = Array.from({ length: PAGES }, (_, at) => [`${at}.md`, `# Page ${at}\n`] as const);
  const folder = docs(Object.fromEntries(pages));
  const roots = [{ path: folder.root }];
  await using engine = await openEngine({ roots, indexDir: folder.index });
  await engine.sync();
  const { indexFolder } = await engine.stats();
  const inside = path.relative(folder.index, indexFolder);

  const end = new AbortController();
  const written = { commits: 0 };
  const write = async (): Promise<void> => {
    for (; !end.signal.aborted; written.commits += 1) {
      const page = `${written.commits % PAGES}.md`;
      folder.write(page, `# Page\n\nword${written.commits}\n`);
      await engine.sync({ paths: [page], rereads: true });
    }
  };
  const writing = write();
  try {
    for (let at = 0; at < OFTEN || written.commits < OFTEN; at += 1) {
      const indexDir = path.join(folder.base, `copy-${at}`);
      expect(await copyIndex(indexFolder, path.join(indexDir, inside))).toBe(true);
      await using copy = await openEngine({ roots, indexDir });
      expect((await copy.stats()).pages).toBe(PAGES);
      expect(await copy.scrub()).toEqual([]);
      expect(readdirSync(path.join(indexDir, path.dirname(inside)))).toEqual([
        path.basename(inside),
      ]);
    }
  } finally {
    end.abort();
  }
  await writing;
});

it("copies nothing where no commit is", async () => {
  const folder = docs({});
  expect(await copyIndex(path.join(folder.base, "none"), path.join(folder.base, "to"))).toBe(false);
});
