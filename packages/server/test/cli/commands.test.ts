import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import type { Docs } from "../support/docs.ts";
import { lectern, type Ran } from "../support/run.ts";
import { docs, start } from "../support/servers.ts";
import { MODERN_REVISION } from "../support/host.ts";

const COMMANDS = [
  "serve",
  "index",
  "search",
  "get",
  "print-config",
  "config",
  "doctor",
  "stats",
  "eval",
  "pull",
  "completion",
];
const page = { "a.md": "# Kafka\n\nlag\n" };

describe("help", () => {
  it.each(COMMANDS)("of %s says what it does, with examples and exit codes", (command) => {
    const { stdout, status } = lectern([command, "--help"]);
    expect(status).toBe(0);
    for (const part of [`Usage: lectern ${command}`, "Examples:", "Exit codes:", "  0  done"]) {
      expect(stdout).toContain(part);
    }
    // As wide as a terminal, but for an example or a choice that cannot be broken.
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  it("of the program names every command", () => {
    const { stdout } = lectern(["--help"]);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}`, "mu"));
  });
});

describe("config", () => {
  it("prints every value with its origin", () => {
    const folder = docs({ "lectern.config.yaml": "roots: [pages]\nlog: info\n" });
    const file = path.join(folder.root, "lectern.config.yaml");
    const options = { cwd: folder.root, env: { LECTERN_EXCLUDE: "a:b" } };
    const json = lectern(["config", "--protocol", "legacy", "--json"], options);
    expect(JSON.parse(json.stdout)).toEqual({
      file,
      settings: {
        roots: {
          value: [{ path: path.join(folder.root, "pages") }],
          origin: { from: "file", name: file },
        },
        indexDir: { value: null, origin: { from: "default" } },
        include: { value: ["*.md", "*.markdown", "*.mdx"], origin: { from: "default" } },
        exclude: { value: ["a", "b"], origin: { from: "environment", name: "LECTERN_EXCLUDE" } },
        maxFileBytes: { value: 8_388_608, origin: { from: "default" } },
        synonyms: { value: null, origin: { from: "default" } },
        runbooks: { value: ["**"], origin: { from: "default" } },
        protocol: { value: "legacy", origin: { from: "flag", name: "--protocol" } },
        log: { value: "info", origin: { from: "file", name: file } },
        pull: { value: "off", origin: { from: "default" } },
      },
    });
    const { stdout } = lectern(["config"], options);
    expect(stdout).toMatch(/^exclude +a +environment LECTERN_EXCLUDE\n +b$/mu);
    expect(stdout).toContain(`file ${file}`);
  });

  it("ends every command with 2 when a setting is wrong, before anything is opened", () => {
    const folder = docs({ "lectern.config.json": '{"log": "loud"}' });
    for (const args of [["serve"], ["index"], ["search", "x"], ["stats"], ["config"]]) {
      const ran = lectern(args, { cwd: folder.root });
      expect(ran, args[0]).toEqual({
        status: 2,
        stdout: "",
        stderr: `error: ${folder.root}/lectern.config.json: log: must be debug, info, warn, error or silent (got "loud")\n`,
      });
    }
  });
});

describe("index --compact", () => {
  it("leaves one segment of what was indexed in turns, and answers as before", () => {
    const folder = docs(page);
    const where = ["-r", folder.root, "--index-dir", folder.index];
    for (const name of ["b", "c"]) {
      lectern(["index", ...where]);
      folder.write(`${name}.md`, `# ${name}\n\nlag\n`);
    }
    const search = (): unknown =>
      (JSON.parse(lectern(["search", "lag", ...where, "--json"]).stdout) as { hits: unknown }).hits;
    const hits = search();
    const report = JSON.parse(lectern(["index", ...where, "--compact", "--json"]).stdout) as {
      compaction: Record<"before" | "after", { segments: number; indexBytes: number }>;
    };
    expect(report).toMatchObject({ pages: 3, unchanged: 3 });
    const { before, after } = report.compaction;
    expect([before.segments, after.segments]).toEqual([3, 1]);
    expect(after.indexBytes).toBeLessThan(before.indexBytes);
    expect(search()).toEqual(hits);
    const again = lectern(["index", ...where, "--compact"]);
    expect(again.stdout).toMatch(
      /^compacted: 1 segment, [\d,]+ bytes to 1 segment, [\d,]+ bytes$/mu,
    );
    expect(lectern(["index", ...where]).stdout).not.toContain("compacted");
  });
});

