import type { Engine } from "@lectern/native";

import { InputError } from "./input-error.ts";

/** Paths of pages, from a file. */
export interface PageList {
  /** What to call the file in messages. */
  readonly name: string;
  readonly paths: readonly string[];
}

/** Pages of a file, one path a line; blank lines and those that begin with `#` are passed over. */
export function parsePageList(text: string, name: string): PageList {
  const lines = text.replace(/^\uFEFF/u, "").split("\n");
  const paths = lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return { name, paths: [...new Set(paths)] };
}

/**
 * Looks up every page of a list.
 *
 * @throws {@link InputError} that lists those the index does not have: a path that went stale would
 * leave in what was meant to be left out.
 */
export async function checkPageList(engine: Engine, { name, paths }: PageList): Promise<void> {
  const known = new Set((await engine.pageTimes()).map(({ path }) => path));
  const unknown = paths.filter((path) => !known.has(path));
  if (unknown.length === 0) return;
  const these = unknown.length === 1 ? "1 page is" : `${unknown.length} pages are`;
  throw new InputError([`${name}: ${these} not in the index:`, ...unknown].join("\n  "));
}
