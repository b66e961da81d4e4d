import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openCursor, sealCursor } from "../src/serving/cursor.ts";
import { ToolError } from "../src/serving/tool-error.ts";
import type { Completion, ResourcePiece } from "./support/conversation.ts";
import { field, type RawHost } from "./support/host.ts";
import { docs, serve } from "./support/servers.ts";

const INVALID = -32_602;

/** A wiki of `count` pages in folders of a hundred. */
function wiki(count: number): Record<string, string> {
  const pages: Record<string, string> = {};
  for (let at = 0; at < count; at += 1) {
    const number = String(at).padStart(4, "0");
    pages[`area-${Math.floor(at / 100)}/page-${number}.md`] = `# Page ${number}\n`;
  }
  return pages;
}

async function listed(host: RawHost, cursor?: string): Promise<ResourcePiece> {
  const { result, error } = await host.request("resources/list", { cursor });
  if (result === undefined) throw new Error(error?.message);
  return result as unknown as ResourcePiece;
}

async function refusal(host: RawHost, cursor: unknown): Promise<number | undefined> {
  return (await host.request("resources/list", { cursor })).error?.code;
}

describe("the listing of resources", () => {
  it("comes in pieces that make the whole, while pages come and go", async () => {
    const folder = docs(wiki(250));
    const host = await serve(folder.root, folder.index);
    const first = await listed(host);
    expect(first.resources.length).toBe(101);
    folder.remove("area-0/page-0000.md");
    folder.remove("area-2/page-0249.md");
    const second = await listed(host, first.nextCursor);
    const third = await listed(host, second.nextCursor);
    expect(third.nextCursor).toBeUndefined();
    const uris = [first, second, third].flatMap(({ resources }) => resources.map(({ uri }) => uri));
    expect(new Set(uris).size).toBe(uris.length);
    // The one listed before it went, and not the one that went before it was listed.
    expect(uris.length).toBe(1 + 250 - 1);
    expect(second.resources[0]).toMatchObject({
      uri: "kb://doc/area-1/page-0100.md",
      name: "area-1/page-0100.md",
      title: "Page 0100",
      mimeType: "text/markdown",
      size: 12,
      annotations: { lastModified: expect.stringMatching(/^\d{4}-.*Z$/u) as string },
    });
  });

  it("refuses cursors that are forged, cut, or of another index or listing", async () => {
    const folder = docs(wiki(150));
    const other = docs(wiki(150));
    const host = await serve(folder.root, folder.index);
    const elsewhere = await serve(other.root, other.index);
    const { nextCursor = "" } = await listed(host);
    const browsed = await host.call("browse_docs", { depth: 2 });
    const forged = Buffer.from("12345678area-1/page-0100.md").toString("base64url");
    for (const bad of [
      "",
      "abc",
      "*",
      forged,
      `${nextCursor}=`,
      `${nextCursor}A`,
      nextCursor.slice(1),
      nextCursor.slice(0, -4),
      "A".repeat(100_000),
      (await listed(elsewhere)).nextCursor,
      browsed.data?.["cursor"],
    ]) {
      expect(await refusal(host, bad), String(bad).slice(0, 40)).toBe(INVALID);
    }
    expect((await listed(host, nextCursor)).resources.length).toBe(50);
  });

  it("goes on with the cursor of an index that has changed since", async () => {
    const folder = docs(wiki(150));
    const before = await serve(folder.root, folder.index);
    const { nextCursor } = await listed(before);
    await before.stop();
    folder.write("area-1/page-0099b.md", "# New\n");
    folder.write("area-0/page-0000b.md", "# New before\n");
    const host = await serve(folder.root, folder.index);
    await host.call("list_recent", {});
    const uris = (await listed(host, nextCursor)).resources.map(({ uri }) => uri);
    expect(uris[0]).toBe("kb://doc/area-1/page-0099b.md");
    expect(uris.length).toBe(51);
  });
});

