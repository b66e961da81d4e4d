/** Reading the command line. */

/** A whole number within bounds; throws what the flag takes. */
export function wholeNumber(
  text: string,
  flag: string,
  least: number,
  most: number = 2 ** 32,
): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= least && value <= most) return value;
  throw new Error(`${flag} must be a whole number from ${least} to ${most} (got ${text})`);
}
