import { describe, expect, it } from "vitest";

import { docs, serve } from "./support/servers.ts";

const pages = {
  "docs/a.md": "# Alpha\n\nkafka one\n\n## Beta\n\nkafka two\n",
  "docs-secret/s.md": "# Secret\n\nzanzibar\n",
};

/** Arguments, and what the refusal must say. */
const searchRefusals: readonly [string, Record<string, unknown>, RegExp][] = [
  [
    "limit 0",
    { query: "x", limit: 0 },
    /^INVALID_ARGUMENT: limit must be an integer from 1 to 20 \(got 0\)$/u,
  ],
  ["limit -1", { query: "x", limit: -1 }, /from 1 to 20 \(got -1\)$/u],
  ["limit 21", { query: "x", limit: 21 }, /from 1 to 20 \(got 21\)$/u],
  ["limit 1.5", { query: "x", limit: 1.5 }, /from 1 to 20 \(got 1.5\)$/u],
  ['limit "5"', { query: "x", limit: "5" }, /from 1 to 20 \(got "5"\)$/u],
  ["limit 1e9", { query: "x", limit: 1e9 }, /from 1 to 20 \(got 1000000000\)$/u],
  ["limit null", { query: "x", limit: null }, /from 1 to 20 \(got null\)$/u],
  ["no query", {}, /^INVALID_ARGUMENT: query must be a text \(it is missing\)$/u],
  ["a blank query", { query: " \n" }, /^INVALID_ARGUMENT: query must not be empty/u],
  [
    "a query of another type",
    { query: ["x"] },
    /^INVALID_ARGUMENT: query must be a text \(got \["x"\]\)$/u,
  ],
  [
    "an unknown argument",
    { query: "x", foo: 1 },
    /^INVALID_ARGUMENT: unknown argument "foo"; arguments are query, limit, path, detail, max_tokens$/u,
  ],
  [
    "a detail there is not",
    { query: "x", detail: "all" },
    /detail must be concise or full \(got "all"\)$/u,
  ],
  [
    "too small a budget",
    { query: "x", max_tokens: 1 },
    /max_tokens must be an integer from 200 to 8000 \(got 1\)$/u,
  ],
  ["two at once", { query: "", limit: 99 }, /query must not be empty .*; limit must be/u],
  [
    "a query of 1 MB",
    { query: "x".repeat(1_000_000) },
    /^LIMIT_EXCEEDED: .*1000000 bytes; the limit is 8192$/u,
  ],
  [
    "a path of 1 MB",
    { query: "x", path: "p".repeat(1_000_000) },
    /^INVALID_ARGUMENT: path must be at most 4096 bytes of UTF-8 \(got "p+\.\.\.\)$/u,
  ],
  [
    "an unknown path",
    { query: "x", path: "dcos" },
    /^NOT_FOUND: no page is at or under "dcos"\nhint: nearest: docs/u,
  ],
  [
    "a glob that matches nothing",
    { query: "x", path: "{docs,dcos}/*.txt" },
    /^NOT_FOUND: no page matches "\{docs,dcos\}\/\*\.txt"\nhint: nearest: docs/u,
  ],
  ["a glob that cannot be read", { query: "x", path: "docs/{a" }, /^INVALID_ARGUMENT: bad glob /u],
];

const getRefusals: readonly [string, Record<string, unknown>, RegExp][] = [
  ["neither path nor paths", {}, /^INVALID_ARGUMENT: give either path or paths$/u],
  ["both", { path: "a.md", paths: ["b.md"] }, /^INVALID_ARGUMENT: give either path or paths$/u],
  ["no paths", { paths: [] }, /paths must be a list of 1 to 10 texts/u],
  ["eleven paths", { paths: Array.from({ length: 11 }, () => "docs/a.md") }, /1 to 10 texts/u],
  [
    "a path of 1 MB",
    { path: "p".repeat(1_000_000) },
    /^INVALID_ARGUMENT: path must be at most 4096/u,
  ],
  [
    "a long path among others",
    { paths: ["docs/a.md", "p".repeat(5000)] },
    /^INVALID_ARGUMENT: paths\.1 must be at most 4096/u,
  ],
  [
    "paths of which none can be read",
    { paths: ["docs/x.md", "docs/y.md"] },
    /^NOT_FOUND: none of the paths can be read\n\ndocs\/x\.md: NOT_FOUND: /u,
  ],
  ["a path of another type", { path: 5 }, /path must be a text \(got 5\)$/u],
  [
    "section with paths",
    { paths: ["docs/a.md"], section: "beta" },
    /section and lines go with path/u,
  ],
  ["section and lines", { path: "docs/a.md", section: "beta", lines: "L1" }, /not both/u],
  ["a part twice", { path: "docs/a.md#beta", lines: "L1" }, /already names a part/u],
  ["lines from 0", { path: "docs/a.md", lines: "L0-L3" }, /counted from 1/u],
  ["lines backwards", { path: "docs/a.md", lines: "9-3" }, /first before last/u],
  ["lines that are none", { path: "docs/a.md", lines: "all" }, /L10-L42/u],
  ["lines past the end", { path: "docs/a.md", lines: "L90-L99" }, /it has 7 lines/u],
  [
    "a stale section",
    { path: "docs/a.md#gamma" },
    /^NOT_FOUND: no section "gamma" in docs\/a.md\nhint: nearest: /u,
  ],
  [
    "an unknown argument",
    { path: "docs/a.md", page: 2 },
    /unknown argument "page"; arguments are path, paths, section, lines, max_tokens$/u,
  ],
];

/** Spellings that must all answer like a page that is not there. */
const hostilePaths: readonly string[] = [
  "../docs-secret/s.md",
  "docs/../../docs-secret/s.md",
  "docs/../docs-secret/s.md",
  "..%2fdocs-secret%2fs.md",
  "%2e%2e/docs-secret/s.md",
  "%252e%252e%252fdocs-secret%252fs.md",
  "..\\docs-secret\\s.md",
  "docs/a.md\0.txt",
  "/etc/passwd",
  "C:\\Windows\\win.ini",
  "\\\\host\\share\\s.md",
  "//host/share/s.md",
  "file:///etc/passwd",
  "~/s.md",
  ".",
  "..",
  "docs",
  "-rf",
];

describe("search_docs", () => {
  it("refuses in one way, with what would be right", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    for (const [what, args, says] of searchRefusals) {
      const { text, isError } = await host.call("search_docs", args);
      expect(isError, what).toBe(true);
      expect(text, what).toMatch(says);
      expect(text, what).not.toContain(folder.base);
      expect(text.length, what).toBeLessThan(400);
    }
  });

  it("lets no __proto__ argument set another", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    const { data, isError } = await host.call(
      "search_docs",
      JSON.parse('{"query":"kafka","__proto__":{"limit":1}}') as Record<string, unknown>,
    );
    expect(isError).toBe(false);
    expect(data?.["hits"]).toHaveLength(2);
  });

  it("answers whatever looks like an operator, a pattern or nothing at all", async () => {
    const folder = docs({ "a.md": "# C++ and a:b\n\nAND OR NOT --flag (x) kafka\n" });
    const host = await serve(folder.root, folder.index);
    const queries = [
      "C++",
      "a:b",
      '"unbalanced',
      "AND",
      "NOT (",
      "--flag",
      "*",
      "k*fka~2",
      "🦀",
      "the of and",
      "(((((((((((",
      "^(a+)+$",
      "kafka ".repeat(1000),
      "\u202Ekafka",
      "' OR 1=1 --",
    ];
    for (const query of queries) {
      const { isError, data } = await host.call("search_docs", { query });
      expect(isError, query).toBe(false);
      expect(Array.isArray(data?.["hits"]), query).toBe(true);
    }
    const elsewhere = await host.call("search_docs", { query: "qwertz", path: "a.md" });
    expect(elsewhere.data?.["note"]).toBe("no section under path holds any of these words");
    const nothing = await host.call("search_docs", { query: "qwertz yxcvb" });
    expect(nothing.data).toEqual({
      hits: [],
      unmatched: ["qwertz", "yxcvb"],
      note: "no section holds any of these words",
    });
  });
});

