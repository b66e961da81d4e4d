import process from "node:process";
import { styleText } from "node:util";

/** How a piece of text stands out. */
export type Style = "bold" | "dim" | "green" | "yellow" | "red";

/**
 * Whether a stream shows colors: `FORCE_COLOR` decides when it is set (`0` and `false` for none),
 * then `NO_COLOR`, else whether it is a terminal that can.
 */
function showsColor(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR: forced = "", NO_COLOR: none = "", TERM: terminal } = process.env;
  if (forced !== "") return forced !== "0" && forced !== "false";
  return none === "" && stream.isTTY && terminal !== "dumb";
}

/** Text in a style, where stdout shows it. */
export function styled(style: Style, text: string): string {
  return showsColor(process.stdout) ? styleText(style, text, { validateStream: false }) : text;
}

/** Text in bold on a terminal that shows it. */
export function bold(text: string): string {
  return styled("bold", text);
}

/** Text dimmed on a terminal that shows it. */
export function dim(text: string): string {
  return styled("dim", text);
}

let isWatchingStdout = false;

/** Writes to stdout; a reader that went away (`| head`) ends the command quietly. */
export function print(text: string): void {
  if (!isWatchingStdout) {
    isWatchingStdout = true;
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Rows as aligned columns, two spaces apart; the last column runs on. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
