/** Never stale: someone edits pages in every way there is while agents search them. */
import { cpSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Corpus } from "./corpus.ts";
import { PURPOSE, Random } from "./generate/random.ts";
import { lies, type ShownHit, stoodThen } from "./live/check.ts";
import { type Change, type ChangeKind, Editor } from "./live/editor.ts";
import { Host } from "./live/host.ts";
import { differences } from "./live/rebuilt.ts";
import type { ServerCommand } from "./process.ts";
import { quantile, sorted, table, type Table } from "./report.ts";

/** How the servers learn of changes. */
export type Watching = "events" | "polling";

/** How long one kind of change took to be found. */
interface Visibility {
  readonly kind: ChangeKind | "all" | "all but after a switch of branches";
  readonly seen: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

/** What a run found. */
export interface LiveFigures {
  readonly watching: Watching;
  readonly changes: number;
  readonly seconds: number;
  readonly searches: number;
  readonly hits: number;
  readonly reads: number;
  /** What answers showed that was not so, in words. */
  readonly lies: readonly string[];
  readonly visible: readonly Visibility[];
  /** Changes that were not found within {@link PATIENCE_MS}. */
  readonly unseen: readonly string[];
  /** How the index differs from one that is built anew. */
  readonly differences: readonly string[];
}

const SEED = 1;
/** From the start of one change to that of the next, in milliseconds. */
const PACE_MS = 100;
/** One of so many changes is waited for until it is found. */
const LOOKED_FOR = 5;
/** A change that is not found by then counts as never, in milliseconds. */
const PATIENCE_MS = 90_000;
/** One of so many hits is read as well. */
const READ = 20;
/** Characters of a text that are compared: a long one is cut, and says so at its end. */
const COMPARED = 1500;
/** Changes between two switches of branches. */
const SWITCH = 250;
/** Problems of a kind that are shown. */
const SHOWN = 10;
/** A switch of branches has a thousand pages indexed, which what follows waits for, in milliseconds. */
const AFTER_SWITCH_MS = 5000;
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
  const editor = new Editor(folder, SEED);
  const shell = watching === "polling" ? NO_WATCHES : undefined;
  const hosts = [1, 2, 3].map(() => new Host(server, folder, indexDir, shell));
  const [leader, follower, looker] = hosts;
  if (leader === undefined || follower === undefined || looker === undefined)
    throw new Error("no hosts");
  for (const host of hosts) await host.open();
  for (const host of hosts) await host.search("anything");

  const run = new Run(
    editor,
    corpus.queries.map(({ query }) => query),
  );
  const started = performance.now();
  const asking = [leader, follower].map((host) => run.ask(host));
  const looking = run.look(looker);
  for (let made = 0; made < changes; made += 1) {
    const due = started + made * PACE_MS;
    await pause(Math.max(1, due - performance.now()));
    const isSwitch = made % SWITCH === SWITCH - 1;
    run.made(editor.change(isSwitch ? "branch switched" : undefined));
  }
  await run.everythingLookedFor();
  run.isOver = true;
  await Promise.all([...asking, looking]);
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(hosts.map((host) => host.close()));
  if (!editor.isAsThought()) throw new Error("the editor does not know what it wrote");
  return {
    watching,
    changes,
    seconds,
    ...run.figures(),
    differences: await differences(folder, indexDir, `${indexDir}-fresh`, run.queries),
  };
}

class Run {
  readonly queries: readonly string[];
  isOver = false;
  readonly #editor: Editor;
  readonly #random = new Random(SEED, PURPOSE.edits, 1);
  readonly #times = new Map<ChangeKind, number[]>();
  readonly #quiet: number[] = [];
  #switched = Number.NEGATIVE_INFINITY;
  readonly #tokens: string[] = [];
  readonly #lies: string[] = [];
  readonly #unseen: string[] = [];
  readonly #toLookFor: Change[] = [];
  #made = 0;
  #searches = 0;
  #hits = 0;
  #reads = 0;

  constructor(editor: Editor, queries: readonly string[]) {
    this.#editor = editor;
    this.queries = queries;
  }

