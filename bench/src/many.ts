/** Ten servers over one index that are killed at random while pages are edited and searched. */
import { cpSync, existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Corpus } from "./corpus.ts";
import { PURPOSE, Random } from "./generate/random.ts";
import { Asking } from "./live/asking.ts";
import { Editing } from "./live/editing.ts";
import { Host, ServerGoneError } from "./live/host.ts";
import { type Comparison, compareWithFresh } from "./live/rebuilt.ts";
import { IndexRuns } from "./many/index-runs.ts";
import { LeadWatch } from "./many/lead.ts";
import type { ServerCommand } from "./process.ts";

/** What a run found. */
export interface ManyFigures extends Comparison {
  readonly changes: number;
  readonly seconds: number;
  readonly searches: number;
  readonly hits: number;
  readonly reads: number;
  readonly killed: number;
  /** From the signal that kills a leader until another one leads, in milliseconds. */
  readonly promotions: readonly number[];
  /** Runs of `lectern index` beside them, and how many of these were killed. */
  readonly indexRuns: number;
  readonly killedIndexRuns: number;
  /** Answers of others while the leader was stopped. */
  readonly searchesWhileStopped: number;
  /** Searches that failed though their server lived, in words. */
  readonly failures: readonly string[];
  readonly lies: readonly string[];
  /** Servers that lived on after their hosts were gone. */
  readonly orphans: number;
  /** Locks that were held then. */
  readonly locks: readonly string[];
}

/** How much is done. */
export interface ManyOptions {
  readonly changes: number;
  readonly servers?: number;
  readonly kills?: number;
  /** How long the leader is stopped once, in milliseconds. */
  readonly stoppedMs?: number;
}

const SEED = 2;
const PACE_MS = 100;
/** Between two questions to one server, in milliseconds: so many of them share a few cores. */
const ASK_PAUSE_MS = 20;
/** Between two looks at who leads, in milliseconds. */
const LOOK_MS = 10;
/** No leader after so long counts as none at all, in milliseconds. */
const VACANT_MS = 10_000;

