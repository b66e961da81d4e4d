import type { Bounds } from "../git/bounded.ts";
import { oneLine } from "../plain-text.ts";
import type { Clone } from "./clone.ts";
import { PullError } from "./pull-error.ts";
import type { Scratch } from "./scratch.ts";

/** Longest time for writing files, in milliseconds. Not to be aborted: half of them is no commit. */
const WRITING: Bounds = { timeoutMs: 120_000 };

/**
 * Moves files, index and branch of a clone from the commit it is at to another, and keeps local
 * changes: where one is in the way, nothing is moved. One that is cut off by the end of the machine
 * is finished by {@link finishMove}.
 *
 * @param refs Lines for `git update-ref --stdin` that are to hold together with the move.
 * @throws {@link PullError}
 */
export async function move(
  scratch: Scratch,
  clone: Clone,
  to: string,
  refs: readonly string[],
): Promise<void> {
  const { head: from, keptAt, branch } = clone;
  const begun = [`update ${keptAt}moving/from ${from}`, `update ${keptAt}moving/to ${to}`];
  const ended = [`delete ${keptAt}moving/from`, `delete ${keptAt}moving/to`];
  await updateRefs(clone, begun, "lectern pull: begin");
  try {
    await writeFiles(scratch, from, to);
  } catch (error) {
    await updateRefs(clone, ended, "lectern pull: refused");
    throw error;
  }
  try {
    const all = [`update ${branch} ${to} ${from}`, ...refs, ...ended];
    await updateRefs(clone, all, "lectern pull");
  } catch (error) {
    const { stdout } = await clone.run(["rev-parse", "--verify", "--quiet", branch]);
    if (stdout.trim() === to) {
      // Another process pulled the same since the clone was opened.
      await updateRefs(clone, ended, "lectern pull");
      return;
    }
    if (stdout.trim() === from) {
      await writeFiles(scratch, to, from);
      await updateRefs(clone, ended, "lectern pull: refused");
    }
    throw error;
  }
}

/**
 * Finishes a move that was cut off: its files are written, its branch was not moved yet.
 *
 * @returns Whether it was; then the clone is to be opened anew.
 */
export async function finishMove(scratch: Scratch, clone: Clone): Promise<boolean> {
  const { head, kept, keptAt, branch } = clone;
  const [from, to] = [kept.get("moving/from"), kept.get("moving/to")];
  if (from === undefined || to === undefined || from !== head || to === head) return false;
  const isWritten = await scratch.offline(["diff-index", "--cached", "--quiet", to], WRITING);
  if (isWritten.code !== 0) return false;
  const isPull = kept.get("previous") !== to;
  const lines = [
    `update ${branch} ${to} ${from}`,
    ...(isPull ? pulledRefs(keptAt, from, to) : rolledBackRefs(clone)),
    `delete ${keptAt}moving/from`,
    `delete ${keptAt}moving/to`,
  ];
  await updateRefs(clone, lines, "lectern pull: finish");
  return true;
}

/** What is kept of a pull. */
export function pulledRefs(keptAt: string, from: string, to: string): string[] {
  return [
    `update ${keptAt}previous ${from}`,
    `update ${keptAt}pulled ${to}`,
    `delete ${keptAt}rejected`,
  ];
}

/** What is kept of a rollback. */
export function rolledBackRefs({ keptAt, head }: Clone): string[] {
  return [`update ${keptAt}rejected ${head}`, `delete ${keptAt}previous`, `delete ${keptAt}pulled`];
}

async function writeFiles(scratch: Scratch, from: string, to: string): Promise<void> {
  // Files that were only touched would count as changed.
  const args = ["update-index", "-q", "--refresh", "--ignore-submodules"];
  const refreshed = await scratch.offline(args, WRITING);
  if (refreshed.code !== 0 && isLock(refreshed.stderr)) throw lockedError(refreshed.stderr);
  const tree = ["read-tree", "-m", "-u", "--no-recurse-submodules", from, to];
  const { code, stderr } = await scratch.offline(tree, WRITING);
  if (code !== 0) throw refusal(stderr);
}

async function updateRefs(clone: Clone, lines: readonly string[], why: string): Promise<void> {
  const args = ["update-ref", "-m", why, "--stdin"];
  const { code, stderr } = await clone.run(args, `${lines.join("\n")}\n`);
  if (code === 0) return;
  throw new PullError("its branch was moved by somebody else meanwhile, or is locked", stderr);
}

/** The error of a clone in which some git is at work, or was killed. */
export function lockedError(detail?: string): PullError {
  return new PullError(
    "another git is at work in it, or one that was killed left index.lock, which is yours to remove",
    detail,
  );
}

function isLock(stderr: string): boolean {
  return /index\.lock': File exists/u.test(stderr);
}

/** Why files were not written, by what git said. */
function refusal(stderr: string): PullError {
  if (isLock(stderr)) return lockedError(stderr);
  const changed = /Entry '(.+)' (?:not uptodate|would be overwritten)/u.exec(stderr)?.[1];
  if (changed !== undefined) {
    return new PullError(`local changes of ${oneLine(changed)} are in the way`, stderr);
  }
  const untracked =
    /Untracked working tree file '(.+)' would be/u.exec(stderr)?.[1] ??
    /Updating '(.+)' would lose untracked files/u.exec(stderr)?.[1];
  if (untracked !== undefined) {
    return new PullError(`${oneLine(untracked)} is in the way and belongs to no commit`, stderr);
  }
  if (/resolve your current index/u.test(stderr)) {
    return new PullError("a merge is under way in it", stderr);
  }
  return new PullError("its files cannot be written", stderr);
}
