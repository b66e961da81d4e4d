import path from "node:path";

/** A folder to watch. */
export interface WatchedRoot {
  /** What public paths below it begin with: "" or the root's name with "/". */
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
}

/** The path that stands for whatever there is; of a root without a name it is the root itself. */
export const ANYTHING = "";

/** The public path of a root itself. */
export function rootPath(root: WatchedRoot): string {
  return root.prefix.slice(0, -1);
}

/** The public path of `name` in a folder. */
export function childPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** Where a public path is on disk, absolute; `undefined` when it lies below no root. */
export function diskPath(roots: readonly WatchedRoot[], publicPath: string): string | undefined {
  for (const root of roots) {
    if (publicPath === rootPath(root)) return path.resolve(root.folder);
    if (publicPath.startsWith(root.prefix)) {
      return path.resolve(root.folder, publicPath.slice(root.prefix.length));
    }
  }
  return undefined;
}

/** Whether a public path is `folder` or lies below it. */
export function isAtOrBelow(publicPath: string, folder: string): boolean {
  return folder === "" || publicPath === folder || publicPath.startsWith(`${folder}/`);
}

/** Those of `paths` that lie below no other of them, each once, in the order given. */
export function topmost(paths: Iterable<string>): string[] {
  const all = new Set(paths);
  if (all.has("")) return [""];
  return [...all].filter((one) => {
    for (let end = one.lastIndexOf("/"); end > 0; end = one.lastIndexOf("/", end - 1)) {
      if (all.has(one.slice(0, end))) return false;
    }
    return true;
  });
}
