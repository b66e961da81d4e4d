import type { Logger } from "pino";

/** Structured log on stderr: stdout belongs to the protocol. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Levels from the most to the least talkative. */
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** Makes the log of a process. Unknown levels count as `warn`. */
export function createLog(level: string | undefined): Log {
  const known = LOG_LEVELS.find((name) => name === level) ?? "warn";
  let logger: Promise<Logger> | undefined;
  const writer = (name: keyof Log): Log[keyof Log] => {
    if (LOG_LEVELS.indexOf(name) < LOG_LEVELS.indexOf(known)) return () => undefined;
    return (fields, message) => {
      const time = Date.now();
      logger ??= openLogger(known);
      // stderr may be gone with the host.
      logger.then((opened) => opened[name]({ ...fields, time }, message)).catch(() => undefined);
    };
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}

/** Loads pino with the first line there is to write: a tenth of the start, for most runs in vain. */
async function openLogger(level: string): Promise<Logger> {
  const { pino } = await import("pino");
  const options = { level, base: { pid: process.pid }, timestamp: false };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
