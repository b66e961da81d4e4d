/** `lectern index` beside servers, sometimes killed on its way. */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

import type { Random } from "../generate/random.ts";
import type { ServerCommand } from "../process.ts";

/** A run that is to be killed is killed within so many milliseconds. */
const KILLED_WITHIN_MS = 400;

/** Runs the command and counts. */
export class IndexRuns {
  /** Runs that ended as they should not, in words. */
  readonly failures: string[] = [];
  made = 0;
  killed = 0;
  readonly #server: ServerCommand;
  readonly #args: readonly string[];

  constructor(server: ServerCommand, folder: string, indexDir: string) {
    this.#server = server;
    this.#args = ["index", folder, "--index-dir", indexDir, "--json"];
  }

  /** Runs it once, to its end unless it is to be killed at a random moment. */
  async run(isToBeKilled: boolean, random: Random): Promise<void> {
    const { node, bin } = this.#server;
    const child = spawn(node, [bin, ...this.#args], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    this.made += 1;
    if (isToBeKilled) {
      await pause(random.below(KILLED_WITHIN_MS));
      if (child.kill("SIGKILL")) this.killed += 1;
    }
    const status = await ended;
    if (status !== 0 && !isToBeKilled) {
      this.failures.push(`lectern index ended with ${status}: ${said}`);
    }
  }
}
