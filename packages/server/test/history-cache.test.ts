import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import {
  brief,
  daysAgo,
  git,
  GitFolder,
  historyOf,
  now,
  pagesBelow,
  recent,
  scratch,
  SpyGit,
} from "./support/git-folder.ts";
import { until } from "./support/host.ts";

/** First words of calls, sorted: some run at once. */
const kinds = (calls: readonly string[]): string[] =>
  calls.map((call) => call.split(" ")[0] ?? "").sort();

const logs = (calls: readonly string[]): string[] =>
  calls
    .filter((call) => call.startsWith("log "))
    .map((call) => /[0-9a-f.]{40,}/u.exec(call)?.[0] ?? "");

const WARM = ["config", "rev-parse", "status"];

describe("a table", () => {
  it("is read once for a head", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    const spy = new SpyGit();
    const history = historyOf(docs.folder, spy);
    const request = { days: 30, pages: pagesBelow(docs.folder), now };
    await history.recent(request);
    expect(logs(spy.take())).toHaveLength(1);
    docs.write("b.md");
    await history.recent(request);
    await history.refresh(request.pages);
    expect(kinds(spy.take())).toEqual([...WARM, ...WARM].sort());
    history.modified("a.md");
    history.status();
    expect(spy.take()).toEqual([]);
  });

  it("grows by what was committed since, and equals a fresh one", async () => {
    const docs = new GitFolder();
    docs.write("a.md").write("b.md").write("c.md").commit(20);
    const spy = new SpyGit();
    const history = historyOf(docs.folder, spy);
    const ask = (): ReturnType<typeof history.recent> =>
      history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    await ask();
    const before = docs.git("rev-parse", "HEAD");
    docs.write("a.md", "# A\n\nmore\n").remove("b.md").commit(9);
    docs.git("mv", "c.md", "d.md");
    docs.commit(8);
    docs.git("checkout", "-q", "-b", "side", "HEAD~1");
    docs.write("e.md").commit(7);
    docs.git("checkout", "-q", "main");
    git(docs.folder, ["merge", "-q", "--no-ff", "-m", "merge", "side"], { date: daysAgo(6) });
    spy.take();
    const seen = await ask();
    expect(logs(spy.take())).toEqual([`${before}..${docs.git("rev-parse", "HEAD")}`]);
    expect(seen).toEqual(await recent(docs.folder));
    expect(brief(seen)).toEqual(["added e.md", "added d.md", "added a.md"]);
    expect(history.modified("d.md")).toEqual({ source: "git", date: daysAgo(8) });
    expect(history.modified("c.md")).toEqual({ source: "mtime" });
    expect(history.status()[0]?.commits).toBe(4);
  });

  it.each([
    [
      "was rewritten",
      (docs: GitFolder) => docs.git("commit", "-q", "--amend", "-m", "other words"),
    ],
    ["went back", (docs: GitFolder) => docs.git("reset", "-q", "--hard", "HEAD~1")],
    [
      "is on another branch",
      (docs: GitFolder) => {
        docs.git("checkout", "-q", "-b", "other", "HEAD~1");
        docs.write("other.md").commit(1);
      },
    ],
    [
      "has the old one beside its mainline",
      (docs: GitFolder) => {
        docs.git("checkout", "-q", "-b", "other", "HEAD~1");
        docs.write("other.md").commit(2);
        git(docs.folder, ["merge", "-q", "--no-ff", "-m", "turned", "main"], { date: daysAgo(1) });
      },
    ],
    [
      "lost the old one",
      (docs: GitFolder) => {
        docs.git("commit", "-q", "--amend", "-m", "other words");
        docs.git("reflog", "expire", "--expire=now", "--all");
        docs.git("gc", "-q", "--prune=now");
      },
    ],
  ])("is read anew when the head %s", async (_, change) => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    docs.write("b.md").commit(10);
    const spy = new SpyGit();
    const history = historyOf(docs.folder, spy);
    await history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    spy.take();
    change(docs);
    const seen = await history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    expect(logs(spy.take())).toEqual([docs.git("rev-parse", "HEAD")]);
    expect(seen).toEqual(await recent(docs.folder));
  });

  it("learns what else is a page", async () => {
    const docs = new GitFolder();
    docs.write("a.md").write("b.txt").write("LICENSE").commit(20);
    const history = historyOf(docs.folder);
    const pages = pagesBelow(docs.folder);
    expect(brief(await history.recent({ days: 30, pages, now }))).toEqual(["added a.md"]);
    const more = [...pages, { path: "b.txt", mtimeMs: 0 }];
    const seen = await history.recent({ days: 30, pages: more, now });
    expect(brief(seen)).toEqual(["added a.md", "added b.txt"]);
  });

  it("is not read further back than every page has a date", async () => {
    const docs = new GitFolder();
    const old = Array.from({ length: 500 }, (_, at) => {
      const seconds = now.getTime() / 1000 - (3000 - at) * 86_400;
      return `commit refs/heads/main\ncommitter C <c@example.org> ${seconds} +0200\ndata 3\nold\n`;
    });
    git(docs.folder, ["fast-import", "--quiet"], { input: old.join("\n") });
    docs.write("a.md").commit(800);
    const history = historyOf(docs.folder);
    await history.refresh(pagesBelow(docs.folder));
    expect(history.modified("a.md")).toEqual({ source: "git", date: daysAgo(800) });
    // Some more, since dates need not descend.
    expect(history.status()[0]?.commits).toBeLessThan(200);
  });
});

