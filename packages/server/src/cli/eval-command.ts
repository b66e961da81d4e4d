import { readFileSync } from "node:fs";
import process from "node:process";

import type { OpenOptions } from "@lectern/native";
import { type Command, Option } from "commander";

import { compare } from "../eval/compare.ts";
import { evaluate, type Evaluation } from "../eval/evaluate.ts";
import { failures } from "../eval/failures.ts";
import { InputError } from "../eval/input-error.ts";
import { parseQuestions } from "../eval/questions.ts";
import { parseReport, recordOf } from "../eval/record.ts";
import { summaries } from "../eval/summary.ts";
import { judge, METRICS, parseThreshold, type Threshold } from "../eval/thresholds.ts";
import { catchUp } from "./catch-up.ts";
import { comparisonTable, failuresText, figuresTable, missedLine } from "./eval-output.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, collect, type DocumentFlags, openOptions } from "./options.ts";
import { progressBar } from "./progress.ts";
import { dim, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly maskQuestions?: boolean;
  readonly skipUnknown?: boolean;
  readonly compare?: string;
  readonly threshold?: readonly string[];
  readonly failures: number;
  readonly json?: boolean;
}

/** Registers `lectern eval`. */
export function addEvalCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("eval"))
    .description("ask golden questions and measure the answers")
    .argument("<questions>", "file of questions, one JSON object a line")
    .optionsGroup("Questions:")
    .option("--mask-questions", "ask of a copy without the headings that end in '?'")
    .option("--skip-unknown", "leave out questions about what is not in the index")
    .optionsGroup("Judging:")
    .option("--compare <report>", "what an earlier run printed with --json")
    .addOption(
      new Option(
        "--threshold <threshold>",
        "[KIND:]METRIC=VALUE, the least, or of empty the most; repeatable",
      ).argParser(collect),
    )
    .optionsGroup("Output:")
    .addOption(
      integerOption("--failures <count>", "questions to explain whose first page is wrong", {
        min: 0,
        max: 100_000,
        value: 0,
      }),
    )
    .option("--json", "print the report for programs")
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await evalCommand(await openOptions(flags, []), file, flags);
    });
  describe(command, {
    about:
      'Each line: {"query": "...", "relevant": [{"path": "a.md", "section": "b", "grade": 3}]}, with\n' +
      "id, kind and sources (pages left out of the answer) where wanted. A grade is 1 to 3, and 1\n" +
      `when left out. Metrics: ${METRICS.join(", ")}.`,
    examples: [
      ["lectern eval docs.questions.jsonl -r docs", "figures by kind"],
      ["lectern eval q.jsonl --threshold mrr=0.9 --threshold empty=0", "exit code 7 when missed"],
      ["lectern eval q.jsonl --json > before.json", "keep a run"],
      ["lectern eval q.jsonl --compare before.json", "what changed since"],
      ["lectern eval q.jsonl --failures 5", "what came first, and why"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 5, 7],
  });
}

/** Asks the questions of a file, prints the figures and holds them against thresholds. */
async function evalCommand(options: OpenOptions, file: string, flags: Flags): Promise<number> {
  // Whatever is wrong with what was given is said before the first question is asked.
  const questions = parseQuestions(readText(file), file);
  const thresholds = (flags.threshold ?? []).map(parseThreshold);
  const other = flags.compare;
  const earlier = other === undefined ? undefined : parseReport(readText(other), other);

  const bar = progressBar();
  const evaluation = await evaluate(options, questions, {
    isMasked: flags.maskQuestions === true,
    skipsUnknown: flags.skipUnknown === true,
    sync: catchUp,
    onProgress: (done, total) => bar.show({ stage: "asking", done, total }),
  }).finally(() => bar.clear());

  const { report, human } = reports(evaluation, flags, thresholds, earlier);
  if (flags.json === true) printJson(report);
  else print(human);
  const missed = report.thresholds.filter(({ missedBy }) => missedBy > 0);
  for (const verdict of missed) process.stderr.write(`${missedLine(verdict)}\n`);
  return missed.length === 0 ? EXIT.ok : EXIT.missed;
}

/** The report for programs and for people. */
function reports(
  { answers, skipped }: Evaluation,
  flags: Flags,
  thresholds: readonly Threshold[],
  earlier: ReturnType<typeof parseReport> | undefined,
) {
  const figures = summaries(answers);
  const records = answers.map(recordOf);
  const comparison = earlier && compare(records, earlier);
  const failed = flags.failures > 0 ? failures(answers, flags.failures) : undefined;
  const verdicts = judge(figures, thresholds);
  const isMet = verdicts.every(({ missedBy }) => missedBy === 0);
  const left = skipped.length;
  const human = [
    figuresTable(figures),
    ...(left > 0 ? [dim(`${left} left out: they name what is not in the index`)] : []),
    ...(comparison ? [`\n${comparisonTable(comparison, flags.compare ?? "")}`] : []),
    ...(failed ? [`\n${failuresText(failed)}`] : []),
    ...(verdicts.length > 0 && isMet ? [`\nthresholds met: ${verdicts.length}`] : []),
  ].join("\n");
  const report = {
    isMasked: flags.maskQuestions === true,
    ...figures,
    skipped,
    thresholds: verdicts,
    ...(comparison && { comparison }),
    ...(failed && { failures: failed }),
    questions: records,
  };
  return { report, human };
}

function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const reason = name === "TypeError" ? "it is not UTF-8" : code;
    if (code === "ENOENT") throw new InputError(`${file}: does not exist`);
    throw new InputError(`${file}: cannot be read: ${reason}`);
  }
}
