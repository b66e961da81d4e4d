import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach } from "vitest";

import { type DatedPage, History, type HistoryOptions } from "../../src/history/history.ts";
import type { PageChange, RecentChanges } from "../../src/history/history.ts";
import { createLog } from "../../src/serving/log.ts";

/** The end of every window: the present, in whole seconds. */
export const now: Date = new Date(Math.floor(Date.now() / 1000) * 1000);

/** A moment before {@link now}, as git writes it for an author who lives at UTC+2. */
export function daysAgo(days: number): string {
  const local = new Date(now.getTime() - days * 86_400_000 + 2 * 3_600_000);
  return local.toISOString().replace(/\.\d+Z$/u, "+02:00");
}

/** An environment in which git is nobody's in particular. */
export const plainEnv: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

const bases: string[] = [];
afterEach(() => {
  for (const base of bases.splice(0)) rmSync(base, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export function scratch(): string {
  const base = mkdtempSync(path.join(tmpdir(), "lectern-history-"));
  bases.push(base);
  return base;
}

/** Runs the real git; throws when it fails. */
export function git(
  folder: string,
  args: readonly string[],
  extra: { readonly input?: string | Uint8Array; readonly date?: string } = {},
): string {
  const { input, date = daysAgo(0) } = extra;
  const who = { GIT_AUTHOR_NAME: "Ann Author", GIT_AUTHOR_EMAIL: "ann@example.org" };
  const by = { GIT_COMMITTER_NAME: "Carl", GIT_COMMITTER_EMAIL: "carl@example.org" };
  const when = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const run = spawnSync("git", args, {
    cwd: folder,
    env: { ...plainEnv, ...who, ...by, ...when },
    maxBuffer: 1 << 28,
    ...(input !== undefined && { input }),
  });
  if (run.status !== 0) throw new Error(`git ${args.join(" ")}: ${run.stderr?.toString()}`);
  return run.stdout.toString().trim();
}

/** A folder of pages, in a repository or not. */
export class PageFolder {
  readonly folder: string;

  constructor(folder: string = path.join(scratch(), "docs")) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  write(name: string, text: string | Uint8Array = `# ${name}\n`, days?: number): this {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (days !== undefined) this.touch(name, days);
    return this;
  }

  /** Sets the mtime of a page or a folder. */
  touch(name: string, days: number): void {
    const seconds = now.getTime() / 1000 - days * 86_400;
    utimesSync(path.join(this.folder, name), seconds, seconds);
  }

  remove(name: string): this {
    rmSync(path.join(this.folder, name), { recursive: true });
    return this;
  }

  rename(from: string, to: string): this {
    mkdirSync(path.dirname(path.join(this.folder, to)), { recursive: true });
    renameSync(path.join(this.folder, from), path.join(this.folder, to));
    return this;
  }

  /** Commits all that is there, some days ago; gives the commit's first 12 digits. */
  commit(days: number, subject = "a commit"): string {
    this.git("add", "-A");
    git(this.folder, ["commit", "-q", "--allow-empty", "-m", subject], { date: daysAgo(days) });
    return this.git("rev-parse", "HEAD").slice(0, 12);
  }

  git(...args: string[]): string {
    return git(this.folder, args);
  }
}

/** A repository of its own. */
export class GitFolder extends PageFolder {
  constructor(folder?: string, ...init: string[]) {
    super(folder);
    this.git("init", "-q", "-b", "main", ...init);
  }
}

/** Markdown files below a folder as an index would list them. */
export function pagesBelow(folder: string, prefix = ""): DatedPage[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.split(path.sep).includes(".git"))
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => ({ path: prefix + name, mtimeMs: statSync(path.join(folder, name)).mtimeMs }));
}

/** A history of one root, or of several by their prefixes. */
export function historyOf(
  roots: string | Readonly<Record<string, string>>,
  options: HistoryOptions = {},
): History {
  const named = typeof roots === "string" ? { "": roots } : roots;
  const all = Object.entries(named).map(([prefix, folder]) => ({ prefix, folder }));
  return new History(all, createLog("silent"), { env: plainEnv, ...options });
}

/** What a fresh history tells of one root. */
export function recent(
  folder: string,
  days = 30,
  options: HistoryOptions = {},
): Promise<RecentChanges> {
  return historyOf(folder, options).recent({ days, pages: pagesBelow(folder), now });
}

/** Changes in short: `changed a.md`, `renamed a.md -> b.md`, with `*` where uncommitted, `~` by mtime. */
export function brief({ changes }: { readonly changes: readonly PageChange[] }): string[] {
  return changes.map(({ change, path: page, from, uncommitted, source }) => {
    const mark = (uncommitted === true ? "*" : "") + (source === "mtime" ? "~" : "");
    return `${mark}${change} ${from === undefined ? "" : `${from} -> `}${page}`;
  });
}

/** A `git` on a `PATH` of its own that writes down how it is called, and first runs `lines` of sh. */
export class SpyGit {
  readonly env: NodeJS.ProcessEnv;
  readonly #log: string;

  constructor(lines = "") {
    const folder = scratch();
    const real = spawnSync("sh", ["-c", "command -v git"]).stdout.toString().trim();
    this.#log = path.join(folder, "calls");
    const script = `#!/bin/sh\necho "$*" >> "${this.#log}"\nreal=${real}\n${lines}\nexec $real "$@"\n`;
    writeFileSync(path.join(folder, "git"), script);
    chmodSync(path.join(folder, "git"), 0o755);
    this.env = { ...plainEnv, PATH: `${folder}${path.delimiter}${plainEnv["PATH"]}` };
  }

  /** Calls since the last time, each its arguments after the folder. */
  take(): string[] {
    if (!existsSync(this.#log)) return [];
    const calls = readFileSync(this.#log, "utf8").trim().split("\n");
    rmSync(this.#log);
    return calls.map((line) => line.replace(/^--no-pager -C \S+ /u, ""));
  }
}
