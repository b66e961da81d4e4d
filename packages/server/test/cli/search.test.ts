import { describe, expect, it } from "vitest";

import type { Docs } from "../support/docs.ts";
import { lectern, type Ran } from "../support/run.ts";
import { docs } from "../support/servers.ts";

const pages = {
  "a/one.md": "# One\n\nlag\n",
  "b/runbooks/two.md": "# Two\n\nlag\n",
  "c/three.md": "# Three\n\nlag\n\nSee [gronkle](../a/one.md).\n",
};

function search(folder: Docs, query: string, ...flags: string[]): Ran {
  return lectern(["search", query, "--index-dir", folder.index, ...flags], { cwd: folder.root });
}

/** Paths of the hits, sorted. */
function found(ran: Ran): string[] {
  const { hits } = JSON.parse(ran.stdout) as { hits: { path: string }[] };
  return hits.map(({ path }) => path).sort();
}

describe("search --path", () => {
  it("takes folders, pages and globs, and several of them", () => {
    const folder = docs(pages);
    const below = (...paths: string[]): string[] =>
      found(search(folder, "lag", "--json", ...paths.flatMap((path) => ["-p", path])));
    expect(below("a")).toEqual(["a/one.md"]);
    expect(below("c/three.md", "a")).toEqual(["a/one.md", "c/three.md"]);
    expect(below("*/runbooks", "a/*.md")).toEqual(["a/one.md", "b/runbooks/two.md"]);
    expect(below("{a,c}/**")).toEqual(["a/one.md", "c/three.md"]);
    expect(search(folder, "lag", "-p", "a", "-p", "rn/*")).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^error: no page matches "rn\/\*"\nhint: nearest: /u) as string,
    });
    const many = Array.from({ length: 21 }, () => ["-p", "a"]).flat();
    expect(search(folder, "lag", ...many)).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("search --explain", () => {
  it("shows what link texts gave, and how long each stage took", () => {
    const { stdout } = search(docs(pages), "gronkle", "--explain");
    expect(stdout).toMatch(/^a\/one\.md:L1-L3 #one \d+\.\d\d\nOne\nlink text \d+\.\d\d$/mu);
    const stages = ["understand", "retrieve", "rescore", "verify", "snippet"];
    const times = stages.map((stage) => `${stage} \\d+\\.\\d\\d`).join(", ");
    expect(stdout).toMatch(new RegExp(`^milliseconds: ${times}$`, "mu"));
  });
});

describe("--ignore-links-from", () => {
  it("leaves out the links of the pages in a file", () => {
    const folder = docs(pages);
    expect(found(search(folder, "gronkle", "--json"))).toEqual(["a/one.md", "c/three.md"]);
    folder.write("pages.txt", "\uFEFF# measured\n\n  c/three.md  \r\nc/three.md\n");
    const ran = search(folder, "gronkle", "--json", "--ignore-links-from", "pages.txt");
    expect(found(ran)).toEqual(["c/three.md"]);
    folder.write("pages.txt", "# none\n");
    const none = search(folder, "gronkle", "--json", "--ignore-links-from", "pages.txt");
    expect(found(none)).toEqual(["a/one.md", "c/three.md"]);
  });

  it("lists pages that are not there, and refuses a file that cannot be read", () => {
    const folder = docs({ ...pages, "bad.bin": Uint8Array.of(0xff, 0xfe, 0xff) });
    folder.write("pages.txt", "gone.md\nc/three.md\nc\n");
    folder.write("q.jsonl", JSON.stringify({ query: "lag", relevant: [{ path: "a/one.md" }] }));
    for (const command of [
      ["search", "lag"],
      ["eval", "q.jsonl"],
    ]) {
      const run = (file: string): Ran =>
        lectern([...command, "--index-dir", folder.index, "--ignore-links-from", file], {
          cwd: folder.root,
        });
      const refused = { status: 2, stdout: "" };
      expect(run("pages.txt")).toEqual({
        ...refused,
        stderr: "error: pages.txt: 2 pages are not in the index:\n  gone.md\n  c\n",
      });
      expect(run("none.txt")).toEqual({
        ...refused,
        stderr: "error: none.txt: does not exist\n",
      });
      expect(run("a").stderr).toBe("error: a: cannot be read: EISDIR\n");
      expect(run("bad.bin").stderr).toBe("error: bad.bin: cannot be read: it is not UTF-8\n");
    }
  });
});
