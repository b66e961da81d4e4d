import { readFileSync } from "node:fs";

import { InputError } from "../eval/input-error.ts";

/**
 * The text of a file that a command line names.
 *
 * @throws {@link InputError} that names the file and why it cannot be read.
 */
export function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const reason = name === "TypeError" ? "it is not UTF-8" : code;
    if (code === "ENOENT") throw new InputError(`${file}: does not exist`);
    throw new InputError(`${file}: cannot be read: ${reason}`);
  }
}
