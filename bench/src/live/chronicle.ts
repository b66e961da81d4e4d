/** What an editor did, as its log tells while it is written. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import path from "node:path";
import { StringDecoder } from "node:string_decoder";

import { pages } from "../corpus.ts";
import type { Change, LogLine } from "./change-log.ts";
import { markOf } from "./mark.ts";
import { Versions } from "./versions.ts";

/** Follows a log. What it says is of the moment of the last {@link catchUp}. */
export class Chronicle {
  readonly versions: Versions = new Versions();
  /** Changes that are over, in their order. */
  readonly changes: Change[] = [];
  /** Marks that pages once held and hold no more. */
  readonly oldMarks: string[] = [];
  /** The last marks of pages that went; some may be back. */
  readonly goneMarks: string[] = [];
  readonly #folder: string;
  readonly #file: number;
  readonly #buffer: Buffer = Buffer.alloc(1 << 20);
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** Begins with the pages as they are: before the editor does anything. */
  constructor(folder: string, log: string) {
    this.#folder = folder;
    this.#file = openSync(log, "r");
    for (const [page, text] of onDisk(folder)) this.versions.begin(page, text, 0);
  }

  /** Reads on. Whoever saw what a change did finds its beginning here. */
  catchUp(): void {
    for (;;) {
      const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, null);
      if (length === 0) return;
      const text = this.#rest + this.#decoder.write(this.#buffer.subarray(0, length));
      const lines = text.split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as LogLine);
    }
  }

  /** Paths of pages that are not on disk as the log says they are by now. */
  notAsOnDisk(): string[] {
    this.catchUp();
    const told = this.versions.all();
    const there = onDisk(this.#folder);
    return [...new Set([...told.keys(), ...there.keys()])].filter(
      (page) => told.get(page) !== there.get(page),
    );
  }

  /** Reads no more. */
  close(): void {
    closeSync(this.#file);
  }

  #take(line: LogLine): void {
    if ("change" in line) this.changes.push(line.change);
    else if ("ended" in line) this.versions.end(line.ended);
    else {
      for (const [page, text] of line.pages) {
        const mark = markOf(this.versions.latest(page) ?? "");
        if (mark !== undefined) (text === null ? this.goneMarks : this.oldMarks).push(mark);
        this.versions.begin(page, text ?? undefined, line.began);
      }
    }
  }
}

function onDisk(folder: string): Map<string, string> {
  return new Map(
    pages(folder).map((page) => [page, readFileSync(path.join(folder, page), "utf8")]),
  );
}
