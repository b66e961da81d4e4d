import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { CloneFolder, reasonOf } from "../support/clone-folder.ts";
import { plainEnv, scratch } from "../support/git-folder.ts";

/** A clone with a program that leaves a mark when it is run. */
class Trap extends CloneFolder {
  readonly base: string = scratch();
  readonly program: string = this.plant(path.join(this.base, "program"));

  /** Writes the program to a file; it also hands on what it reads, as filters do. */
  plant(file: string): string {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho ran >> "${path.join(this.base, "mark")}"\nexit 1\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Whether it ran since the last time. */
  sprung(): boolean {
    const mark = path.join(this.base, "mark");
    const ran = existsSync(mark);
    rmSync(mark, { force: true });
    return ran;
  }

  set(...pairs: readonly (readonly [string, string])[]): void {
    for (const [key, value] of pairs) {
      // By the file alone: git itself would stumble over some of them.
      const run = spawnSync("git", ["config", "-f", this.file("config"), "--add", key, value]);
      if (run.status !== 0) throw new Error(run.stderr.toString());
    }
  }

  /** A file of the clone's `.git`. */
  file(name: string): string {
    return path.join(this.clone.folder, ".git", name);
  }

  /** Does what is to set the trap off, with a git that takes no care. */
  carelessly(line: string): void {
    const who = { GIT_COMMITTER_NAME: "c", GIT_COMMITTER_EMAIL: "c@d" };
    const env = { ...plainEnv, ...who };
    spawnSync("sh", ["-c", line], { cwd: this.clone.folder, env, timeout: 20_000 });
  }
}

interface Case {
  readonly name: string;
  readonly lay: (trap: Trap) => void;
  /** What the pull gives: it works in spite of the trap, or says why not. */
  readonly gives: "updated" | RegExp;
  /** What sets it off; `git pull` when absent. */
  readonly careless?: string;
}

const UNREACHABLE = /^its remote cannot be fetched from$/u;
const REFUSED = /^its remote is reached by none of https, ssh, git and file$/u;

const hooks = [
  "post-merge",
  "post-checkout",
  "post-index-change",
  "reference-transaction",
  "fsmonitor-watchman",
];

const cases: readonly Case[] = [
  ...hooks.slice(0, -1).map((hook) => ({
    name: `the hook ${hook}`,
    lay: (trap: Trap) => void trap.plant(trap.file(`hooks/${hook}`)),
    careless: hook === "post-checkout" ? "git checkout -q -b x" : "git pull -q",
    gives: "updated" as const,
  })),
  {
    name: "hooks elsewhere",
    lay(trap) {
      for (const hook of hooks) trap.plant(path.join(trap.base, "hooks", hook));
      trap.set(["core.hooksPath", path.join(trap.base, "hooks")]);
    },
    gives: "updated",
  },
  {
    name: "core.fsmonitor",
    lay: (trap) => trap.set(["core.fsmonitor", trap.program]),
    gives: "updated",
  },
  ...["smudge", "clean", "process"].map((kind) => ({
    name: `filter.<name>.${kind}`,
    lay(trap: Trap): void {
      trap.clone.write(".git/info/attributes", "*.md filter=evil\n");
      trap.set([`filter.evil.${kind}`, trap.program]);
      trap.clone.touch("a.md", 2);
    },
    careless: "git pull -q; git status",
    gives: "updated" as const,
  })),
  {
    name: "a filter of pages that come with the pull, required",
    lay(trap) {
      trap.origin.write(".gitattributes", "*.md filter=x=y\n");
      trap.advance("filtered.md");
      trap.set(["filter.x=y.smudge", trap.program], ["filter.x=y.required", "true"]);
    },
    gives: "updated",
  },
  {
    name: "an included configuration",
    lay(trap) {
      writeFileSync(trap.file("more"), `[core]\n  sshCommand = ${trap.program}\n`);
      trap.set(["include.path", "more"]);
      trap.clone.git("config", "remote.origin.url", "ssh://host.invalid/x");
    },
    gives: UNREACHABLE,
  },
  {
    name: "the configuration of a worktree",
    lay(trap) {
      trap.set(["extensions.worktreeConfig", "true"]);
      writeFileSync(trap.file("config.worktree"), `[core]\n  sshCommand = ${trap.program}\n`);
      trap.clone.git("config", "remote.origin.url", "host.invalid:x");
    },
    gives: UNREACHABLE,
  },
  {
    name: "core.sshCommand",
    lay(trap) {
      trap.set(["core.sshCommand", trap.program]);
      trap.clone.git("config", "remote.origin.url", "ssh://host.invalid/x");
    },
    gives: UNREACHABLE,
  },
  {
    name: "core.gitProxy",
    lay(trap) {
      trap.set(["core.gitProxy", trap.program]);
      trap.clone.git("config", "remote.origin.url", "git://host.invalid/x");
    },
    gives: UNREACHABLE,
  },
  {
    name: "remote.<name>.uploadpack",
    lay: (trap) => trap.set(["remote.origin.uploadpack", trap.program]),
    gives: "updated",
  },
  {
    name: "remote.<name>.vcs",
    lay(trap) {
      trap.set(["remote.origin.vcs", "trap"]);
      trap.plant(path.join(trap.base, "git-remote-trap"));
    },
    careless: 'PATH="$(dirname PROGRAM):$PATH" git pull -q',
    gives: "updated",
  },
  {
    name: "an address of ext",
    lay(trap) {
      trap.set(["protocol.allow", "always"], ["protocol.ext.allow", "always"]);
      trap.clone.git("config", "remote.origin.url", `ext::${trap.program}`);
    },
    gives: REFUSED,
  },
  {
    name: "an address that becomes one of ext",
    lay(trap) {
      trap.set(["protocol.ext.allow", "always"]);
      trap.set([`url.ext::${trap.program} .insteadOf`, "file://"]);
    },
    gives: REFUSED,
  },
  {
    name: "an address that looks like an option of ssh",
    lay: (trap) =>
      trap.clone.git("config", "remote.origin.url", `ssh://-oProxyCommand=${trap.program}/x`),
    careless: "PROGRAM",
    gives: UNREACHABLE,
  },
  {
    name: "core.alternateRefsCommand",
    lay(trap) {
      const other = new CloneFolder();
      writeFileSync(trap.file("objects/info/alternates"), `${other.origin.folder}/.git/objects\n`);
      trap.set(["core.alternateRefsCommand", trap.program]);
    },
    gives: "updated",
  },
  {
    name: "the hooks and the fsmonitor of an alternate",
    lay(trap) {
      const { folder } = new CloneFolder().origin;
      writeFileSync(trap.file("objects/info/alternates"), `${folder}/.git/objects\n`);
      for (const hook of hooks) trap.plant(path.join(folder, ".git/hooks", hook));
      spawnSync("git", ["-C", folder, "config", "core.fsmonitor", trap.program]);
    },
    careless: "PROGRAM",
    gives: "updated",
  },
  {
    name: "a promisor",
    lay(trap) {
      trap.set(["extensions.partialClone", "origin"], ["remote.origin.promisor", "true"]);
      trap.set(["remote.origin.uploadpack", trap.program]);
    },
    gives: /^the clone is partial/u,
  },
  {
    name: "credential.helper, core.askPass, pagers and editors",
    lay(trap) {
      for (const key of ["core.askPass", "core.pager", "pager.fetch", "core.editor"]) {
        trap.set([key, trap.program]);
      }
      trap.set(["credential.helper", trap.program], ["gpg.program", trap.program]);
      trap.set(["credential.https://127.0.0.1.helper", trap.program]);
      trap.clone.git("config", "remote.origin.url", "https://127.0.0.1:1/x");
    },
    careless: "printf 'protocol=https\\nhost=127.0.0.1\\n\\n' | git credential fill",
    gives: UNREACHABLE,
  },
  {
    name: "merge drivers, submodules, maintenance and aliases",
    lay(trap) {
      for (const alias of ["fetch", "read-tree", "update-ref", "config", "merge-base"]) {
        trap.set([`alias.${alias}`, `!${trap.program}`]);
      }
      trap.clone.write(".git/info/attributes", "*.md merge=evil\n");
      trap.set(["merge.evil.driver", trap.program], ["submodule.recurse", "true"]);
      trap.set(["submodule.x.update", `!${trap.program}`], ["submodule.x.active", "true"]);
      trap.set(["gc.auto", "1"], ["fetch.recurseSubmodules", "true"]);
      trap.set(["core.sshCommand", trap.program], ["trailer.x.command", trap.program]);
    },
    careless: "PROGRAM",
    gives: "updated",
  },
];

describe("nothing that a repository names is run by a pull and a rollback:", () => {
  it.each(cases)("$name", async ({ lay, gives, careless = "git pull -q" }) => {
    const trap = new Trap();
    trap.advance();
    const from = trap.head;
    lay(trap);
    trap.sprung();
    // On a copy, which is not the worse for it.
    const copy = path.join(trap.base, "copy");
    spawnSync("cp", ["-a", trap.clone.folder, copy]);
    const other = Object.create(trap) as Trap;
    other.clone = trap.at(copy).clone;
    other.carelessly(careless.replaceAll("PROGRAM", trap.program));
    expect(trap.sprung(), "the trap works").toBe(true);
    const result = await trap.pull();
    expect(trap.sprung()).toBe(false);
    if (gives === "updated") {
      expect(result).toMatchObject({ outcome: "updated", from });
      expect(readFileSync(path.join(trap.clone.folder, "new.md"), "utf8")).toBe("# new.md\n");
      expect(await trap.rollBack()).toMatchObject({ outcome: "rolled back", to: from });
      expect(await trap.pull()).toMatchObject({ outcome: "held" });
    } else {
      expect(reasonOf(result)).toMatch(gives);
    }
    expect(trap.sprung()).toBe(false);
  });

  it("a configuration that is hidden in the pages is none of theirs", async () => {
    const trap = new Trap();
    trap.advance("sub/.gitmodules", '[submodule "x"]\n  path = x\n  update = !false\n');
    trap.advance(".gitmodules", `[submodule "x"]\n  path = x\n  url = ext::${trap.program}\n`);
    expect(await trap.pull()).toMatchObject({ outcome: "updated" });
    expect(trap.sprung()).toBe(false);
  });
});

describe("what the operator's own configuration names", () => {
  it("reaches remotes, by file and by variable", async () => {
    const trap = new Trap();
    trap.clone.git("config", "remote.origin.url", "ssh://host.invalid/x");
    const global = path.join(trap.base, "global");
    writeFileSync(global, `[core]\n  sshCommand = ${trap.program}\n`);
    const with_ = (env: NodeJS.ProcessEnv): Trap =>
      Object.assign(Object.create(trap) as Trap, { env: { ...plainEnv, ...env } });
    expect(reasonOf(await with_({ GIT_CONFIG_GLOBAL: global }).pull())).toMatch(UNREACHABLE);
    expect(trap.sprung()).toBe(true);
    expect(reasonOf(await with_({ GIT_SSH_COMMAND: trap.program }).pull())).toMatch(UNREACHABLE);
    expect(trap.sprung()).toBe(true);
    const count = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.sshCommand" };
    const env = { ...count, GIT_CONFIG_VALUE_0: trap.program };
    expect(reasonOf(await with_(env).pull())).toMatch(UNREACHABLE);
    expect(trap.sprung()).toBe(true);
    writeFileSync(
      global,
      `[includeIf "gitdir:${trap.clone.folder}/"]\n  path = ${path.join(trap.base, "work")}\n`,
    );
    writeFileSync(path.join(trap.base, "work"), `[core]\n  sshCommand = ${trap.program}\n`);
    expect(reasonOf(await with_({ GIT_CONFIG_GLOBAL: global }).pull())).toMatch(UNREACHABLE);
    expect(trap.sprung()).toBe(true);
  });

  it("rewrites addresses once, and is no filter, hook or lifted protocol", async () => {
    const trap = new Trap();
    trap.origin.write(".gitattributes", "*.md filter=lfs\n");
    const to = trap.advance();
    trap.clone.git("config", "remote.origin.url", "wiki:origin");
    const global = path.join(trap.base, "global");
    trap.plant(path.join(trap.base, "hooks/reference-transaction"));
    writeFileSync(
      global,
      `[url "file://${path.dirname(trap.origin.folder)}/"]\n  insteadOf = wiki:\n` +
        `[filter "lfs"]\n  smudge = ${trap.program}\n  required = true\n` +
        `[core]\n  hooksPath = ${path.join(trap.base, "hooks")}\n` +
        `[protocol "ext"]\n  allow = always\n`,
    );
    const mine = Object.create(trap) as Trap;
    Object.assign(mine, { env: { ...plainEnv, GIT_CONFIG_GLOBAL: global } });
    expect(await mine.pull()).toMatchObject({ outcome: "updated", to });
    expect(trap.sprung()).toBe(false);
    trap.clone.git("config", "remote.origin.url", `ext::${trap.program}`);
    expect(reasonOf(await mine.pull())).toMatch(REFUSED);
    expect(trap.sprung()).toBe(false);
  });
});
