/** What `search_docs` answers: one set of facts as data and as text, under a budget. */
import { z } from "zod";

import { docUri } from "../doc-uri.ts";
import type { DatedHit, FoundDocuments } from "../knowledge-base.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { BYTES_PER_TOKEN, countTokens } from "../serving/tokens.ts";

/** Confidence below which an answer says that it may be none. */
const DOUBTFUL = 0.5;
/** Longest misspelt word or synonym that is shown whole, in characters. */
const SHOWN_CHARACTERS = 40;

/** Schema of the answer as data. */
export const searchOutput = z.object({
  hits: z.array(
    z.object({
      path: z.string(),
      section: z.string(),
      title: z.string(),
      heading: z.array(z.string()),
      lines: z.string(),
      snippet: z.string(),
      score: z.number(),
      uri: z.string(),
      modified: z.string().optional(),
      text: z.string().optional(),
    }),
  ),
  corrected: z.array(z.string()).optional(),
  unmatched: z.array(z.string()).optional(),
  note: z.string().optional(),
});

type Facts = z.output<typeof searchOutput>;
type HitFacts = Facts["hits"][number];

/** The answer as data and as text; the larger of the two stays within `bound` tokens. */
export function searchAnswer(
  found: FoundDocuments,
  { isFiltered, bound }: { readonly isFiltered: boolean; readonly bound: number },
): { readonly text: string; readonly data: Facts } {
  const hits = found.hits.map(factsOf);
  const [unmatched, left] = withinQuarter(found.unmatched, bound);
  const notes = [
    ...notesOn(found, isFiltered),
    ...(left > 0 ? [`${left} more unmatched words are not shown`] : []),
    ...synonymsNote(found, bound),
  ];
  const corrected = found.corrected.map(
    ({ word, replacements }) => `${shortened(word)} -> ${replacements.join(", ")}`,
  );
  const facts = { hits, corrected, unmatched, notes };
  for (const shown of smaller(facts, bound)) {
    if (tokens(shown) <= bound) return { text: render(shown), data: shown };
  }
  throw new Error("an answer without hits did not fit the least budget");
}

interface Parts {
  readonly hits: readonly HitFacts[];
  readonly corrected: readonly string[];
  readonly unmatched: readonly string[];
  readonly notes: readonly string[];
}

/** The answer and ever smaller ones: hits are dropped from the tail, then the only one is cut. The last fits always. */
function* smaller(parts: Parts, bound: number): Generator<Facts> {
  const all = parts.hits.length;
  for (let kept = all; kept > 0; kept -= 1) {
    const more = `${all - kept} more did not fit: raise max_tokens, or narrow with path`;
    yield assemble(parts, parts.hits.slice(0, kept), kept < all ? [more] : []);
  }
  const [best] = parts.hits;
  if (best !== undefined) {
    const rest = all > 1 ? [`${all - 1} more did not fit: raise max_tokens`] : [];
    const { text, ...cited } = best;
    const call = `get_doc {"path":${JSON.stringify(`${best.path}:${best.lines}`)}}`;
    const read = text === undefined ? [] : [`the text did not fit: read it with ${call}`];
    yield assemble(parts, [cited], [...read, ...rest]);
    yield withCutSnippet(
      (snippet) => assemble(parts, [{ ...cited, snippet }], [...read, ...rest]),
      {
        snippet: cited.snippet,
        bound,
      },
    );
  }
  const none = all > 0 ? ["no hit fits: raise max_tokens"] : [];
  yield assemble(parts, [], none);
  yield assemble(
    { hits: [], corrected: [], unmatched: [], notes: [] },
    [],
    ["what was found and how does not fit: raise max_tokens"],
  );
}

function assemble(parts: Parts, hits: HitFacts[], more: readonly string[]): Facts {
  const notes = [...more, ...parts.notes];
  return {
    hits,
    ...(parts.corrected.length > 0 && { corrected: [...parts.corrected] }),
    ...(parts.unmatched.length > 0 && { unmatched: [...parts.unmatched] }),
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
}

/** The answer with the longest beginning of the snippet that fits. */
function withCutSnippet(
  answer: (snippet: string) => Facts,
  { snippet, bound }: { readonly snippet: string; readonly bound: number },
): Facts {
  const characters = Array.from(snippet);
  const cut = (length: number): Facts => answer(`${characters.slice(0, length).join("")} …`);
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (tokens(cut(middle)) <= bound) fits = middle;
    else tooLong = middle;
  }
  return cut(fits);
}

