import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { findClones } from "../../src/pull/clones.ts";
import { CloneFolder, reasonOf } from "../support/clone-folder.ts";
import { GitFolder, PageFolder, scratch } from "../support/git-folder.ts";

const DIVERGED = "it has commits that its upstream has not: the two have diverged";

describe("a pull", () => {
  it("forwards branch, index and files, and says from where to where", async () => {
    const folder = new CloneFolder();
    const from = folder.head;
    expect(await folder.pull()).toEqual({ outcome: "current", at: from });
    folder.advance("sub/new.md");
    folder.origin.remove("a.md").write("sub/b.md", "# B\n\nmore\n");
    const to = folder.advance("c.md");
    expect(await folder.pull()).toEqual({ outcome: "updated", from, to, commits: 2 });
    expect(folder.head).toBe(to);
    expect(folder.status).toBe("");
    expect(existsSync(path.join(folder.clone.folder, "a.md"))).toBe(false);
    expect(readFileSync(path.join(folder.clone.folder, "sub/b.md"), "utf8")).toContain("more");
    expect(folder.clone.git("rev-parse", "origin/main")).toBe(to);
    expect(folder.clone.git("reflog", "-1", "--format=%gs")).toBe("lectern pull");
    expect([folder.kept("previous"), folder.kept("pulled")]).toEqual([from, to]);
    expect(folder.kept("moving/from") + folder.kept("moving/to") + folder.kept("rejected")).toBe(
      "",
    );
    expect(await folder.pull()).toEqual({ outcome: "current", at: to });
    const left = readdirSync(path.join(folder.clone.folder, ".git"));
    expect(left.filter((name) => name.startsWith("lectern"))).toEqual([]);
    expect(folder.clone.git("fsck", "--strict")).toBe("");
  });

  it("keeps local changes, and moves nothing where one is in the way", async () => {
    const folder = new CloneFolder();
    const before = folder.head;
    folder.clone.write("a.md", "# Mine\n").write("mine.md", "# Mine\n");
    folder.advance("new.md");
    expect(await folder.pull()).toMatchObject({ outcome: "updated", from: before });
    expect(folder.status).toBe("M a.md\n?? mine.md");
    const at = folder.head;
    folder.advance("a.md", "# Theirs\n");
    expect(reasonOf(await folder.pull())).toBe("local changes of a.md are in the way");
    folder.clone.git("checkout", "-q", "a.md");
    folder.advance("mine.md");
    expect(reasonOf(await folder.pull())).toBe("mine.md is in the way and belongs to no commit");
    expect([folder.head, folder.status, folder.kept("previous")]).toEqual([
      at,
      "?? mine.md",
      before,
    ]);
    expect(folder.kept("moving/to")).toBe("");
    folder.clone.remove("mine.md");
    // A file that was only touched is no local change.
    folder.clone.touch("a.md", 3);
    expect(await folder.pull()).toMatchObject({ outcome: "updated", commits: 2 });
    expect(readFileSync(path.join(folder.clone.folder, "a.md"), "utf8")).toBe("# Theirs\n");
  });

  it("keeps what is staged, and a file in a folder's way", async () => {
    const folder = new CloneFolder();
    folder.clone.write("staged.md").git("add", "staged.md");
    folder.clone.write("topic", "a file\n");
    folder.advance("topic/page.md");
    expect(reasonOf(await folder.pull())).toContain("is in the way and belongs to no commit");
    folder.clone.remove("topic");
    expect(await folder.pull()).toMatchObject({ outcome: "updated" });
    expect(folder.status).toBe("A  staged.md");
  });

  it("says that the two have diverged, and leaves a clone alone that is ahead", async () => {
    const folder = new CloneFolder();
    folder.clone.write("mine.md").commit(4);
    const mine = folder.head;
    expect(await folder.pull()).toEqual({ outcome: "current", at: mine });
    folder.advance();
    expect(reasonOf(await folder.pull())).toBe(DIVERGED);
    expect([folder.head, folder.status, folder.kept("previous")]).toEqual([mine, "", ""]);
  });

  it("never removes the lock of another git", async () => {
    const folder = new CloneFolder();
    folder.advance();
    const lock = path.join(folder.clone.folder, ".git/index.lock");
    writeFileSync(lock, "");
    const before = folder.head;
    expect(reasonOf(await folder.pull())).toContain("left index.lock, which is yours to remove");
    expect([existsSync(lock), folder.head]).toEqual([true, before]);
    rmSync(lock);
    writeFileSync(path.join(folder.clone.folder, ".git/refs/heads/main.lock"), "");
    expect(reasonOf(await folder.pull())).toContain("or is locked");
    expect([folder.head, folder.status]).toEqual([before, ""]);
    rmSync(path.join(folder.clone.folder, ".git/refs/heads/main.lock"));
    expect(await folder.pull()).toMatchObject({ outcome: "updated", from: before });
    expect(folder.status).toBe("");
  });

  it.each<[string, (folder: CloneFolder) => void]>([
    ["HEAD is detached", ({ clone }) => clone.git("checkout", "-q", "--detach")],
    ["no upstream", ({ clone }) => clone.git("branch", "-q", "--unset-upstream")],
    ["no commit yet", ({ clone }) => clone.git("checkout", "-q", "--orphan", "other")],
    [
      "the remote that its branch follows is not",
      ({ clone }) => {
        clone.git("config", "--remove-section", "remote.origin");
      },
    ],
    ["a branch of its own", ({ clone }) => clone.git("config", "branch.main.remote", ".")],
    ["its upstream branch is not there", ({ origin }) => origin.git("branch", "-m", "other")],
    ["cannot be fetched from", ({ origin }) => rmSync(origin.folder, { recursive: true })],
    [
      "is not the name of a branch",
      ({ clone }) => {
        clone.git("config", "branch.main.merge", "refs/heads/main:refs/heads/x");
      },
    ],
    [
      "a merge is under way",
      (folder) => {
        folder.clone.write("a.md", "# Mine\n").commit(4);
        folder.clone.git("branch", "side");
        folder.clone.git("reset", "-q", "--hard", "HEAD~1");
        folder.clone.write("a.md", "# Other\n").commit(4);
        folder.clone.git("push", "-q", "origin", "HEAD:refs/heads/next");
        folder.origin.git("reset", "-q", "--hard", "next");
        folder.advance();
        expect(() => folder.clone.git("merge", "side")).toThrow("git merge side");
      },
    ],
    ["the clone is partial", ({ clone }) => clone.git("config", "remote.origin.promisor", "true")],
  ])("explains: %s", async (says, lay) => {
    const folder = new CloneFolder();
    folder.advance();
    lay(folder);
    const refs = folder.clone.git("for-each-ref", "refs/heads", "refs/remotes");
    const status = folder.status;
    expect(reasonOf(await folder.pull())).toContain(says);
    expect(folder.clone.git("for-each-ref", "refs/heads", "refs/remotes")).toBe(refs);
    expect(folder.status).toBe(status);
  });

  it("finishes one that was cut off between files and branch", async () => {
    const folder = new CloneFolder();
    const from = folder.head;
    const to = folder.advance();
    folder.clone.git("fetch", "-q");
    folder.clone.git("update-ref", "refs/lectern/moving/from", from);
    folder.clone.git("update-ref", "refs/lectern/moving/to", to);
    folder.clone.git("read-tree", "-m", "-u", from, to);
    const next = folder.advance("new.md", "# Newer\n");
    expect(await folder.pull()).toEqual({ outcome: "updated", from, to: next, commits: 2 });
    expect([folder.head, folder.status, folder.kept("moving/to")]).toEqual([next, "", ""]);
    expect(await folder.rollBack()).toMatchObject({ outcome: "rolled back", to });
  });

  it("at the same time as another leaves a clone as whole as one alone", async () => {
    const folder = new CloneFolder();
    const to = folder.advance();
    const results = await Promise.all([folder.pull(), folder.pull(), folder.pull()]);
    expect(results.filter(({ outcome }) => outcome === "updated")).toHaveLength(1);
    expect(await folder.pull()).toEqual({ outcome: "current", at: to });
    expect([folder.head, folder.status, folder.kept("moving/from")]).toEqual([to, "", ""]);
  });

  it("overwrites what is ignored, as git does, and nothing that is only excluded here", async () => {
    const folder = new CloneFolder([], (origin) => void origin.write(".gitignore", "out.md\n"));
    folder.clone.write("out.md", "# Made\n").write("mine.md", "# Mine\n");
    folder.clone.write(".git/info/exclude", "mine.md\n");
    folder.origin.git("add", "-f", folder.origin.write("out.md").folder + "/out.md");
    folder.advance("other.md");
    expect(await folder.pull()).toMatchObject({ outcome: "updated" });
    expect(readFileSync(path.join(folder.clone.folder, "out.md"), "utf8")).toBe("# out.md\n");
    folder.advance("mine.md");
    expect(reasonOf(await folder.pull())).toBe("mine.md is in the way and belongs to no commit");
  });

  it("takes away what was left by one that was killed, and no other's", async () => {
    const folder = new CloneFolder();
    const to = folder.advance();
    const left = new PageFolder(path.join(folder.clone.folder, ".git/lectern-pull"));
    left.write("owner", `${process.pid} ${hostname()}`);
    expect(reasonOf(await folder.pull())).toBe("another pull of it is under way");
    left.write("owner", "1 elsewhere");
    expect(reasonOf(await folder.pull())).toBe("another pull of it is under way");
    const { pid } = spawnSync("true");
    left.write("owner", `${pid} ${hostname()}`);
    expect(await folder.pull()).toMatchObject({ outcome: "updated", to });
    expect(existsSync(left.folder)).toBe(false);
  });
});