describe("get_doc", () => {
  it("refuses in one way, with what would be right", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    for (const [what, args, says] of getRefusals) {
      const { text, isError } = await host.call("get_doc", args);
      expect(isError, what).toBe(true);
      expect(text, what).toMatch(says);
      expect(text, what).not.toContain(folder.base);
    }
  });

  it("loses no page to one that cannot be read", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    const { text, isError } = await host.call("get_doc", {
      paths: ["docs/a.md#beta", "docs/gone.md", "docs/a.md:L1"],
    });
    expect(isError).toBe(false);
    expect(text).toContain("kafka two");
    expect(text).toContain('docs/gone.md: NOT_FOUND: no page at "docs/gone.md"');
    expect(text).toContain("# Alpha");
  });
});

describe("a path that leads out", () => {
  it("is absent, for the tool and for the resource", async () => {
    const folder = docs(pages);
    const host = await serve(`${folder.root}/docs`, folder.index);
    for (const path of hostilePaths) {
      const { text, isError } = await host.call("get_doc", { path });
      expect(isError, path).toBe(true);
      expect(text, path).toMatch(/^NOT_FOUND: /u);
      expect(text, path).not.toContain(folder.base);
      expect(text, path).not.toContain("zanzibar");
      for (const uri of [`kb://doc/${path}`, `kb://doc/${encodeURIComponent(path)}`, path]) {
        const { error, result } = await host.request("resources/read", { uri });
        expect(result, uri).toBeUndefined();
        expect(error, uri).toMatchObject({ code: -32_602, data: { uri: expect.any(String) } });
        expect(JSON.stringify(error), uri).not.toContain(folder.base);
      }
      const filtered = await host.call("search_docs", { query: "zanzibar", path });
      expect(JSON.stringify(filtered.data ?? {}), path).not.toContain("docs-secret");
    }
  });
});
