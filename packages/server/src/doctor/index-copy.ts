import { statSync } from "node:fs";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

/** What says which files make up the commit. */
const COMMIT = "meta.json";
/** Files that are replaced; all others only grow, under names that never come again. */
const REPLACED: ReadonlySet<string> = new Set([COMMIT, ".managed.json"]);
/** Commits that may come in between before the index counts as one that cannot be copied. */
const ATTEMPTS = 50;

/**
 * Copies an index as one commit left it while servers go on writing it. After a commit in between,
 * or when a file was removed before it was reached, what is missing of the newer commit is copied
 * and the rest kept, so that each attempt takes as long as what was written meanwhile.
 *
 * @returns Whether that succeeded; not where there is no commit, or one came during every attempt.
 * @throws Node's error of a file that is there and cannot be copied.
 */
export async function copyIndex(from: string, to: string): Promise<boolean> {
  await mkdir(to, { recursive: true });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = commitMark(from);
    if (before === undefined) return false;
    try {
      await cp(from, to, { recursive: true, force: false });
      if (commitMark(from) === before) return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await removeOutdated(from, to);
  }
  return false;
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
  const file = path.join(folder, COMMIT);
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
}
