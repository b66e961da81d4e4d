/** Which folder of pages something happens to. */
import path from "node:path";

import type { Random } from "../generate/random.ts";

const TRIES = 50;

/** Whether a page lies somewhere below a folder. */
export function isBelow(page: string, folder: string): boolean {
  return page.startsWith(`${folder}/`);
}

/**
 * A folder around one of `among`, at any depth, that holds `least` to `most` of all pages, each of
 * them fit; `undefined` where none was met.
 */
export function drawFolder(
  random: Random,
  among: readonly string[],
  all: readonly string[],
  most: number,
  isFit: (page: string) => boolean,
  least = 1,
): string | undefined {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const parts = path.posix.dirname(random.pick(among)).split("/");
    if (parts[0] === ".") continue;
    const folder = parts.slice(0, random.between(1, parts.length)).join("/");
    const inside = all.filter((page) => isBelow(page, folder));
    if (inside.length >= least && inside.length <= most && inside.every(isFit)) return folder;
  }
  return undefined;
}
