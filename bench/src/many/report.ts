/** What a run of many servers found, for people. */
import type { ManyFigures } from "../many.ts";
import { median, table, type Table } from "../report.ts";

/** The longest that the lead may be vacant, in milliseconds. */
const PROMOTED_WITHIN = 1000;
/** Problems that are shown. */
const SHOWN = 20;

/** A run as a table. */
export function manyTable(run: ManyFigures): Table {
  const { promotions } = run;
  return table(
    "many servers over one index",
    ["what", "figure"],
    [
      ["changes", String(run.changes)],
      ["seconds", run.seconds.toFixed(0)],
      ["searches, hits, sections read", `${run.searches}, ${run.hits}, ${run.reads}`],
      ["servers killed, of these leaders", `${run.killed}, ${promotions.length}`],
      [
        "another leads after, ms: median, most",
        `${median(promotions).toFixed(0)}, ${Math.max(...promotions).toFixed(0)}`,
      ],
      ["`lectern index` beside them, of these killed", `${run.indexRuns}, ${run.killedIndexRuns}`],
      ["searches while the leader was stopped", String(run.searchesWhileStopped)],
      ["searches that failed", String(run.failures.length)],
      ["lies", String(run.lies.length)],
      ["left to `lectern index`", String(run.leftBehind)],
      ["differs from a rebuild", String(run.differences.length)],
      ["before merging", String(run.otherBeforeMerge)],
      ["servers that outlived their hosts", String(run.orphans)],
      ["locks that were left", String(run.locks.length)],
    ],
  );
}

/** What may not be, in words. */
export function manyProblems(run: ManyFigures): string[] {
  const late = run.promotions.filter((time) => time > PROMOTED_WITHIN);
  return [
    ...run.failures,
    ...run.lies,
    ...run.differences,
    ...late.map((time) => `nobody led for ${time.toFixed(0)} ms`),
    ...(run.orphans > 0 ? [`${run.orphans} servers outlived their hosts`] : []),
    ...run.locks.map((file) => `still locked: ${file}`),
  ].slice(0, SHOWN);
}
