/**
 * The tasks without a server, by the tools every coding agent has. The steps, which are kind to this
 * side: an agent would read what it was shown and has no way to see all counts.
 *
 * Look up: (1) for each of at most six words of the query that are no stop words, longest first, one
 * case-insensitive search with line numbers, of whose output 100 lines of at most 300 characters are
 * shown; (2) pages ranked by how many of the words they hold, then by matching lines, over the whole
 * output; (3) page after page is read whole, at most 2,000 lines, until one answers, three at most.
 * Runbook: one search for the alert's name; pages named after it first; then (3).
 * Changes: one `git log` of seven days with the names of the files.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { LabelledQuery } from "../corpus.ts";
import { MOST_READS } from "./lectern.ts";
import { isRelevant, WEEK, type Way } from "./tasks.ts";
import { type TaskRun, Transcript } from "./transcript.ts";

const MOST_WORDS = 6;
const SHOWN_LINES = 100;
const SHOWN_WIDTH = 300;
const READ_LINES = 2000;

const STOP_WORDS = new Set(
  (
    "a an and are as at be by can do does for from has have how i if in is it its me my no not of on or our " +
    "should so that the their them there this to us was we what when where which who why will with you your"
  ).split(" "),
);

/** A program that searches files, by its name and the arguments before the pattern. */
interface Searcher {
  readonly name: "rg" | "grep";
  readonly args: readonly string[];
}

const RIPGREP: Searcher = { name: "rg", args: ["-n", "-i", "-F", "--no-heading", "--"] };
const GREP: Searcher = {
  name: "grep",
  args: ["-rniF", "--include=*.md", "--exclude-dir=.git", "--"],
};

/** ripgrep, or grep where it is not installed. */
export function searcher(): Searcher {
  return spawnSync("rg", ["--version"]).status === 0 ? RIPGREP : GREP;
}

/** Searches and reads whole files. */
export class ShellWay implements Way<TaskRun> {
  readonly #folder: string;
  readonly #searcher: Searcher;

  constructor(folder: string, by: Searcher) {
    this.#folder = folder;
    this.#searcher = by;
  }

  async lookUp(query: LabelledQuery): Promise<TaskRun> {
    const transcript = new Transcript();
    const words = wordsOf(query.query);
    const held = new Map<string, { words: number; lines: number }>();
    for (const word of words) {
      const counts = countsOf(await this.#search(transcript, word));
      for (const [page, lines] of counts) {
        const known = held.get(page) ?? { words: 0, lines: 0 };
        held.set(page, { words: known.words + 1, lines: known.lines + lines });
      }
    }
    const ranked = [...held]
      .toSorted(([p, a], [q, b]) => b.words - a.words || b.lines - a.lines || (p < q ? -1 : 1))
      .map(([page]) => page);
    return this.#read(transcript, query, ranked);
  }

  async runbook(alert: LabelledQuery): Promise<TaskRun> {
    const transcript = new Transcript();
    const counts = countsOf(await this.#search(transcript, alert.query));
    const isNamed = (page: string): number => (page.includes(alert.query) ? 1 : 0);
    const ranked = [...counts]
      .toSorted(([p, a], [q, b]) => isNamed(q) - isNamed(p) || b - a || (p < q ? -1 : 1))
      .map(([page]) => page);
    return this.#read(transcript, alert, ranked);
  }

  async changes(expected: readonly string[]): Promise<TaskRun> {
    const transcript = new Transcript();
    const format = ["--date=short", "--format=%h %ad %s", "--name-only"];
    const args = ["-c", "core.quotePath=false", "log", `--since=${WEEK}.days`, ...format];
    const output = await this.#run(transcript, "git", args, (all) => all);
    const listed = new Set(output.split("\n"));
    return transcript.end(expected.every((page) => listed.has(page)));
  }

  #search(transcript: Transcript, word: string): Promise<string> {
    const { name, args } = this.#searcher;
    return this.#run(transcript, name, [...args, word, "."], (all) => {
      const lines = all.split("\n").slice(0, SHOWN_LINES);
      return lines.map((line) => line.slice(0, SHOWN_WIDTH)).join("\n");
    });
  }

  #run(
    transcript: Transcript,
    program: string,
    args: readonly string[],
    shown: (output: string) => string,
  ): Promise<string> {
    const make = (): string => {
      const options = { cwd: this.#folder, encoding: "utf8", maxBuffer: 1 << 28 } as const;
      const { stdout, error } = spawnSync(program, args, options);
      if (error !== undefined) throw new Error(`${program} cannot be started`, { cause: error });
      return stdout;
    };
    return transcript.call([program, ...args].join(" "), make, (output) => [shown(output)]);
  }

  async #read(
    transcript: Transcript,
    asked: LabelledQuery,
    ranked: readonly string[],
  ): Promise<TaskRun> {
    for (const page of ranked.slice(0, MOST_READS)) {
      await transcript.call(
        JSON.stringify({ name: "read", arguments: { path: page } }),
        () => readFileSync(path.join(this.#folder, page), "utf8"),
        (text) => [text.split("\n").slice(0, READ_LINES).join("\n")],
      );
      if (isRelevant(asked, page)) return transcript.end(true);
    }
    return transcript.end(false);
  }
}

function wordsOf(query: string): string[] {
  const words = query.match(/[\p{L}\p{N}_.-]+/gu) ?? [];
  const kept = words.filter((word) => !STOP_WORDS.has(word.toLowerCase()));
  const distinct = [...new Set(kept.length > 0 ? kept : words)];
  return distinct.toSorted((a, b) => b.length - a.length).slice(0, MOST_WORDS);
}

/** Matching lines by page, of `./path:line:text`. */
function countsOf(output: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of output.split("\n")) {
    const page = /^\.\/(.*?\.md):\d+:/u.exec(line)?.[1];
    if (page !== undefined) counts.set(page, (counts.get(page) ?? 0) + 1);
  }
  return counts;
}
