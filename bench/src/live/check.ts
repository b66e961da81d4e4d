/** Whether an answer shows only what its pages held while it was made. */
import type { Versions } from "./versions.ts";

/** A hit as `search_docs` gives it. */
export interface ShownHit {
  readonly path: string;
  readonly lines: string;
  readonly snippet: string;
}

/** What an answer shows that it may not. */
export interface Lie {
  readonly what: "a page that is gone" | "text that is not there";
  readonly path: string;
  readonly shown: string;
}

const SEPARATOR = " … ";

/** What of some hits was not so at any moment between the question and the answer. */
export function lies(
  hits: readonly ShownHit[],
  versions: Versions,
  asked: number,
  answered: number,
): Lie[] {
  return hits.flatMap(({ path, snippet }): Lie[] => {
    const held = versions.during(path, asked, answered);
    const texts = held.filter((text) => text !== undefined);
    if (texts.length === 0) return [{ what: "a page that is gone", path, shown: snippet }];
    const pieces = piecesOf(snippet);
    const isThere = texts.some((text) => {
      const plain = printed(text);
      return pieces.every((piece) => plain.includes(piece));
    });
    return isThere ? [] : [{ what: "text that is not there", path, shown: snippet }];
  });
}

/** Whether a text stands in what a page held in a span. */
export function stoodThen(
  text: string,
  path: string,
  versions: Versions,
  since: number,
  until: number,
): boolean {
  const shown = printed(text);
  return versions
    .during(path, since, until)
    .some((held) => held !== undefined && printed(held).includes(shown));
}

function piecesOf(snippet: string): string[] {
  const pieces = ` ${snippet} `.split(SEPARATOR);
  return pieces.map((piece) => printed(piece).trim()).filter((piece) => piece !== "");
}

/** Without what the server leaves out or changes so that it can be printed: controls and formats. */
function printed(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
}
