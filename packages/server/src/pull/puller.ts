import { findGit, GitError } from "../git/git.ts";
import type { Log } from "../serving/log.ts";
import { findClones } from "./clones.ts";
import { pullClone, type PullResult } from "./pull.ts";

/** What is pulled, and how often. */
export interface PullerOptions {
  /** Folders whose clones are pulled, absolute. */
  readonly roots: readonly string[];
  /** From the end of one run to the beginning of the next, in milliseconds. */
  readonly everyMs: number;
  readonly log: Log;
  /** Called after a run that wrote files, and awaited. Which ones is not said. */
  readonly onChanged: () => void | Promise<void>;
  /** The environment in which git is looked for and run. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Pulls the clones of a server's roots from time to time; see {@link startPulling}. */
export interface Puller {
  /** Why the last run left clones as they are, without machine paths; absent when none was. */
  readonly lastProblem: string | undefined;
  /** Ends a fetch under way and starts no other; resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

/**
 * Pulls at once and then time after time, never twice at once. What goes wrong is logged when it
 * first does, and again after it was well or otherwise meanwhile; nothing is thrown.
 */
export function startPulling(options: PullerOptions): Puller {
  const { everyMs, log } = options;
  const closing = new AbortController();
  const problems = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await pullAll(options, problems, closing.signal);
    } catch (error) {
      if (!closing.signal.aborted) log.error({ err: error }, "pulling failed");
    }
    if (closing.signal.aborted) return;
    timer = setTimeout(() => {
      running = run();
    }, everyMs);
    timer.unref();
  };
  let running = run();
  return {
    get lastProblem() {
      return problems.size === 0 ? undefined : [...new Set(problems.values())].join("; ");
    },
    async close() {
      closing.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

async function pullAll(
  { roots, log, onChanged, env = process.env }: PullerOptions,
  problems: Map<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const tell = (what: string, folder: string, reason?: string, detail?: string): void => {
    const key = `${what} ${folder}`;
    if (reason === undefined) problems.delete(key);
    else if (problems.get(key) !== reason) {
      problems.set(key, reason);
      log.warn({ folder, reason, detail }, `a ${what} cannot be pulled`);
    }
  };
  const { folders, outside, missing } = await findClones(roots);
  for (const root of roots) {
    const isOutside = outside.includes(root) ? "it lies in no git repository" : undefined;
    tell("root", root, missing.includes(root) ? "the folder is not there" : isOutside);
  }
  const git = folders.length > 0 ? await findGit(env) : "";
  tell("clone", "", typeof git === "string" && git !== "" ? git : undefined);
  if (typeof git === "string") return;
  let hasChanged = false;
  for (const folder of folders) {
    const result = await pullClone(git, folder, { signal }).catch((error: unknown): PullResult => {
      if (error instanceof GitError && error.failure === "aborted") throw error;
      return { outcome: "failed", reason: "it cannot be pulled", detail: String(error) };
    });
    if (result.outcome === "failed") tell("clone", folder, result.reason, result.detail);
    else tell("clone", folder);
    if (result.outcome !== "updated") continue;
    const { from, to, commits } = result;
    hasChanged = true;
    log.info({ folder, from: from.slice(0, 12), to: to.slice(0, 12), commits }, "pulled");
  }
  if (hasChanged && !signal.aborted) await onChanged();
}
