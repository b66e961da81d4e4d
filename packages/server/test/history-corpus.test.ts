import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { git, GitFolder, historyOf, now, pagesBelow, scratch } from "./support/git-folder.ts";
import { field } from "./support/host.ts";
import { serve } from "./support/servers.ts";

const beside = fileURLToPath(new URL("../../../../shared/corpus/dev", import.meta.url));
const corpus = process.env["LECTERN_CORPUS"] ?? beside;
const isThere = ["dev-docs.tar.gz", "dates.json"].every((file) =>
  existsSync(path.join(corpus, file)),
);

/** A date with an offset, moved by some milliseconds; the offset stays. */
function moved(date: string, ms: number): string {
  const offset = date.slice(19);
  const local = Date.parse(`${date.slice(0, 19)}Z`) + ms;
  return new Date(local).toISOString().slice(0, 19) + offset;
}

/** A history with one commit a page, in the order of their dates. */
function committed(docs: GitFolder, dates: ReadonlyMap<string, string>): void {
  const ordered = [...dates].sort(([, a], [, b]) => Date.parse(a) - Date.parse(b));
  const chunks: Buffer[] = [];
  for (const [page, date] of ordered) {
    const text = readFileSync(path.join(docs.folder, page));
    const when = `${Date.parse(date) / 1000} ${date.slice(19).replace(":", "")}`;
    const message = `Edit ${page}`;
    const head = `commit refs/heads/main\ncommitter C <c@example.org> ${when}\n`;
    const data = `data ${Buffer.byteLength(message)}\n${message}\n`;
    const file = `M 100644 inline ${JSON.stringify(page)}\ndata ${text.length}\n`;
    chunks.push(Buffer.from(head + data + file), text, Buffer.from("\n"));
  }
  git(docs.folder, ["fast-import", "--quiet"], { input: Buffer.concat(chunks) });
  docs.git("reset", "-q");
}

/** The same by the tool, as a host asks, piece by piece; its window ends when it is asked. */
async function asked(folder: string, dates: ReadonlyMap<string, string>): Promise<void> {
  const host = await serve(folder, path.join(scratch(), "index"));
  for (const days of [7, 30, 365]) {
    const told = new Map<string, string>();
    let cursor: string | undefined;
    do {
      const answer = await host.call("list_recent", { days, limit: 200, cursor });
      for (const change of field<{ path: string; date: string }[]>(answer, "changes")) {
        told.set(change.path, change.date);
      }
      cursor = field<string | undefined>(answer, "cursor");
      expect(answer.text).not.toContain("note:");
    } while (cursor !== undefined);
    const since = (end: number): [string, string][] =>
      [...dates].filter(([, date]) => Date.parse(date) >= end - days * 86_400_000);
    expect(told.size).toBeLessThanOrEqual(since(now.getTime()).length);
    expect(told).toEqual(new Map(since(Date.now())));
  }
}

it("tells the dates of a real corpus", async (context) => {
  if (!isThere) {
    expect(process.env["LECTERN_REQUIRE_CORPUS"], "there must be a corpus").not.toBe("1");
    context.skip("no corpus with dates: set LECTERN_CORPUS to its folder");
  }
  const docs = new GitFolder();
  mkdirSync(docs.folder, { recursive: true });
  const archive = path.join(corpus, "dev-docs.tar.gz");
  expect(spawnSync("tar", ["-xzf", archive, "-C", docs.folder]).status).toBe(0);
  const original = JSON.parse(readFileSync(path.join(corpus, "dates.json"), "utf8")) as Record<
    string,
    string
  >;
  const shift =
    now.getTime() - Math.max(...Object.values(original).map((date) => Date.parse(date)));
  const dates = new Map(Object.entries(original).map(([page, date]) => [page, moved(date, shift)]));
  committed(docs, dates);
  docs.write(".git/info/exclude", "LICENSE*\n");
  const pages = pagesBelow(docs.folder);
  expect(pages.map((page) => page.path).sort()).toEqual([...dates.keys()].sort());
  const history = historyOf(docs.folder);
  const counts: string[] = [];
  for (const days of [7, 30, 365]) {
    const { changes, notes } = await history.recent({ days, pages, now });
    const expected = [...dates].filter(
      ([, date]) => Date.parse(date) >= now.getTime() - days * 86_400_000,
    );
    expect(new Map(changes.map((change) => [change.path, change.date]))).toEqual(new Map(expected));
    expect(changes.length).toBe(expected.length);
    expect(changes).not.toEqual([]);
    const times = changes.map(({ date }) => Date.parse(date));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(new Set(changes.map(({ change, source }) => `${change} by ${source}`))).toEqual(
      new Set(["added by git"]),
    );
    expect(notes).toEqual([]);
    counts.push(`${changes.length} in ${days} days`);
  }
  for (const [page, date] of dates) {
    expect(history.modified(page)).toEqual({ source: "git", date });
  }
  await asked(docs.folder, dates);
  process.stdout.write(`${pages.length} pages of the corpus: ${counts.join(", ")}\n`);
});