/** Runs it over a copy of the corpus. */
export async function many(
  corpus: Corpus,
  scratch: string,
  server: ServerCommand,
  options: ManyOptions,
): Promise<ManyFigures> {
  const folder = path.join(scratch, "many");
  const indexDir = path.join(scratch, "index-many");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const { changes } = options;
  const plan = { folder, log: `${folder}.log`, seed: SEED, changes, paceMs: PACE_MS };
  const editing = await Editing.start(plan);
  const queries = corpus.queries.map(({ query }) => query);
  const run = new Run(editing, queries, { server, folder, indexDir }, options);
  const started = performance.now();
  let ended: Ended;
  try {
    await run.go();
  } finally {
    ended = await run.end();
    await editing.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const comparison = await compareWithFresh(server, folder, indexDir, queries);
  return { changes, seconds, ...run.figures(), ...ended, ...comparison };
}

interface Place {
  readonly server: ServerCommand;
  readonly folder: string;
  readonly indexDir: string;
}

type Ended = Pick<ManyFigures, "orphans" | "locks">;

class Run {
  readonly #editing: Editing;
  readonly #place: Place;
  readonly #options: Required<ManyOptions>;
  readonly #asking: Asking;
  readonly #indexRuns: IndexRuns;
  readonly #lead: LeadWatch;
  readonly #random = new Random(SEED, PURPOSE.edits, 2);
  readonly #failures: string[] = [];
  readonly #promotions: number[] = [];
  readonly #askers: Promise<void>[] = [];
  readonly #pids: number[] = [];
  #hosts: Host[] = [];
  /** The leader while it is stopped. */
  #stopped: Host | undefined;
  /** The one that was, and when it went on. */
  #lastStopped: { readonly host: Host; readonly until: number } | undefined;
  #isOver = false;
  #whileStopped = 0;
  #killed = 0;

  constructor(editing: Editing, queries: readonly string[], place: Place, options: ManyOptions) {
    this.#editing = editing;
    this.#place = place;
    this.#options = { servers: 10, kills: 50, stoppedMs: 30_000, ...options };
    this.#asking = new Asking(editing.chronicle, queries, SEED);
    this.#indexRuns = new IndexRuns(place.server, place.folder, place.indexDir);
    this.#lead = new LeadWatch(place.indexDir);
  }

  async go(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.servers }, () => this.#start()));
    await Promise.all([this.#editing.go(), this.#killOnAndOn()]);
    this.#isOver = true;
    await Promise.all(this.#askers);
  }

  /** Ends the hosts; gives what lives on. */
  async end(): Promise<Ended> {
    this.#isOver = true;
    await Promise.all(this.#hosts.map((host) => host.close()));
    const orphans = this.#pids.filter((pid) => existsSync(`/proc/${pid}/exe`)).length;
    return { orphans, locks: this.#lead.locked() };
  }

  figures(): Omit<ManyFigures, "changes" | "seconds" | keyof Ended | keyof Comparison> {
    return {
      ...this.#asking.counts(),
      killed: this.#killed,
      promotions: this.#promotions,
      indexRuns: this.#indexRuns.made,
      killedIndexRuns: this.#indexRuns.killed,
      searchesWhileStopped: this.#whileStopped,
      failures: [...this.#failures, ...this.#indexRuns.failures],
      lies: this.#asking.lies,
    };
  }

  async #start(): Promise<void> {
    const { server, folder, indexDir } = this.#place;
    const host = new Host(server, folder, indexDir);
    this.#pids.push(host.child.pid ?? 0);
    this.#hosts.push(host);
    await host.open();
    this.#askers.push(this.#askOnAndOn(host));
  }

  async #askOnAndOn(host: Host): Promise<void> {
    while (!this.#isOver && !host.isGone) {
      const began = performance.now();
      try {
        await this.#asking.ask(host);
        if (this.#stopped !== undefined && this.#stopped !== host) this.#whileStopped += 1;
      } catch (error) {
        const { host: last, until = 0 } = this.#lastStopped ?? {};
        // A call that its server slept over may be past its deadline.
        const wasStopped = host === this.#stopped || (host === last && began < until);
        if (!(error instanceof ServerGoneError) && !wasStopped) this.#failures.push(String(error));
      }
      await pause(ASK_PAUSE_MS);
    }
  }

  async #killOnAndOn(): Promise<void> {
    const { changes, kills, stoppedMs } = this.#options;
    const mean = Math.max(0, changes * PACE_MS - stoppedMs) / kills;
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(mean * 2 * this.#random.unit());
      if (kill === Math.floor(kills / 2)) await this.#stopLeader();
      if (kill % 5 === 0) await this.#indexRuns.run(kill % 10 === 0, this.#random);
      await this.#kill(kill % 2 === 0);
    }
  }

  /** Kills one and starts another in its place. */
  async #kill(isToLead: boolean): Promise<void> {
    const leader = this.#leader();
    const victim = isToLead && leader !== undefined ? leader : this.#random.pick(this.#hosts);
    this.#hosts = this.#hosts.filter((host) => host !== victim);
    const killed = performance.now();
    victim.child.kill("SIGKILL");
    this.#killed += 1;
    if (victim === leader) {
      await this.#nextLeader(victim.child.pid ?? 0, killed);
      this.#promotions.push(performance.now() - killed);
    }
    await victim.gone;
    await this.#start();
  }

  async #nextLeader(former: number, since: number): Promise<void> {
    for (;;) {
      const pid = this.#lead.leader();
      const isLate = performance.now() - since > VACANT_MS;
      if (isLate || (pid !== undefined && pid !== former)) return;
      await pause(LOOK_MS);
    }
  }

  #leader(): Host | undefined {
    const pid = this.#lead.leader();
    return this.#hosts.find((host) => host.child.pid === pid);
  }

  async #stopLeader(): Promise<void> {
    let leader = this.#leader();
    for (; leader === undefined; leader = this.#leader()) await pause(LOOK_MS);
    this.#stopped = leader;
    leader.child.kill("SIGSTOP");
    await pause(this.#options.stoppedMs);
    leader.child.kill("SIGCONT");
    this.#lastStopped = { host: leader, until: performance.now() };
    this.#stopped = undefined;
  }
}
