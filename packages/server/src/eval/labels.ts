import { type Engine, LecternError } from "@lectern/native";

import type { Question, Relevant } from "./questions.ts";

/** Questions held against the index. */
export interface CheckedLabels {
  /** Questions of which everything is known, each section by its id in the index. */
  readonly known: readonly Question[];
  /** The other questions, each with what is not in the index: `path` or `path#section`. */
  readonly unknown: readonly { readonly id: string; readonly references: readonly string[] }[];
}

/**
 * Looks up every page and section that the questions name: a label that went stale would count
 * against the search, or, as a source, no longer keep the question's own words out of the answer.
 */
export async function checkLabels(
  engine: Engine,
  questions: readonly Question[],
): Promise<CheckedLabels> {
  const pages = new Set((await engine.pageTimes()).map(({ path }) => path));
  const known: Question[] = [];
  const unknown: { id: string; references: string[] }[] = [];
  for (const question of questions) {
    const { id, sources } = question;
    const references = sources.filter((path) => !pages.has(path));
    const relevant: Relevant[] = [];
    for (const entry of question.relevant) {
      const { path, section } = entry;
      const found = pages.has(path) ? await resolved(engine, entry) : undefined;
      if (found !== undefined) relevant.push(found);
      else references.push(section !== undefined && pages.has(path) ? `${path}#${section}` : path);
    }
    if (references.length === 0) known.push({ ...question, relevant });
    else unknown.push({ id, references: [...new Set(references)] });
  }
  return { known, unknown };
}

/** Questions without the sections that the index does not have, as when their headings are masked. */
export async function withoutLostSections(
  engine: Engine,
  questions: readonly Question[],
): Promise<Question[]> {
  const kept: Question[] = [];
  for (const question of questions) {
    const relevant: Relevant[] = [];
    for (const entry of question.relevant) {
      const { path, grade } = entry;
      relevant.push((await resolved(engine, entry)) ?? { path, grade });
    }
    kept.push({ ...question, relevant });
  }
  return kept;
}

/** The id of the section that a part of it belongs to: parts of `slug` are called `slug~2` and so on. */
export function wholeSection(section: string): string {
  return section.replace(/~\d+$/u, "");
}

/** The entry with the id of its section; `undefined` when the page has no such section. */
async function resolved(engine: Engine, entry: Relevant): Promise<Relevant | undefined> {
  const { path, section } = entry;
  if (section === undefined) return entry;
  try {
    const read = await engine.read({ reference: path, section });
    return { ...entry, section: wholeSection(read.section ?? section) };
  } catch (error) {
    if (LecternError.isInstance(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
