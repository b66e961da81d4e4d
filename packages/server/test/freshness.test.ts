import { spawnSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { bin } from "./support/docs.ts";
import { until } from "./support/host.ts";
import { docs, serve, start } from "./support/servers.ts";

interface Hit {
  readonly path: string;
  readonly lines: string;
  readonly snippet: string;
}

const hits = (data: Record<string, unknown> | undefined): Hit[] => (data?.["hits"] ?? []) as Hit[];

describe("under a running server", () => {
  it("a page indexed by another process is found first, with its exact lines", async () => {
    const folder = docs({ "a.md": "# Alpha\n\nkafka\n" });
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    const token = "zq8xv1planted";
    folder.write("new/page.md", `# New\n\nintro\n\n## Planted\n\n${token} stands here\n`);
    const { status } = spawnSync(process.execPath, [
      bin,
      "index",
      folder.root,
      "--index-dir",
      folder.index,
    ]);
    expect(status).toBe(0);
    const { data } = await host.call("search_docs", { query: token });
    expect(hits(data)[0]).toMatchObject({ path: "new/page.md", lines: "L5-L7" });
  });

  it("a deleted page is gone at once, and the index follows", async () => {
    const folder = docs({ "a.md": "# Kafka\n\nold words\n", "b.md": "# Kafka too\n" });
    const host = await serve(folder.root, folder.index, { env: { LECTERN_LOG: "info" } });
    await host.call("search_docs", { query: "kafka" });
    folder.remove("a.md");
    const { data, text } = await host.call("search_docs", { query: "kafka" });
    expect(hits(data).map((hit) => hit.path)).toEqual(["b.md"]);
    expect(text).not.toContain("old words");
    expect((await host.call("get_doc", { path: "a.md" })).text).toMatch(/^NOT_FOUND/u);
    await until(() => /"removed":1\b/u.test(host.stderr));
  });

  it("says so when the only pages with the words are gone", async () => {
    const folder = docs({ "a.md": "# Kafka\n", "b.md": "# Other\n" });
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    folder.remove("a.md");
    const { data } = await host.call("search_docs", { query: "kafka" });
    expect(data).toEqual({
      hits: [],
      note: "the pages that held these words have changed or are gone: search again",
    });
    await until(async () => {
      const again = await host.call("search_docs", { query: "kafka" });
      return again.data?.["note"] === "no section holds any of these words";
    });
  });

  it("a page rewritten with the same size and mtime shows only its new text", async () => {
    const folder = docs({ "a.md": "# Kafka\n\nold words of kafka\n" });
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    folder.rewriteInSecret("a.md", "# Kafka\n\nnew words of kafka\n");
    const { data, text } = await host.call("search_docs", { query: "kafka" });
    expect(hits(data)[0]?.snippet).toContain("new words");
    expect(text).not.toContain("old words");
    expect((await host.call("get_doc", { path: "a.md" })).text).toContain("new words");
    // Its new words are found once the update that the stale page set off is done.
    await until(
      async () => hits((await host.call("search_docs", { query: "new" })).data).length > 0,
    );
  });
});

describe("two servers", () => {
  it("started at once on one empty index folder both answer", async () => {
    const folder = docs();
    for (let page = 0; page < 400; page += 1) {
      folder.write(`${page}.md`, `# Page ${page}\n\nkafka ${"words ".repeat(50)}\n`);
    }
    const args = ["serve", folder.root, "--index-dir", folder.index];
    const pair = [start(args), start(args)];
    const answers = await Promise.all(
      pair.map(async (host) => {
        await host.open("2025-11-25");
        return host.call("search_docs", { query: "kafka 77" });
      }),
    );
    for (const { isError, data } of answers) {
      expect(isError).toBe(false);
      expect(hits(data)[0]?.path).toBe("77.md");
    }
    // Dates come with the history, which each of the two reads for itself and in its own time.
    const [one, other] = answers.map(({ text }) => text.replaceAll(/^modified: .*\n/gmu, ""));
    expect(one).toBe(other);
  });
});