describe("stats", () => {
  it("shows the index and where it lies, and makes none", () => {
    const folder = docs(page);
    const where = [folder.root, "--index-dir", folder.index];
    const before = lectern(["stats", ...where]);
    expect(before.status).toBe(0);
    expect(before.stdout).toMatch(/^no index yet/u);
    lectern(["index", ...where]);
    const answer = JSON.parse(lectern(["stats", ...where, "--json"]).stdout) as {
      indexFolder: string;
    };
    expect(answer).toMatchObject({ isBuilt: true, pages: 1, sections: 1, segments: 1 });
    expect(path.relative(folder.index, answer.indexFolder)).toMatch(/^[0-9a-f]{16}\/v\d+$/u);
    expect(lectern(["stats", ...where]).stdout).toMatch(/^pages +1\nsections +1\n/u);
  });

  it("finds the same index with the defaults spelled out", () => {
    const folder = docs(page);
    const where = [folder.root, "--index-dir", folder.index];
    lectern(["index", ...where]);
    const spelled = ["--include", "*.md", "--include", "*.markdown", "--include", "*.mdx"];
    const { stdout } = lectern(["stats", ...where, ...spelled, "--max-file-bytes", "8388608"]);
    expect(stdout).toMatch(/^pages +1/u);
  });
});

function verify(folder: Docs): Ran {
  return lectern(["verify", "--root", folder.root, "--index-dir", folder.index]);
}

function index(folder: Docs): Ran {
  return lectern(["index", folder.root, "--index-dir", folder.index]);
}

describe("verify", () => {
  it("says that all is well, and what is not with a next step that mends it", () => {
    const folder = docs({ "a.md": "# A\n\nold\n", "b.md": "# B\n" });
    folder.age("a.md");
    index(folder);
    const good = verify(folder);
    expect(good.stdout).toContain("2 pages as the files are; the index is whole");
    expect(good.status).toBe(0);

    // Of the first neither size nor time tells.
    folder.rewriteInSecret("a.md", "# A\n\nnew\n");
    folder.remove("b.md");
    folder.write("c.md", "# C\n");
    const bad = verify(folder);
    for (const part of [
      "changed since they were indexed: 1\n  a.md",
      "gone since they were indexed: 1\n  b.md",
      "not indexed: 1\n  c.md",
      "next: run lectern index",
    ]) {
      expect(bad.stdout).toContain(part);
    }
    expect(bad.status).toBe(6);
    expect(index(folder).stdout).toContain("1 added, 1 changed, 1 removed");
    expect(verify(folder).status).toBe(0);
  });

  it("tells of damage, and `lectern index` builds the index anew", () => {
    const folder = docs(page);
    index(folder);
    const [hash = ""] = readdirSync(folder.index);
    const files = path.join(folder.index, hash, "v6");
    const store = readdirSync(files).find((name) => name.endsWith(".store")) ?? "";
    const bytes = readFileSync(path.join(files, store));
    bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
    writeFileSync(path.join(files, store), bytes);
    const bad = verify(folder);
    expect(bad.stdout).toContain("1 of its files is not what was written");
    expect(bad.stdout).toContain("next: run lectern index");
    expect(bad.status).toBe(6);
    expect(index(folder).status).toBe(0);
    expect(verify(folder).status).toBe(0);
  });
});

/** Arguments that serve a folder in one protocol. */
function protocolArgs(folder: Docs, protocol: string): string[] {
  return ["serve", folder.root, "--index-dir", folder.index, "--protocol", protocol];
}

describe("serve", () => {
  it("answers both ways of opening by default", async () => {
    const folder = docs(page);
    for (const revision of ["2025-11-25", MODERN_REVISION]) {
      const host = start(protocolArgs(folder, "auto"));
      await host.open(revision);
      expect((await host.call("search_docs", { query: "lag" })).text).toContain("a.md");
    }
  });

  it("legacy knows no opening but initialize", async () => {
    const folder = docs(page);
    const host = start(protocolArgs(folder, "legacy"));
    const probe = await host.request("server/discover", {});
    expect(probe.error).toBeDefined();
    const opened = await host.open("2025-11-25");
    expect(opened).toMatchObject({ protocolVersion: "2025-11-25" });
    expect((await host.call("search_docs", { query: "lag" })).text).toContain("a.md");
  });

  it("modern refuses initialize, and names what it speaks", async () => {
    const folder = docs(page);
    const host = start(protocolArgs(folder, "modern"));
    const refused = await host.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "x", version: "1" },
    });
    expect(JSON.stringify(refused.error)).toContain(MODERN_REVISION);
    await host.open(MODERN_REVISION);
    expect((await host.call("search_docs", { query: "lag" })).text).toContain("a.md");
  });

  it("takes its settings from a file, also without being named", async () => {
    const folder = docs({ ...page, "c.yaml": `roots: [.]\nindexDir: ../index\n` });
    const host = start(["--config", path.join(folder.root, "c.yaml")]);
    await host.open("2025-11-25");
    expect((await host.call("search_docs", { query: "lag" })).text).toContain("a.md");
  });

  it("refuses a protocol it does not know", () => {
    expect(lectern(["serve", "--protocol", "new"]).stderr).toContain(
      "Allowed choices are auto, legacy, modern",
    );
  });
});
