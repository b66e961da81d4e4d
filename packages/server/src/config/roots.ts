import { realpathSync } from "node:fs";
import path from "node:path";

import type { Root } from "@lectern/native";

import { ConfigError } from "./config-error.ts";
import { resolvePath } from "./paths.ts";
import type { GivenSettings } from "./schema.ts";

type GivenRoot = NonNullable<GivenSettings["roots"]>[number];

/** Where a list of roots was given. */
export interface RootsPlace {
  /** What a message begins with: a file, a variable, a flag. */
  readonly source: string;
  /** Folder that relative paths start from. */
  readonly base: string;
}

/**
 * Absolute roots. A folder that does not exist is not looked at: the engine says so, with an exit
 * code of its own.
 *
 * @throws {@link ConfigError} for a root without a path, the same folder twice, a root inside
 * another, the same name twice.
 */
export function resolveRoots(given: readonly GivenRoot[], place: RootsPlace): Root[] {
  const roots = given.map((root, index) => resolveRoot(root, index, place));
  const known = roots.map((root) => {
    const folder = canonical(root.path);
    return { folder, name: root.name ?? path.basename(folder) };
  });
  for (const [index, one] of known.entries()) {
    for (const [other, two] of known.slice(0, index).entries()) {
      const problem = conflict({ ...two, at: other }, { ...one, at: index });
      if (problem !== undefined) throw new ConfigError(`${place.source}: ${problem}`);
    }
  }
  return roots;
}

function resolveRoot(given: GivenRoot, index: number, { source, base }: RootsPlace): Root {
  const { name, path: folder } = typeof given === "string" ? splitRoot(given) : given;
  if (folder.trim() === "") {
    throw new ConfigError(
      `${source}: roots[${index}]: has no path (got ${JSON.stringify(given)}); write PATH or NAME=PATH`,
    );
  }
  const absolute = resolvePath(folder, base);
  return name === undefined ? { path: absolute } : { name, path: absolute };
}

/** `PATH` or `NAME=PATH`; a path that itself holds `=` is written with `./` before it. */
function splitRoot(text: string): { name?: string | undefined; path: string } {
  const match = /^([^=/\\]+)=(.*)$/su.exec(text);
  return match === null ? { path: text } : { name: match[1], path: match[2] ?? "" };
}

interface KnownRoot {
  readonly folder: string;
  readonly name: string;
  readonly at: number;
}

function conflict(first: KnownRoot, second: KnownRoot): string | undefined {
  const both = `roots[${first.at}] and roots[${second.at}]`;
  if (first.folder === second.folder) {
    return `${both}: are the same folder (${first.folder}); keep one of them`;
  }
  for (const [outer, inner] of [
    [first, second],
    [second, first],
  ] as const) {
    if (inner.folder.startsWith(outer.folder === "/" ? "/" : `${outer.folder}/`)) {
      return (
        `roots[${inner.at}]: lies inside roots[${outer.at}] (${inner.folder} in ${outer.folder}); ` +
        "its pages would count twice, so name only one of them"
      );
    }
  }
  if (first.name === second.name) {
    return `${both}: are both named ${JSON.stringify(first.name)}; give one another name, NAME=PATH`;
  }
  return undefined;
}

/** Links resolved where the folder is there. */
function canonical(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
