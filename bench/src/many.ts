/** Ten servers over one index that are killed at random while pages are edited and searched. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Corpus } from "./corpus.ts";
import { PURPOSE, Random } from "./generate/random.ts";
import { lies } from "./live/check.ts";
import { Editor } from "./live/editor.ts";
import { Host, ServerGoneError } from "./live/host.ts";
import { differences } from "./live/rebuilt.ts";
import type { ServerCommand } from "./process.ts";
import { median, table, type Table } from "./report.ts";

/** What a run found. */
export interface ManyFigures {
  readonly changes: number;
  readonly seconds: number;
  readonly searches: number;
  readonly killed: number;
  /** Of these, how many led. */
  readonly killedLeaders: number;
  /** From the death of a leader until another one leads, in milliseconds. */
  readonly promotions: readonly number[];
  /** Runs of `lectern index` beside them, and how many of these were killed. */
  readonly indexRuns: number;
  readonly killedIndexRuns: number;
  /** Answers while the leader was stopped. */
  readonly searchesWhileStopped: number;
  /** Searches that failed though their server lived, in words. */
  readonly failures: readonly string[];
  readonly lies: readonly string[];
  readonly differences: readonly string[];
  /** Servers that lived on after their hosts were gone. */
  readonly orphans: number;
}

const SEED = 2;
const SERVERS = 10;
const KILLS = 50;
const PACE_MS = 100;
/** How long the leader is stopped once, in milliseconds. */
const STOPPED_MS = 30_000;
/** The longest that the lead may be vacant, in milliseconds. */
const PROMOTED_WITHIN = 1000;

/** Runs it over a copy of the corpus. */
export async function many(
  corpus: Corpus,
  scratch: string,
  server: ServerCommand,
  changes: number,
): Promise<ManyFigures> {
  const folder = path.join(scratch, "many");
  const indexDir = path.join(scratch, "index-many");
  cpSync(corpus.folder, folder, { recursive: true, preserveTimestamps: true });
  const run = new Run(new Editor(folder, SEED), corpus, { server, folder, indexDir });
  const started = performance.now();
  await run.go(changes);
  const seconds = (performance.now() - started) / 1000;
  return {
    changes,
    seconds,
    ...run.figures(),
    orphans: await run.end(),
    differences: await differences(folder, indexDir, `${indexDir}-fresh`, run.queries),
  };
}

interface Place {
  readonly server: ServerCommand;
  readonly folder: string;
  readonly indexDir: string;
}

class Run {
  readonly queries: readonly string[];
  readonly #editor: Editor;
  readonly #place: Place;
  readonly #random = new Random(SEED, PURPOSE.edits, 1);
  readonly #failures: string[] = [];
  readonly #lies: string[] = [];
  readonly #promotions: number[] = [];
  readonly #asking: Promise<void>[] = [];
  readonly #pids: number[] = [];
  #hosts: Host[] = [];
  #stopped: Host | undefined;
  /** The one that was stopped, and until when. */
  #lastStopped: { readonly host: Host; readonly until: number } | undefined;
  #isOver = false;
  #searches = 0;
  #whileStopped = 0;
  #killed = 0;
  #killedLeaders = 0;
  #indexRuns = 0;
  #killedIndexRuns = 0;

  constructor(editor: Editor, corpus: Corpus, place: Place) {
    this.#editor = editor;
    this.#place = place;
    this.queries = corpus.queries.map(({ query }) => query);
  }

