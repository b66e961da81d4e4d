/** Git histories made by `git fast-import`, which takes thousands of commits a second. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, utimesSync } from "node:fs";
import path from "node:path";

/** A commit that writes one file. */
export interface PageCommit {
  /** '/'-separated, below the repository. */
  readonly path: string;
  readonly text: string | Uint8Array;
  readonly subject: string;
  /** Seconds since 1970. */
  readonly date: number;
}

/** Whole days, in milliseconds, that bring `newest` into the last 24 hours before `now`. */
export function shiftToNow(newest: number, now: number): number {
  const day = 86_400_000;
  return Math.floor((now - newest) / day) * day;
}

/**
 * Makes `folder`, which holds the files already, a repository with these commits on `main`, in the
 * order given, and gives the files the dates of their commits. Needs git on the PATH; throws what it
 * complains of.
 */
export async function importHistory(folder: string, commits: Iterable<PageCommit>): Promise<void> {
  rmSync(path.join(folder, ".git"), { recursive: true, force: true });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
  const child = spawn("git", ["fast-import", "--quiet", "--done"], {
    cwd: folder,
    stdio: ["pipe", "inherit", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  // What is wrong comes with the exit status; a broken pipe alone says nothing.
  child.stdin.on("error", () => {});
  const ended = once(child, "close");
  for (const { path: file, text, subject, date } of commits) {
    if (child.exitCode !== null) break;
    child.stdin.write(
      "commit refs/heads/main\n" +
        `committer Writer <writer@example.org> ${date} +0000\n` +
        `data ${Buffer.byteLength(subject)}\n${subject}\n` +
        `M 100644 inline ${JSON.stringify(file)}\ndata ${Buffer.byteLength(text)}\n`,
    );
    child.stdin.write(text);
    if (!child.stdin.write("\n")) await Promise.race([once(child.stdin, "drain"), ended]);
    utimesSync(path.join(folder, file), date, date);
  }
  child.stdin.end("done\n");
  const [status] = (await ended) as [number | null];
  if (status !== 0) throw new Error(`git fast-import: ${complaint}`);
  // The files are there already: git only has to learn of them.
  git(folder, ["reset", "--quiet", "--mixed"]);
}

function git(folder: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (error !== undefined) throw new Error("git cannot be started", { cause: error });
  if (status !== 0) throw new Error(`git ${args[0] ?? ""}: ${stderr}`);
}
