import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { describe, expect, it } from "vitest";

import {
  brief,
  daysAgo,
  git,
  GitFolder,
  historyOf,
  now,
  PageFolder,
  pagesBelow,
  plainEnv,
  recent,
  scratch,
} from "./support/git-folder.ts";

const isRoot = process.getuid?.() === 0;

describe("a root", () => {
  it("may be a part of a repository, and knows nothing of the rest", async () => {
    const repository = new GitFolder();
    const text = "many words\n".repeat(30);
    repository.write("docs/a.md").write("docs-other/b.md").write("outside.md", text).commit(60);
    repository.rename("outside.md", "docs/moved.md").write("docs-other/b.md", "# B\n").commit(9);
    repository.write("docs/sub/c.md").write("other.md");
    const root = path.join(repository.folder, "docs");
    const { changes, notes } = await recent(root);
    expect(brief({ changes })).toEqual(["*added sub/c.md", "added moved.md"]);
    expect(notes).toEqual([]);
  });

  it("may be reached through a link", async () => {
    const repository = new GitFolder();
    repository.write("docs/a.md").commit(9);
    const link = path.join(scratch(), "link");
    symlinkSync(path.join(repository.folder, "docs"), link);
    expect(brief(await recent(link))).toEqual(["added a.md"]);
  });

  it("may be a worktree, with a head of its own", async () => {
    const repository = new GitFolder();
    repository.write("a.md").commit(60);
    const tree = path.join(scratch(), "tree");
    repository.git("worktree", "add", "-q", "-b", "side", tree);
    const side = new PageFolder(tree);
    expect(lstatSync(path.join(tree, ".git")).isFile()).toBe(true);
    side.write("side.md").commit(5);
    expect(brief(await recent(tree))).toEqual(["added side.md"]);
    expect(brief(await recent(repository.folder))).toEqual([]);
  });

  it("may have a detached head", async () => {
    const repository = new GitFolder();
    repository.write("a.md").commit(20);
    repository.write("b.md").commit(10);
    repository.git("checkout", "-q", "--detach", "HEAD~1");
    expect(brief(await recent(repository.folder))).toEqual(["added a.md"]);
  });

  it("may have no commit yet", async () => {
    const repository = new GitFolder();
    repository.write("a.md", "# A\n", 1).write("b.md", "# B\n", 2).git("add", "a.md");
    const history = historyOf(repository.folder);
    const pages = pagesBelow(repository.folder);
    const seen = await history.recent({ days: 30, pages, now });
    expect(brief(seen)).toEqual(["*added a.md", "*added b.md"]);
    expect(seen.notes).toEqual([]);
    repository.commit(0);
    expect(brief(await history.recent({ days: 30, pages, now }))).toEqual([
      "added a.md",
      "added b.md",
    ]);
  });

  it("may be a repository of SHA-256", async () => {
    const repository = new GitFolder(undefined, "--object-format=sha256");
    const id = repository.write("a.md").commit(20);
    const { changes } = await recent(repository.folder);
    expect(changes).toMatchObject([{ path: "a.md", commit: id }]);
    expect(repository.git("rev-parse", "HEAD")).toHaveLength(64);
  });

  it("goes by mtimes without git around it, and says so", async () => {
    const plain = new PageFolder();
    const { folder } = plain;
    plain.write("a.md", "# A\n", 3).write("b.md", "# B\n", 2).write("old.md", "# Old\n", 300);
    const history = historyOf(folder);
    const pages = pagesBelow(folder);
    expect(history.modified("a.md")).toBeUndefined();
    const { changes, notes } = await history.recent({ days: 7, pages, now });
    expect(brief({ changes })).toEqual(["~changed b.md", "~changed a.md"]);
    expect(changes[1]?.date).toBe(new Date(now.getTime() - 3 * 86_400_000).toISOString());
    expect(notes).toEqual(["no git repository: dates are file times"]);
    expect(history.modified("a.md")).toEqual({ source: "mtime" });
    expect(history.status()).toEqual([
      {
        root: "",
        source: "mtime",
        reason: "no git repository: dates are file times",
        repositories: 0,
        commits: 0,
      },
    ]);
  });

  it("goes by mtimes for pages that git ignores", async () => {
    const repository = new GitFolder();
    repository.write(".gitignore", "/made/\n").write("a.md").commit(60);
    repository.write("made/b.md", "# B\n", 2);
    const history = historyOf(repository.folder);
    const { changes } = await history.recent({
      days: 30,
      pages: pagesBelow(repository.folder),
      now,
    });
    expect(brief({ changes })).toEqual(["~changed made/b.md"]);
    expect(history.modified("made/b.md")).toEqual({ source: "mtime" });
  });

  it("that is gone is told of", async () => {
    const { notes } = await historyOf("/nowhere/to/be/found").recent({ days: 7, pages: [], now });
    expect(notes).toEqual(["the root is not there"]);
  });
});

