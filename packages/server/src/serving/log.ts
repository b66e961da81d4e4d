import { pino } from "pino";

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
  return pino(
    { level: known, base: { pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  );
}