  async go(changes: number): Promise<void> {
    await Promise.all(Array.from({ length: SERVERS }, () => this.#start()));
    const editing = this.#edit(changes);
    const length = changes * PACE_MS;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause((length / KILLS) * (0.3 + 0.7 * this.#random.unit()));
      if (kill === Math.floor(KILLS / 2)) await this.#stopLeader();
      if (kill % 5 === 0) await this.#indexBeside();
      await this.#kill(kill % 2 === 0);
    }
    await editing;
    this.#isOver = true;
    await Promise.all(this.#asking);
  }

  /** Ends the hosts; gives how many servers live on. */
  async end(): Promise<number> {
    await Promise.all(this.#hosts.map((host) => host.close()));
    return this.#pids.filter((pid) => existsSync(`/proc/${pid}/exe`)).length;
  }

  figures(): Omit<ManyFigures, "changes" | "seconds" | "differences" | "orphans"> {
    return {
      searches: this.#searches,
      killed: this.#killed,
      killedLeaders: this.#killedLeaders,
      promotions: this.#promotions,
      indexRuns: this.#indexRuns,
      killedIndexRuns: this.#killedIndexRuns,
      searchesWhileStopped: this.#whileStopped,
      failures: this.#failures,
      lies: this.#lies,
    };
  }

  async #start(): Promise<void> {
    const { server, folder, indexDir } = this.#place;
    const host = new Host(server, folder, indexDir);
    this.#pids.push(host.child.pid ?? 0);
    await host.open();
    this.#hosts.push(host);
    this.#asking.push(this.#ask(host));
  }

  async #edit(changes: number): Promise<void> {
    const started = performance.now();
    for (let made = 0; made < changes; made += 1) {
      await pause(Math.max(1, started + made * PACE_MS - performance.now()));
      this.#editor.change(made % 400 === 399 ? "branch switched" : undefined);
    }
  }

  async #ask(host: Host): Promise<void> {
    while (!this.#isOver && !host.isGone) {
      const query = this.#random.pick(this.queries);
      const began = performance.now();
      try {
        const { asked, answered, value } = await host.search(query);
        this.#searches += 1;
        if (this.#stopped !== undefined && this.#stopped !== host) this.#whileStopped += 1;
        for (const { what, path: page, shown } of lies(
          value,
          this.#editor.versions,
          asked,
          answered,
        )) {
          this.#lies.push(`${what}: ${page}: ${JSON.stringify(shown)}`);
        }
      } catch (error) {
        const { host: stopped, until = 0 } = this.#lastStopped ?? {};
        // A call that its server slept over may be past its deadline.
        const wasStopped = host === stopped && began < until;
        if (!(error instanceof ServerGoneError) && !wasStopped) this.#failures.push(String(error));
      }
      await pause(50);
    }
  }

  async #kill(isLeader: boolean): Promise<void> {
    const leader = this.#leader();
    const victim = isLeader && leader !== undefined ? leader : this.#random.pick(this.#hosts);
    const pid = victim.child.pid ?? 0;
    const wasLeader = victim === leader;
    this.#hosts = this.#hosts.filter((host) => host !== victim);
    victim.child.kill("SIGKILL");
    await victim.gone;
    const died = performance.now();
    this.#killed += 1;
    if (wasLeader) {
      this.#killedLeaders += 1;
      while (this.#leaderPid() === pid) {
        if (performance.now() - died > 10 * PROMOTED_WITHIN) break;
        await pause(5);
      }
      this.#promotions.push(performance.now() - died);
    }
    await this.#start();
  }

  /** What the account beside the index says; a killed leader's stands until another leads. */
  #leaderPid(): number | undefined {
    const { indexDir } = this.#place;
    const [hash] = existsSync(indexDir) ? readdirSync(indexDir) : [];
    if (hash === undefined) return undefined;
    const format =
      readdirSync(path.join(indexDir, hash)).find((name) => /^v\d+$/u.test(name)) ?? "";
    try {
      const text = readFileSync(path.join(indexDir, hash, format, "leader.lock"), "utf8");
      return (JSON.parse(text) as { pid: number }).pid;
    } catch {
      // Just being written.
      return undefined;
    }
  }

  #leader(): Host | undefined {
    const pid = this.#leaderPid();
    return this.#hosts.find((host) => host.child.pid === pid);
  }

  async #stopLeader(): Promise<void> {
    const leader = this.#leader();
    if (leader === undefined) return;
    this.#stopped = leader;
    leader.child.kill("SIGSTOP");
    await pause(STOPPED_MS);
    leader.child.kill("SIGCONT");
    this.#stopped = undefined;
    this.#lastStopped = { host: leader, until: performance.now() };
  }

  /** `lectern index` beside the servers, every other time killed on its way. */
  async #indexBeside(): Promise<void> {
    const { server, folder, indexDir } = this.#place;
    this.#indexRuns += 1;
    const child = spawn(server.node, [
      server.bin,
      "index",
      folder,
      "--index-dir",
      indexDir,
      "--json",
    ]);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    if (this.#indexRuns % 2 === 0) {
      await pause(this.#random.below(400));
      if (child.kill("SIGKILL")) this.#killedIndexRuns += 1;
      await ended;
      return;
    }
    const status = await ended;
    if (status !== 0) this.#failures.push(`lectern index ended with ${status}`);
  }
}

/** A run as a table. */
export function manyTable(run: ManyFigures): Table {
  const { promotions } = run;
  return table(
    "ten servers over one index",
    ["what", "figure"],
    [
      ["changes", String(run.changes)],
      ["seconds", run.seconds.toFixed(0)],
      ["searches", String(run.searches)],
      ["servers killed, of these leaders", `${run.killed}, ${run.killedLeaders}`],
      [
        "another leads after, ms: median, most",
        `${median(promotions).toFixed(0)}, ${Math.max(...promotions).toFixed(0)}`,
      ],
      ["`lectern index` beside them, of these killed", `${run.indexRuns}, ${run.killedIndexRuns}`],
      ["searches while the leader was stopped", String(run.searchesWhileStopped)],
      ["searches that failed", String(run.failures.length)],
      ["lies", String(run.lies.length)],
      ["differs from a rebuild", String(run.differences.length)],
      ["servers that outlived their hosts", String(run.orphans)],
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
  ].slice(0, 20);
}