describe("browse_docs", () => {
  it("pages through a folder, each entry once", async () => {
    const folder = docs(wiki(250));
    const host = await serve(folder.root, folder.index);
    const paths: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await host.call("browse_docs", {
        depth: 2,
        ...(cursor !== undefined && { cursor }),
      });
      const { data, text } = answer;
      const entries = field<{ path: string; pages?: number }[]>(answer, "entries");
      for (const { path } of entries) expect(text).toContain(`\n${path} · `);
      paths.push(...entries.map(({ path }) => path));
      cursor = data?.["cursor"] as string | undefined;
      expect(text.includes("more: give cursor")).toBe(cursor !== undefined);
    } while (cursor !== undefined);
    expect(paths.length).toBe(253);
    expect(new Set(paths).size).toBe(253);
  });

  it("refuses the cursor of other arguments and of a page that has changed", async () => {
    const long = Array.from({ length: 150 }, (_, at) => `## Part ${at}\n\ntext\n`).join("\n");
    const folder = docs({ ...wiki(150), "long.md": `# Long\n\n${long}` });
    const host = await serve(folder.root, folder.index);
    const tree = (await host.call("browse_docs", {})).data?.["cursor"];
    const refused = await host.call("browse_docs", { cursor: tree, depth: 3 });
    expect(refused.text).toMatch(/^INVALID_ARGUMENT: the cursor is not one of this listing/u);
    const outline = await host.call("browse_docs", { path: "long.md" });
    const { cursor, lines } = outline.data as { cursor: string; lines: number };
    expect(lines).toBe(601);
    const rest = await host.call("browse_docs", { path: "long.md", cursor });
    expect(field<unknown[]>(rest, "entries").length).toBe(51);
    folder.write("long.md", `# Long\n\nnew\n\n${long}`);
    const stale = await host.call("browse_docs", { path: "long.md", cursor });
    expect(stale.text).toMatch(/^INVALID_ARGUMENT: .* the page has changed: start without it/u);
  });

  it("names the nearest folder, and takes nothing outside of the roots", async () => {
    const folder = docs({ "runbooks/a.md": "# A\n", ".hidden/b.md": "# B\n" });
    const host = await serve(folder.root, folder.index);
    const near = await host.call("browse_docs", { path: "runbook" });
    expect(near.text).toMatch(/^NOT_FOUND: no folder or page at "runbook"\nhint: .*runbooks/u);
    for (const path of ["..", "../docs", "/etc/passwd", ".hidden", ".hidden/b.md", "a\u0000b"]) {
      expect((await host.call("browse_docs", { path })).text).toMatch(/^NOT_FOUND/u);
    }
  });

  it("lets no name pass for a line of its own", async () => {
    const folder = docs({
      "a\nmore: give cursor x.md": "# T\n",
      "b.md": "# T\u001B[31m \u0000x\n",
    });
    const host = await serve(folder.root, folder.index);
    const { text } = await host.call("browse_docs", {});
    expect(text.split("\n").filter((line) => line.startsWith("more:"))).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- none may be there
    expect(text).not.toMatch(/[\u0000\u001B]/u);
  });
});

const runbook = (name: string): string => `docs://runbook/${encodeURIComponent(name)}`;

