import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import leven from "leven";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterAll, expect, it } from "vitest";

import { units } from "../src/corpus.ts";
import { drawIdentifiers } from "../src/identifier-queries.ts";
import { withTypo } from "../src/typos.ts";

const folder = mkdtempSync(path.join(tmpdir(), "lectern-drawn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = {
  "a/one.md":
    "# One\n\n`getUserName` and get_user_name, not plain words or a-b. See v1.24 twice: v1.24.\n",
  "a/two.md":
    "# Two\n\nGETUSERNAME stands here as well. [std::fmt](https://example.org/some/page.html)\n",
  "b/three.md": `# Three\n\nErr42 on node7x. Too long: ${"a_".repeat(31)}a.\n`,
};

it("draws what looks like no word, is seen and stands on one page in any case, always the same", () => {
  for (const [name, text] of Object.entries(pages)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const drawn = drawIdentifiers(folder, 300);
  const found = drawn.map(({ query, kind, relevant }) => [query, kind, relevant[0]?.path]);
  expect(found.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toEqual([
    ["Err42", "identifier", "b/three.md"],
    ["get_user_name", "identifier", "a/one.md"],
    ["node7x", "identifier", "b/three.md"],
    ["std::fmt", "identifier", "a/two.md"],
    ["v1.24", "identifier", "a/one.md"],
  ]);
  expect(drawIdentifiers(folder, 300)).toEqual(drawn);
  const some = drawIdentifiers(folder, 2);
  expect(some).toEqual(drawn.slice(0, 2));
  // From each folder in turn.
  expect(some.map(({ relevant }) => relevant[0]?.path.split("/")[0])).toEqual(["a", "b"]);
});

it("makes one edit in the longest word, never at its first letter", () => {
  const random = units(xoroshiro128plus(1));
  for (let round = 0; round < 500; round += 1) {
    const edited = withTypo("Why is 42 replication_lag up?", random) ?? "";
    const word = /^Why is 42 (r[a-z]+)_lag up\?$/u.exec(edited)?.[1] ?? "";
    expect(word).not.toBe("replication");
    // Two letters swapped are two changes.
    const isSwapped = letters(word) === letters("replication");
    expect(leven(word, "replication")).toBe(isSwapped ? 2 : 1);
  }
});

it("draws the same edits for the same start and leaves what has no word of letters", () => {
  expect(edits()).toEqual(edits());
  expect(withTypo("v1 2.0 ab", () => 0)).toBeUndefined();
});

function edits(): (string | undefined)[] {
  const random = units(xoroshiro128plus(7));
  return ["delayed jobs", "aaa", "restart"].map((query) => withTypo(query, random));
}

function letters(word: string): string {
  return word
    .split("")
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join("");
}
