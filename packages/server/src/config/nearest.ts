import leven from "leven";

/**
 * The word that `given` was probably meant to be; `undefined` when none is near: more than a third
 * of its letters would have to change. Case is ignored.
 */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / 3));
  const ranked = words
    .map((word) => ({ word, distance: leven(given.toLowerCase(), word.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.word;
}
