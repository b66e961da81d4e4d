import { type FileChange, NulSplitter } from "./log-parser.ts";

/** Fields before the path, by the kind of a line: an ordinary change, a rename, a conflict. */
const FIELDS: Readonly<Record<string, number>> = { "1": 8, "2": 9, u: 10 };

/** Reads `git status --porcelain=v2 -z --branch` as it comes, in pieces of any size. */
export class StatusParser {
  /** Id of the commit that is checked out; `undefined` where there is none yet. */
  head: string | undefined;
  /** Whether what is checked out cannot be told, as with a broken reference. */
  isLost = false;
  readonly #splitter = new NulSplitter((token) => this.#read(token));
  readonly #take: (file: FileChange) => void;
  /** A rename whose old name is the next token. */
  #renamed: ((from: string) => void) | undefined;

  /** @param take Called with each file that differs from the commit that is checked out. */
  constructor(take: (file: FileChange) => void) {
    this.#take = take;
  }

  write(chunk: Buffer): void {
    this.#splitter.write(chunk);
  }

  #read(token: string): void {
    if (this.#renamed !== undefined) {
      this.#renamed(token);
      this.#renamed = undefined;
      return;
    }
    const kind = token.slice(0, 1);
    if (kind === "#") {
      const oid = /^# branch\.oid ([0-9a-f]+)$/u.exec(token)?.[1];
      if (oid !== undefined) this.head = oid;
      this.isLost ||= token === "# branch.head (unknown)";
    } else if (kind === "?") {
      this.#take({ path: token.slice(2), change: "added" });
    } else if (FIELDS[kind] !== undefined) {
      this.#tracked(kind, token, FIELDS[kind]);
    }
  }

  #tracked(kind: string, line: string, fields: number): void {
    let at = 0;
    for (let field = 0; field < fields; field += 1) at = line.indexOf(" ", at) + 1;
    const path = line.slice(at);
    const index = line.charAt(2);
    const tree = line.charAt(3);
    if (kind === "2") {
      const copied = index === "C" || tree === "C";
      this.#renamed = (from) => {
        if (copied) {
          if (tree !== "D") this.#take({ path, change: "added" });
        } else if (tree === "D") {
          this.#take({ path: from, change: "deleted" });
        } else {
          this.#take({ path, change: "renamed", from });
        }
      };
    } else if (kind === "u") {
      this.#take({ path, change: "changed" });
    } else if (index === "A" || tree === "A") {
      // Added and deleted again: as if it had never been.
      if (tree !== "D") this.#take({ path, change: "added" });
    } else {
      this.#take({ path, change: index === "D" || tree === "D" ? "deleted" : "changed" });
    }
  }
}