describe("several roots", () => {
  it("keep their names before paths, whatever git they have", async () => {
    const one = new GitFolder();
    one.write("a.md").commit(20);
    const two = new PageFolder().write("b.md").folder;
    const history = historyOf({ "one/": one.folder, "two/": two });
    const pages = [...pagesBelow(one.folder, "one/"), ...pagesBelow(two, "two/")];
    const { changes, notes } = await history.recent({ days: 30, pages, now: new Date() });
    expect(brief({ changes })).toEqual(["~changed two/b.md", "added one/a.md"]);
    expect(notes).toEqual(["two: no git repository: dates are file times"]);
    expect(history.modified("one/a.md")).toEqual({ source: "git", date: daysAgo(20) });
    expect(history.modified("two/b.md")).toEqual({ source: "mtime" });
    expect(history.modified("three/c.md")).toBeUndefined();
    const head = one.git("rev-parse", "HEAD").slice(0, 12);
    expect(history.status()).toEqual([
      { root: "one/", source: "git", repositories: 1, head, shallow: false, commits: 1 },
      {
        root: "two/",
        source: "mtime",
        reason: "two: no git repository: dates are file times",
        repositories: 0,
        commits: 0,
      },
    ]);
  });

  it("may share a repository", async () => {
    const repository = new GitFolder();
    repository.write("x/a.md").write("y/b.md").commit(20);
    const roots = {
      "x/": path.join(repository.folder, "x"),
      "y/": path.join(repository.folder, "y"),
    };
    const pages = [...pagesBelow(roots["x/"], "x/"), ...pagesBelow(roots["y/"], "y/")];
    const seen = await historyOf(roots).recent({ days: 30, pages, now });
    expect(brief(seen)).toEqual(["added x/a.md", "added y/b.md"]);
  });
});

describe("repositories inside of a root", () => {
  it("tell of their own pages: a submodule, a clone, one below a folder without pages", async () => {
    const library = new GitFolder();
    library.write("lib.md").commit(30);
    library.write("lib.md", "# Lib\n\nmore\n").commit(12);
    const outer = new GitFolder();
    outer.write("a.md").write("was/inside.md").commit(40);
    outer.remove("was").commit(25);
    outer.git(
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      library.folder,
      "sub",
    );
    outer.commit(3, "add the library");
    const clone = new GitFolder(path.join(outer.folder, "deep/er/clone"));
    clone.write("pages/c.md").commit(7);
    const again = new GitFolder(path.join(outer.folder, "was"));
    again.write("new.md").commit(6);
    const history = historyOf(outer.folder);
    const pages = pagesBelow(outer.folder);
    const seen = await history.recent({ days: 35, pages, now });
    // The outer history still has `was/inside.md`, whose folder is another repository's now.
    expect(brief(seen)).toEqual([
      "added was/new.md",
      "added deep/er/clone/pages/c.md",
      "added sub/lib.md",
    ]);
    expect(history.modified("sub/lib.md")).toEqual({ source: "git", date: daysAgo(12) });
    expect(history.status()[0]).toMatchObject({ repositories: 4, commits: 7 });
    again.remove("new.md").commit(1);
    const after = await history.recent({ days: 3, pages: pagesBelow(outer.folder), now });
    expect(brief(after)).toEqual(["deleted was/new.md"]);
    // A root in the submodule itself.
    expect(brief(await recent(path.join(outer.folder, "sub")))).toEqual(["added lib.md"]);
  });
});

