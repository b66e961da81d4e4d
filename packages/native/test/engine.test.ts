import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

import { afterEach, describe, expect, it } from "vitest";

import { panicInNext, sourceHash as builtFrom } from "../generated/index.js";
import { sourceHash } from "../scripts/source-hash.mjs";
import {
  type Engine,
  LecternError,
  locateIndex,
  type OpenOptions,
  openEngine,
} from "../src/index.ts";
import { Folder } from "./folder.ts";

const folders: Folder[] = [];

function folder(pages: Readonly<Record<string, string>>): Folder {
  const made = new Folder(pages);
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const made of folders.splice(0)) made[Symbol.dispose]();
});

async function failure(promise: Promise<unknown>): Promise<LecternError> {
  const error = await promise.then(
    () => expect.unreachable("the call should fail"),
    (reason: unknown) => reason,
  );
  expect(LecternError.isInstance(error)).toBe(true);
  return error as LecternError;
}

const kafka = { "a.md": "# Kafka\n\nconsumer lag\n", "b.md": "# Other\n\nnothing here\n" };

describe("the addon", () => {
  it("is built from the sources beside it", () => {
    expect(builtFrom(), "run `npm run build`: the addon is stale").toBe(sourceHash());
  });

  it("declares no bigint and no any", () => {
    const types = readFileSync(new URL("../generated/index.d.ts", import.meta.url), "utf8");
    expect(types).not.toMatch(/\bbigint\b/u);
    expect(types).not.toMatch(/: any\b/u);
  });

  it("is a typed error where it is missing", () => {
    const script = `
      import { openEngine } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
      try { await openEngine({ roots: [{ path: "." }] }); }
      catch (error) { console.log(error.code, error.errorClass, error.message, "|", error.hint); }
    `;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: "/nowhere/lectern.node" },
    });
    expect(stdout).toMatch(
      /^IO storage the native addon for \S+ cannot be loaded \| .*npm run build/u,
    );
  });
});

describe("the catalog", () => {
  it("browses, lists, finds, completes and verifies", async () => {
    const docs = folder({ "a.md": "# Kafka lag\n\n## More\n", "f/b.md": "# Other\n" });
    await using engine = await docs.open();
    await engine.sync();
    const root = await engine.browse({ path: "", depth: 1, limit: 10 });
    expect(root).toMatchObject({
      kind: "folder",
      path: "",
      pages: 2,
      entries: [
        { kind: "page", path: "a.md", title: "Kafka lag", bytes: 21 },
        { kind: "folder", path: "f", pages: 1 },
      ],
    });
    expect(root.next).toBeUndefined();
    expect(await engine.browse({ path: "a.md", depth: 1, limit: 1 })).toMatchObject({
      kind: "page",
      totalSections: 2,
      sections: [{ id: "kafka-lag", heading: "Kafka lag", level: 1, lines: { start: 1, end: 2 } }],
      next: expect.stringMatching(/^[0-9a-f]{12}:1$/u) as string,
    });
    const first = await engine.list(undefined, 1);
    expect(first).toMatchObject({ pages: [{ path: "a.md" }], next: "a.md" });
    expect(await engine.list(first.next, 1)).toMatchObject({ pages: [{ path: "f/b.md" }] });
    expect(await engine.find("KafkaLag", [])).toEqual([{ path: "a.md", title: "Kafka lag" }]);
    expect(await engine.completePath("b", 100)).toEqual({ values: ["f/b.md"], total: 1 });
    expect(await engine.completeName("", ["f"], 100)).toEqual({ values: ["b"], total: 1 });
    const times = await engine.pageTimes();
    expect(times.map(({ path }) => path)).toEqual(["a.md", "f/b.md"]);
    expect(times[0]?.mtimeMs).toBeGreaterThan(Date.UTC(2020, 1));
    const { indexFolder } = await engine.stats();
    expect(await locateIndex(docs.options)).toBe(indexFolder);
    expect(await engine.verify()).toEqual({
      pages: 2,
      changed: [],
      gone: [],
      unindexed: [],
      damaged: [],
    });
  });

  it("refuses numbers that would be cut to others at the boundary", async () => {
    await using engine = await folder(kafka).open();
    await engine.sync();
    for (const limit of [0, 1.5, -1, 501, Number.NaN]) {
      const { code } = await failure(engine.list(undefined, limit));
      expect(code).toBe("INVALID_ARGUMENT");
      expect((await failure(engine.browse({ path: "", depth: 1, limit }))).code).toBe(code);
    }
    expect((await failure(engine.browse({ path: "", depth: 0.5, limit: 1 }))).message).toBe(
      "depth must be an integer from 1 to 10 (got 0.5)",
    );
  });
});