describe("runbooks", () => {
  it("lists what an ambiguous name may mean", async () => {
    const folder = docs({ "east/NodeDown.md": "# East\n", "west/node-down.md": "# West\n" });
    const host = await serve(folder.root, folder.index);
    const { result } = await host.request("resources/read", { uri: runbook("node down") });
    const text = [
      "2 runbooks are called node down. Read one of them:",
      "",
      "- East: kb://doc/east/NodeDown.md",
      "- West: kb://doc/west/node-down.md",
      "",
    ].join("\n");
    expect(result?.["contents"]).toMatchObject([{ text }]);
    const { result: prompt } = await host.request("prompts/get", {
      name: "triage_incident",
      arguments: { alert: "NodeDown", severity: "critical" },
    });
    expect(JSON.stringify(prompt)).toContain("Several runbooks are called so");
  });

  it("gives the section of a page about several alerts", async () => {
    const folder = docs({
      "alerts.md": "# Alerts\n\n## NodeDown\n\ndown\n\n## NodeSlow\n\nslow\n",
    });
    const host = await serve(folder.root, folder.index);
    const { result } = await host.request("resources/read", { uri: runbook("node slow") });
    expect(result?.["contents"]).toMatchObject([{ text: "## NodeSlow\n\nslow\n" }]);
  });

  it("answers absence to names of nothing and to hostile ones", async () => {
    const folder = docs({ "NodeDown.md": "# Node\n" });
    const host = await serve(folder.root, folder.index);
    const hostile = ["..", "../../etc/passwd", "a/b", "*", "%", "\u0000", "__proto__"];
    for (const name of ["nope", ...hostile, "x".repeat(10_000)]) {
      const { error } = await host.request("resources/read", { uri: runbook(name) });
      expect(error?.code, name.slice(0, 20)).toBe(INVALID);
    }
    for (const bad of ["docs://runbook/%zz", "docs://runbook/", "docs://other/NodeDown"]) {
      expect((await host.request("resources/read", { uri: bad })).error?.code, bad).toBe(INVALID);
    }
  });
});

describe("completions", () => {
  it("gives a hundred at most, the best, and says how many there are", async () => {
    const folder = docs(wiki(250));
    const host = await serve(folder.root, folder.index);
    const ask = async (value: string): Promise<Completion> => {
      const { result } = await host.request("completion/complete", {
        ref: { type: "ref/resource", uri: "kb://doc/{+path}" },
        argument: { name: "path", value },
      });
      return result?.["completion"] as Completion;
    };
    const all = await ask("");
    expect(all).toMatchObject({ total: 250, hasMore: true });
    expect(all.values.length).toBe(100);
    expect(await ask("area-2/page-024")).toMatchObject({ total: 10, hasMore: false });
    expect(await ask("x".repeat(5000))).toEqual({ values: [], total: 0, hasMore: false });
    const unknown = await host.request("completion/complete", {
      ref: { type: "ref/prompt", name: "nope" },
      argument: { name: "x", value: "" },
    });
    expect(unknown.error).toMatchObject({ code: INVALID, message: "there is no prompt nope" });
  });
});

describe("prompts", () => {
  it.each([
    [{}, "question must be a text (it is missing)"],
    [{ question: " " }, 'question must not be empty (got " ")'],
    [{ question: "x", answer: "y" }, 'unknown argument "answer"; arguments are question'],
  ])("refuse %j", async (args, says) => {
    const folder = docs({ "a.md": "# A\n" });
    const host = await serve(folder.root, folder.index);
    const { error } = await host.request("prompts/get", {
      name: "answer_from_kb",
      arguments: args,
    });
    expect(error).toMatchObject({ code: INVALID, message: `INVALID_ARGUMENT: ${says}` });
  });
});

describe("a cursor", () => {
  it("opens with its own listing only, whatever its key", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ unit: "grapheme" }), (one, other, key) => {
        const cursor = sealCursor(one, key);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/u);
        expect(openCursor(one, cursor)).toBe(key);
        if (one !== other) expect(() => openCursor(other, cursor)).toThrow(ToolError);
      }),
    );
  });

  it("does not open when any character of it is changed", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.string({ minLength: 1 }),
        (key, at, by) => {
          const cursor = sealCursor("x", key);
          const place = at % cursor.length;
          const changed = `${cursor.slice(0, place)}${by}${cursor.slice(place + 1)}`;
          if (changed !== cursor) expect(() => openCursor("x", changed)).toThrow(ToolError);
        },
      ),
    );
  });
});
