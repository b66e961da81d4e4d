import { array, assert, constantFrom, integer, oneof, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { netChanges } from "../src/history/changes.ts";
import {
  type Commit,
  type FileChange,
  LOG_FORMAT,
  LogParser,
  NulSplitter,
} from "../src/history/log-parser.ts";
import { StatusParser } from "../src/history/status-parser.ts";
import { git, GitFolder } from "./support/git-folder.ts";

/** Anything but NUL, with what could be taken for something else more often than by chance. */
const token = oneof(
  string({ unit: "binary", minLength: 1, maxLength: 12 }).map((text) => text.replaceAll("\0", "x")),
  constantFrom("commit", "M", "R100", "\n", "\nA", " ", "größe.md", "-", "\u{1F600}"),
).map((text) => Buffer.from(text).toString("utf8"));

const file = oneof(
  record({ change: constantFrom("added", "changed", "deleted"), path: token }),
  record({ change: constantFrom("renamed"), path: token, from: token }),
);

const commits = array(
  record({
    id: constantFrom("a".repeat(40), "b".repeat(64)),
    seconds: integer({ min: 0, max: 4_000_000_000 }),
    date: constantFrom("2024-07-01T13:11:55-07:00", "2024-07-01T13:11:55+00:00"),
    author: oneof(token, constantFrom("")),
    subject: oneof(token, constantFrom("")),
    files: array(file, { maxLength: 4 }),
  }),
  { maxLength: 5 },
);

const letters = { added: "A", changed: "M", deleted: "D", renamed: "R075" };

/** What git prints for commits. */
function printed(all: readonly Commit[]): Buffer {
  const tokens = all.flatMap(({ id, seconds, date, author, subject, files }) => {
    const changes = files.flatMap(({ change, path, from }, at) => [
      (at === 0 ? "\n" : "") + letters[change],
      ...(from === undefined ? [] : [from]),
      path,
    ]);
    return ["commit", id, String(seconds), date, author, subject, ...changes];
  });
  return Buffer.from(tokens.map((one) => `${one}\0`).join(""));
}

/** Cuts bytes in pieces of these sizes, over and over. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

function parsed(chunks: readonly Buffer[]): Commit[] {
  const all: Commit[] = [];
  const parser = new LogParser((commit) => all.push(commit));
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  return all;
}

/** A commit that changes nothing. */
function emptyCommit(date: string, seconds: number): Commit {
  return { id: "a".repeat(40), seconds, date, author: "x", subject: "y", files: [] };
}

const sizes = array(integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

describe("the log parser", () => {
  it("reads what was printed, wherever it is cut", () => {
    assert(
      property(commits, sizes, (all, cuts) => {
        expect(parsed(pieces(printed(all as Commit[]), cuts))).toEqual(all);
      }),
    );
  });

  it("throws at nothing, and never makes more of it than there is", () => {
    const bytes = array(oneof(token, constantFrom("", "commit")), { maxLength: 40 });
    assert(
      property(bytes, sizes, (tokens, cuts) => {
        const all = parsed(pieces(Buffer.from(tokens.join("\0")), cuts));
        expect(all.length).toBeLessThanOrEqual(tokens.length / 6);
      }),
    );
  });

  it("reads dates as every version writes them, and dates that no version can write", () => {
    const dates = ["2024-07-01T13:11:55Z", "2024-07-01T13:11:55+00:00", ""];
    const read = dates.map(
      (date) => parsed([printed([emptyCommit(date, 1_719_839_515)])])[0]?.date,
    );
    expect(new Set(read)).toEqual(new Set(["2024-07-01T13:11:55+00:00"]));
    expect(parsed([printed([emptyCommit("", 1e30)])])[0]?.date).toBe(
      "+275760-09-13T00:00:00+00:00",
    );
  });

  it("keeps no token of any length", () => {
    const tokens: string[] = [];
    const splitter = new NulSplitter((one) => tokens.push(one));
    const chunk = Buffer.alloc(1 << 16, "x");
    for (let at = 0; at < 64; at += 1) splitter.write(chunk);
    splitter.write(Buffer.from("\0after\0"));
    expect(tokens.map(({ length }) => length)).toEqual([16_384, 5]);
  });

  it("reads real histories of random names", () => {
    const name = string({ unit: "binary", minLength: 1, maxLength: 8 }).map(
      (text) =>
        // No folders, and no names that stand for one or that git refuses.
        `n${Buffer.from(text.replaceAll(/[\0/]/gu, "_")).toString("utf8")}`,
    );
    const names = array(name, { minLength: 1, maxLength: 6 });
    assert(
      property(array(names, { minLength: 1, maxLength: 4 }), sizes, (history, cuts) => {
        const docs = new GitFolder();
        const input = history.flatMap((added, at) => [
          "commit refs/heads/main\ncommitter C <c@example.org> 1700000000 +0100\ndata 2\nab\n",
          ...new Set(added.map((one) => `M 100644 inline ${quoted(one)}\ndata 2\n${at}\n\n`)),
        ]);
        git(docs.folder, ["fast-import", "--quiet"], { input: input.join("") });
        const args = ["log", "-z", "--name-status", "--no-renames", "--root", LOG_FORMAT];
        const all = parsed(pieces(Buffer.from(git(docs.folder, args)), cuts));
        const told = all.toReversed().map((commit) => commit.files.map(({ path }) => path).sort());
        expect(told).toEqual(history.map((added) => [...new Set(added)].sort()));
      }),
      { numRuns: 8 },
    );
  });
});

/** A name as fast-import takes it. */
function quoted(name: string): string {
  const escaped = [...Buffer.from(name)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `"${escaped.join("")}"`;
}

describe("the status parser", () => {
  const line = `1 .M N... 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} `;

  it("reads the same, wherever it is cut", () => {
    const text = [
      `# branch.oid ${"c".repeat(40)}`,
      "# branch.head main",
      "# stash 3",
      `${line}a b.md`,
      `${line.replace(".M", "AD")}never.md`,
      `${line.replace(".M", "D.")}gone.md`,
      `${line.replace(".M", "MD")}gone too.md`,
      `${line.replace(".M", ".T")}link.md`,
      `2 R. N... 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} R100 new.md`,
      "? old name.md",
      `2 RD N... 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} R90 lost.md`,
      "was.md",
      `2 .C N... 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} C90 copy.md`,
      "original.md",
      `u UU N... 100644 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} ${"a".repeat(40)} both.md`,
      "? un tracked.md",
      "! ignored.md",
    ].join("\0");
    assert(
      property(sizes, (cuts) => {
        const files: FileChange[] = [];
        const parser = new StatusParser((one) => files.push(one));
        for (const chunk of pieces(Buffer.from(`${text}\0`), cuts)) parser.write(chunk);
        expect(parser.head).toBe("c".repeat(40));
        expect(files).toEqual([
          { path: "a b.md", change: "changed" },
          { path: "gone.md", change: "deleted" },
          { path: "gone too.md", change: "deleted" },
          { path: "link.md", change: "changed" },
          { path: "new.md", change: "renamed", from: "? old name.md" },
          { path: "was.md", change: "deleted" },
          { path: "copy.md", change: "added" },
          { path: "both.md", change: "changed" },
          { path: "un tracked.md", change: "added" },
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it("knows a branch without a commit", () => {
    const parser = new StatusParser(() => undefined);
    parser.write(Buffer.from("# branch.oid (initial)\0"));
    expect(parser.head).toBeUndefined();
  });
});

describe("net changes", () => {
  const steps = array(
    array(
      oneof(
        record({ do: constantFrom("write", "delete"), path: constantFrom("a", "b", "c") }),
        record({ do: constantFrom("rename"), path: constantFrom("a", "b", "c", "d") }),
      ),
      { maxLength: 3 },
    ),
    { maxLength: 6 },
  );

  it("name exactly the pages that are there now and were touched, or that are gone", () => {
    assert(
      property(steps, array(constantFrom("a", "b", "c")), (all, start) => {
        const before = new Set<string>(start);
        const pages = new Set<string>(start);
        const touched = new Set<string>();
        const told = all.map((step) => ({ files: play(step, pages, touched) }));
        const net = netChanges(told);
        const live = [...net].filter(([, { change }]) => change !== "deleted");
        expect(live.map(([path]) => path).sort()).toEqual(
          [...pages].filter((path) => touched.has(path)).sort(),
        );
        for (const [path, { change, from }] of net) {
          if (change === "deleted") {
            expect(before.has(path) && !pages.has(path)).toBe(true);
          } else if (change === "added") {
            expect(from).toBeUndefined();
          } else {
            expect(before.has(from ?? path)).toBe(true);
          }
        }
        const accounted = new Set([...net.keys(), ...[...net.values()].map(({ from }) => from)]);
        for (const path of before) if (!pages.has(path)) expect(accounted.has(path)).toBe(true);
      }),
    );
  });

  it("take the names of one step for those before it", () => {
    const swap: FileChange[] = [
      { path: "b", change: "renamed", from: "a" },
      { path: "a", change: "renamed", from: "b" },
    ];
    const net = netChanges([{ files: swap }]);
    expect([...net].map(([path, { from }]) => [path, from])).toEqual([
      ["b", "a"],
      ["a", "b"],
    ]);
    expect([...netChanges([{ files: swap }, { files: swap }]).values()]).toMatchObject([
      { change: "changed" },
      { change: "changed" },
    ]);
  });
});

interface Deed {
  readonly do: string;
  readonly path: string;
}

/** Does each deed to the pages, and tells it as a commit would; one deed a page. */
function play(deeds: readonly Deed[], pages: Set<string>, touched: Set<string>): FileChange[] {
  const files: FileChange[] = [];
  const busy = new Set<string>();
  for (const { do: deed, path } of deeds) {
    const from = [...pages].find((page) => page !== path && !busy.has(page));
    if (busy.has(path)) continue;
    if (deed === "write") {
      files.push({ path, change: pages.has(path) ? "changed" : "added" });
      pages.add(path);
    } else if (deed === "delete" && pages.delete(path)) {
      files.push({ path, change: "deleted" });
    } else if (deed === "rename" && from !== undefined && !pages.has(path)) {
      files.push({ path, change: "renamed", from });
      busy.add(from);
      pages.delete(from);
      pages.add(path);
    } else {
      continue;
    }
    busy.add(path);
    touched.add(path);
  }
  return files;
}