describe("an engine", () => {
  it("indexes, searches, reads and tells its state", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    const report = await engine.sync();
    expect(report).toMatchObject({ pages: 2, added: 2, skipped: [], notices: [] });
    const answer = await engine.search({ query: "lag of gronk", limit: 5, detail: "full" });
    expect(answer).toMatchObject({ unmatched: ["gronk"], stale: [], pages: 2 });
    expect(answer.hits).toHaveLength(1);
    const [hit] = answer.hits;
    expect(hit).toMatchObject({
      path: "a.md",
      section: "kafka",
      heading: ["Kafka"],
      lines: { start: 1, end: 3 },
      text: "# Kafka\n\nconsumer lag\n",
    });
    const read = await engine.read({ reference: "a.md:L3" });
    expect(read).toMatchObject({ text: "consumer lag\n", totalLines: 3, revision: hit?.revision });
    expect(await engine.stats()).toMatchObject({ pages: 2, sections: 2, segments: 1 });
  });

  it("searches within folders, pages and globs", async () => {
    const docs = folder({ "a/x.md": "# Lag\n", "b/x.md": "# Lag\n", "c.md": "# Lag\n" });
    await using engine = await docs.open();
    await engine.sync();
    const found = async (...paths: string[]): Promise<string[]> => {
      const { hits } = await engine.search({ query: "lag", limit: 5, paths });
      return hits.map(({ path }) => path);
    };
    expect(await found()).toEqual(["a/x.md", "b/x.md", "c.md"]);
    expect(await found("a", "c.md")).toEqual(["a/x.md", "c.md"]);
    expect(await found("{a,b}/**")).toEqual(["a/x.md", "b/x.md"]);
    expect(await failure(found("a", "d/*"))).toMatchObject({
      code: "NOT_FOUND",
      message: 'no page matches "d/*"',
      details: { nearest: expect.arrayContaining(["a"]) as string[] },
    });
    expect((await failure(found("{"))).code).toBe("INVALID_ARGUMENT");
    expect((await failure(found(...Array.from({ length: 21 }, () => "a")))).code).toBe(
      "INVALID_ARGUMENT",
    );
  });

  it("searches for synonyms, and says so", async () => {
    const docs = folder({ ...kafka, "synonyms.txt": "broker => kafka, queue\n" });
    const synonymsFile = `${docs.root}/synonyms.txt`;
    await using engine = await openEngine({ ...docs.options, synonymsFile });
    await engine.sync();
    const answer = await engine.search({ query: "broker", limit: 5 });
    expect(answer.hits.map(({ path }) => path)).toEqual(["a.md"]);
    expect(answer.expanded).toEqual([{ word: "broker", synonyms: ["kafka", "queue"] }]);
    expect((await engine.search({ query: "kafka", limit: 5 })).expanded).toEqual([]);
    docs.write("synonyms.txt", "\nbroker\n");
    const refused = await failure(openEngine({ ...docs.options, synonymsFile }));
    expect(refused).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("the synonyms file, line 2: ") as string,
    });
  });

  it("finds pages by the texts of links to them, of all pages, of some or of none", async () => {
    const docs = folder({
      "a.md": "# Kafka\n",
      "b.md": "# Other\n\n[gronkle](a.md)\n",
      "c.md": "# Third\n",
    });
    const found = async (linkTexts?: OpenOptions["linkTexts"]): Promise<(string | number)[]> => {
      await using engine = await openEngine({
        ...docs.options,
        ...(linkTexts !== undefined && { linkTexts }),
      });
      await engine.sync();
      const request = { query: "gronkle", limit: 5, exclude: ["b.md"] };
      const { hits } = await engine.search(request);
      return hits.flatMap(({ path, signals, score }) => [path, signals.linkText / score]);
    };
    expect(await found()).toEqual(["a.md", 1]);
    expect(await found("all")).toEqual(["a.md", 1]);
    expect(await found({ without: ["c.md"] })).toEqual(["a.md", 1]);
    expect(await found({ without: ["b.md"] })).toEqual([]);
    expect(await found("none")).toEqual([]);
  });

  it("compacts to one segment, with the same answers", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    await engine.sync();
    docs.write("c.md", "# Kafka too\n");
    await engine.sync();
    const answer = async (): Promise<unknown> =>
      (await engine.search({ query: "kafka", limit: 5 })).hits;
    const before = await answer();
    expect(await engine.stats()).toMatchObject({ segments: 2, pages: 3 });
    expect(await engine.compact()).toMatchObject({ segments: 1, pages: 3 });
    expect(await answer()).toEqual(before);
    const cancelled = (async () => engine.compact({ signal: AbortSignal.abort() }))();
    expect((await failure(cancelled)).code).toBe("CANCELLED");
  });

  it("tells progress while it syncs", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    const stages: string[] = [];
    await engine.sync({ onProgress: ({ stage }) => stages.push(stage) });
    expect(stages[0]).toBe("scanning");
    expect(stages).toContain("indexing");
  });

  it("says what is wrong by code, class, hint and details", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    expect(await failure(engine.search({ query: "x", limit: 5 }))).toMatchObject({
      code: "INDEX_NOT_READY",
      errorClass: "busy",
    });
    await engine.sync();
    const absent = await failure(engine.read({ reference: "dir/a.md" }));
    expect(absent).toMatchObject({
      code: "NOT_FOUND",
      errorClass: "caller",
      hint: "nearest: a.md, b.md",
      details: { nearest: ["a.md", "b.md"] },
    });
    expect(absent.message).not.toContain(docs.base);
    for (const limit of [0, -1, 21, 1.5, Number.NaN]) {
      const refused = await failure((async () => engine.search({ query: "x", limit }))());
      expect(refused.message).toMatch(/from 1 to 20/u);
    }
    const root = await failure(openEngine({ roots: [{ path: `${docs.base}/gone` }] }));
    expect(root).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: 'root "gone" does not exist',
      details: { root: "gone" },
    });
  });

  it("ends a call whose signal is or becomes aborted", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    const early = await failure((async () => engine.sync({ signal: AbortSignal.abort("why") }))());
    expect(early).toMatchObject({ code: "CANCELLED", cause: "why" });
    for (let page = 0; page < 300; page += 1) docs.write(`${page}.md`, "# Page\n\nwords\n");
    const controller = new AbortController();
    const late = failure(engine.sync({ signal: controller.signal }));
    controller.abort("enough");
    expect(await late).toMatchObject({ code: "CANCELLED", cause: "enough" });
    await engine.sync();
    expect((await engine.search({ query: "kafka", limit: 1 })).hits).toHaveLength(1);
  });

  it("closes once and for all", async () => {
    const docs = folder(kafka);
    const engine = await docs.open();
    await engine.sync();
    await engine.close();
    await engine.close();
    for (const call of calls(engine)) expect((await failure(call())).code).toBe("CLOSED");
  });

  it("answers many calls at once", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    await engine.sync();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => engine.search({ query: "kafka lag", limit: 5 })),
    );
    // All but how long each took.
    const told = answers.map((answer) => JSON.stringify({ ...answer, times: undefined }));
    expect(new Set(told).size).toBe(1);
  });
});

