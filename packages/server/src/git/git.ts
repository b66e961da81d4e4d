import type { ChildProcess } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import path from "node:path";

import { environment, type Setting } from "./git-settings.ts";

/** The oldest git that takes settings by `GIT_CONFIG_COUNT`. */
const OLDEST = [2, 31] as const;
const STDERR_BYTES = 8192;

/** Why a call of git gave no answer. */
export type GitFailure = "aborted" | "failed" | "too slow" | "too much";

/** A call of git that gave no answer. Its message holds what git said, and so machine paths. */
export class GitError extends Error {
  readonly failure: GitFailure;

  constructor(failure: GitFailure, message: string) {
    super(message);
    this.name = "GitError";
    this.failure = failure;
  }
}

/** One call of git. */
export interface GitCall {
  /** Top folder of the repository, absolute. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly settings?: readonly Setting[];
  /** Milliseconds; `too slow` after them. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A git that can be run. */
export interface Git {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds git. Folders of `PATH` that are not absolute do not count: they could be a folder of the
 * repository.
 *
 * @returns The reason in words where there is none to use.
 */
export async function findGit(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<Git | string> {
  const program = await onPath(env, platform === "win32" ? "git.exe" : "git");
  if (program === undefined) return "git is not installed";
  try {
    // Without Apple's command line tools this one opens a dialog that offers to install them.
    if (platform === "darwin" && program === "/usr/bin/git") {
      await capture({ program: "/usr/bin/xcode-select", env }, ["-p"]);
    }
  } catch {
    return "git is not installed";
  }
  try {
    const version = await capture({ program, env }, ["version"]);
    const [major = 0, minor = 0] = (/\d+\.\d+/u.exec(version)?.[0] ?? "").split(".").map(Number);
    const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
    return enough ? { program, env } : `git is older than ${OLDEST.join(".")}`;
  } catch {
    return "git does not run";
  }
}

/**
 * Runs git and hands on what it prints, piece by piece; the end of `take` by `false` ends git.
 *
 * @throws {@link GitError}
 */
export function stream(
  git: Git,
  call: GitCall,
  take: (chunk: Buffer) => boolean | void,
): Promise<void> {
  const { folder, args, settings = [], timeoutMs, signal } = call;
  const env = environment(git.env, path.dirname(folder), settings);
  const line = ["--no-pager", "-C", folder, ...args];
  return start({ program: git.program, env }, line, { timeoutMs, signal, take });
}

/**
 * Runs git and gives all it printed.
 *
 * @throws {@link GitError}
 */
export async function output(git: Git, call: GitCall, maxBytes = 1 << 20): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await stream(git, call, (chunk) => {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new GitError("too much", "git printed too much");
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

interface Watch {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly take: (chunk: Buffer) => boolean | void;
}

async function start(git: Git, args: readonly string[], watch: Watch): Promise<void> {
  const { timeoutMs, signal, take } = watch;
  // Not at the start of every server: most of those that are started meet it late or never.
  const { spawn } = await import("node:child_process");
  await new Promise<void>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new GitError("aborted", "aborted"));
      return;
    }
    const child: ChildProcess = spawn(git.program, args, {
      // Not the repository, where a missing folder would look like a missing git.
      cwd: path.parse(git.program).root,
      env: git.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    // Absent when no more files can be opened.
    const { stdout, stderr } = child;
    let said = "";
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      stdout?.removeAllListeners("data");
      // A wrapper's git may outlive the wrapper: it ends by the closed pipe.
      stdout?.destroy();
      stderr?.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = (): void => finish(new GitError("aborted", "aborted"));
    const timer = setTimeout(() => {
      finish(new GitError("too slow", `git took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    signal?.addEventListener("abort", onAbort);
    child.on("error", (error) => finish(new GitError("failed", error.message)));
    child.on("close", (code) => {
      finish(code === 0 ? undefined : new GitError("failed", said.trim()));
    });
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < STDERR_BYTES) said += text.slice(0, STDERR_BYTES);
    });
    stdout?.on("data", (chunk: Buffer) => {
      try {
        if (take(chunk) === false) finish();
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** What a program prints that reads no repository. */
async function capture(git: Git, args: readonly string[]): Promise<string> {
  let text = "";
  const env = environment(git.env, path.parse(git.program).root, []);
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  await start({ program: git.program, env }, args, { timeoutMs: 10_000, take });
  return text;
}

async function onPath(env: NodeJS.ProcessEnv, name: string): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const program = path.join(folder, name);
    try {
      await access(program, constants.X_OK);
      if ((await stat(program)).isFile()) return program;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
