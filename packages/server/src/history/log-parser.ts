/** What happened to a page. */
export type ChangeKind = "added" | "changed" | "renamed" | "deleted";

/** A file that a commit, or the work tree, changes. */
export interface FileChange {
  readonly path: string;
  readonly change: ChangeKind;
  /** The name before, of a rename. */
  readonly from?: string;
}

/** A commit of the mainline with the files it changes against its first parent. */
export interface Commit {
  /** Object id in full. */
  readonly id: string;
  /** When it was committed, in seconds since 1970. */
  readonly seconds: number;
  /** The same in ISO 8601, with the committer's offset. */
  readonly date: string;
  readonly author: string;
  readonly subject: string;
  readonly files: readonly FileChange[];
}

/** What {@link LogParser} reads: `git log -z --name-status` with this format. */
export const LOG_FORMAT = "--format=tformat:commit%x00%H%x00%ct%x00%cI%x00%an%x00%s";

/** No name or subject is that long; what comes after is left out. */
const TOKEN_BYTES = 16_384;
const HEADER_TOKENS = 5;
/** The last second that a date of JavaScript can hold. */
const LAST_SECOND = 8.64e12;

/** Cuts a stream of bytes at its NULs. */
export class NulSplitter {
  readonly #take: (token: string) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(take: (token: string) => void) {
    this.#take = take;
  }

  write(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0, start);
      if (end < 0) break;
      this.#take(this.#whole(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #whole(tail: Buffer): string {
    this.#keep(tail);
    const token = this.#rest.length === 1 ? (this.#rest[0] ?? tail) : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return token.toString("utf8");
  }

  #keep(piece: Buffer): void {
    const kept = piece.subarray(0, TOKEN_BYTES - this.#restBytes);
    if (kept.length === 0) return;
    this.#rest.push(kept);
    this.#restBytes += kept.length;
  }
}

/** Reads the log of a repository as it comes, in pieces of any size. */
export class LogParser {
  readonly #splitter = new NulSplitter((token) => this.#read(token));
  readonly #take: (commit: Commit) => void;
  /** Tokens of a header or a change that are still to come. */
  #due = 0;
  #tokens: string[] = [];
  #head: readonly string[] | undefined;
  #files: FileChange[] = [];

  /** @param take Called with each commit, newest first. */
  constructor(take: (commit: Commit) => void) {
    this.#take = take;
  }

  write(chunk: Buffer): void {
    this.#splitter.write(chunk);
  }

  /** Hands on the last commit. */
  end(): void {
    const head = this.#head;
    if (head === undefined) return;
    const [id = "", epoch = "", date = "", author = "", subject = ""] = head;
    const seconds = Math.min(Math.max(Number(epoch) || 0, 0), LAST_SECOND);
    const files = this.#files;
    this.#take({ id, seconds, date: isoDate(date, seconds), author, subject, files });
    this.#head = undefined;
    this.#files = [];
  }

  #read(token: string): void {
    if (this.#due > 0) {
      this.#tokens.push(token);
      this.#due -= 1;
      if (this.#due === 0) this.#complete();
      return;
    }
    // A line end stands between a header and its first change.
    const word = token.replace(/^\n+/u, "");
    if (word === "") return;
    this.#tokens = [word];
    this.#due = word === "commit" ? HEADER_TOKENS : /^[RC]/u.test(word) ? 2 : 1;
  }

  #complete(): void {
    const [word = "", first = "", second = ""] = this.#tokens;
    if (word === "commit") {
      this.end();
      this.#head = this.#tokens.slice(1);
    } else if (word.startsWith("R")) {
      this.#files.push({ path: second, change: "renamed", from: first });
    } else if (word.startsWith("C")) {
      this.#files.push({ path: second, change: "added" });
    } else {
      this.#files.push({ path: first, change: kindOf(word) });
    }
  }
}

function kindOf(letter: string): ChangeKind {
  if (letter === "A") return "added";
  return letter === "D" ? "deleted" : "changed";
}

/** Newer versions write UTC as "Z", and any version nothing where it cannot read a date. */
function isoDate(date: string, seconds: number): string {
  if (date.endsWith("Z")) return `${date.slice(0, -1)}+00:00`;
  return date === "" ? new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/u, "+00:00") : date;
}
