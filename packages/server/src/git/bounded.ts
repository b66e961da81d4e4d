import { type Git, GitError } from "./git.ts";

/** Between the polite end of a program and the certain one, in milliseconds. */
const GRACE_MS = 500;
/** Bytes kept of what goes to stderr. */
const STDERR_BYTES = 8192;
/** Bytes that may go to stdout. */
const STDOUT_BYTES = 4 << 20;

/** What a run of git may cost. */
export interface Bounds {
  /** Milliseconds; `too slow` after them. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What it reads from stdin. */
  readonly input?: string;
}

/** A run of git that came to its end. */
export interface Ended {
  readonly code: number;
  readonly stdout: Buffer;
  /** The first of what it said, in C's words. */
  readonly stderr: string;
}

/**
 * Runs git to its end, in a process group of its own: when it is stopped, whatever it started (ssh,
 * a helper for credentials) ends with it, and has ended when this rejects. It is asked politely
 * first, so that it takes its locks and unfinished packs away.
 *
 * @throws {@link GitError} `aborted`, `too slow`, `too much`, or `failed` when it cannot be started.
 */
export async function runBounded(
  git: Git,
  args: readonly string[],
  bounds: Bounds,
): Promise<Ended> {
  const { timeoutMs, signal, input } = bounds;
  const { spawn } = await import("node:child_process");
  if (signal?.aborted === true) throw new GitError("aborted", "aborted");
  return new Promise((resolve, reject) => {
    const child = spawn(git.program, args, {
      cwd: "/",
      env: git.env,
      // No terminal either: nothing it starts can ask there.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    let stopped: GitError | undefined;
    let grace: NodeJS.Timeout | undefined;
    const kill = (how: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, how);
      } catch {
        // All of the group are gone.
      }
    };
    const stop = (why: GitError): void => {
      if (stopped !== undefined) return;
      stopped = why;
      kill("SIGTERM");
      grace = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    };
    const onAbort = (): void => stop(new GitError("aborted", "aborted"));
    const timer = setTimeout(() => {
      stop(new GitError("too slow", `git took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    signal?.addEventListener("abort", onAbort);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener("abort", onAbort);
      child.stdout.destroy();
      child.stderr.destroy();
      end();
    };
    child.on("error", (error) => settle(() => reject(new GitError("failed", error.message))));
    child.on("exit", () => {
      // Those it started hold its pipes, so that "close" may never come.
      if (stopped === undefined) return;
      const why = stopped;
      kill("SIGKILL");
      settle(() => reject(why));
    });
    child.on("close", (code) => {
      settle(() => resolve({ code: code ?? -1, stdout: Buffer.concat(chunks), stderr }));
    });
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > STDOUT_BYTES) stop(new GitError("too much", "git printed too much"));
      else chunks.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < STDERR_BYTES) stderr += text.slice(0, STDERR_BYTES);
    });
    // It may end without having read it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}
