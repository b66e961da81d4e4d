import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { flagOf, variableOf } from "../../src/config/layers.ts";
import { loadSettings, type SettingSources } from "../../src/config/settings.ts";
import { shownSettings } from "../../src/config/shown-settings.ts";

let cwd = "";

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "lectern-config-")));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function load(sources: Partial<SettingSources> = {}) {
  return loadSettings({ flags: {}, positional: [], env: {}, cwd, ...sources });
}

/** What is said about a configuration file that cannot be used. */
function refusal(config: string) {
  return expect(load({ flags: { config } })).rejects;
}

function write(name: string, text: string): string {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("layers", () => {
  it("begin with defaults", async () => {
    const { settings, origins, file } = await load();
    expect(settings).toEqual({
      roots: [{ path: cwd }],
      include: ["*.md", "*.markdown", "*.mdx"],
      exclude: [],
      maxFileBytes: 8_388_608,
      runbooks: ["**"],
      protocol: "auto",
      log: "warn",
      pull: "off",
    });
    expect(new Set(Object.values(origins).map(({ from }) => from))).toEqual(new Set(["default"]));
    expect(file).toBeUndefined();
  });

  it("win over one another setting by setting, and say so", async () => {
    const file = write(
      "lectern.config.json",
      JSON.stringify({ roots: ["f"], exclude: ["f"], log: "info", protocol: "modern" }),
    );
    const { settings, origins } = await load({
      flags: { root: ["g"], log: "debug" },
      env: { LECTERN_ROOTS: "e", LECTERN_EXCLUDE: "e1:e2", LECTERN_LOG: "error" },
    });
    expect(settings).toMatchObject({
      roots: [{ path: path.join(cwd, "g") }],
      exclude: ["e1", "e2"],
      log: "debug",
      protocol: "modern",
    });
    expect(origins).toMatchObject({
      roots: { from: "flag", name: "--root" },
      exclude: { from: "environment", name: "LECTERN_EXCLUDE" },
      log: { from: "flag", name: "--log" },
      protocol: { from: "file", name: file },
      include: { from: "default" },
    });
  });

  it("read every variable, and take an empty one as unset", async () => {
    const { settings } = await load({
      env: {
        LECTERN_ROOTS: "a:n=b",
        LECTERN_INDEX_DIR: "~/i",
        LECTERN_INCLUDE: "*.txt",
        LECTERN_EXCLUDE: "",
        LECTERN_MAX_FILE_BYTES: "12",
        LECTERN_SYNONYMS: "words.txt",
        LECTERN_RUNBOOKS: "r",
        LECTERN_PROTOCOL: "legacy",
        LECTERN_LOG: "silent",
        LECTERN_PULL: "10m",
      },
    });
    expect(settings).toEqual({
      roots: [{ path: path.join(cwd, "a") }, { name: "n", path: path.join(cwd, "b") }],
      indexDir: path.join(homedir(), "i"),
      include: ["*.txt"],
      exclude: [],
      maxFileBytes: 12,
      synonyms: path.join(cwd, "words.txt"),
      runbooks: ["r"],
      protocol: "legacy",
      log: "silent",
      pull: "10m",
    });
  });

  it("name flags and variables after the settings", () => {
    expect(["roots", "indexDir", "maxFileBytes"].map((name) => flagOf(name as "roots"))).toEqual([
      "--root",
      "--index-dir",
      "--max-file-bytes",
    ]);
    expect(variableOf("maxFileBytes")).toBe("LECTERN_MAX_FILE_BYTES");
  });
});

describe("a configuration file", () => {
  it.each([
    [
      "lectern.config.json",
      '{ "roots": ["docs", { "name": "n", "path": "~/n" }], "indexDir": "i", "synonyms": "s" }',
    ],
    [
      "lectern.config.yaml",
      "# pages\nroots:\n  - docs\n  - { name: n, path: ~/n }\nindexDir: i\nsynonyms: s\n",
    ],
    ["lectern.config.yml", "roots: [docs, n=~/n]\nindexDir: i\nsynonyms: s\n"],
  ])("is found as %s; its paths start from its folder", async (name, text) => {
    const file = write(`sub/${name}`, text);
    for (const sources of [
      { cwd: path.dirname(file) },
      { flags: { config: `sub/${name}` } },
      { env: { LECTERN_CONFIG: file } },
    ]) {
      const loaded = await load(sources);
      expect(loaded.file).toBe(file);
      expect(loaded.settings).toMatchObject({
        roots: [
          { path: path.join(cwd, "sub/docs") },
          { name: "n", path: path.join(homedir(), "n") },
        ],
        indexDir: path.join(cwd, "sub/i"),
        synonyms: path.join(cwd, "sub/s"),
      });
    }
  });

  it("is not read with --no-config", async () => {
    const file = write("lectern.config.json", '{"log": "info"}');
    const sources = { flags: { config: false as const }, env: { LECTERN_CONFIG: file } };
    expect(await load(sources)).toMatchObject({ settings: { log: "warn" } });
    expect((await load(sources)).file).toBeUndefined();
  });

  it("of a folder above is not looked at", async () => {
    write("lectern.config.json", "{}");
    mkdirSync(path.join(cwd, "below"));
    expect((await load({ cwd: path.join(cwd, "below") })).file).toBeUndefined();
  });

  it("may be empty YAML, and may name its schema", async () => {
    write("lectern.config.yaml", "# nothing yet\n");
    expect((await load()).settings.log).toBe("warn");
    rmSync(path.join(cwd, "lectern.config.yaml"));
    write("lectern.config.json", '{ "$schema": "./x.json", "log": "info" }');
    expect((await load()).settings.log).toBe("info");
  });

  const KEYS =
    "\\$schema, roots, indexDir, include, exclude, maxFileBytes, synonyms, runbooks, protocol, log, pull";
  it.each([
    [
      "an unknown key",
      "c.json",
      '{"inclde": []}',
      `unknown key "inclde"; did you mean "include"\\? valid keys are ${KEYS}`,
    ],
    [
      "a key like no other",
      "c.json",
      '{"colour": 1}',
      `unknown key "colour"; valid keys are ${KEYS}`,
    ],
    [
      "an unknown key of a root",
      "c.json",
      '{"roots": [{"path": "a", "nme": "b"}]}',
      'roots\\[0\\]: unknown key "nme"; did you mean "name"\\? valid keys are name, path',
    ],
    [
      "a wrong type",
      "c.json",
      '{"maxFileBytes": "8MB"}',
      'maxFileBytes: must be an integer from 1 to 1073741824 \\(got "8MB"\\)',
    ],
    [
      "a wrong type in a list",
      "c.json",
      '{"include": ["a", 3]}',
      "include\\[1\\]: must be a text \\(got 3\\)",
    ],
    [
      "a root of a wrong type",
      "c.json",
      '{"roots": [7]}',
      "roots\\[0\\]: must be a text or an object \\(got 7\\)",
    ],
    [
      "a root without a path",
      "c.json",
      '{"roots": [{"name": "a"}]}',
      "roots\\[0\\]\\.path: must be a text \\(it is missing\\)",
    ],
    [
      "a text for a list",
      "c.json",
      '{"roots": "docs"}',
      'roots: must be a list of folders \\(got "docs"\\)',
    ],
    ["no root", "c.json", '{"roots": []}', "roots: must name at least one folder \\(got \\[\\]\\)"],
    ["an empty value", "c.json", '{"indexDir": " "}', 'indexDir: must not be empty \\(got " "\\)'],
    [
      "a bad word",
      "c.json",
      '{"protocol": "new"}',
      'protocol: must be auto, legacy or modern \\(got "new"\\)',
    ],
    ["two problems", "c.json", '{"log": 1, "protocol": 2}', "; and 1 more$"],
    ["no object", "c.json", "[]", "must be an object of settings \\(got \\[\\]\\)"],
    ["no object in YAML", "c.yaml", "- a\n", 'must be an object of settings \\(got \\["a"\\]\\)'],
    [
      "a bad root name",
      "c.json",
      '{"roots": [{"name": "a/b", "path": "c"}]}',
      "roots\\[0\\]\\.name: must be one path segment without '='",
    ],
    [
      "the same folder twice",
      "c.json",
      '{"roots": ["a", "a/../a"]}',
      "roots\\[0\\] and roots\\[1\\]: are the same folder \\(.*/a\\); keep one of them",
    ],
    [
      "a root inside another",
      "c.json",
      '{"roots": ["a/b", "a"]}',
      "roots\\[0\\]: lies inside roots\\[1\\] \\(.*/a/b in .*/a\\)",
    ],
    [
      "the same name twice",
      "c.json",
      '{"roots": ["x/docs", "y/docs"]}',
      'roots\\[0\\] and roots\\[1\\]: are both named "docs"; give one another name',
    ],
  ])("with %s is refused", async (_, name, text, message) => {
    const file = write(name, text);
    const said = expect.stringMatching(
      new RegExp(`^${file}: .*${message.replace(/^\^/u, "")}`, "u"),
    );
    await expect(load({ flags: { config: file } })).rejects.toMatchObject({
      name: "ConfigError",
      message: said,
    });
  });

  it.each([
    ["c.json", '{\n  "log": "info",\n  oops\n}', /:3:3: cannot be read as JSON: /u],
    ["c.json", '{ "log": ', /:1:\d+: cannot be read as JSON: /u],
    ["c.json", "", /:1:1: cannot be read as JSON: /u],
    ["c.yaml", "log: info\nroots: [a\nlog: x\n", /:3:1: cannot be read as YAML: /u],
    ["c.yaml", "log: info\nlog: warn\n", /:2:1: cannot be read as YAML: Map keys must be unique/u],
    ["c.yaml", "a: &a [*a]\nb: !!x 1\n", /unknown key "a"|cannot be read as YAML/u],
  ])("that cannot be read says where: %s", async (name, text, message) => {
    const file = write(name, text);
    const error: Error = await load({ flags: { config: file } }).then(
      () => new Error("loaded"),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(file)).toBe(true);
    expect(error.message).not.toContain("\n");
  });

  it("that is not there, is a folder or is no text is refused", async () => {
    await refusal("gone.json").toThrow(`${cwd}/gone.json: does not exist`);
    await refusal(".").toThrow(`${cwd}: is a folder, not a file`);
    writeFileSync(path.join(cwd, "b.json"), Uint8Array.of(0xff, 0xfe));
    await refusal("b.json").toThrow("cannot be read: it is not UTF-8");
    await refusal("").toThrow("--config: must not be empty");
  });

  it("is refused beside another", async () => {
    write("lectern.config.json", "{}");
    write("lectern.config.yml", "");
    const said = `${cwd}: holds both lectern.config.json and lectern.config.yml; keep one of them`;
    await expect(load()).rejects.toThrow(said);
  });
});

describe("flags and environment", () => {
  it.each([
    [{ env: { LECTERN_INCLUDE: "a::b" } }, 'LECTERN_INCLUDE[1]: must not be empty (got "")'],
    [{ env: { LECTERN_MAX_FILE_BYTES: "8MB" } }, "LECTERN_MAX_FILE_BYTES: must be an integer"],
    [{ env: { LECTERN_ROOTS: "a:" } }, 'LECTERN_ROOTS[1]: must not be empty (got "")'],
    [{ env: { LECTERN_LOG: "loud" } }, "LECTERN_LOG: must be debug, info, warn, error or silent"],
    [{ flags: { maxFileBytes: "x" } }, "--max-file-bytes: must be an integer"],
    [{ flags: { synonyms: "" } }, '--synonyms: must not be empty (got "")'],
    [{ flags: { indexDir: "" } }, '--index-dir: must not be empty (got "")'],
    [{ positional: ["n="] }, 'ROOT: roots[0]: has no path (got "n="); write PATH or NAME=PATH'],
    [{ flags: { root: ["a", "a"] } }, "--root: roots[0] and roots[1]: are the same folder"],
  ])("are refused by their own names: %j", async (sources, message) => {
    const error = await load(sources as Partial<SettingSources>).catch((reason: Error) => reason);
    expect((error as Error).message).toContain(message);
  });

  it("see through links when roots are compared", async () => {
    mkdirSync(path.join(cwd, "a/inner"), { recursive: true });
    symlinkSync(path.join(cwd, "a"), path.join(cwd, "link"));
    await expect(load({ positional: ["a", "link"] })).rejects.toThrow("are the same folder");
    await expect(load({ positional: ["a", "x=link/inner"] })).rejects.toThrow("lies inside");
    await expect(load({ positional: ["a", "ab"] })).resolves.toBeDefined();
  });
});

describe("shown settings", () => {
  it("hold no machine path", async () => {
    const flags = { indexDir: "i", synonyms: "s.txt" };
    const loaded = await load({ positional: ["docs", "n=notes"], flags });
    const shown = shownSettings(loaded);
    expect(JSON.stringify(shown)).not.toContain(cwd);
    expect(shown["roots"]).toEqual({ value: ["docs", "n"], from: "flag" });
    expect(shown["indexDir"]).toEqual({ value: "configured", from: "flag" });
    expect(shown["synonyms"]).toEqual({ value: "configured", from: "flag" });
    expect(JSON.stringify(shown)).not.toContain("s.txt");
    expect(shownSettings(await load())["synonyms"]).toEqual({ value: "none", from: "default" });
  });
});
