/** Never stale: someone edits pages in every way there is while agents search them. */
import { cpSync } from "node:fs";
import path from "node:path";

import type { Corpus } from "./corpus.ts";
import { Asking } from "./live/asking.ts";
import { Editing } from "./live/editing.ts";
import { Host } from "./live/host.ts";
import { Looking, type Visibility } from "./live/looking.ts";
import { type Comparison, compareWithFresh } from "./live/rebuilt.ts";
import type { ServerCommand } from "./process.ts";
import { table, type Table } from "./report.ts";

/** How the servers learn of changes. */
export type Watching = "events" | "polling";

/** What a run found. */
export interface LiveFigures extends Comparison {
  readonly watching: Watching;
  readonly changes: number;
  readonly seconds: number;
  readonly searches: number;
  readonly hits: number;
  readonly reads: number;
  /** What answers showed that was not so, in words. */
  readonly lies: readonly string[];
  readonly visible: readonly Visibility[];
  /** Changes that were not found, in words. */
  readonly unseen: readonly string[];
}

const SEED = 1;
/** From the start of one change to that of the next, in milliseconds: an hour in ten minutes. */
const PACE_MS = 120;
/** Problems of a kind that are shown. */
const SHOWN = 10;
/** Leaves the servers without watches, in a namespace of their own. */
const NO_WATCHES = "echo 5 > /proc/sys/user/max_inotify_watches";

/** Runs an editor and two servers over a copy of the corpus. */
export async function live(
  corpus: Corpus,
  scratch: string,
  server: ServerCommand,
  options: { readonly changes: number; readonly watching: Watching },
): Promise<LiveFigures> {
  const { changes, watching } = options;
  const folder = path.join(scratch, `live-${watching}`);
  const indexDir = path.join(scratch, `index-live-${watching}`);
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const plan = { folder, log: `${folder}.log`, seed: SEED, changes, paceMs: PACE_MS };
  const editing = await Editing.start(plan);
  const shell = watching === "polling" ? NO_WATCHES : undefined;
  const hosts = Array.from({ length: 3 }, () => new Host(server, folder, indexDir, shell));
  const queries = corpus.queries.map(({ query }) => query);
  const asking = new Asking(editing.chronicle, queries, SEED);
  const looking = new Looking(editing.chronicle);
  const started = performance.now();
  try {
    for (const host of hosts) {
      await host.open();
      await host.search("anything");
    }
    // One leads and one follows; the third is asked for nothing but what was just changed.
    const [looked, ...asked] = hosts.toReversed();
    if (looked === undefined) throw new Error("no hosts");
    const phase = { isMade: false, isOver: false };
    const editor = editing.go().finally(() => (phase.isMade = true));
    const looker = looking.look(looked, () => phase.isMade).finally(() => (phase.isOver = true));
    const askers = asked.map(async (host) => {
      while (!phase.isOver) await asking.ask(host);
    });
    await Promise.all([editor, looker, ...askers]);
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
    await editing.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    watching,
    changes,
    seconds,
    ...asking.counts(),
    lies: asking.lies,
    visible: looking.visible(),
    unseen: looking.unseen,
    ...(await compareWithFresh(server, folder, indexDir, queries)),
  };
}

/** The runs as tables. */
export function liveTables(runs: readonly LiveFigures[]): readonly Table[] {
  const counts = table(
    "never stale: answers while pages are edited",
    [
      "watching",
      "changes",
      "seconds",
      "searches",
      "hits",
      "sections read",
      "lies",
      "changes not found",
      "left to `lectern index`",
      "differs from a rebuild",
      "before merging",
    ],
    runs.map((run) => [
      run.watching,
      String(run.changes),
      run.seconds.toFixed(0),
      String(run.searches),
      String(run.hits),
      String(run.reads),
      String(run.lies.length),
      String(run.unseen.length),
      String(run.leftBehind),
      String(run.differences.length),
      String(run.otherBeforeMerge),
    ]),
  );
  const found = table(
    "from the end of a change to the answer that holds it, ms",
    ["watching", "while", "change", "found", "given up", "p50", "p95", "most"],
    runs.flatMap(({ watching, visible }) =>
      visible.map(({ kind, when, seen, givenUp, p50, p95, most }) => [
        watching,
        when,
        kind,
        String(seen),
        String(givenUp),
        p50.toFixed(0),
        p95.toFixed(0),
        most.toFixed(0),
      ]),
    ),
  );
  return [counts, found];
}

/** What may not be, in words; at most a few of each. */
export function liveProblems(runs: readonly LiveFigures[]): string[] {
  return runs.flatMap(({ watching, lies, unseen, differences }) =>
    [lies, unseen, differences]
      .flatMap((problems) => problems.slice(0, SHOWN))
      .map((problem) => `${watching}: ${problem}`),
  );
}
