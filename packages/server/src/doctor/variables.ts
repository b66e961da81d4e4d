import { existsSync } from "node:fs";
import path from "node:path";

import { resolvePath } from "../config/paths.ts";
import { type Check, warn } from "./check.ts";

/** What is odd about `LECTERN_*`; nothing when all is well. */
export function checkVariables(env: NodeJS.ProcessEnv, cwd: string): Check[] {
  const text = env["LECTERN_ROOTS"] ?? "";
  const separator = [",", ";"].find((character) => {
    const parts = text.split(character).map((part) => part.trim());
    if (parts.length < 2 || existsSync(resolvePath(text, cwd))) return false;
    return parts.every((part) => existsSync(resolvePath(folderOf(part), cwd)));
  });
  if (separator === undefined) return [];
  return [
    warn(
      "LECTERN_ROOTS",
      `is separated by ${JSON.stringify(separator)}, so it counts as one path`,
      `separate its folders by ${JSON.stringify(path.delimiter)}`,
    ),
  ];
}

function folderOf(root: string): string {
  return root.replace(/^[^=/\\]+=/u, "");
}

/** Why a path that does not exist may not be what was meant. */
export function oddPathHint(folder: string, cwd: string): string | undefined {
  const given = path.relative(cwd, folder);
  if (/["'][^"']*["']?$/u.test(path.basename(folder)) || /^["']/u.test(given)) {
    return "quotes are part of the path: a host passes arguments as they are, so leave them out";
  }
  const home = folder.split(path.sep).find((segment) => segment.startsWith("~"));
  if (home !== undefined) {
    return `"${home}" was not expanded: write ~/ at the beginning, or the whole path`;
  }
  if (/[,;]/u.test(folder)) return "it holds a ',' or ';': name each folder by itself";
  return undefined;
}
