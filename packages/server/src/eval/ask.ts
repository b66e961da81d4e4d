import type { Engine, Hit } from "@lectern/native";

import { wholeSection } from "./labels.ts";
import type { Question } from "./questions.ts";
import { ndcg } from "./statistics.ts";

/** What the engine answered to a question, and how good that is. */
export interface Answer {
  readonly question: Question;
  /** At most ten hits of as many pages, best first. */
  readonly hits: readonly Hit[];
  /** Place of the first relevant page, 1 to 10; null when none is among the ten. */
  readonly rank: number | null;
  /** nDCG over the ten pages by their grades, 0 to 1. */
  readonly ndcg: number;
  /**
   * Place of the first relevant section among ten hits, where a page may have two; null when none is
   * there, absent when the question names no section.
   */
  readonly sectionRank?: number | null;
}

/** Pages or sections that are looked at. */
const DEPTH = 10;
/** Questions under way at once: enough that the engine's threads never wait for this one. */
const AT_ONCE = 4;

/** Asks every question; answers come in the order of the questions. `onDone` hears how many are done. */
export async function askAll(
  engine: Engine,
  questions: readonly Question[],
  onDone: (done: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < questions.length; at = next++) {
      answers[at] = await ask(engine, questions[at] as Question);
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function ask(engine: Engine, question: Question): Promise<Answer> {
  const { query, sources } = question;
  const common = { query, limit: DEPTH, exclude: sources };
  const { hits } = await engine.search({ ...common, hitsOfAPage: 1 });
  const grades = pageGrades(question);
  const pages = hits.map(({ path }) => grades.get(path) ?? 0);
  const answer = {
    question,
    hits,
    rank: place(pages, (grade) => grade > 0),
    ndcg: ndcg(pages, [...grades.values()], DEPTH),
  };
  const sections = new Set(
    question.relevant.flatMap(({ path, section }) =>
      section === undefined ? [] : [`${path}#${section}`],
    ),
  );
  if (sections.size === 0) return answer;
  const second = await engine.search({ ...common, hitsOfAPage: 2 });
  const isRelevant = ({ path, section }: Hit): boolean =>
    sections.has(`${path}#${wholeSection(section)}`);
  return { ...answer, sectionRank: place(second.hits, isRelevant) };
}

/** The grade of each relevant page: the best of its entries. */
function pageGrades({ relevant }: Question): Map<string, number> {
  const grades = new Map<string, number>();
  for (const { path, grade } of relevant) {
    grades.set(path, Math.max(grade, grades.get(path) ?? 0));
  }
  return grades;
}

/** Place from 1 of the first item that is as asked; null for none. */
function place<T>(items: readonly T[], isAsAsked: (item: T) => boolean): number | null {
  const at = items.findIndex(isAsAsked);
  return at === -1 ? null : at + 1;
}
