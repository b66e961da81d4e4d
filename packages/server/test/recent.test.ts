import { renameSync, utimesSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import type { Docs } from "./support/docs.ts";
import { daysAgo, git } from "./support/git-folder.ts";
import { field, type RawHost, until } from "./support/host.ts";
import { docs, serve } from "./support/servers.ts";

interface Change {
  readonly path: string;
  readonly change: string;
  readonly from?: string;
  readonly date: string;
  readonly commit?: string;
  readonly author?: string;
  readonly subject?: string;
}

const page = (name: string): string => `# ${name}\n\n${`words about ${name}\n`.repeat(20)}`;

/** A repository with a page of every fate. */
function repository(): Docs {
  const folder = docs({
    "ops/old.md": page("old"),
    "ops/edited.md": page("edited"),
    "ops/moved.md": page("moved"),
    "ops/deleted.md": page("deleted"),
  });
  const commit = (subject: string, days: number): void => {
    git(folder.root, ["add", "--all"]);
    git(folder.root, ["commit", "-q", "-m", subject], { date: daysAgo(days) });
  };
  git(folder.root, ["init", "-q", "-b", "main"]);
  commit("Begin", 100);
  folder.write("ops/edited.md", `${page("edited")}\nmore\n`);
  renameSync(path.join(folder.root, "ops/moved.md"), path.join(folder.root, "ops/renamed.md"));
  folder.remove("ops/deleted.md");
  commit("Tidy the pages up", 3);
  folder.write("dev/new.md", page("new"));
  commit("Add a page", 2);
  return folder;
}

async function recent(host: RawHost, args: Record<string, unknown> = {}): Promise<Change[]> {
  const answer = await host.call("list_recent", args);
  expect(answer.isError, answer.text).toBe(false);
  return field<Change[]>(answer, "changes");
}

describe("list_recent", () => {
  it("tells every fate with its commit, newest first", async () => {
    const folder = repository();
    const host = await serve(folder.root, folder.index);
    const changes = await recent(host);
    const tidy = { date: daysAgo(3), author: "Ann Author", subject: "Tidy the pages up" };
    const hash = git(folder.root, ["rev-parse", "HEAD~1"]).slice(0, 12);
    expect(changes).toEqual([
      expect.objectContaining({ path: "dev/new.md", change: "added", subject: "Add a page" }),
      { path: "ops/deleted.md", change: "deleted", commit: hash, ...tidy },
      { path: "ops/edited.md", change: "changed", commit: hash, ...tidy },
      { path: "ops/renamed.md", change: "renamed", from: "ops/moved.md", commit: hash, ...tidy },
    ]);
    const { text } = await host.call("list_recent", { path: "ops", limit: 1 });
    expect(text.split("\n").slice(0, 2)).toEqual([
      "3 pages changed",
      `ops/deleted.md · deleted · ${daysAgo(3)} · ${hash} · Ann Author · Tidy the pages up`,
    ]);
    expect((await recent(host, { days: 2, path: "ops" })).length).toBe(0);
    expect((await recent(host, { days: 365 })).map(({ path: name }) => name)).toContain(
      "ops/old.md",
    );
  });

  it("marks what is not committed, and sees it without any hint", async () => {
    const folder = repository();
    const host = await serve(folder.root, folder.index);
    await recent(host);
    folder.write("ops/old.md", `${page("old")}\nnot committed\n`);
    folder.write("draft.md", page("draft"));
    const changes = await recent(host, { days: 1 });
    expect(changes.map((change) => [change.path, change.change, change.commit])).toEqual(
      expect.arrayContaining([
        ["ops/old.md", "changed", "uncommitted"],
        ["draft.md", "added", "uncommitted"],
      ]),
    );
    expect(changes.length).toBe(2);
  });

  it("goes by file times where there is no git, and says so", async () => {
    const folder = docs({ "new.md": page("new"), "old.md": page("old") });
    const long = new Date("2020-01-01T00:00:00Z");
    utimesSync(path.join(folder.root, "old.md"), long, long);
    const host = await serve(folder.root, folder.index);
    const { data } = await host.call("list_recent", {});
    expect(data).toMatchObject({ total: 1, changes: [{ path: "new.md", change: "changed" }] });
    expect(data?.["note"]).toMatch(/git/u);
    expect(data?.["changes"]).not.toHaveProperty("0.commit");
    folder.remove("new.md");
    const gone = await host.call("list_recent", {});
    expect(gone.data).toMatchObject({ total: 0, changes: [] });
    expect(gone.data?.["note"]).toMatch(/^nothing changed/u);
  });

  it("tells an unknown folder from one in which nothing changed", async () => {
    const folder = repository();
    const host = await serve(folder.root, folder.index);
    expect(await recent(host, { path: "dev", days: 1 })).toEqual([]);
    const { text } = await host.call("list_recent", { path: "devel" });
    expect(text).toMatch(/^NOT_FOUND: no folder or page at "devel"\nhint: nearest: dev/u);
    // What is gone has changed all the same.
    expect((await recent(host, { path: "ops/deleted.md" })).length).toBe(1);
  });

  it("pages by cursor, each change once", async () => {
    const folder = repository();
    const host = await serve(folder.root, folder.index);
    const whole = await recent(host, { days: 365 });
    const pieces: Change[] = [];
    let cursor: unknown;
    do {
      const answer = await host.call("list_recent", {
        days: 365,
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      });
      pieces.push(...field<Change[]>(answer, "changes"));
      expect(field(answer, "total")).toBe(whole.length);
      cursor = field(answer, "cursor");
    } while (cursor !== undefined);
    expect(pieces).toEqual(whole);
  });

  it("lets no subject pass for a line of its own", async () => {
    const folder = docs({ "a.md": page("a") });
    git(folder.root, ["init", "-q", "-b", "main"]);
    git(folder.root, ["add", "--all"]);
    const hostile = `x\u001B[31m\r2 pages changed ${"y".repeat(500)}`;
    git(folder.root, ["commit", "-q", "-m", hostile], { date: daysAgo(1) });
    const host = await serve(folder.root, folder.index);
    const answer = await host.call("list_recent", {});
    const { text } = answer;
    expect(text.split("\n").length).toBe(2);
    // oxlint-disable-next-line no-control-regex -- none may be there
    expect(text).not.toMatch(/[\u001B\r]/u);
    const [change] = field<Change[]>(answer, "changes");
    expect(change?.subject?.length).toBe(120);
  });
});

describe("a hit", () => {
  it("carries the date that list_recent tells", async () => {
    const folder = repository();
    const host = await serve(folder.root, folder.index);
    const listed = await recent(host, { days: 365 });
    const expected = new Map(listed.map(({ path: name, date }) => [name, date]));
    const answer = await host.call("search_docs", { query: "words about edited old new" });
    const hits = field<{ path: string; modified: string }[]>(answer, "hits");
    expect(hits.length).toBeGreaterThan(2);
    for (const hit of hits) expect(hit.modified, hit.path).toBe(expected.get(hit.path));
  });

  it("carries its file's time where there is no git", async () => {
    const folder = docs({ "a.md": page("kafka") });
    const time = new Date("2024-05-06T07:08:09Z");
    utimesSync(path.join(folder.root, "a.md"), time, time);
    const host = await serve(folder.root, folder.index);
    await until(async () => {
      const answer = await host.call("search_docs", { query: "kafka" });
      const [hit] = field<{ modified?: string }[]>(answer, "hits");
      return hit?.modified === "2024-05-06T07:08:09.000Z";
    });
  });
});
