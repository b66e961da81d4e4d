import { realpath } from "node:fs/promises";

import { repositoryAround } from "../git/work-tree.ts";

/** The clones that roots lie in. */
export interface FoundClones {
  /** Top folders, each once, absolute and without links. */
  readonly folders: readonly string[];
  /** Roots that lie in no repository. */
  readonly outside: readonly string[];
  /** Roots that are not there. */
  readonly missing: readonly string[];
}

/** Finds the clones that roots lie in. */
export async function findClones(roots: readonly string[]): Promise<FoundClones> {
  const folders = new Set<string>();
  const outside: string[] = [];
  const missing: string[] = [];
  for (const root of roots) {
    let folder: string;
    try {
      folder = await realpath(root);
    } catch {
      missing.push(root);
      continue;
    }
    const top = repositoryAround(folder);
    if (top === undefined) outside.push(root);
    else folders.add(top);
  }
  return { folders: [...folders], outside, missing };
}