describe("a panic", () => {
  const kinds = [
    ["sync", (engine: Engine) => engine.sync()],
    ["search", (engine: Engine) => engine.search({ query: "kafka", limit: 5 })],
    ["read", (engine: Engine) => engine.read({ reference: "a.md" })],
    ["compact", (engine: Engine) => engine.compact()],
    ["stats", (engine: Engine) => engine.stats()],
    ["browse", (engine: Engine) => engine.browse({ path: "", depth: 1, limit: 1 })],
    ["catalog", (engine: Engine) => engine.find("kafka", [])],
    ["verify", (engine: Engine) => engine.verify()],
  ] as const;

  it.each(kinds)(
    "in %s fails that call only, and the next starts from disk",
    async (kind, call) => {
      const docs = folder(kafka);
      await using engine = await docs.open();
      await engine.sync();
      panicInNext(kind);
      const error = await failure(call(engine));
      expect(error).toMatchObject({ code: "INTERNAL", errorClass: "bug" });
      expect(error.message).not.toContain("asked for");
      expect(String(error.cause)).toContain("asked for by panicInNext");
      expect((await engine.search({ query: "kafka", limit: 5 })).hits).toHaveLength(1);
      await call(engine);
    },
  );

  it("in open fails the opening only", async () => {
    const docs = folder(kafka);
    panicInNext("open");
    expect((await failure(docs.open())).code).toBe("INTERNAL");
    await (await docs.open()).close();
  });
});

