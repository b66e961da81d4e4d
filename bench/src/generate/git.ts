/** A git history of a generated corpus: one commit a page. */
import { importHistory, type PageCommit, shiftToNow } from "../git-history.ts";
import { writerOf } from "./folder.ts";
import type { Plan } from "./outline.ts";

/**
 * Makes `folder`, which holds the plan's pages, a repository: oldest page first, every date shifted
 * by the same whole days so that the newest commit is of the last 24 hours before `now`.
 */
export async function writeHistory(plan: Plan, folder: string, now: number): Promise<void> {
  await importHistory(folder, commits(plan, now));
}

function* commits(plan: Plan, now: number): Generator<PageCommit> {
  const dates = Float64Array.from({ length: plan.pages }, (_, at) => plan.outline(at).date);
  const order = Uint32Array.from(dates.keys()).sort(
    (a, b) => (dates[a] ?? 0) - (dates[b] ?? 0) || a - b,
  );
  const shift = shiftToNow(dates[order.at(-1) ?? 0] ?? now, now);
  const writer = writerOf(plan);
  for (const number of order) {
    const page = plan.outline(number);
    yield {
      path: page.path,
      text: writer.markdown(page),
      subject: `${page.kind}: ${page.title}`,
      date: (page.date + shift) / 1000,
    };
  }
}
