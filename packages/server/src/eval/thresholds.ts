import { InputError } from "./input-error.ts";
import { MEASURES, type Measure, type Summaries } from "./summary.ts";

/** The least a measure may be, or the most answers that may be empty. */
export interface Threshold {
  /** As given: `METRIC=VALUE` or `KIND:METRIC=VALUE`. */
  readonly text: string;
  /** Absent for all questions. */
  readonly kind?: string;
  readonly metric: Measure | "empty";
  readonly value: number;
}

/** A threshold and what was measured. */
export interface Verdict {
  readonly threshold: Threshold;
  readonly measured: number;
  /** How far the measured value is on the wrong side; 0 when the threshold is met. */
  readonly missedBy: number;
}

/** What a threshold may be about. */
export const METRICS: readonly Threshold["metric"][] = [...MEASURES, "empty"];
/** Means of the same numbers may differ by as much. */
const ROUNDING = 1e-9;

/**
 * Reads `METRIC=VALUE` or `KIND:METRIC=VALUE`; a kind may hold any sign.
 *
 * @throws {@link InputError} that says what is valid.
 */
export function parseThreshold(text: string): Threshold {
  const [, kind, name = "", digits = ""] = /^(?:(.+):)?([^:=]+)=(.*)$/su.exec(text) ?? [];
  const metric = METRICS.find((known) => known === name.toLowerCase());
  if (metric === undefined) {
    throw new InputError(
      `--threshold: must be METRIC=VALUE or KIND:METRIC=VALUE with ${METRICS.join(", ")} (got ${JSON.stringify(text)})`,
    );
  }
  const value = /^(?:\d+(?:\.\d*)?|\.\d+)$/u.test(digits) ? Number(digits) : Number.NaN;
  const isValid = metric === "empty" ? Number.isInteger(value) : value <= 1;
  if (!isValid) {
    const valid = metric === "empty" ? "a count from 0" : "from 0 to 1";
    throw new InputError(`--threshold: ${metric} must be ${valid} (got ${JSON.stringify(text)})`);
  }
  return { text, ...(kind !== undefined && { kind }), metric, value };
}

/**
 * Holds figures against thresholds, in the order of the thresholds.
 *
 * @throws {@link InputError} for a kind that no question has, and for sections that none names: a
 * threshold that can never be missed guards nothing.
 */
export function judge(figures: Summaries, thresholds: readonly Threshold[]): Verdict[] {
  return thresholds.map((threshold) => {
    const { text, kind, metric, value } = threshold;
    const summary =
      kind === undefined ? figures.all : figures.kinds.find((known) => known.kind === kind);
    if (summary === undefined) {
      const kinds = figures.kinds.map((known) => known.kind).join(", ");
      throw new InputError(`--threshold ${text}: no question is of this kind; kinds are ${kinds}`);
    }
    const measured = metric === "empty" ? summary.empty : summary.measures[metric]?.mean;
    if (measured === undefined) {
      throw new InputError(`--threshold ${text}: no question names a section`);
    }
    const missedBy = metric === "empty" ? measured - value : value - measured;
    return { threshold, measured, missedBy: missedBy > ROUNDING ? missedBy : 0 };
  });
}