describe("calls at once", () => {
  it("share one run", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    const spy = new SpyGit();
    const history = historyOf(docs.folder, spy);
    const request = { days: 30, pages: pagesBelow(docs.folder), now };
    const answers = await Promise.all([1, 2, 3].map(() => history.recent(request)));
    expect(answers.map(brief)).toEqual(Array.from({ length: 3 }, () => ["added a.md"]));
    expect(kinds(spy.take()).filter((kind) => ["log", "status"].includes(kind))).toEqual([
      "log",
      "status",
    ]);
  });

  it("that are aborted end alone, and the last one ends git", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    const pid = path.join(scratch(), "pid");
    const spy = new SpyGit(`case "$*" in *" log "*) echo $$ > "${pid}"; exec sleep 60;; esac`);
    const history = historyOf(docs.folder, spy);
    const [first, second] = [new AbortController(), new AbortController()];
    const pages = pagesBelow(docs.folder);
    const refused = new Error("not wanted any more");
    const one = expect(history.recent({ days: 30, pages, now, signal: first.signal })).rejects.toBe(
      refused,
    );
    const two = expect(history.refresh(pages, second.signal)).rejects.toBe(refused);
    await until(() => existsSync(pid) && readFileSync(pid, "utf8").endsWith("\n"));
    const child = Number(readFileSync(pid, "utf8"));
    first.abort(refused);
    await one;
    expect(isAlive(child)).toBe(true);
    second.abort(refused);
    await two;
    await until(() => !isAlive(child));
    const late = new AbortController();
    late.abort(refused);
    await expect(history.refresh(pages, late.signal)).rejects.toBe(refused);
    // The next call begins anew.
    expect(history.modified("a.md")).toBeUndefined();
  });
});

describe("git that takes too long", () => {
  it("for the status leaves commits, with a note", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    docs.write("b.md");
    const { env } = new SpyGit('case "$*" in *" status "*) exec sleep 60;; esac');
    const seen = await recent(docs.folder, 30, { env, limits: { callMs: 3000 } });
    expect(brief(seen)).toContain("added a.md");
    expect(seen.notes).toEqual(["git status took too long: uncommitted changes are not known"]);
  });

  it("for the log leaves what was read, with a note, and is not tried again", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    docs.write("b.md").commit(10);
    docs.write("c.md").commit(5);
    const spy = new SpyGit('case "$*" in *" log "*) $real "$@"; exec sleep 60;; esac');
    const history = historyOf(docs.folder, { env: spy.env, limits: { logMs: 3000 } });
    const request = { days: 30, pages: pagesBelow(docs.folder), now };
    const seen = await history.recent(request);
    // The oldest one that arrived may not be whole.
    expect(brief(seen)).toEqual(["added c.md", "added b.md"]);
    expect(seen.notes).toEqual([
      `git took too long after 2 commits: changes up to ${daysAgo(10)} are not known`,
    ]);
    spy.take();
    await history.recent(request);
    expect(kinds(spy.take())).toEqual(WARM);
  });

  it("for everything leaves mtimes, with a note", async () => {
    const docs = new GitFolder();
    docs.write("a.md", "# A\n", 3).commit(20);
    const { env } = new SpyGit('case "$*" in *"ls-tree"*) exec sleep 60;; esac');
    const seen = await recent(docs.folder, 30, { env, limits: { callMs: 3000 } });
    expect(brief(seen)).toEqual(["~changed a.md"]);
    expect(seen.notes).toEqual(["git took too long: dates are file times"]);
  });
});

it("answers over 20,000 commits from what it has read", async () => {
  const docs = new GitFolder();
  const stream: string[] = [];
  const count = 20_000;
  for (let commit = 0; commit < count; commit += 1) {
    const seconds = now.getTime() / 1000 - (count - commit) * 1500;
    const text = `# Page\n\nedit ${commit}\n`;
    stream.push(
      `commit refs/heads/main\ncommitter C <c@example.org> ${seconds} +0200\n`,
      `data 4\nedit\nM 100644 inline folder-${(commit % 1000) % 37}/page-${commit % 1000}.md\n`,
      `data ${text.length}\n${text}\n`,
    );
  }
  git(docs.folder, ["fast-import", "--quiet"], { input: stream.join("") });
  docs.git("reset", "-q", "--hard");
  const spy = new SpyGit();
  const history = historyOf(docs.folder, spy);
  const plain = historyOf(docs.folder);
  const request = { days: 7, pages: pagesBelow(docs.folder), now };
  const times: number[] = [];
  for (const asked of [plain, plain, plain, history, history]) {
    const start = performance.now();
    const { changes, notes } = await asked.recent(request);
    times.push(Math.round(performance.now() - start));
    expect(notes).toEqual([]);
    expect(changes).toHaveLength(Math.floor((7 * 86_400) / 1500));
  }
  const [cold, ...warm] = times;
  process.stdout.write(
    `20,000 commits: cold ${cold} ms, warm ${warm.slice(0, 2).join(" and ")} ms\n`,
  );
  expect(logs(spy.take())).toHaveLength(1);
  expect(history.status()[0]?.commits).toBe(count);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
