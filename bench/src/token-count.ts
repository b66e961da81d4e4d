/** Tokens as a model counts them. */
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

/** Tokens of a text by o200k_base, the encoding of current OpenAI models; special tokens as text. */
export function realTokens(text: string): number {
  return countTokens(text, { allowedSpecial: new Set(), disallowedSpecial: new Set() });
}

/** What the product counts: bytes of UTF-8 over four, rounded up. */
export function byteTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, "utf8") / 4);
}
