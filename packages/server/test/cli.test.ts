import { spawnSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { bin } from "./support/docs.ts";
import { docs, serve } from "./support/servers.ts";

function run(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { stdout, stderr, status };
}

describe("lectern", () => {
  const pages = { "dir/a.md": "# Kafka\n\n## Lag\n\nconsumer lag\n", "b.md": "# Other\n" };

  it("index reports every page, and does nothing the second time", () => {
    const folder = docs(pages);
    const first = run(["index", folder.root, "--index-dir", folder.index, "--json"]);
    expect(JSON.parse(first.stdout)).toMatchObject({
      pages: 2,
      sections: 3,
      added: 2,
      skipped: [],
    });
    const again = run(["index", folder.root, "--index-dir", folder.index]);
    expect(again.stdout).toContain("0 added, 0 changed, 0 removed, 2 unchanged");
    expect(again.stderr).toBe("");
  });

  it("search prints citations, and exits with 4 when nothing is found", () => {
    const folder = docs(pages);
    const where = ["--root", folder.root, "--index-dir", folder.index];
    const found = run(["search", "consumer", "lag", ...where]);
    expect(found).toMatchObject({ status: 0 });
    expect(found.stdout).toContain("dir/a.md:L3-L5");
    const json = run(["search", "lag", "--json", "--full", ...where]);
    expect(JSON.parse(json.stdout).hits[0]).toMatchObject({
      path: "dir/a.md",
      text: expect.any(String),
    });
    expect(run(["search", "zzz", ...where])).toMatchObject({
      status: 4,
      stdout: expect.stringContaining("nothing found"),
    });
    expect(run(["search", "lag", "-p", "dri", ...where])).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/no page is at or under "dri"\nhint: nearest: dir/u),
    });
  });

  it("get prints a part, verbatim", () => {
    const folder = docs(pages);
    const env = { LECTERN_ROOTS: folder.root, LECTERN_INDEX_DIR: folder.index };
    const part = run(["get", "dir/a.md#lag"], env);
    expect(part.stdout.split("\n\n").slice(1).join("\n\n")).toBe("## Lag\n\nconsumer lag\n");
    expect(run(["get", "kb://doc/dir/a.md", "--json"], env).stdout).toContain('"totalLines": 5');
    expect(run(["get", "gone.md"], env).status).toBe(4);
  });

  it.each([
    ["an unknown command line", ["search"], 2, /missing required argument/u],
    ["an unknown flag", ["index", "--nope"], 2, /unknown option '--nope'/u],
    ["a limit out of range", ["search", "x", "-n", "21"], 2, /integer from 1 to 20/u],
    [
      "a root that does not exist",
      ["index", "/nowhere/at-all"],
      3,
      /root "at-all" does not exist/u,
    ],
    ["a root that is a file", ["index", bin], 3, /root "lectern.js" is not a folder/u],
    ["a bad glob", ["index", ".", "--include", "["], 2, /glob "\["/u],
    ["a root without a path", ["index", "name="], 2, /has no path/u],
  ] as const)("says what is wrong with %s", (_, args, status, says) => {
    const folder = docs();
    const ran = run([...args], { LECTERN_INDEX_DIR: folder.index });
    expect(ran.stderr).toMatch(says);
    expect(ran.status).toBe(status);
    expect(ran.stdout).toBe("");
  });

  it("documents its exit codes and commands", () => {
    const { stdout, status } = run(["--help"]);
    expect(status).toBe(0);
    for (const word of ["serve", "index", "search", "get", "Exit codes:"])
      expect(stdout).toContain(word);
  });

  it("names a missing addon, for the command line and for a host", async () => {
    const folder = docs(pages);
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: "/nowhere/lectern.node" };
    const ran = run(["index", folder.root, "--index-dir", folder.index], env);
    expect(ran.status).toBe(5);
    expect(ran.stderr).toMatch(/the native addon for \S+ cannot be loaded\nhint: /u);
    const host = await serve(folder.root, folder.index, { env });
    const { text, isError } = await host.call("search_docs", { query: "kafka" });
    expect(isError).toBe(true);
    expect(text).toMatch(/^IO: the native addon for \S+ cannot be loaded\nhint: /u);
  });
});
