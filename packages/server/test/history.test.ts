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
} from "./support/git-folder.ts";

/** A page that is like itself after an edit, and like no other. */
const text = (name: string): string => `# ${name}\n\n${`words of ${name}\n`.repeat(20)}`;

/** A moment before now, as mtimes are told. */
const iso = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString();

describe("changes over a window", () => {
  it("name the newest commit of each page, newest first", async () => {
    const docs = new GitFolder();
    docs.write("a.md").write("b.md").commit(90, "start");
    docs.write("a.md", "# A\n\none\n").commit(20, "first edit");
    const id = docs.write("a.md", "# A\n\ntwo\n").commit(10, "second edit");
    docs.write("b.md", "# B\n\none\n").commit(5, "edit b");
    const { changes, notes } = await recent(docs.folder);
    expect(brief({ changes })).toEqual(["changed b.md", "changed a.md"]);
    expect(changes[1]).toEqual({
      path: "a.md",
      change: "changed",
      date: daysAgo(10),
      commit: id,
      author: "Ann Author",
      subject: "second edit",
      source: "git",
    });
    expect(notes).toEqual([]);
    expect(brief(await recent(docs.folder, 7))).toEqual(["changed b.md"]);
    expect(brief(await recent(docs.folder, 365))).toEqual(["added b.md", "added a.md"]);
  });

  it("fold to one status a page", async () => {
    const docs = new GitFolder();
    for (const name of ["edited", "renamed", "twice", "back", "deleted", "again", "moved-gone"]) {
      docs.write(`${name}.md`, text(name));
    }
    docs.commit(60);
    docs.write("new.md", text("new")).write("brief.md", text("brief"));
    docs.write("edited.md", text("edited"));
    docs.rename("renamed.md", "sub/renamed.md").rename("twice.md", "twice-1.md");
    docs.rename("back.md", "forth.md").rename("moved-gone.md", "moved.md");
    docs.remove("deleted.md").remove("again.md").commit(20);
    docs.write("new.md", `${text("new")}more\n`).remove("brief.md");
    docs.write("edited.md", `${text("edited")}more\n`).rename("twice-1.md", "twice-2.md");
    docs.write("sub/renamed.md", `${text("renamed")}more\n`).rename("forth.md", "back.md");
    docs.write("again.md", "# Something else\n").remove("moved.md").commit(10);
    expect(brief(await recent(docs.folder)).sort()).toEqual([
      "added new.md",
      "changed again.md",
      "changed back.md",
      "changed edited.md",
      "deleted deleted.md",
      "deleted moved-gone.md",
      "renamed renamed.md -> sub/renamed.md",
      "renamed twice.md -> twice-2.md",
    ]);
    expect(brief(await recent(docs.folder, 15)).sort()).toContain(
      "renamed twice-1.md -> twice-2.md",
    );
  });

  it("date a merged page by the merge", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(60);
    docs.git("checkout", "-q", "-b", "side");
    docs.write("side.md").commit(50, "long ago on a branch");
    docs.git("checkout", "-q", "main");
    docs.write("a.md", "# A\n\nmore\n").commit(40);
    git(docs.folder, ["merge", "-q", "--no-ff", "-m", "land it", "side"], { date: daysAgo(2) });
    const { changes } = await recent(docs.folder, 7);
    expect(changes).toMatchObject([{ path: "side.md", subject: "land it", date: daysAgo(2) }]);
  });

  it("leave out what is no page and what lies outside of the path", async () => {
    const docs = new GitFolder();
    docs.write("guides/a.md").write("guides/sub/b.md").write("guides-old/c.md").write("d.md");
    docs.write("main.ts", "code").write("old.txt", "text").commit(20);
    docs.remove("old.txt").write("e.txt", "# E\n").commit(10);
    const history = historyOf(docs.folder);
    const below = async (path?: string): Promise<string[]> => {
      const pages = pagesBelow(docs.folder);
      return brief(
        await history.recent({ days: 30, pages, now, ...(path !== undefined && { path }) }),
      );
    };
    expect(await below()).toHaveLength(4);
    expect(await below("guides")).toEqual(["added guides/a.md", "added guides/sub/b.md"]);
    expect(await below("guides/")).toEqual(["added guides/a.md", "added guides/sub/b.md"]);
    expect(await below("d.md")).toEqual(["added d.md"]);
    expect(await below("nothing")).toEqual([]);
  });

  it("take a page that left the pages for deleted, and one that came from outside for added", async () => {
    const docs = new GitFolder();
    const words = "many words\n".repeat(30);
    docs.write("docs/out.md", words).write("in.txt", `${words}in\n`).commit(60);
    docs.rename("docs/out.md", "docs/out.txt").rename("in.txt", "docs/in.md").commit(5);
    const { changes } = await recent(docs.folder);
    expect(brief({ changes })).toEqual(["added docs/in.md", "deleted docs/out.md"]);
    // The same among pages: the index has only one of the two.
    docs.rename("docs/in.md", "docs/hidden.md").commit(3);
    const pages = pagesBelow(docs.folder).filter(({ path }) => path !== "docs/hidden.md");
    const seen = await historyOf(docs.folder).recent({ days: 4, pages, now });
    expect(brief(seen)).toEqual(["deleted docs/in.md"]);
  });

  it("know names with spaces, line ends, quotes, dashes, other letters and patterns", async () => {
    const docs = new GitFolder();
    const names = ["a b.md", "line\nend.md", 'quo"te.md', "-dash.md", "größe/日本.md", "*.md"];
    names.push(":(glob)x.md", "[a].md", "tab\t.md", "back\\slash.md", "--help.md", "HEAD");
    for (const name of names) docs.write(name, `# ${name}\n`);
    docs.commit(10);
    const pages = names.map((path) => ({ path, mtimeMs: 0 }));
    const history = historyOf(docs.folder);
    const { changes } = await history.recent({ days: 30, pages, now });
    expect(changes.map(({ path }) => path).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(history.modified(name)).toEqual({ source: "git", date: daysAgo(10) });
    }
    docs.rename("a b.md", " c\n.md").git("add", "-A");
    const moved = await history.recent({
      days: 3,
      pages: [{ path: " c\n.md", mtimeMs: now.getTime() }],
      now,
    });
    expect(brief(moved)).toEqual(["*renamed a b.md ->  c\n.md"]);
  });

  it("survive dates that do not descend, and dates of the future", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(3);
    docs.write("b.md").commit(500, "a clock that was wrong");
    docs.write("c.md").commit(-2);
    const history = historyOf(docs.folder);
    const seen = await history.recent({ days: 30, pages: pagesBelow(docs.folder), now });
    expect(brief(seen)).toEqual(["added c.md", "added a.md"]);
    expect(history.modified("b.md")).toEqual({ source: "git", date: daysAgo(500) });
  });

  it("tell the newest date of a page from before the days that are kept in full", async () => {
    const docs = new GitFolder();
    docs.write("old.md").commit(2000);
    docs.write("other.md").commit(1500);
    docs.write("old.md", "# Old\n\nmore\n").commit(1000);
    const history = historyOf(docs.folder);
    expect(history.modified("old.md")).toBeUndefined();
    await history.refresh(pagesBelow(docs.folder));
    expect(history.modified("old.md")).toEqual({ source: "git", date: daysAgo(1000) });
    expect(history.modified("other.md")).toEqual({ source: "git", date: daysAgo(1500) });
    expect(
      (await history.recent({ days: 365, pages: pagesBelow(docs.folder), now })).changes,
    ).toEqual([]);
  });
});

