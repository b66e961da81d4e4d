import { mkdirSync } from "node:fs";
import path from "node:path";

import { LecternError, openEngine } from "@lectern/native";

import { type Check, fail, ok } from "./check.ts";

const USAGE_EXIT = 2;

/** Whether the core can use the file of synonyms; `undefined` where none is named. */
export async function checkSynonyms(
  file: string | undefined,
  scratch: string,
): Promise<Check | undefined> {
  if (file === undefined) return undefined;
  const root = path.join(scratch, "no-pages");
  mkdirSync(root, { recursive: true });
  const indexDir = path.join(scratch, "synonyms");
  try {
    const engine = await openEngine({ roots: [{ path: root }], indexDir, synonymsFile: file });
    await engine.close();
    return ok("synonyms", file);
  } catch (error) {
    if (!LecternError.isInstance(error)) throw error;
    const next = "correct it: `a, b` stand for one another, `a => b` looks for b where a is asked";
    return fail("synonyms", `${file}: ${error.message}`, next, USAGE_EXIT);
  }
}
