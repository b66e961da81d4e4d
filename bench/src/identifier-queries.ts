/** Queries that are nothing but an identifier, drawn from the pages of a corpus. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

import { type LabelledQuery, pages, shuffled, units } from "./corpus.ts";
import { shownText } from "./markdown.ts";

/** Where drawing starts: any number, but always the same. */
const SEED = 20_261_125;
const [LEAST, MOST] = [5, 60];

/**
 * At most `count` tokens that stand, in any case, on exactly one page below the folder, as queries
 * for that page: tokens of 5 to 60 characters with an inner joiner (`_ . - / : @`), a capital after a
 * small letter, or digits beside letters. A reader of the page sees them: they stand in prose,
 * headings or code, and not in addresses of links or in markup alone. Drawn in turn from each folder
 * right below, and always the same ones.
 */
export function drawIdentifiers(folder: string, count: number): LabelledQuery[] {
  const random = units(xoroshiro128plus(SEED));
  const piles = [...Map.groupBy(onOnePage(folder), ([, page]) => page.split("/", 1)[0])]
    .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))
    .map(([, pile]) => shuffled(pile, random));
  const drawn: (readonly [string, string])[] = [];
  for (let round = 0; piles.some((pile) => pile.length > round); round += 1) {
    const turn = piles.flatMap((pile) => pile.slice(round, round + 1));
    drawn.push(...turn.filter(([token, page]) => isShown(folder, page, token)));
    if (drawn.length >= count) break;
  }
  return drawn.slice(0, count).map(([token, page], at) => ({
    id: `identifier-${at}`,
    query: token,
    kind: "identifier",
    relevant: [{ path: page }],
    sources: [],
  }));
}

function isShown(folder: string, page: string, token: string): boolean {
  const shown = tokensOf(shownText(readFileSync(path.join(folder, page), "utf8")));
  return shown.some((other) => other.toLowerCase() === token.toLowerCase());
}

/** Joiners between letters and digits belong to a token; `::` does as well, `://` is a border. */
function tokensOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}]+(?:[_.\-/:@]{1,2}[\p{L}\p{N}]+)*/gu) ?? [];
}

/** Identifiers as they first stand, with their only page; in the order of pages. */
function onOnePage(folder: string): (readonly [token: string, page: string])[] {
  const known = new Map<string, { readonly token: string; readonly page: string; once: boolean }>();
  for (const page of pages(folder)) {
    for (const token of tokensOf(readFileSync(path.join(folder, page), "utf8"))) {
      const before = known.get(token.toLowerCase());
      if (before === undefined) known.set(token.toLowerCase(), { token, page, once: true });
      else if (before.page !== page) before.once = false;
    }
  }
  return [...known.values()]
    .filter(({ token, once }) => once && isIdentifier(token))
    .map(({ token, page }) => [token, page]);
}

/** Whether a token looks like no word. */
function isIdentifier(token: string): boolean {
  return (
    token.length >= LEAST &&
    token.length <= MOST &&
    (/[_.\-/:@]|\p{Ll}\p{Lu}/u.test(token) || (/\p{N}/u.test(token) && /\p{L}/u.test(token)))
  );
}