describe("a process", () => {
  const entry = new URL("../dist/index.js", import.meta.url).href;
  const addon = new URL("../generated/index.js", import.meta.url).href;
  const script = (root: string): string => `
    import { openEngine } from ${JSON.stringify(entry)};
    const engine = await openEngine({ roots: [{ path: ${JSON.stringify(root)} }], indexDir: ${JSON.stringify(`${root}-index`)} });
    const { pages } = await engine.sync({ onProgress() {} });
    const { hits } = await engine.search({ query: "kafka", limit: 5 });
    console.log(pages, hits.length);
  `;

  it.each([
    ["closed", "await engine.close();"],
    ["left open", ""],
  ])("exits by itself with its engine %s", (_, ending) => {
    const docs = folder(kafka);
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", script(docs.root) + ending],
      { encoding: "utf8", timeout: 20_000 },
    );
    expect([stdout, status]).toEqual(["2 1\n", 0]);
  });

  it.runIf(process.platform === "linux")(
    "has its allocator set to few arenas and to hand back early",
    () => {
      const { stderr } = spawnSync(
        process.execPath,
        ["--input-type=module", "-e", `await import(${JSON.stringify(addon)})`],
        { encoding: "utf8", env: { ...process.env, _RJEM_MALLOC_CONF: "confirm_conf:true" } },
      );
      expect(stderr).toContain("Set conf value: narenas:2\n");
      expect(stderr).toContain("Set conf value: dirty_decay_ms:100\n");
    },
  );

  it("loads the addon in the main thread and in workers that come and go", async () => {
    const docs = folder(kafka);
    await using engine = await docs.open();
    await engine.sync();
    for (let round = 0; round < 3; round += 1) {
      const source = `data:text/javascript,${encodeURIComponent(script(docs.root))}`;
      const worker = new Worker(new URL(source), { stdout: true });
      const code = await new Promise((resolve, reject) => {
        worker.on("exit", resolve);
        worker.on("error", reject);
      });
      expect(code).toBe(0);
    }
    expect((await engine.search({ query: "kafka", limit: 5 })).hits).toHaveLength(1);
  });
});

function calls(engine: Engine): (() => Promise<unknown>)[] {
  return [
    () => engine.sync(),
    () => engine.compact(),
    () => engine.search({ query: "kafka", limit: 5 }),
    () => engine.read({ reference: "a.md" }),
    () => engine.stats(),
  ];
}
