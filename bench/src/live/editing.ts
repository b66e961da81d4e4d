/** An editor in a process of its own, so that answers come while it is at work. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Chronicle } from "./chronicle.ts";
import { clockLead } from "./clock.ts";

/** What is to be done. */
export interface EditingPlan {
  readonly folder: string;
  /** Where each change is written down, which is made. */
  readonly log: string;
  readonly seed: number;
  readonly changes: number;
  /** From the start of one change to that of the next, in milliseconds. */
  readonly paceMs: number;
}

/** Milliseconds by which clocks of two processes may differ. */
const SAME_CLOCK = 1;

/** An editor at work. */
export class Editing {
  readonly chronicle: Chronicle;
  readonly #child: ChildProcess;
  readonly #gone: Promise<number | null>;

  private constructor(child: ChildProcess, gone: Promise<number | null>, chronicle: Chronicle) {
    this.#child = child;
    this.#gone = gone;
    this.chronicle = chronicle;
  }

  /** Starts one and waits until the pages are laid out. */
  static async start(plan: EditingPlan): Promise<Editing> {
    closeSync(openSync(plan.log, "w"));
    const program = fileURLToPath(new URL("editor-process.ts", import.meta.url));
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const gone = new Promise<number | null>((resolve) => child.on("exit", resolve));
    const [, lead] = await Promise.race([
      new Promise<string[]>((resolve) =>
        child.stdout.once("data", (text: Buffer) => resolve(text.toString().split(" "))),
      ),
      gone.then((status) => {
        throw new Error(`the editor ended with ${status}`);
      }),
    ]);
    if (Math.abs(Number(lead) - clockLead()) > SAME_CLOCK) {
      throw new Error("somebody set the clock: times of two processes cannot be compared");
    }
    return new Editing(child, gone, new Chronicle(plan.folder, plan.log));
  }

  /** Has it make its changes; resolves after the last, when what it logged was found on disk. */
  async go(): Promise<void> {
    this.#child.stdin?.write("go\n");
    const status = await this.#gone;
    if (status !== 0) throw new Error(`the editor ended with ${status}`);
    const [wrong] = this.chronicle.notAsOnDisk();
    if (wrong !== undefined) throw new Error(`the editor's log does not tell what ${wrong} holds`);
  }

  /** Ends it, done or not. */
  async stop(): Promise<void> {
    this.#child.kill();
    await this.#gone;
    this.chronicle.close();
  }
}
