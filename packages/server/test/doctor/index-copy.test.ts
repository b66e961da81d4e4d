import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";

import { openEngine } from "@lectern/native";
import { expect, it } from "vitest";

import { copyIndex } from "../../src/doctor/index-copy.ts";
import { docs } from "../support/servers.ts";

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
      expect(await copyIndex(indexFolder, path.join(indexDir, inside))).toBe("whole");
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

it("leaves nothing of an index that is not there, or is removed while it is copied", async () => {
  const folder = docs({});
  const [from, to] = ["from", "to"].map((name) => path.join(folder.base, name)) as [string, string];
  expect([await copyIndex(from, to), existsSync(to)]).toEqual(["absent", false]);

  mkdirSync(from);
  for (let file = 0; file < 2000; file += 1) writeFileSync(path.join(from, `${file}.store`), "x");
  writeFileSync(path.join(from, "meta.json"), "{}");
  const copying = copyIndex(from, to);
  while (!existsSync(to) || readdirSync(to).length === 0) await setImmediate();
  rmSync(path.join(from, "meta.json"));
  expect([await copying, existsSync(to)]).toEqual(["absent", false]);
});
