/** What an editor writes down of each change, for whoever checks answers beside it. */
import { openSync, writeSync } from "node:fs";

import { clock } from "./clock.ts";
import type { Save } from "./saves.ts";

/** How a page is saved or moved. */
export type ChangeKind =
  | Save
  | "new page"
  | "page renamed"
  | "page deleted"
  | "page back"
  | "folder renamed"
  | "folder deleted"
  | "folder back"
  | "branch switched";

/** A change that is over. */
export interface Change {
  readonly kind: ChangeKind;
  readonly began: number;
  readonly ended: number;
  /** How many pages it changed. */
  readonly pages: number;
  /** A page that it can be found by `mark` on; absent where there is none to find. */
  readonly path?: string;
  /** A word that stands in the page or its path since then, and stood nowhere right before. */
  readonly mark?: string;
}

/** Whether a change leaves size and time of a file as they were, so that only its bytes tell. */
export function isHidden({ kind }: Change): boolean {
  return kind === "same size and time";
}

/** What a page is to hold; `null` for one that goes. */
export type PageText = readonly [page: string, text: string | null];

/** A line of the log. Moments are those of {@link clock}. */
export type LogLine =
  /** Before anything is done, so that whoever sees the change can have read of it. */
  | { readonly began: number; readonly pages: readonly PageText[] }
  /** After the steps of a change. */
  | { readonly ended: number }
  | { readonly change: Change };

/** Writes a log. */
export class ChangeLog {
  readonly #file: number;

  constructor(file: string) {
    this.#file = openSync(file, "a");
  }

  /** Does `work`, which makes pages hold what is given; gives when it began and ended. */
  do(pages: readonly PageText[], work: () => void): { began: number; ended: number } {
    const began = clock();
    this.#write({ began, pages });
    work();
    const ended = clock();
    this.#write({ ended });
    return { began, ended };
  }

  /** Takes down a change whose steps are done. */
  add(change: Change): void {
    this.#write({ change });
  }

  #write(line: LogLine): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }
}
