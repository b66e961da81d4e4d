import type { Signals } from "@lectern/native";

import type { Comparison, Compared, Difference } from "../eval/compare.ts";
import type { Failure, Place } from "../eval/failures.ts";
import type { Estimate } from "../eval/statistics.ts";
import { MEASURES, type Measure, type Summaries, type Summary } from "../eval/summary.ts";
import type { Verdict } from "../eval/thresholds.ts";
import { oneLine } from "../plain-text.ts";
import { signalName } from "./signal-name.ts";
import { bold, dim, table } from "./terminal.ts";

const HEADS: Readonly<Record<Measure, string>> = {
  "r@1": "R@1",
  "r@5": "R@5",
  "r@10": "R@10",
  mrr: "MRR@10",
  ndcg: "nDCG@10",
  "section@1": "section@1",
  "section@5": "section@5",
};

/** Figures by kind and over all, each mean with its standard error. */
export function figuresTable({ kinds, all }: Summaries): string {
  return headed([
    ["kind", "queries", ...MEASURES.map((measure) => HEADS[measure]), "empty"],
    ...kinds.map((summary) => figuresRow(summary.kind, summary)),
    figuresRow("all", all),
  ]);
}

/** Differences to another run by kind and over all, each with its p. */
export function comparisonTable(comparison: Comparison, other: string): string {
  const { kinds, all, onlyHere, onlyThere, linkTexts } = comparison;
  const apart =
    onlyHere + onlyThere === 0
      ? ""
      : `; not compared: ${onlyHere} of this run, ${onlyThere} of the other`;
  return [
    `difference to ${oneLine(other)}${apart}`,
    ...(linkTexts === undefined
      ? []
      : [`link texts: ${linkTexts.here} here, ${linkTexts.there} there`]),
    headed([
      ["kind", "queries", "MRR@10", "p", "R@1", "p"],
      ...kinds.map((compared) => comparisonRow(compared.kind, compared)),
      comparisonRow("all", all),
    ]),
  ].join("\n");
}

/** What was asked, expected and answered, question by question. */
export function failuresText(failures: readonly Failure[]): string {
  if (failures.length === 0) return "no question failed";
  return failures
    .map(({ id, query, kind, expected, first, found }) =>
      [
        `${bold(oneLine(query))} ${dim(`(${oneLine(id)}, ${oneLine(kind)})`)}`,
        `  expected ${expected.map(oneLine).join(", ")}`,
        ...answered(first, found),
      ].join("\n"),
    )
    .join("\n\n");
}

/** A threshold that was missed, and by how much, on one line. */
export function missedLine({ threshold, measured, missedBy }: Verdict): string {
  const { text, metric } = threshold;
  const how =
    metric === "empty"
      ? `${measured} empty, ${missedBy} too many`
      : `${decimal(measured)}, ${decimal(missedBy)} short`;
  return `missed: ${oneLine(text)}: ${how}`;
}

function figuresRow(name: string, summary: Summary): string[] {
  return [
    oneLine(name),
    String(summary.queries),
    ...MEASURES.map((measure) => mean(summary.measures[measure])),
    String(summary.empty),
  ];
}

function comparisonRow(name: string, compared: Compared): string[] {
  return [
    oneLine(name),
    String(compared.queries),
    ...difference(compared.mrr),
    ...difference(compared["r@1"]),
  ];
}

function headed([head = [], ...rows]: readonly (readonly string[])[]): string {
  const [first = "", ...rest] = table([head, ...rows]).split("\n");
  return [bold(first), ...rest].join("\n");
}

function answered(first: Place | null, found: Place | null): string[] {
  if (first === null) return ["  nothing found"];
  return [
    ...place("first", first),
    ...(found === null
      ? ["  no expected page is among the ten"]
      : place(`place ${found.rank}`, found)),
  ];
}

function place(name: string, { path, section, score, signals }: Place): string[] {
  return [
    `  ${name} ${oneLine(path)}#${section} ${score.toFixed(2)}`,
    dim(`    ${signalsText(signals)}`),
  ];
}

/** The signals that add to a score as shown, the greatest first. */
function signalsText(signals: Signals): string {
  return Object.entries(signals as Readonly<Record<keyof Signals, number>>)
    .filter(([, value]) => value >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, value]) => `${signalName(name)} ${value.toFixed(2)}`)
    .join(", ");
}

function mean(value: Estimate | undefined): string {
  if (value === undefined) return "-";
  const error = value.error === null ? "" : ` ±${decimal(value.error)}`;
  return `${decimal(value.mean)}${error}`;
}

function difference({ difference: by, p }: Difference): [string, string] {
  const sign = by < 0 ? "-" : "+";
  return [`${sign}${decimal(Math.abs(by))}`, p < 0.001 ? "<.001" : decimal(p)];
}

/** Three places, without the 0 before the point. */
function decimal(value: number): string {
  return value.toFixed(3).replace(/^0\./u, ".");
}
