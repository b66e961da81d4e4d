import { realpath } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";

import { hasGit, repositoryAround } from "../git/work-tree.ts";
import type { Place } from "./repository.ts";

/** A folder whose pages have a history. */
export interface HistoryRoot {
  /** What stands before relative paths to make them pages' paths: "" or the root's name with "/". */
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
}

/** Folders asked before others get their turn: a fraction of a millisecond. */
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
  const top = repositoryAround(folder);
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
    for (const name of names.slice(start, start + BATCH)) {
      const inside = path.join(folder, name.slice(prefix.length));
      if (!hasGit(inside)) continue;
      places.push({ folder: inside, pagePrefix: `${name}/`, treePrefix: "" });
    }
    await setImmediate();
  }
  return places;
}

function slashed(relative: string): string {
  return path.sep === "/" ? relative : relative.split(path.sep).join("/");
}
