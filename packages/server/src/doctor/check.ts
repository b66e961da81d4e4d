/** What one check found. */
export interface Check {
  /** What was looked at: `node`, `addon`, `root handbook`. */
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  /** What was found, on one line. */
  readonly text: string;
  /** What to do about it; given with every warning and failure. */
  readonly next?: string;
  /** Exit code of the failure; 1 unless told otherwise. */
  readonly exitCode?: number;
}

/** A check that found nothing wrong. */
export function ok(name: string, text: string): Check {
  return { name, status: "ok", text };
}

/** A check that found what may surprise. */
export function warn(name: string, text: string, next: string): Check {
  return { name, status: "warn", text, next };
}

/** A check that found why it cannot work. */
export function fail(name: string, text: string, next: string, exitCode = 1): Check {
  return { name, status: "fail", text, next, exitCode };
}

/** A count with its noun: `1 page`, `2 pages`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