describe("a rollback", () => {
  it("goes back, and pulls stay until upstream has moved past", async () => {
    const folder = new CloneFolder();
    const old = folder.head;
    expect(reasonOf(await folder.rollBack())).toContain("nothing to go back to");
    folder.advance("between.md");
    const bad = folder.advance("bad.md");
    await folder.pull();
    folder.clone.write("a.md", "# Mine\n");
    expect(await folder.rollBack()).toEqual({ outcome: "rolled back", from: bad, to: old });
    expect([folder.head, folder.status, folder.kept("rejected")]).toEqual([old, "M a.md", bad]);
    expect(await folder.pull()).toEqual({ outcome: "held", at: old, rejected: bad });
    expect(reasonOf(await folder.rollBack())).toContain("nothing to go back to");
    folder.origin.git("reset", "-q", "--hard", "HEAD~1");
    expect(await folder.pull()).toMatchObject({ outcome: "held" });
    folder.origin.git("reset", "-q", "--hard", bad);
    const good = folder.advance("good.md");
    expect(await folder.pull()).toEqual({ outcome: "updated", from: old, to: good, commits: 3 });
    expect(folder.kept("rejected")).toBe("");
    expect(await folder.rollBack()).toMatchObject({ outcome: "rolled back", to: old });
  });

  it("refuses where a local change is in the way, and where the branch has moved on", async () => {
    const folder = new CloneFolder();
    const to = folder.advance();
    await folder.pull();
    folder.clone.write("new.md", "# Mine\n");
    expect(reasonOf(await folder.rollBack())).toBe("local changes of new.md are in the way");
    expect([folder.head, folder.kept("rejected")]).toEqual([to, ""]);
    folder.clone.commit(3);
    expect(reasonOf(await folder.rollBack())).toContain("its branch has moved since the last pull");
  });

  it("reaches no remote", async () => {
    const folder = new CloneFolder();
    const old = folder.head;
    folder.advance();
    await folder.pull();
    rmSync(folder.origin.folder, { recursive: true });
    expect(await folder.rollBack()).toMatchObject({ outcome: "rolled back", to: old });
  });
});

