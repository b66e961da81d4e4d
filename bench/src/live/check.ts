/** Whether an answer shows only what its pages held while it was made. */
import type { Versions } from "./versions.ts";

/** A hit as `search_docs` gives it. */
export interface ShownHit {
  readonly path: string;
  /** `L10-L42`. */
  readonly lines: string;
  readonly snippet: string;
}

/** What an answer shows that it may not. */
export interface Lie {
  readonly what:
    | "a page that is gone"
    | "text that is not there"
    | "text that is not in the lines cited";
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
  return hits.flatMap(({ path, lines, snippet }): Lie[] => {
    const texts = held(versions, path, asked, answered);
    if (texts.length === 0) return [{ what: "a page that is gone", path, shown: snippet }];
    const pieces = piecesOf(snippet);
    const holds = (text: string): boolean => pieces.every((piece) => text.includes(piece));
    if (texts.some((text) => holds(printed(cited(text, lines))))) return [];
    const isThere = texts.some((text) => holds(printed(text)));
    const what = isThere ? "text that is not in the lines cited" : "text that is not there";
    return [{ what, path, shown: `${lines}: ${snippet}` }];
  });
}

/** Whether what was read of a hit's lines is how these began at some moment of a span. */
export function wereLinesThen(
  read: string,
  hit: ShownHit,
  versions: Versions,
  since: number,
  until: number,
): boolean {
  return held(versions, hit.path, since, until).some((text) =>
    printed(cited(text, hit.lines)).startsWith(printed(read).trimEnd()),
  );
}

function held(versions: Versions, path: string, since: number, until: number): string[] {
  return versions.during(path, since, until).filter((text) => text !== undefined);
}

function cited(text: string, lines: string): string {
  const [first = 1, last = first] = [...lines.matchAll(/\d+/gu)].map(Number);
  return text
    .split("\n")
    .slice(first - 1, last)
    .join("\n");
}

function piecesOf(snippet: string): string[] {
  const pieces = ` ${snippet} `.split(SEPARATOR);
  return pieces.map((piece) => printed(piece).trim()).filter((piece) => piece !== "");
}

/** Without what the server leaves out or changes so that it can be printed: controls and formats. */
function printed(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
}