describe("uncommitted changes", () => {
  it("are marked, dated by mtime and stand above commits", async () => {
    const docs = new GitFolder();
    const words = "many words\n".repeat(30);
    for (const name of ["edit", "stage", "gone", "staged-gone", "move", "still"]) {
      docs.write(`${name}.md`, `# ${name}\n${words}`);
    }
    docs.write("sub/last.md").commit(60);
    docs.write("committed.md").commit(0);
    docs.write("edit.md", "# Edit\n", 2).write("stage.md", "# Stage\n", 3).git("add", "stage.md");
    docs.write("fresh folder/fresh.md", "# Fresh\n", 1).write("staged.md", "# S\n", 4);
    docs.git("add", "staged.md");
    docs.git("rm", "-q", "staged-gone.md");
    docs.git("mv", "move.md", "moved.md");
    docs.remove("gone.md");
    docs.touch(".", 5);
    docs.touch("moved.md", 6);
    const { changes } = await recent(docs.folder);
    expect(brief({ changes })).toEqual([
      "*added fresh folder/fresh.md",
      "*changed edit.md",
      "*changed stage.md",
      "*added staged.md",
      "*deleted gone.md",
      "*renamed move.md -> moved.md",
      "*deleted staged-gone.md",
      "added committed.md",
    ]);
    expect(changes[0]).toEqual({
      path: "fresh folder/fresh.md",
      change: "added",
      date: iso(1),
      uncommitted: true,
      source: "git",
    });
    expect(changes[4]?.date).toBe(iso(5));
    expect(changes[5]?.date).toBe(iso(5));
    // Nobody touched them this day.
    expect(brief(await recent(docs.folder, 0.5))).toEqual(["added committed.md"]);
  });

  it("fold with the commits of the window", async () => {
    const docs = new GitFolder();
    docs.write("kept.md").commit(60);
    docs.write("new.md", "# New\n").write("brief.md").commit(5);
    docs.rename("kept.md", "kept-2.md").commit(4);
    docs
      .write("new.md", "# New\n\nedited\n")
      .remove("brief.md")
      .write("kept-2.md", "# kept.md\n\n1\n");
    const { changes } = await recent(docs.folder);
    expect(brief({ changes }).sort()).toEqual(["*added new.md", "*renamed kept.md -> kept-2.md"]);
  });

  it("of a page that git was told to forget are a change", async () => {
    const docs = new GitFolder();
    docs.write("a.md").commit(60);
    docs.git("rm", "-q", "--cached", "a.md");
    expect(brief(await recent(docs.folder))).toEqual(["*changed a.md"]);
  });

  it("show both sides of a conflict as a change, and intentions as additions", async () => {
    const docs = new GitFolder();
    docs.write("a.md", "# A\n").commit(60);
    docs.git("checkout", "-q", "-b", "side");
    docs.write("a.md", "# Side\n").commit(50);
    docs.git("checkout", "-q", "main");
    docs.write("a.md", "# Main\n").commit(40);
    expect(() => docs.git("merge", "-q", "side")).toThrow(/git merge/u);
    docs.write("intended.md").git("add", "-N", "intended.md");
    docs.write("nothing.md").git("add", "nothing.md");
    docs.remove("nothing.md");
    expect(brief(await recent(docs.folder)).sort()).toEqual([
      "*added intended.md",
      "*changed a.md",
    ]);
  });

  it("leave `modified` to the mtime", async () => {
    const docs = new GitFolder();
    docs.write("a.md").write("b.md").commit(60);
    docs.write("a.md", "# Other\n").write("c.md");
    const history = historyOf(docs.folder);
    await history.refresh(pagesBelow(docs.folder));
    expect(history.modified("a.md")).toEqual({ source: "mtime" });
    expect(history.modified("b.md")).toEqual({ source: "git", date: daysAgo(60) });
    expect(history.modified("c.md")).toEqual({ source: "mtime" });
  });

  it("are none of a page that is committed and deleted while the index is behind", async () => {
    const docs = new GitFolder();
    docs.write("a.md").write("b.md").commit(60);
    const pages = pagesBelow(docs.folder);
    docs.remove("a.md").commit(1);
    expect(brief(await historyOf(docs.folder).recent({ days: 30, pages, now }))).toEqual([
      "deleted a.md",
    ]);
  });
});
