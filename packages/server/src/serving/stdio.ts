import { Console } from "node:console";
import process from "node:process";

import type { McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

import type { Log } from "./log.ts";

/** How often the parent is looked for, in milliseconds. */
const PARENT_CHECK_MS = 500;
/** How long closing may take before the process ends anyway, in milliseconds. */
const CLOSING_MS = 1000;

/**
 * Serves over stdin and stdout until the host goes away: stdin ends, stdout breaks, a signal comes
 * or the parent process is gone. The process then ends whatever is still running, since a closed
 * transport alone does not end it and hosts do not look after orphans.
 *
 * `close` is given {@link CLOSING_MS} to release what the server holds.
 */
export function runStdio(
  factory: McpServerFactory,
  options: {
    readonly log: Log;
    /** The parent's process id when the process started. */
    readonly parent: number;
    readonly close: () => Promise<void>;
  },
): void {
  const { log, parent, close } = options;
  // A stray console.log of any dependency would otherwise be read as JSON-RPC.
  globalThis.console = new Console(process.stderr, process.stderr);

  let isEnding = false;
  const end = (reason: string, code: number): void => {
    if (isEnding) return;
    isEnding = true;
    log.info({ reason }, "ending");
    const exit = (): never => process.exit(code);
    setTimeout(exit, CLOSING_MS).unref();
    close().then(exit, exit);
  };

  process.stdin.on("end", () => end("stdin ended", 0));
  process.stdin.on("close", () => end("stdin closed", 0));
  process.stdin.on("error", () => end("stdin failed", 0));
  process.stdout.on("error", () => end("stdout failed", 0));
  process.stdout.on("close", () => end("stdout closed", 0));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => end(signal, 0));
  }
  // A host behind a wrapper such as npx may die without closing the pipe that the wrapper holds.
  setInterval(() => {
    if (process.ppid !== parent) end("parent is gone", 0);
  }, PARENT_CHECK_MS).unref();

  serveStdio(factory, { onerror: (error) => log.warn({ err: error }, "protocol error") });
}
