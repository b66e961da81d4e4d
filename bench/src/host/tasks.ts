/** The three tasks of a host and the folder they are done in. */
import { cpSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { type Corpus, type LabelledQuery, pages, stratified } from "../corpus.ts";
import { importHistory, shiftToNow } from "../git-history.ts";

/** A way to do the tasks. */
export interface Way<Run> {
  /** Look up and cite: find a page that answers and have its lines to cite. */
  lookUp(query: LabelledQuery): Promise<Run>;
  /** Find the runbook of an alert and read its section on what to do. */
  runbook(alert: LabelledQuery): Promise<Run>;
  /** List the pages of the last seven days; `expected` are their paths. */
  changes(expected: readonly string[]): Promise<Run>;
}

/** Pages, questions and a history. */
export interface HostCase {
  readonly name: string;
  /** A git repository whose newest commit is of the last 24 hours. */
  readonly folder: string;
  readonly lookUps: readonly LabelledQuery[];
  readonly alerts: readonly LabelledQuery[];
  /** Pages of the last seven days. */
  readonly changed: readonly string[];
}

/** Days that "this week" means. */
export const WEEK = 7;

const LOOK_UPS = 60;
const ALERTS = 30;

/**
 * A copy of a corpus with one commit a page, dated by the files' times and shifted to end today.
 * Where the files are all of one day, as in a fresh clone, one page a day in order of paths.
 */
export async function hostCase(corpus: Corpus, scratch: string): Promise<HostCase> {
  const folder = path.join(scratch, `host-${corpus.name}`);
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true, filter: isNoGit });
  const now = Date.now();
  const dated = datesOf(folder, now);
  const from = now - WEEK * 86_400_000;
  await importHistory(
    folder,
    dated.map(({ file, date }) => ({
      path: file,
      text: readFileSync(path.join(folder, file)),
      subject: `Update ${path.basename(file, ".md")}`,
      date: Math.floor(date / 1000),
    })),
  );
  const asked = corpus.queries.filter(({ kind }) => !/^(?:alert|commit)/u.test(kind));
  const alerts = corpus.queries.filter(({ kind }) => kind === "alert");
  return {
    name: corpus.name,
    folder,
    lookUps: stratified(asked, LOOK_UPS),
    alerts: stratified(alerts, ALERTS),
    changed: dated.filter(({ date }) => date >= from).map(({ file }) => file),
  };
}

function isNoGit(file: string): boolean {
  return path.basename(file) !== ".git";
}

/** Oldest first; milliseconds. */
function datesOf(folder: string, now: number): { file: string; date: number }[] {
  const day = 86_400_000;
  const files = pages(folder).map((file) => ({
    file,
    date: statSync(path.join(folder, file)).mtimeMs,
  }));
  const times = files.map(({ date }) => date).toSorted((a, b) => a - b);
  const newest = times.at(-1) ?? now;
  if (newest - (times[0] ?? now) < day) {
    const count = files.length;
    return files.map(({ file }, at) => ({ file, date: now - 60_000 - (count - 1 - at) * day }));
  }
  const shift = shiftToNow(newest, now);
  return files
    .map(({ file, date }) => ({ file, date: date + shift }))
    .toSorted((a, b) => a.date - b.date);
}

/** Whether a page answers a query. */
export function isRelevant(query: LabelledQuery, page: string): boolean {
  return query.relevant.some((entry) => entry.path === page);
}
