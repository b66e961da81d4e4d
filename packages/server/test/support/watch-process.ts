import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { rolldown } from "rolldown";

import { within } from "./host.ts";

/** Longest wait for a line, in milliseconds. */
const LINE_WITHIN = 10_000;

const source = fileURLToPath(new URL("watch-program.ts", import.meta.url));

/** Builds the program for the oldest Node, which reads no TypeScript; gives its file. */
export async function buildWatchProgram(folder: string): Promise<string> {
  const file = path.join(folder, "watch-program.mjs");
  const bundle = await rolldown({ input: source, platform: "node" });
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return file;
}

/** What the program says. */
export interface Line {
  readonly ready?: true;
  readonly batch?: readonly string[] | "anything";
  readonly mode?: { readonly kind: string; readonly reason?: string; readonly everyMs?: number };
  readonly closed?: readonly string[];
  readonly held?: number;
  readonly rss?: number;
}

/** The program of {@link buildWatchProgram}, running. */
export class WatchProcess {
  readonly child: ChildProcess;
  /** Its exit code or signal. */
  readonly gone: Promise<number | string>;
  readonly lines: Line[] = [];
  #wake = (): void => undefined;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.gone = new Promise((resolve) => {
      this.child.on("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    this.child.stdin?.on("error", () => undefined);
    if (this.child.stdout === null) throw new Error("no stdout");
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
  }

  say(command: string): void {
    this.child.stdin?.write(`${command}\n`);
  }

  /** Takes lines up to the first that `isIt`; gives that one. */
  line(isIt: (line: Line) => boolean): Promise<Line> {
    return within(LINE_WITHIN, this.#next(isIt));
  }

  async #next(isIt: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const next = this.lines.shift();
      if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (isIt(next)) return next;
    }
  }
}
