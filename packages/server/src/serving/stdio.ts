import { Console } from "node:console";
import process from "node:process";

import { McpServer, type McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";

import { ListenTransport } from "./listen-transport.ts";
import type { Log } from "./log.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** How often the parent is looked for, in milliseconds. */
const PARENT_CHECK_MS = 500;
/** Bytes of answers that a host may leave unread: one with more has stopped reading for good. */
const MOST_UNREAD = 16 * 1024 * 1024;
/** How long closing may take before the process ends anyway, in milliseconds. */
const CLOSING_MS = 1000;

/** Revisions that are spoken: those with a handshake, those without, or both as the host opens. */
export type ProtocolChoice = "auto" | "legacy" | "modern";

/**
 * Serves over stdin and stdout until the host goes away: stdin ends, stdout breaks or is not read, a
 * signal comes or the parent process is gone. The process then ends whatever is still running, since a closed
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
    /** Default `auto`. */
    readonly protocol?: ProtocolChoice;
    /** Those the factory's servers deliver to; absent where no changes are told. */
    readonly subscriptions?: Subscriptions | undefined;
    readonly close: () => Promise<void>;
  },
): void {
  const { log, parent, protocol = "auto", subscriptions, close } = options;
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
    if (process.stdout.writableLength > MOST_UNREAD) end("the host reads nothing", 0);
  }, PARENT_CHECK_MS).unref();

  const onerror = (error: Error): void => log.warn({ err: error }, "protocol error");
  if (protocol === "legacy") {
    connectLegacy(factory, onerror).catch((error: unknown) => {
      log.error({ err: error }, "the server could not be connected");
      end("no connection", 1);
    });
    return;
  }
  const wire = new StdioServerTransport();
  serveStdio(factory, {
    legacy: protocol === "modern" ? "reject" : "serve",
    transport: subscriptions === undefined ? wire : new ListenTransport(wire, subscriptions, log),
    onerror,
  });
}

/** One server on the wire, as before revisions without a handshake: for hosts that trip over a probe. */
async function connectLegacy(
  factory: McpServerFactory,
  onerror: (error: Error) => void,
): Promise<void> {
  const made = await factory({ era: "legacy" });
  const server = made instanceof McpServer ? made.server : made;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- no event target, a hook of the SDK
  server.onerror = onerror;
  await server.connect(new StdioServerTransport());
}
