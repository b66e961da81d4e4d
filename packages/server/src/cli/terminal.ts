import process from "node:process";

import type { SyncProgress } from "@lectern/native";

const isColored =
  process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";

/** Text in bold on a terminal that shows it. */
export function bold(text: string): string {
  return isColored ? `\u001B[1m${text}\u001B[22m` : text;
}

/** Text dimmed on a terminal that shows it. */
export function dim(text: string): string {
  return isColored ? `\u001B[2m${text}\u001B[22m` : text;
}

/** Writes to stdout; a reader that went away (`| head`) ends the command quietly. */
export function print(text: string): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** A progress line on stderr, when somebody is looking. */
export function progressLine(): { show(progress: SyncProgress): void; clear(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show({ stage, done, total }) {
      const share = total > 0 ? ` ${done}/${total}` : "";
      stderr.write(`\r\u001B[K${stage}${share}`);
    },
    clear() {
      stderr.write("\r\u001B[K");
    },
  };
}
