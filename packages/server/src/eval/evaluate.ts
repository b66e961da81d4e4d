import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Engine, type OpenOptions, openEngine } from "@lectern/native";

import { type Answer, askAll } from "./ask.ts";
import { InputError } from "./input-error.ts";
import { type CheckedLabels, checkLabels, withoutLostSections } from "./labels.ts";
import { maskedCopy } from "./mask.ts";
import type { Question } from "./questions.ts";

/** How questions are asked. */
export interface EvaluateOptions {
  /** Ask of a temporary copy whose pages lack the headings that end in a question mark. */
  readonly isMasked: boolean;
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
}

/**
 * Asks questions of an engine and measures the answers.
 *
 * @throws {@link InputError} that lists everything the index does not have, or when no question is left.
 */
export async function evaluate(
  options: OpenOptions,
  questions: readonly Question[],
  { isMasked, skipsUnknown, sync, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  await using engine = await openEngine(options);
  await sync(engine);
  const { known, unknown } = await checkLabels(engine, questions);
  if (unknown.length > 0 && !skipsUnknown) throw new InputError(unknownMessage(unknown));
  if (known.length === 0) throw new InputError("every question names what is not in the index");
  const ask = (asked: Engine, those: readonly Question[]): Promise<Answer[]> =>
    askAll(asked, those, (done) => onProgress(done, those.length));
  if (!isMasked) return { answers: await ask(engine, known), skipped: unknown };

  const folder = mkdtempSync(path.join(tmpdir(), "lectern-eval-"));
  try {
    await using masked = await openEngine(await maskedCopy(engine, options, folder));
    await sync(masked);
    return {
      answers: await ask(masked, await withoutLostSections(masked, known)),
      skipped: unknown,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
