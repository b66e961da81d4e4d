/** Which folder a filtered search is narrowed to. */

/** A folder with the pages at any depth below it. */
export interface FilterFolder {
  readonly path: string;
  readonly pages: number;
}

/**
 * The folder that holds nearest to `wanted` of these '/'-separated pages; of equals the one whose
 * path comes first. Throws when no page lies in a folder.
 */
export function folderOfAbout(files: readonly string[], wanted: number): FilterFolder {
  const counts = new Map<string, number>();
  for (const file of files) {
    for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
      const folder = file.slice(0, at);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  const [nearest] = [...counts]
    .map(([path, pages]) => ({ path, pages, off: Math.abs(pages - wanted) }))
    .toSorted((a, b) => a.off - b.off || (a.path < b.path ? -1 : 1));
  if (nearest === undefined) throw new Error("no page lies in a folder");
  return { path: nearest.path, pages: nearest.pages };
}
