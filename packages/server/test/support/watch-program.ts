/**
 * Watches the folder it is given and says on stdout, a JSON line each, what it hears. Commands come
 * as lines on stdin; its end is the only thing that keeps the process alive.
 */
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

import { startWatching } from "../../src/watch/watcher.ts";
import { listFolders } from "./watched-docs.ts";

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const silent = (): void => undefined;
const [folder = "", eventsAgainMs = "300000"] = process.argv.slice(2);
const roots = [{ prefix: "", folder }];
const held: number[] = [];
/** What is listed while no folder can be opened. */
let known: readonly string[] = [];

const watch = (): void => {
  const watcher = startWatching({
    roots,
    folders: (below) => Promise.resolve(held.length > 0 ? known : listFolders(roots, below)),
    onBatch: (paths) => {
      say({ batch: paths ?? "anything" });
      return Promise.resolve();
    },
    onModeChange: (mode) => say({ mode }),
    signal: new AbortController().signal,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    limits: { leastPollMs: 100, eventsAgainMs: Number(eventsAgainMs) },
  });
  commands["close"] = () => {
    watcher.close();
    setImmediate(() => say({ closed: process.getActiveResourcesInfo() }));
  };
};

const commands: Record<string, () => void> = {
  watch,
  // Takes all files that may be opened; leaves none for the watcher.
  exhaust: () => {
    known = listFolders(roots);
    try {
      for (;;) held.push(openSync("/dev/null", "r"));
    } catch {
      say({ held: held.length });
    }
  },
  release: () => {
    for (const one of held.splice(0)) closeSync(one);
  },
  memory: () => {
    globalThis.gc?.();
    say({ rss: process.memoryUsage.rss() });
  },
};

createInterface({ input: process.stdin }).on("line", (line) => commands[line]?.());
say({ ready: true });
