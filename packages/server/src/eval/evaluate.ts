import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Engine, type OpenOptions, openEngine } from "@lectern/native";

import { type Answer, askAll } from "./ask.ts";
import { halfOf, halfOfSources, HALVES } from "./halves.ts";
import { InputError } from "./input-error.ts";
import { type CheckedLabels, checkLabels, withoutLostSections } from "./labels.ts";
import { maskedCopy } from "./mask.ts";
import { checkPageList, type PageList } from "./page-list.ts";
import type { Question } from "./questions.ts";

/** How questions are asked. */
export interface EvaluateOptions {
  /** Ask of a temporary copy whose pages lack the headings that end in a question mark. */
  readonly isMasked: boolean;
  /**
   * Ask each question of an index without the links of half of the pages, the half that holds its
   * sources. Questions without sources in one half are left out.
   */
  readonly isHalved: boolean;
  /** Pages that the index must have. */
  readonly pages?: PageList | undefined;
  /** Leave out questions that name what is not in the index, in place of refusing. */
  readonly skipsUnknown: boolean;
  /** Brings an index up to its files. */
  readonly sync: (engine: Engine) => Promise<void>;
  /** Hears how many of the questions are answered. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Answers in the order of the questions, and the questions that were left out. */
export interface Evaluation {
  readonly answers: readonly Answer[];
  readonly skipped: CheckedLabels["unknown"];
  /** Ids of questions whose sources are not all in one half; empty unless halves were asked. */
  readonly inNoHalf: readonly string[];
}

/**
 * Asks questions of an engine and measures the answers.
 *
 * @throws {@link InputError} that lists everything the index does not have, or when no question is left.
 */
export async function evaluate(
  options: OpenOptions,
  questions: readonly Question[],
  { isMasked, isHalved, pages, skipsUnknown, sync, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  await using engine = await openEngine(options);
  await sync(engine);
  if (pages !== undefined) await checkPageList(engine, pages);
  const { known, unknown } = await checkLabels(engine, questions);
  if (unknown.length > 0 && !skipsUnknown) throw new InputError(unknownMessage(unknown));
  if (known.length === 0) throw new InputError("every question names what is not in the index");
  const asked = isHalved ? known.filter((one) => halfOfSources(one) !== undefined) : known;
  if (asked.length === 0)
    throw new InputError("no question has all its sources in one half of the pages");
  const ids = new Set(asked.map(({ id }) => id));
  const left = {
    skipped: unknown,
    inNoHalf: known.filter(({ id }) => !ids.has(id)).map(({ id }) => id),
  };
  const ask = isHalved ? askHalves : askWhole;
  if (!isMasked) return { answers: await ask({ engine, options }, asked, onProgress), ...left };

  const folder = mkdtempSync(path.join(tmpdir(), "lectern-eval-"));
  try {
    const copy = await maskedCopy(engine, options, folder);
    await using masked = await openEngine(copy);
    await sync(masked);
    const kept = await withoutLostSections(masked, asked);
    return { answers: await ask({ engine: masked, options: copy }, kept, onProgress), ...left };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is asked: an engine up to its files, and what it was opened with. */
interface Asked {
  readonly engine: Engine;
  readonly options: OpenOptions;
}

function askWhole(
  { engine }: Asked,
  questions: readonly Question[],
  onProgress: EvaluateOptions["onProgress"],
): Promise<Answer[]> {
  return askAll(engine, questions, (done) => onProgress(done, questions.length));
}

/** Asks each half of the questions of an engine over the same index that ignores that half's links. */
async function askHalves(
  { engine, options }: Asked,
  questions: readonly Question[],
  onProgress: EvaluateOptions["onProgress"],
): Promise<Answer[]> {
  const pages = (await engine.pageTimes()).map((page) => page.path);
  const answers = new Map<string, Answer>();
  for (const half of HALVES) {
    const without = pages.filter((page) => halfOf(page) === half);
    await using other = await openEngine({ ...options, linkTexts: { without } });
    const those = questions.filter((question) => halfOfSources(question) === half);
    const before = answers.size;
    const answered = await askAll(other, those, (done) =>
      onProgress(before + done, questions.length),
    );
    for (const answer of answered) answers.set(answer.question.id, answer);
  }
  return questions.flatMap(({ id }) => answers.get(id) ?? []);
}

function unknownMessage(unknown: CheckedLabels["unknown"]): string {
  const lines = unknown.flatMap(({ id, references }) =>
    references.map((reference) => `  ${reference} (question ${id})`),
  );
  const these = lines.length === 1 ? "1 reference is" : `${lines.length} references are`;
  return [
    `${these} not in the index:`,
    ...lines,
    "correct the questions, or leave these out with --skip-unknown",
  ].join("\n");
}
