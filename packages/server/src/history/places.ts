import { lstat, realpath } from "node:fs/promises";
import path from "node:path";

import type { Place } from "./repository.ts";

/** A folder whose pages have a history. */
export interface HistoryRoot {
  /** What stands before relative paths to make them pages' paths: "" or the root's name with "/". */
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
}

/** Folders asked at once. */
const BATCH = 64;

/**
 * Finds the repository around a root and those inside it: submodules, nested clones, worktrees.
 *
 * @param pages Paths of the root's pages: repositories are looked for in their folders.
 * @param known Places found before, which may have lost their last page.
 * @returns `undefined` when the root is gone.
 */
export async function findPlaces(
  root: HistoryRoot,
  pages: Iterable<string>,
  known: readonly Place[],
): Promise<Place[] | undefined> {
  const { prefix } = root;
  let folder: string;
  try {
    folder = await realpath(root.folder);
  } catch {
    return undefined;
  }
  const places: Place[] = [];
  const top = await repositoryAround(folder);
  if (top !== undefined) {
    const inside = slashed(path.relative(top, folder));
    places.push({ folder: top, pagePrefix: prefix, treePrefix: inside === "" ? "" : `${inside}/` });
  }
  const folders = new Set<string>();
  for (const page of pages) {
    let end = page.lastIndexOf("/");
    while (end >= prefix.length && !folders.has(page.slice(0, end))) {
      folders.add(page.slice(0, end));
      end = page.lastIndexOf("/", end - 1);
    }
  }
  for (const { pagePrefix } of known)
    if (pagePrefix !== prefix) folders.add(pagePrefix.slice(0, -1));
  const names = [...folders];
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH).map(async (name) => {
      const inside = path.join(folder, name.slice(prefix.length));
      if (!(await hasGit(inside))) return;
      places.push({ folder: inside, pagePrefix: `${name}/`, treePrefix: "" });
    });
    await Promise.all(batch);
  }
  return places;
}

async function repositoryAround(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await hasGit(at)) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/** Whether `.git` is there: a folder, or a file in worktrees and submodules, or a link. */
async function hasGit(folder: string): Promise<boolean> {
  return lstat(path.join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

function slashed(relative: string): string {
  return path.sep === "/" ? relative : relative.split(path.sep).join("/");
}
