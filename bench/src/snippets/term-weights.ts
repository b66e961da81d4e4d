/** Words of text and how rare they are: a judge of snippets that shares nothing with the product. */
import { stemmer } from "stemmer";

/** Lucene's English stop words, then pronouns, auxiliaries and question words. */
const FUNCTION_WORDS = new Set(
  (
    "a an and are as at be but by for if in into is it no not of on or such that the their then " +
    "there these they this to was will with i you he she we me my your our us them its am been " +
    "being can could do does did has have had should would how what when where which who why " +
    "about any from so some than"
  ).split(" "),
);

/** Whether a query is not about this word. */
export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word);
}

/**
 * Distinct words by their stems: lower-case runs of letters and digits, and the parts of camel case
 * beside the whole. `leftOut` is asked of words before they are stemmed.
 */
export function termsOf(
  text: string,
  leftOut: (word: string) => boolean = () => false,
): Set<string> {
  const parts = text.replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, " ");
  const words = [...runs(text), ...runs(parts)].filter((word) => !leftOut(word));
  return new Set(words.map((word) => (/^[a-z]+$/u.test(word) ? stemmer(word) : word)));
}

function runs(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Inverse document frequencies over sections. */
export class TermWeights {
  readonly #frequencies = new Map<string, number>();
  #sections = 0;

  /** Counts the terms of one section. */
  add(section: string): void {
    this.#sections += 1;
    for (const term of termsOf(section)) {
      this.#frequencies.set(term, (this.#frequencies.get(term) ?? 0) + 1);
    }
  }

  /** Higher for a rarer term. */
  idf(term: string): number {
    const frequency = this.#frequencies.get(term) ?? 0;
    return Math.log(1 + (this.#sections - frequency + 0.5) / (frequency + 0.5));
  }

  /**
   * Of the weight of these terms that stand in `section`, the share whose terms stand in `shown`;
   * absent when none stands in the section.
   */
  shareShown(terms: ReadonlySet<string>, section: string, shown: string): number | undefined {
    const [inSection, inShown] = [termsOf(section), termsOf(shown)];
    let [all, seen] = [0, 0];
    for (const term of terms) {
      if (!inSection.has(term)) continue;
      all += this.idf(term);
      if (inShown.has(term)) seen += this.idf(term);
    }
    return all === 0 ? undefined : seen / all;
  }
}
