import process from "node:process";

import type { OpenOptions } from "@lectern/native";
import { type Command, Option } from "commander";

import { compare } from "../eval/compare.ts";
import { evaluate, type Evaluation } from "../eval/evaluate.ts";
import { failures } from "../eval/failures.ts";
import { parseQuestions } from "../eval/questions.ts";
import {
  ANCHORS,
  type Anchors,
  type EarlierRun,
  type LinkTextUse,
  parseReport,
  recordOf,
} from "../eval/record.ts";
import { summaries } from "../eval/summary.ts";
import { judge, METRICS, parseThreshold, type Threshold } from "../eval/thresholds.ts";
import { catchUp } from "./catch-up.ts";
import { comparisonTable, failuresText, figuresTable, missedLine } from "./eval-output.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { ignoreLinksOption, readPageList, withoutLinksFrom } from "./ignored-links.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, collect, type DocumentFlags, openOptions } from "./options.ts";
import { progressBar } from "./progress.ts";
import { readText } from "./read-text.ts";
import { dim, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly maskQuestions?: boolean;
  readonly skipUnknown?: boolean;
  readonly anchors: Anchors;
  readonly ignoreLinksFrom?: string;
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
    .addOption(
      new Option(
        "--anchors <which>",
        "texts of links that count; half: without those of the sources' half of the pages",
      )
        .choices(ANCHORS)
        .default("on")
        .conflicts("ignoreLinksFrom"),
    )
    .addOption(ignoreLinksOption())
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
      `when left out. Metrics: ${METRICS.join(", ")}.\n\n` +
      "Questions that are texts of links find their page by that link. With --anchors half, each is\n" +
      "asked without the links of half of the pages, the half that holds its sources; --anchors off\n" +
      "counts no link text at all.",
    examples: [
      ["lectern eval docs.questions.jsonl -r docs", "figures by kind"],
      ["lectern eval q.jsonl --threshold mrr=0.9 --threshold empty=0", "exit code 7 when missed"],
      ["lectern eval q.jsonl --json > before.json", "keep a run"],
      ["lectern eval q.jsonl --compare before.json", "what changed since"],
      ["lectern eval q.jsonl --failures 5", "what came first, and why"],
      ["lectern eval links.jsonl --anchors half", "questions that are texts of links"],
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
  const { anchors, ignoreLinksFrom } = flags;
  const pages = ignoreLinksFrom === undefined ? undefined : readPageList(ignoreLinksFrom);
  const use = { anchors, ...(pages !== undefined && { ignoredPages: pages.paths.length }) };
  const opened: OpenOptions = {
    ...options,
    ...(anchors === "off" && { linkTexts: "none" }),
    ...withoutLinksFrom(pages),
  };

  const bar = progressBar();
  const evaluation = await evaluate(opened, questions, {
    isMasked: flags.maskQuestions === true,
    isHalved: anchors === "half",
    pages,
    skipsUnknown: flags.skipUnknown === true,
    sync: catchUp,
    onProgress: (done, total) => bar.show({ stage: "asking", done, total }),
  }).finally(() => bar.clear());

  const { report, human } = reports(evaluation, { flags, use, thresholds, earlier });
  if (flags.json === true) printJson(report);
  else print(human);
  const missed = report.thresholds.filter(({ missedBy }) => missedBy > 0);
  for (const verdict of missed) process.stderr.write(`${missedLine(verdict)}\n`);
  return missed.length === 0 ? EXIT.ok : EXIT.missed;
}

/** The report for programs and for people. */
function reports(
  { answers, skipped, inNoHalf }: Evaluation,
  asked: {
    readonly flags: Flags;
    readonly use: LinkTextUse;
    readonly thresholds: readonly Threshold[];
    readonly earlier: EarlierRun | undefined;
  },
) {
  const { flags, use, thresholds, earlier } = asked;
  const figures = summaries(answers);
  const records = answers.map(recordOf);
  const comparison = earlier && compare({ use, questions: records }, earlier);
  const failed = flags.failures > 0 ? failures(answers, flags.failures) : undefined;
  const verdicts = judge(figures, thresholds);
  const isMet = verdicts.every(({ missedBy }) => missedBy === 0);
  const left = skipped.length;
  const isHalved = use.anchors === "half";
  const human = [
    figuresTable(figures),
    ...(left > 0 ? [dim(`${left} left out: they name what is not in the index`)] : []),
    ...(isHalved
      ? [dim(`${inNoHalf.length} left out: no half of the pages holds all their sources`)]
      : []),
    ...(comparison ? [`\n${comparisonTable(comparison, flags.compare ?? "")}`] : []),
    ...(failed ? [`\n${failuresText(failed)}`] : []),
    ...(verdicts.length > 0 && isMet ? [`\nthresholds met: ${verdicts.length}`] : []),
  ].join("\n");
  const report = {
    isMasked: flags.maskQuestions === true,
    ...use,
    ...figures,
    skipped,
    ...(isHalved && { inNoHalf }),
    thresholds: verdicts,
    ...(comparison && { comparison }),
    ...(failed && { failures: failed }),
    questions: records,
  };
  return { report, human };
}
