/** Bytes of UTF-8 that count as one token: what English Markdown averages with current tokenizers. */
export const BYTES_PER_TOKEN = 4;

/** Tokens that a text counts as in budgets: its bytes of UTF-8 over four, rounded up. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, "utf8") / BYTES_PER_TOKEN);
}