/** Pulls one commit and goes back; the clone's own git finds nothing odd. */
async function thereAndBack(folder: CloneFolder): Promise<void> {
  const from = folder.head;
  const to = folder.advance("sub/b.md", "# B\n\nmore\n");
  expect(await folder.pull()).toEqual({ outcome: "updated", from, to, commits: 1 });
  expect([folder.head, folder.status]).toEqual([to, ""]);
  expect(await folder.rollBack()).toMatchObject({ outcome: "rolled back", to: from });
  expect([folder.head, folder.status]).toEqual([from, ""]);
  folder.clone.git("fsck");
}

describe("a clone that is", () => {
  it("of SHA-256", async () => {
    await thereAndBack(new CloneFolder(["sha256"]));
  });

  it("shallow stays so", async () => {
    const folder = new CloneFolder(["--depth", "1"], (origin) => {
      origin.write("z.md").commit(30);
    });
    await thereAndBack(folder);
    expect(folder.clone.git("rev-parse", "--is-shallow-repository")).toBe("true");
  });

  it("sparse writes only its own files", async () => {
    const folder = new CloneFolder();
    folder.clone.git("sparse-checkout", "set", "--cone", "sub");
    folder.clone.git("sparse-checkout", "reapply", "--sparse-index");
    folder.advance("else/where.md");
    folder.advance("sub/here.md");
    expect(await folder.pull()).toMatchObject({ outcome: "updated", commits: 2 });
    expect(readdirSync(folder.clone.folder).sort()).toEqual([".git", "a.md", "sub"]);
    expect(existsSync(path.join(folder.clone.folder, "sub/here.md"))).toBe(true);
    expect(folder.status).toBe("");
  });

  it("one of two worktrees keeps commits of its own", async () => {
    const folder = new CloneFolder();
    folder.clone.git("branch", "-q", "--track", "side", "origin/main");
    const side = path.join(scratch(), "side");
    folder.clone.git("worktree", "add", "-q", side, "side");
    const other = folder.at(side);
    await thereAndBack(other);
    expect(folder.kept("rejected")).toBe("");
    await folder.pull();
    expect(folder.kept("previous")).toBe(other.head);
    expect(await other.pull()).toMatchObject({ outcome: "held" });
  });

  it("of a split index", async () => {
    const folder = new CloneFolder();
    folder.clone.git("update-index", "--split-index");
    await thereAndBack(folder);
  });

  it("told to write CRLF, with an attribute of its own", async () => {
    const folder = new CloneFolder(["--config", "core.autocrlf=true"]);
    folder.clone.write(".git/info/attributes", "lf.md text eol=lf\n");
    folder.advance("crlf.md", "# A\n");
    folder.advance("lf.md", "# A\n");
    await folder.pull();
    expect(readFileSync(path.join(folder.clone.folder, "crlf.md"), "utf8")).toBe("# A\r\n");
    expect(readFileSync(path.join(folder.clone.folder, "lf.md"), "utf8")).toBe("# A\n");
    expect(folder.status).toBe("");
  });

  it("of an address that is relative, or rewritten by the clone", async () => {
    const folder = new CloneFolder();
    folder.clone.git("config", "remote.origin.url", "../origin");
    await thereAndBack(folder);
    folder.advance();
    folder.clone.git("config", "remote.origin.url", "wiki:origin");
    folder.clone.git(
      "config",
      `url.file://${path.dirname(folder.origin.folder)}/.insteadOf`,
      "wiki:",
    );
    expect(await folder.pull()).toMatchObject({ outcome: "updated" });
  });

  it("without a note of where its upstream is", async () => {
    const folder = new CloneFolder();
    folder.clone.git("config", "--unset-all", "remote.origin.fetch");
    const tracked = folder.clone.git("rev-parse", "refs/remotes/origin/main");
    await thereAndBack(folder);
    expect(folder.clone.git("rev-parse", "refs/remotes/origin/main")).toBe(tracked);
  });
});

describe("roots", () => {
  it("of one repository are one clone, by whatever way they are named", async () => {
    const folder = new CloneFolder();
    const link = path.join(scratch(), "link");
    symlinkSync(path.join(folder.clone.folder, "sub"), link);
    const outside = scratch();
    const gone = path.join(outside, "gone");
    const other = new GitFolder();
    const roots = [folder.clone.folder, link, outside, gone, other.folder];
    expect(await findClones(roots)).toEqual({
      folders: [folder.clone.folder, other.folder],
      outside: [outside],
      missing: [gone],
    });
  });
});
