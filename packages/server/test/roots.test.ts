import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { bin } from "./support/docs.ts";
import { until } from "./support/host.ts";
import { docs, serve, start } from "./support/servers.ts";

/** Root may read and write everything: there, servers run as a user without rights. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe("a root that cannot be used", () => {
  it.each([
    ["that does not exist", "gone", 'root "gone" does not exist'],
    ["that is a file", "docs/a.md", 'root "a.md" is not a folder'],
  ])("%s lets the server start and every tool say so", async (_, name, says) => {
    const folder = docs({ "a.md": "# Kafka\n" });
    const host = await serve(path.join(folder.base, name), folder.index);
    for (const [tool, args] of [
      ["search_docs", { query: "kafka" }],
      ["get_doc", { path: "a.md" }],
    ] as const) {
      const { text, isError } = await host.call(tool, args);
      expect(isError).toBe(true);
      expect(text).toContain(says);
      expect(text).not.toContain(folder.base);
    }
  });

  it("is used as soon as it is there", async () => {
    const folder = docs();
    const late = path.join(folder.base, "late");
    const host = await serve(late, folder.index);
    expect((await host.call("search_docs", { query: "kafka" })).isError).toBe(true);
    mkdirSync(late);
    folder.write("../late/a.md", "# Kafka\n");
    const { isError, data } = await host.call("search_docs", { query: "kafka" });
    expect(isError).toBe(false);
    expect(data?.["hits"]).toHaveLength(1);
  });

  it("vanishes under a running server, which says so and goes on when it is back", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    folder.remove(".");
    await until(async () => {
      const { data } = await host.call("search_docs", { query: "kafka" });
      expect(data?.["hits"]).toEqual([]);
      return String(data?.["note"]).includes('may be out of date: root "docs" does not exist');
    });
    folder.write("b.md", "# Kafka again\n");
    await until(async () => {
      const { data } = await host.call("search_docs", { query: "kafka again" });
      return JSON.stringify(data).includes("b.md") && data?.["note"] === undefined;
    });
  });

  it("that is empty is told from one where nothing matches", async () => {
    const folder = docs();
    const host = await serve(folder.root, folder.index);
    const { data, isError } = await host.call("search_docs", { query: "kafka" });
    expect(isError).toBe(false);
    expect(data).toEqual({
      hits: [],
      unmatched: ["kafka"],
      note: "the knowledge base holds no Markdown pages",
    });
  });

  it("that may not be read says so", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    chmodSync(folder.base, 0o777);
    chmodSync(folder.root, 0o000);
    const args = ["serve", folder.root, "--index-dir", path.join(folder.base, "theirs")];
    const host = start(args, unprivileged);
    await host.open("2025-11-25");
    const { text, isError } = await host.call("search_docs", { query: "kafka" });
    expect(isError).toBe(true);
    expect(text).toMatch(/root "docs" cannot be read: permission denied/u);
    chmodSync(folder.root, 0o700);
  });

  it("row 57: pages that may not be read are skipped and counted", () => {
    const folder = docs({ "a.md": "# Kafka\n", "locked.md": "# L\n", "dir/b.md": "# B\n" });
    chmodSync(folder.base, 0o777);
    chmodSync(path.join(folder.root, "locked.md"), 0);
    chmodSync(path.join(folder.root, "dir"), 0);
    const { stdout } = spawnSync(
      process.execPath,
      [bin, "index", folder.root, "--index-dir", path.join(folder.base, "theirs"), "--json"],
      { ...unprivileged, encoding: "utf8" },
    );
    chmodSync(path.join(folder.root, "dir"), 0o700);
    const { pages, skipped } = JSON.parse(stdout) as { pages: number; skipped: unknown };
    expect(pages).toBe(1);
    expect(skipped).toEqual([
      { path: "dir", reason: "unreadable" },
      { path: "locked.md", reason: "unreadable" },
    ]);
  });
});

describe("several roots", () => {
  it("are told apart by their names", async () => {
    const folder = docs({ "a.md": "# Kafka one\n" });
    folder.write("../wiki/a.md", "# Kafka two\n");
    const host = start([
      "serve",
      folder.root,
      `notes=${path.join(folder.base, "wiki")}`,
      "--index-dir",
      folder.index,
    ]);
    await host.open("2025-11-25");
    const { data } = await host.call("search_docs", { query: "kafka" });
    const found = ((data?.["hits"] ?? []) as { path: string }[]).map((hit) => hit.path);
    expect(found).toEqual(["docs/a.md", "notes/a.md"]);
    expect((await host.call("get_doc", { path: "notes/a.md" })).text).toContain("# Kafka two");
  });
});

describe("an index folder that cannot be written", () => {
  it("is a clear error", async () => {
    const folder = docs({ "a.md": "# Kafka\n" });
    chmodSync(folder.base, 0o555);
    const args = ["serve", folder.root, "--index-dir", path.join(folder.base, "theirs")];
    const host = start(args, unprivileged);
    await host.open("2025-11-25");
    const { text, isError } = await host.call("search_docs", { query: "kafka" });
    expect(isError).toBe(true);
    expect(text).toMatch(/^IO: creating the index folder failed: permission denied/u);
    chmodSync(folder.base, 0o755);
  });
});
