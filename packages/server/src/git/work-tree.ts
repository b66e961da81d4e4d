import { lstatSync } from "node:fs";
import { lstat, readFile, realpath } from "node:fs/promises";
import path from "node:path";

import { GitError } from "./git.ts";
import { type Harmless, makeHarmless } from "./git-settings.ts";

/** Asks git about a folder, with settings that run nothing; gives the bytes it printed. */
export type AskGit = (...args: string[]) => Promise<Buffer>;

/** Where the git of a work tree keeps its data, absolute. */
export interface GitFolders {
  /** Of this work tree: its head and its index. */
  readonly own: string;
  /** Of all work trees of the repository: its objects and its branches. */
  readonly common: string;
}

/** A work tree that is not around its own `.git`. */
class ElsewhereError extends Error {}

/** A `.git` that leads to a repository which knows nothing of the folder. */
class StrangerError extends Error {}

/** A configuration that cannot be made harmless for sure. */
class UnsafeError extends Error {}

/** The top folder of the repository that `folder` lies in; `undefined` where there is none. */
export function repositoryAround(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (hasGit(at)) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/**
 * Whether `.git` is there: a folder, or a file in worktrees and submodules, or a link. Asked of
 * every folder and nearly always in vain: a promise and an error each would cost several times what
 * the question does, in time and in memory that stays.
 */
export function hasGit(folder: string): boolean {
  try {
    return lstatSync(path.join(folder, ".git"), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Not a folder any more, or not to be looked into.
    return false;
  }
}

/**
 * Finds where git keeps its data, and whether git sees the repository that was found here.
 *
 * @param folder Top folder of the work tree, absolute and without links.
 * @throws Anything that {@link gitProblem} has words for.
 */
export async function gitFolders(folder: string, ask: AskGit): Promise<GitFolders> {
  const line = async (...args: string[]): Promise<string> =>
    (await ask(...args)).toString().replace(/\r?\n$/u, "");
  // `core.worktree` could name any folder of the machine.
  const top = await line("rev-parse", "--show-toplevel");
  if ((await realpath(top)) !== folder) throw new ElsewhereError();
  const own = await line("rev-parse", "--absolute-git-dir");
  const common = await line("rev-parse", "--path-format=absolute", "--git-common-dir");
  if (!(await belongs(folder, own, common))) {
    // Submodules are named so. Not with the settings of another folder, which came with pages.
    const names = (await line("config", "--list", "-z", "--name-only")).split("\0");
    if (own !== common || !names.includes("core.worktree")) throw new StrangerError();
  }
  return { own, common };
}

/**
 * Whether a repository acknowledges a folder: it lies in its `.git`, or has it among its worktrees.
 * A `.git` that came with the pages could otherwise show the history of any repository here.
 */
async function belongs(folder: string, own: string, common: string): Promise<boolean> {
  const here = path.join(folder, ".git");
  try {
    if ((await lstat(here)).isDirectory()) return (await realpath(common)) === here;
    if (path.dirname(path.dirname(own)) !== common) return false;
    const back = (await readFile(path.join(own, "gitdir"), "utf8")).trim();
    const file = path.resolve(own, back);
    return path.join(await realpath(path.dirname(file)), path.basename(file)) === here;
  } catch {
    return false;
  }
}

/**
 * What makes the configuration in force harmless.
 *
 * @throws Anything that {@link gitProblem} has words for.
 */
export async function harmlessSettings(ask: AskGit): Promise<Harmless> {
  const configuration = makeHarmless(await ask("config", "--list", "-z", "--name-only"));
  if (configuration === undefined) throw new UnsafeError();
  return configuration;
}

/** Why a repository cannot be read, in words without a machine path. */
export function gitProblem(error: unknown): string {
  if (error instanceof ElsewhereError) return "its work tree is another folder";
  if (error instanceof StrangerError) {
    return "its .git leads to a repository elsewhere, whose core.worktree does not name it";
  }
  if (error instanceof UnsafeError) return "its configuration cannot be made harmless";
  if (!(error instanceof GitError)) return "it cannot be read";
  if (error.failure === "too slow") return "git took too long";
  if (/dubious ownership/u.test(error.message)) {
    return "the repository belongs to another user; allow it with git config --global --add safe.directory and its folder";
  }
  if (/must be run in a work tree/u.test(error.message)) return "it has no work tree";
  return "git cannot read the repository";
}
