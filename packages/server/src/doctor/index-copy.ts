import { statSync } from "node:fs";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

/** The file of an index that says which others make up its last commit; absent before the first. */
export const COMMIT_FILE = "meta.json";
/** Files that are replaced; all others only grow, under names that never come again. */
const REPLACED: ReadonlySet<string> = new Set([COMMIT_FILE, ".managed.json"]);
/** Commits that may come in between before the index counts as one that cannot be copied. */
const ATTEMPTS = 50;

/**
 * What came of copying an index: `absent` where there is no commit, or none any more; `busy` when a
 * commit came during every attempt.
 */
export type Copied = "whole" | "absent" | "busy";

/**
 * Copies an index as one commit left it while servers go on writing it. After a commit in between,
 * or when a file was removed before it was reached, what is missing of the newer commit is copied
 * and the rest kept, so that each attempt takes as long as what was written meanwhile. Files keep
 * their times. Unless it ends `whole`, nothing is left in `to`.
 *
 * @throws Node's error of a file that is there and cannot be copied.
 */
export async function copyIndex(from: string, to: string): Promise<Copied> {
  const copied = await tryToCopy(from, to);
  if (copied !== "whole") await rm(to, { recursive: true, force: true });
  return copied;
}

async function tryToCopy(from: string, to: string): Promise<Copied> {
  await mkdir(to, { recursive: true });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = commitMark(from);
    if (before === undefined) return "absent";
    try {
      await cp(from, to, { recursive: true, force: false, preserveTimestamps: true });
      if (commitMark(from) === before) return "whole";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await removeOutdated(from, to);
  }
  return "busy";
}

/** Removes what is not as it is in the index by now, such as files that were still being written. */
async function removeOutdated(from: string, to: string): Promise<void> {
  for (const name of await readdir(to)) {
    const [copied, original] = [to, from].map(
      (folder) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size,
    );
    if (copied !== original || REPLACED.has(name)) await rm(path.join(to, name), { force: true });
  }
}

/** Differs after every commit; `undefined` where there is none. */
function commitMark(folder: string): string | undefined {
  const file = path.join(folder, COMMIT_FILE);
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
}