  made(change: Change): void {
    this.#made += 1;
    if (change.kind === "branch switched") this.#switched = change.ended;
    if (change.token === undefined) return;
    this.#tokens.push(change.token);
    if (this.#made % LOOKED_FOR === 0 && this.#toLookFor.length === 0) this.#toLookFor.push(change);
  }

  async everythingLookedFor(): Promise<void> {
    while (this.#toLookFor.length > 0) await pause(20);
  }

  /** Asks one question after the other and checks each answer. */
  async ask(host: Host): Promise<void> {
    while (!this.isOver) {
      const isToken = this.#tokens.length > 0 && this.#random.chance(0.3);
      const query = this.#random.pick(isToken ? this.#tokens : this.queries);
      const { asked, answered, value } = await host.search(query);
      this.#searches += 1;
      this.#hits += value.length;
      for (const { what, path: page, shown } of lies(
        value,
        this.#editor.versions,
        asked,
        answered,
      )) {
        this.#lies.push(
          `${what}: ${page}, asked ${JSON.stringify(query)}: ${JSON.stringify(shown)}`,
        );
      }
      const [first] = value;
      if (first !== undefined && this.#searches % READ === 0) await this.#read(host, first);
    }
  }

  async #read(host: Host, { path: page, lines }: ShownHit): Promise<void> {
    const { asked, answered, value } = await host.read(`${page}:${lines}`);
    this.#reads += 1;
    const { versions } = this.#editor;
    // Gone, or shorter by now: only where it was changed meanwhile.
    if (value === undefined) {
      const held = versions.during(page, asked - 1000, answered);
      if (held.length === 1) this.#lies.push(`not to be read: ${page}:${lines}`);
    } else if (!stoodThen(value.slice(0, COMPARED), page, versions, asked, answered)) {
      this.#lies.push(`read what is not there: ${page}:${lines}: ${JSON.stringify(value)}`);
    }
  }

  /** Looks for the change that is due until it is found. */
  async look(host: Host): Promise<void> {
    while (!this.isOver) {
      const [change] = this.#toLookFor;
      if (change?.token === undefined) {
        await pause(10);
        continue;
      }
      const { value, answered } = await host.search(change.token);
      if (value[0]?.path === change.path) {
        const times = this.#times.get(change.kind) ?? [];
        times.push(answered - change.ended);
        const sinceSwitch = change.ended - this.#switched;
        if (sinceSwitch < 0 || sinceSwitch > AFTER_SWITCH_MS) {
          this.#quiet.push(answered - change.ended);
        }
        this.#times.set(change.kind, times);
        this.#toLookFor.shift();
      } else if (!this.#isStillThere(change)) {
        this.#toLookFor.shift();
      } else if (performance.now() - change.ended > PATIENCE_MS) {
        this.#unseen.push(`${change.kind}: ${change.path ?? ""}`);
        this.#toLookFor.shift();
      } else {
        await pause(5);
      }
    }
  }

  /** Whether later changes have not taken it away again. */
  #isStillThere({ path: page = "", token = "" }: Change): boolean {
    const now = performance.now();
    return this.#editor.versions.during(page, now, now).some((text) => text?.includes(token));
  }

  figures(): Omit<LiveFigures, "watching" | "changes" | "seconds" | "differences"> {
    const all = [...this.#times.values()].flat();
    const quiet = ["all but after a switch of branches", this.#quiet] as const;
    const rows = [["all", all] as const, quiet, ...this.#times];
    return {
      searches: this.#searches,
      hits: this.#hits,
      reads: this.#reads,
      lies: this.#lies,
      unseen: this.#unseen,
      visible: rows.map(([kind, times]) => visibility(kind, times)),
    };
  }
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
      "differs from a rebuild",
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
      String(run.differences.length),
    ]),
  );
  const found = table(
    "from the end of a change to the answer that holds it, ms",
    ["watching", "change", "looked for", "p50", "p95", "most"],
    runs.flatMap(({ watching, visible }) =>
      visible.map(({ kind, seen, p50, p95, most }) => [
        watching,
        kind,
        String(seen),
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
  return runs.flatMap(({ watching, lies: told, unseen, differences: differ }) =>
    [...told.slice(0, SHOWN), ...unseen.slice(0, SHOWN), ...differ.slice(0, SHOWN)].map(
      (problem) => `${watching}: ${problem}`,
    ),
  );
}

function visibility(kind: Visibility["kind"], times: readonly number[]): Visibility {
  const ascending = sorted(times);
  return {
    kind,
    seen: ascending.length,
    p50: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
    most: ascending.at(-1) ?? Number.NaN,
  };
}
