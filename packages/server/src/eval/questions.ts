import { InputError } from "./input-error.ts";

/** A question with what answers it: a line of a file of golden questions. */
export interface Question {
  /** Unique in its file; the number of its line when none was given. */
  readonly id: string;
  readonly query: string;
  readonly kind: string;
  /** At least one. */
  readonly relevant: readonly Relevant[];
  /** Paths of pages that hold the question itself and may not answer. */
  readonly sources: readonly string[];
}

/** A page or section that answers a question. */
export interface Relevant {
  readonly path: string;
  /** Id or heading slug of a section. */
  readonly section?: string;
  /** 3 answers, 2 is needed for a full answer, 1 is related. */
  readonly grade: Grade;
}

/** How well something answers. */
type Grade = 1 | 2 | 3;

/** What the engine takes, in bytes of UTF-8. */
const MAX_QUERY_BYTES = 8192;

/** What is wrong with a line, without where. */
class Flaw extends Error {}

/**
 * Questions of a JSON Lines file; blank lines are passed over, and members that are not known may
 * hold what they like.
 *
 * @param name - what to call the file in messages.
 * @throws {@link InputError} that names file, line and what is wrong with it.
 */
export function parseQuestions(text: string, name: string): Question[] {
  const questions: Question[] = [];
  const lineOfId = new Map<string, number>();
  for (const [index, line] of text
    .replace(/^\uFEFF/u, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const number = index + 1;
    try {
      const question = parseQuestion(line, number);
      const earlier = lineOfId.get(question.id);
      if (earlier !== undefined) {
        throw new Flaw(`id ${JSON.stringify(question.id)} is that of line ${earlier} as well`);
      }
      lineOfId.set(question.id, number);
      questions.push(question);
    } catch (error) {
      if (!(error instanceof Flaw)) throw error;
      throw new InputError(`${name}: line ${number}: ${error.message}`);
    }
  }
  if (questions.length === 0) throw new InputError(`${name}: line 1: no question in the file`);
  return questions;
}

function parseQuestion(line: string, number: number): Question {
  const given = object(parseJson(line), "the line");
  const query = nonEmpty(given["query"], "query");
  if (Buffer.byteLength(query) > MAX_QUERY_BYTES) {
    throw new Flaw(`query must have at most ${MAX_QUERY_BYTES} bytes`);
  }
  const { id, kind, sources } = given;
  return {
    id: id === undefined ? String(number) : nonEmpty(id, "id"),
    query,
    kind: kind === undefined ? "question" : nonEmpty(kind, "kind"),
    relevant: list(given["relevant"], "relevant").map((entry, at) =>
      parseRelevant(entry, `relevant[${at}]`),
    ),
    sources:
      sources === undefined || (Array.isArray(sources) && sources.length === 0)
        ? []
        : list(sources, "sources").map((entry, at) => nonEmpty(entry, `sources[${at}]`)),
  };
}

function parseRelevant(entry: unknown, where: string): Relevant {
  const { path, section, grade = 1 } = object(entry, where);
  if (grade !== 1 && grade !== 2 && grade !== 3) throw wrong(`${where}.grade`, "1, 2 or 3", grade);
  return {
    path: nonEmpty(path, `${where}.path`),
    ...(section !== undefined && { section: nonEmpty(section, `${where}.section`) }),
    grade,
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new Flaw("not JSON; each line must be one JSON object");
  }
}

function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw wrong(where, "an object", value);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value as unknown[];
  throw wrong(where, "a list with at least one entry", value);
}

function nonEmpty(value: unknown, where: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw wrong(where, "a text that is not empty", value);
}

function wrong(where: string, valid: string, given: unknown): Flaw {
  if (given === undefined) return new Flaw(`${where} is missing: it must be ${valid}`);
  return new Flaw(`${where} must be ${valid} (got ${shortJson(given)})`);
}

function shortJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
