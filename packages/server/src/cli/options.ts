import path from "node:path";
import process from "node:process";

import type { OpenOptions, Root } from "@lectern/native";

import { UsageError } from "./exit.ts";

/** Flags that say which documents are meant. */
export interface DocumentFlags {
  readonly root?: readonly string[];
  readonly indexDir?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Settings of the engine: flags over `LECTERN_ROOTS` and `LECTERN_INDEX_DIR` over defaults, the
 * default root being the working directory.
 *
 * @throws {@link UsageError} for a root without a path.
 */
export function openOptions(flags: DocumentFlags, positional: readonly string[]): OpenOptions {
  const named = [...positional, ...(flags.root ?? [])];
  const fromEnvironment = (process.env["LECTERN_ROOTS"] ?? "")
    .split(path.delimiter)
    .filter((root) => root !== "");
  const given = named.length > 0 ? named : fromEnvironment;
  const indexDir = flags.indexDir ?? process.env["LECTERN_INDEX_DIR"];
  return {
    roots: (given.length > 0 ? given : ["."]).map(parseRoot),
    ...(indexDir !== undefined && indexDir !== "" && { indexDir: path.resolve(indexDir) }),
    ...(flags.include && { include: flags.include }),
    ...(flags.exclude && { exclude: flags.exclude }),
  };
}

/** `PATH` or `NAME=PATH`; a path that itself holds `=` is written with `./` before it. */
function parseRoot(text: string): Root {
  const match = /^([^=/\\]+)=(.*)$/u.exec(text);
  const [name, folder] = match === null ? [undefined, text] : [match[1], match[2] ?? ""];
  if (folder === "") throw new UsageError(`root ${JSON.stringify(text)} has no path`);
  const absolute = path.resolve(folder);
  return name === undefined ? { path: absolute } : { name, path: absolute };
}
