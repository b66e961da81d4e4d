import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { makeHarmless } from "../src/git/git-settings.ts";
import {
  brief,
  daysAgo,
  git,
  GitFolder,
  historyOf,
  now,
  pagesBelow,
  plainEnv,
  recent,
  scratch,
} from "./support/git-folder.ts";

/** A repository with a program that leaves a mark when it is run. */
class Trap {
  readonly docs: GitFolder = new GitFolder();
  readonly program: string;
  readonly #mark: string;

  constructor() {
    const folder = scratch();
    this.#mark = path.join(folder, "mark");
    this.program = this.plant(path.join(folder, "program"));
    this.docs.write("a.md").write("b.md").commit(20);
    this.docs.write("a.md", "# A\n\nedited\n").commit(10);
  }

  plant(file: string): string {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho ran >> "${this.#mark}"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Whether the program ran since the last time. */
  sprung(): boolean {
    const ran = existsSync(this.#mark);
    rmSync(this.#mark, { force: true });
    return ran;
  }

  /** Sets the trap off with a git that takes no care. */
  carelessly(...args: string[]): void {
    spawnSync("git", args, { cwd: this.docs.folder, env: plainEnv, timeout: 10_000 });
  }

  set(...pairs: readonly (readonly [string, string])[]): void {
    for (const [key, value] of pairs) this.docs.git("config", "--add", key, value);
  }

  /** A page whose stat is not that of the index, so that git has to look at its bytes. */
  doubt(): void {
    this.docs.touch("b.md", 1);
  }

  /** Takes every blob away and says where they could be had. */
  promise(url: string): void {
    const words = "many words\n".repeat(30);
    this.docs.write("from.md", words).commit(9);
    this.docs.rename("from.md", "to.md").write("to.md", `${words}more\n`).commit(8);
    const lost = this.docs.git("rev-parse", "HEAD~1:from.md");
    rmSync(path.join(this.docs.folder, ".git/objects", lost.slice(0, 2), lost.slice(2)));
    this.set(["core.repositoryFormatVersion", "1"], ["extensions.partialClone", "origin"]);
    this.set(["remote.origin.url", url], ["remote.origin.promisor", "true"]);
    this.set(["remote.origin.partialclonefilter", "blob:none"]);
  }
}

interface Case {
  readonly name: string;
  readonly lay: (trap: Trap) => void;
  /** What would run the program. */
  readonly careless: readonly string[];
}

const partial = "the clone is partial: a page renamed and edited counts as new";
const lost = ["log", "-M", "--name-status"];

const cases: readonly Case[] = [
  {
    name: "core.fsmonitor",
    lay: (trap) => trap.set(["core.fsmonitor", trap.program]),
    careless: ["status"],
  },
  {
    name: "a hook of the repository",
    lay: (trap) => {
      trap.doubt();
      for (const hook of ["post-index-change", "reference-transaction", "fsmonitor-watchman"]) {
        trap.plant(path.join(trap.docs.folder, ".git/hooks", hook));
      }
    },
    careless: ["status"],
  },
  {
    name: "a hook elsewhere",
    lay: (trap) => {
      trap.doubt();
      trap.plant(path.join(trap.docs.folder, "hooks/post-index-change"));
      trap.set(["core.hooksPath", "hooks"]);
    },
    careless: ["status"],
  },
  ...["clean", "process"].map((kind) => ({
    name: `filter.<name>.${kind}`,
    lay: (trap: Trap): void => {
      trap.docs.write(".gitattributes", "*.md filter=evil\n").commit(5);
      trap.set([`filter.evil.${kind}`, trap.program], ["filter.evil.required", "true"]);
      trap.doubt();
    },
    careless: ["status"],
  })),
  {
    name: "a filter whose name holds an equals sign",
    lay: (trap) => {
      trap.docs.write(".git/info/attributes", "*.md filter=x=y\n");
      trap.set(["filter.x=y.clean", trap.program]);
      trap.doubt();
    },
    careless: ["status"],
  },
  {
    name: "a filter of an included configuration in capitals",
    lay: (trap) => {
      trap.docs.write(".gitattributes", "*.md filter=Évil.one\n");
      trap.docs.write(".git/more", `[FILTER "Évil.one"]\n  CLEAN = ${trap.program}\n`);
      trap.set(["include.path", "more"]);
      trap.doubt();
    },
    careless: ["status"],
  },
  {
    name: "diff.<name>.textconv",
    lay: (trap) => {
      trap.docs.write(".gitattributes", "*.md diff=evil\n");
      trap.set(["diff.evil.textconv", trap.program]);
    },
    careless: ["log", "-p"],
  },
  {
    name: "diff.<name>.command",
    lay: (trap) => {
      trap.docs.write(".gitattributes", "*.md diff=evil\n").write("b.md", "# B\n\nmore\n");
      trap.set(["diff.evil.command", trap.program]);
    },
    careless: ["diff"],
  },
  {
    name: "diff.external",
    lay: (trap) => {
      trap.docs.write("b.md", "# B\n\nmore\n");
      trap.set(["diff.external", trap.program]);
    },
    careless: ["diff"],
  },
  ...["gpg.program", "gpg.openpgp.program"].map((key) => ({
    name: key,
    lay: (trap: Trap): void => {
      const { docs } = trap;
      const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----";
      const [head = "", ...rest] = docs.git("cat-file", "commit", "HEAD").split("\n\n");
      const input = `${head}\n${signature}\n\n${rest.join("\n\n")}\n`;
      const id = git(docs.folder, ["hash-object", "-t", "commit", "-w", "--stdin"], { input });
      docs.git("reset", "-q", "--hard", id);
      trap.set([key, trap.program], ["log.showSignature", "true"]);
    },
    careless: ["log"],
  })),
  {
    name: "the ext protocol of a promisor",
    lay: (trap) => {
      trap.promise(`ext::${trap.program}`);
      trap.set(["protocol.ext.allow", "always"], ["protocol.allow", "always"]);
    },
    careless: lost,
  },
  {
    name: "core.sshCommand of a promisor",
    lay: (trap) => {
      trap.promise("ssh://host.invalid/x");
      trap.set(["core.sshCommand", trap.program], ["protocol.ssh.allow", "always"]);
    },
    careless: lost,
  },
  {
    name: "core.gitProxy of a promisor",
    lay: (trap) => {
      trap.promise("git://host.invalid/x");
      trap.set(["core.gitProxy", trap.program]);
    },
    careless: lost,
  },
  {
    name: "the uploadpack of a promisor",
    lay: (trap) => {
      trap.promise(new GitFolder().folder);
      trap.set(["remote.origin.uploadpack", trap.program]);
    },
    careless: lost,
  },
];

describe("nothing that a repository names is run:", () => {
  it.each(cases)("$name", async ({ lay, careless }) => {
    const trap = new Trap();
    lay(trap);
    trap.carelessly(...careless);
    expect(trap.sprung(), "the trap works").toBe(true);
    // What the careless run wrote to the index must not spare ours the work.
    trap.doubt();
    const history = historyOf(trap.docs.folder);
    const request = { days: 30, pages: pagesBelow(trap.docs.folder), now };
    const seen = await history.recent(request);
    expect(trap.sprung()).toBe(false);
    expect(seen.notes).toEqual(careless === lost ? [partial] : []);
    expect(brief(seen).map((line) => line.replace("*", ""))).toContain("added a.md");
    expect(history.modified("a.md")).toEqual({ source: "git", date: daysAgo(10) });
    // What comes after is read by other commands.
    const { docs } = trap;
    const next = docs.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "more");
    docs.git("-c", "core.hooksPath=/dev/null", "update-ref", "HEAD", next);
    trap.sprung();
    await history.recent(request);
    expect(trap.sprung()).toBe(false);
    expect(history.status()[0]?.head).toBe(next.slice(0, 12));
  });

  it("pagers, aliases, editors and helpers, all at once", async () => {
    const trap = new Trap();
    const { program } = trap;
    const keys = ["core.pager", "pager.log", "pager.status", "core.editor", "core.askPass"];
    for (const key of [
      ...keys,
      "sequence.editor",
      "credential.helper",
      "core.alternateRefsCommand",
    ]) {
      trap.set([key, program]);
    }
    for (const alias of ["log", "status", "config", "rev-parse", "ls-tree"]) {
      trap.set([`alias.${alias}`, `!${program}`]);
    }
    trap.set(["credential.https://host.invalid.helper", program], ["color.ui", "always"]);
    trap.set(["trailer.x.command", program], ["merge.x.driver", program]);
    trap.set(["submodule.x.update", `!${program}`], ["status.submoduleSummary", "true"]);
    const seen = await recent(trap.docs.folder);
    expect(trap.sprung()).toBe(false);
    expect(brief(seen)).toEqual(["added a.md", "added b.md"]);
  });

  it("a repository that is hidden in plain files is none", async () => {
    const trap = new Trap();
    const bare = path.join(scratch(), "bare");
    git(scratch(), ["clone", "-q", "--bare", trap.docs.folder, bare]);
    git(bare, ["config", "core.fsmonitor", trap.program]);
    git(bare, ["config", "core.bare", "false"]);
    writeFileSync(path.join(bare, "a.md"), "# A\n");
    const { notes } = await recent(bare);
    expect(notes).toEqual(["no git repository: dates are file times"]);
    expect(trap.sprung()).toBe(false);
  });
});

describe("a configuration", () => {
  it("that says how to print changes nothing", async () => {
    const trap = new Trap();
    trap.docs.write("sub/c.md", "# C\n\nwords\nwords\nwords\n").commit(8);
    trap.docs.git("mv", "sub/c.md", "sub/d.md");
    trap.docs.commit(7);
    trap.set(["log.showRoot", "false"], ["diff.renames", "false"], ["diff.relative", "true"]);
    trap.set(["log.diffMerges", "off"], ["diff.noprefix", "true"], ["log.date", "relative"]);
    trap.set(["diff.orderFile", "/nonexistent"], ["log.follow", "true"], ["log.decorate", "full"]);
    trap.set(
      ["i18n.logOutputEncoding", "UTF-16"],
      ["format.pretty", "raw"],
      ["status.renames", "no"],
    );
    trap.set(["status.showUntrackedFiles", "no"], ["status.relativePaths", "true"]);
    trap.set(["status.showStash", "true"], ["core.quotePath", "true"], ["notes.displayRef", "*"]);
    trap.docs.write("new.md");
    const seen = await recent(path.join(trap.docs.folder));
    expect(brief(seen)).toEqual(["*added new.md", "added sub/d.md", "added a.md", "added b.md"]);
    expect(brief(await recent(trap.docs.folder, 7.5))).toContain("renamed sub/c.md -> sub/d.md");
  });

  it("with a name that cannot be repeated is refused as a whole", async () => {
    const trap = new Trap();
    const section = Buffer.concat([
      Buffer.from('[filter "'),
      Buffer.from([0xff]),
      Buffer.from(`"]\n  clean = ${trap.program}\n`),
    ]);
    trap.docs.write(".git/more", section);
    trap.set(["include.path", "more"]);
    trap.docs.write(".git/info/attributes", Buffer.from("*.md filter=\xff\n", "latin1"));
    trap.doubt();
    trap.carelessly("status");
    expect(trap.sprung()).toBe(true);
    trap.doubt();
    const { notes } = await recent(trap.docs.folder);
    expect(trap.sprung()).toBe(false);
    expect(notes).toEqual(["its configuration cannot be made harmless: dates are file times"]);
  });

  it("that names more programs than anyone has is refused as a whole", () => {
    const names = Array.from({ length: 1001 }, (_, at) => `filter.${at}.clean\0`).join("");
    expect(makeHarmless(Buffer.from(names))).toBeUndefined();
    expect(makeHarmless(Buffer.from("filter.a.b.clean\0core.bare\0filter.clean\0"))).toEqual({
      settings: [["filter.a.b.clean", ""]],
      hasFilters: true,
      isPartial: false,
    });
  });
});

describe("a page that goes through a filter", () => {
  it("is not taken for changed only because the filter does not run", async () => {
    const docs = new GitFolder();
    docs.git("config", "filter.pointer.clean", "sed s/words/pointer/");
    docs.git("config", "filter.pointer.smudge", "sed s/pointer/words/");
    docs.write(".gitattributes", "big.md filter=pointer\n").write("big.md", "words\n");
    docs.write("a.md").commit(20);
    docs.touch("big.md", 3);
    docs.write("a.md", "# Changed\n");
    expect(brief(await recent(docs.folder, 10))).toEqual(["*changed a.md"]);
  });
});

describe("our own environment", () => {
  it("does not lead git elsewhere, and git leaves no trace", async () => {
    const other = new GitFolder();
    other.write("other.md").commit(3);
    const docs = new GitFolder();
    docs.write("a.md").commit(20);
    docs.touch("a.md", 1);
    const env = {
      ...plainEnv,
      GIT_DIR: path.join(other.folder, ".git"),
      GIT_WORK_TREE: other.folder,
      GIT_INDEX_FILE: "/nonexistent",
      GIT_TRACE: path.join(docs.folder, "trace.md"),
      GIT_NAMESPACE: "x",
      GIT_CONFIG_PARAMETERS: "'core.bare=true'",
      GIT_EXTERNAL_DIFF: "false",
    };
    const { status } = spawnSync("sh", ["-c", "find . -type f | xargs cksum | sort > ../before"], {
      cwd: docs.folder,
    });
    expect(status).toBe(0);
    expect(brief(await recent(docs.folder, 30, { env }))).toEqual(["added a.md"]);
    const after = spawnSync(
      "sh",
      ["-c", "find . -type f | xargs cksum | sort | diff - ../before"],
      {
        cwd: docs.folder,
      },
    );
    expect(after.stdout.toString()).toBe("");
  });
});
