/** Tables for people, JSON for programs. */

/** A titled table of text. */
export interface Table {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Makes a table. */
export function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Table {
  return { title, heads, rows };
}

/** A table as Markdown with aligned columns. */
export function render({ title, heads, rows }: Table): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [`## ${title}`, "", line(heads), rule, ...rows.map(line), ""].join("\n");
}

/** Quantile of a sorted list, 0 to 1. */
export function quantile(ascending: readonly number[], share: number): number {
  return (
    ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN
  );
}

/** Sorted copy. */
export function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** Middle value. */
export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}