describe("a history that is not whole", () => {
  it("of a shallow clone shows no page as added, and says from when on it knows", async () => {
    const origin = new GitFolder();
    origin.write("a.md").write("b.md").commit(60);
    origin.write("a.md", "# A\n\none\n").commit(20);
    origin.write("b.md", "# B\n\none\n").commit(10);
    const folder = path.join(scratch(), "shallow");
    git(scratch(), ["clone", "-q", "--depth", "2", pathToFileURL(origin.folder).href, folder]);
    const history = historyOf(folder);
    const pages = pagesBelow(folder);
    const seen = await history.recent({ days: 30, pages, now });
    expect(brief(seen)).toEqual(["changed b.md"]);
    const note = `the history is shallow: changes up to ${daysAgo(20)} are not known`;
    expect(seen.notes).toEqual([note]);
    // The whole window is known.
    expect((await history.recent({ days: 15, pages, now })).notes).toEqual([]);
    expect(history.modified("b.md")).toEqual({ source: "git", date: daysAgo(10) });
    expect(history.modified("a.md")).toBeUndefined();
    expect(history.status()[0]).toMatchObject({ source: "git", shallow: true, reason: note });
    // The same head with more behind it.
    git(folder, ["fetch", "-q", "--unshallow"]);
    expect(brief(await history.recent({ days: 30, pages, now }))).toEqual([
      "changed b.md",
      "changed a.md",
    ]);
    expect(history.modified("a.md")).toEqual({ source: "git", date: daysAgo(20) });
  });

  it("of more commits than are read says where it was cut off", async () => {
    const docs = new GitFolder();
    for (let day = 9; day > 0; day -= 1) docs.write(`${day}.md`).commit(day);
    const history = historyOf(docs.folder, { limits: { commits: 4 } });
    const seen = await history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    expect(brief(seen)).toEqual(["added 1.md", "added 2.md", "added 3.md", "added 4.md"]);
    expect(seen.notes).toEqual([
      `the history was read for 4 commits only: changes up to ${daysAgo(4)} are not known`,
    ]);
    expect(history.modified("9.md")).toBeUndefined();
  });

  it("of a damaged repository is what can be read of it, and is read again once mended", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    docs.write("b.md").commit(10);
    const id = docs.git("rev-parse", "HEAD~1");
    const object = path.join(docs.folder, ".git/objects", id.slice(0, 2), id.slice(2));
    const bytes = docs.git("cat-file", "commit", id);
    rmSync(object);
    const history = historyOf(docs.folder);
    const pages = pagesBelow(docs.folder);
    const seen = await history.recent({ days: 30, pages, now });
    expect(brief(seen)).not.toContain("added a.md");
    expect(seen.notes).toHaveLength(1);
    expect(seen.notes[0]).not.toContain(docs.folder);
    git(docs.folder, ["hash-object", "-t", "commit", "-w", "--stdin"], { input: `${bytes}\n` });
    expect(brief(await history.recent({ days: 30, pages, now }))).toEqual([
      "added b.md",
      "added a.md",
    ]);
  });

  it.each([
    [
      "an empty .git",
      (at: string) => {
        rmSync(at, { recursive: true });
        mkdirSync(at);
      },
    ],
    [
      "a .git file that leads nowhere",
      (at: string) => {
        rmSync(at, { recursive: true });
        writeFileSync(at, "gitdir: /nowhere\n");
      },
    ],
    ["a head of nonsense", (at: string) => writeFileSync(path.join(at, "HEAD"), "nonsense\n")],
    ["a configuration of nonsense", (at: string) => writeFileSync(path.join(at, "config"), "[[[")],
    [
      "a reference of nonsense",
      (at: string) => writeFileSync(path.join(at, "refs/heads/main"), "nonsense\n"),
    ],
    ["objects gone", (at: string) => rmSync(path.join(at, "objects"), { recursive: true })],
  ])("goes by mtimes with %s, even inside of another repository", async (_, damage) => {
    const outer = new GitFolder();
    outer.write("outer.md").commit(60);
    const inner = new GitFolder(path.join(outer.folder, "inner"));
    inner.write("a.md", "# A\n", 2).commit(50);
    damage(path.join(inner.folder, ".git"));
    const { changes, notes } = await recent(inner.folder);
    expect(brief({ changes })).toEqual(["~changed a.md"]);
    expect(notes).toEqual(["git cannot read the repository: dates are file times"]);
  });

  it("whose work tree is elsewhere is not followed there", async () => {
    const docs = new GitFolder();
    docs.write("a.md", "# A\n", 2).commit(50);
    const elsewhere = scratch();
    writeFileSync(path.join(elsewhere, "secret.md"), "# Secret\n");
    docs.git("config", "core.worktree", elsewhere);
    const { changes, notes } = await recent(docs.folder);
    expect(brief({ changes })).toEqual(["~changed a.md"]);
    expect(notes).toEqual(["its work tree is another folder: dates are file times"]);
  });

  it("that another folder's .git leads to is not shown there", async () => {
    const secret = new GitFolder();
    secret.write("secret.md").commit(20, "secret words");
    const docs = new PageFolder();
    docs.write("a.md", "# A\n", 2);
    const stranger =
      "its .git leads to a repository elsewhere, whose core.worktree does not name it: dates are file times";
    const inside = path.join(docs.folder, ".git");
    docs.write(".git", `gitdir: ${secret.folder}/.git\n`);
    expect(brief(await recent(docs.folder))).toEqual(["~changed a.md"]);
    expect((await recent(docs.folder)).notes).toEqual([stranger]);
    rmSync(inside);
    symlinkSync(path.join(secret.folder, ".git"), inside);
    expect((await recent(docs.folder)).notes).toEqual([stranger]);
    rmSync(inside);
    const own = new GitFolder(docs.folder);
    const history = historyOf(docs.folder);
    const ask = (): ReturnType<typeof history.recent> =>
      history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    expect((await ask()).notes).toEqual([]);
    // Not even where it takes the place of one that was.
    rmSync(inside, { recursive: true });
    own.write(".git", `gitdir: ${secret.folder}/.git\n`);
    expect((await ask()).notes).toEqual([stranger]);
    rmSync(inside);
    own.git("init", "-q");
    expect((await ask()).notes).toEqual([]);
    own.write(".git/commondir", `${secret.folder}/.git\n`);
    expect((await recent(docs.folder)).notes).toEqual([stranger]);
    // Nor where the settings that acknowledge the folder came with it.
    secret.git("config", "extensions.worktreeConfig", "true");
    rmSync(inside, { recursive: true });
    docs.write("evil/HEAD", "ref: refs/heads/main\n").write("evil/gitdir", `${inside}\n`);
    docs.write("evil/commondir", `${secret.folder}/.git\n`);
    docs.write("evil/config.worktree", `[core]\n  worktree = ${docs.folder}\n`);
    docs.write(".git", "gitdir: evil\n");
    expect(docs.git("log", "--format=%s")).toBe("secret words");
    expect((await recent(docs.folder)).notes).toEqual([stranger]);
    // One that is kept apart on purpose says whose it is.
    rmSync(inside, { recursive: true });
    const apart = path.join(scratch(), "apart");
    git(docs.folder, ["init", "-q", "--separate-git-dir", apart]);
    expect((await recent(docs.folder)).notes).toEqual([stranger]);
    docs.git("config", "core.worktree", docs.folder);
    expect((await recent(docs.folder)).notes).toEqual([]);
  });

  it.skipIf(!isRoot)("of another user is refused by git, with what to do", async () => {
    const docs = new GitFolder();
    docs.write("a.md", "# A\n", 2).commit(50);
    chmodSync(path.dirname(docs.folder), 0o755);
    for (const name of readdirSync(docs.folder, { recursive: true, encoding: "utf8" })) {
      chownSync(path.join(docs.folder, name), 12_345, 12_345);
    }
    chownSync(docs.folder, 12_345, 12_345);
    const { changes, notes } = await recent(docs.folder);
    expect(brief({ changes })).toEqual(["~changed a.md"]);
    expect(notes).toEqual([
      "the repository belongs to another user; allow it with git config --global --add safe.directory and its folder: dates are file times",
    ]);
    // A container's way to allow it.
    const env = {
      ...plainEnv,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
    };
    expect((await recent(docs.folder, 30, { env })).notes).toEqual([]);
  });
});
