import { createHash } from "node:crypto";

import type { Question } from "./questions.ts";

/** Which of two halves a page falls into. */
export type Half = 0 | 1;

/** Both halves. */
export const HALVES: readonly Half[] = [0, 1];

/**
 * The half of a page: the lowest bit of the first byte of its path's MD5, which is the same on every
 * machine and has nothing to do with folders.
 */
export function halfOf(path: string): Half {
  const [first = 0] = createHash("md5").update(path, "utf8").digest();
  return (first & 1) === 0 ? 0 : 1;
}

/** The half that holds all sources of a question; `undefined` when both do, or it has none. */
export function halfOfSources({ sources }: Question): Half | undefined {
  const [first, ...rest] = sources.map(halfOf);
  return rest.every((half) => half === first) ? first : undefined;
}