function factsOf(hit: DatedHit): HitFacts {
  return {
    path: hit.path,
    section: hit.section,
    title: withoutControls(hit.title),
    heading: hit.heading.map(withoutControls),
    lines: `L${hit.lines.start}-L${hit.lines.end}`,
    snippet: withoutControls(hit.snippet),
    score: Math.round(hit.score * 1000) / 1000,
    uri: docUri(hit.path, hit.section),
    ...(hit.modified !== undefined && { modified: hit.modified }),
    ...(hit.text !== undefined && { text: withoutControls(hit.text) }),
  };
}

/** Why there is nothing, or why there may be less than there is. */
function notesOn(found: FoundDocuments, isFiltered: boolean): string[] {
  const { hits, pages, stale, problem, confidence } = found;
  const notes: string[] = [];
  if (hits.length === 0) {
    if (pages === 0) notes.push("the knowledge base holds no Markdown pages");
    else if (stale.length > 0) {
      notes.push("the pages that held these words have changed or are gone: search again");
    } else notes.push(`no section${isFiltered ? " under path" : ""} holds any of these words`);
  }
  if (hits.length > 0 && confidence < DOUBTFUL) {
    notes.push("the best hit holds less than half of what was asked: other words may find more");
  }
  if (problem !== undefined) notes.push(`the index may be out of date: ${problem}`);
  return notes;
}

/**
 * What was searched for beside the words of the query. The last note, since it holds a list itself.
 */
function synonymsNote({ expanded }: FoundDocuments, bound: number): string[] {
  if (expanded.length === 0) return [];
  const texts = expanded.map(
    ({ word, synonyms }) => `${shortened(word)} -> ${synonyms.map(shortened).join(", ")}`,
  );
  const [shown, left] = withinQuarter(texts, bound);
  const more = left > 0 ? [`synonyms of ${left} ${shown.length > 0 ? "more" : "words"}`] : [];
  return [`also searched: ${[...shown, ...more].join("; ")}`];
}

function shortened(word: string): string {
  const characters = Array.from(oneLine(word));
  if (characters.length <= SHOWN_CHARACTERS) return characters.join("");
  return `${characters.slice(0, SHOWN_CHARACTERS - 1).join("")}…`;
}

/** Texts that a quarter of a budget of `bound` tokens holds, and how many are left out. */
function withinQuarter(words: readonly string[], bound: number): [string[], number] {
  const bytes = (bound * BYTES_PER_TOKEN) / 4;
  const shown: string[] = [];
  let used = 0;
  for (const word of words) {
    used += Buffer.byteLength(JSON.stringify(word), "utf8") + 2;
    if (used > bytes) break;
    shown.push(word);
  }
  return [shown, words.length - shown.length];
}

/** Hosts show the model either form, so the larger one counts. */
function tokens(data: Facts): number {
  return Math.max(countTokens(render(data)), countTokens(JSON.stringify(data)));
}

/** The same facts as text. Lines of documents are quoted, so that none can pass for one of ours. */
function render(data: Facts): string {
  const blocks = data.hits.map((hit, index) =>
    [
      `${index + 1}. ${oneLine(hit.path)}:${hit.lines}`,
      `section: ${hit.section} | score: ${hit.score} | uri: ${hit.uri}`,
      ...(hit.modified === undefined ? [] : [`modified: ${hit.modified}`]),
      `title: ${hit.title}`,
      ...(hit.heading.length > 0 ? [`heading: ${hit.heading.join(" > ")}`] : []),
      quoted("> ", hit.snippet),
      ...(hit.text === undefined ? [] : [quoted("| ", hit.text)]),
    ].join("\n"),
  );
  if (data.corrected !== undefined) blocks.push(`corrected: ${data.corrected.join("; ")}`);
  if (data.unmatched !== undefined) blocks.push(`unmatched: ${data.unmatched.join(", ")}`);
  if (data.note !== undefined) blocks.push(`note: ${data.note}`);
  return blocks.join("\n\n");
}

function quoted(mark: string, lines: string): string {
  return lines
    .split("\n")
    .map((line) => `${mark}${line}`)
    .join("\n");
}
