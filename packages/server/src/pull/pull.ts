import { type Git, GitError } from "../git/git.ts";
import { type Clone, isLocked, openClone, type Upstream } from "./clone.ts";
import { finishMove, lockedError, move, pulledRefs, rolledBackRefs } from "./move.ts";
import { PullError } from "./pull-error.ts";
import { Scratch } from "./scratch.ts";

/** Longest time for reaching a remote and fetching from it, in milliseconds. */
const FETCH_MS = 120_000;
/** Longest time for a question about commits, in milliseconds. */
const ASK_MS = 30_000;

/** Where a fetched commit is kept in a scratch repository. */
const FETCHED = "refs/lectern/fetched";

/** What became of a clone; commits are whole ids. */
export type PullResult =
  /** Forwarded by `commits` commits. */
  | {
      readonly outcome: "updated";
      readonly from: string;
      readonly to: string;
      readonly commits: number;
    }
  /** There was nothing to pull. */
  | { readonly outcome: "current"; readonly at: string }
  /** It stays, since upstream has not moved past the commit that a rollback rejected. */
  | { readonly outcome: "held"; readonly at: string; readonly rejected: string }
  /** Back at the commit before the last pull. */
  | { readonly outcome: "rolled back"; readonly from: string; readonly to: string }
  /** Left as it is. */
  | {
      readonly outcome: "failed";
      /** In words without a machine path. */
      readonly reason: string;
      /** What git said, for the operator alone. */
      readonly detail?: string;
    };

/** How a clone is pulled. */
export interface PullOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the fetch; two minutes when absent. */
  readonly fetchMs?: number;
}

/**
 * Fetches what a clone's branch follows and forwards the clone to it, files included. Nothing that
 * the repository's configuration or hooks name is run, filters neither.
 *
 * @param folder Top folder of the clone, absolute and without links.
 * @throws {@link GitError} `aborted`
 */
export function pullClone(git: Git, folder: string, options: PullOptions): Promise<PullResult> {
  return explained(async () => {
    const { signal } = options;
    const found = await openClone(git, folder, signal);
    if (found.upstream instanceof PullError) throw found.upstream;
    if (isLocked(found)) throw lockedError();
    return Scratch.over(git, found, async (scratch) => {
      const { clone, finishedFrom } = await inTurn(git, scratch, found, signal);
      const { upstream } = clone;
      if (upstream instanceof PullError) throw upstream;
      const target = await fetch(scratch, upstream, options);
      const commits = new Commits(scratch, signal);
      const result = await forward(commits, { scratch, clone, upstream, target });
      if (finishedFrom === undefined || result.outcome === "failed") return result;
      const to = result.outcome === "updated" ? result.to : clone.head;
      const count = await commits.count(finishedFrom, to);
      return { outcome: "updated", from: finishedFrom, to, commits: count };
    });
  });
}

/**
 * Takes a clone back to the commit before its last pull; reaches no remote. Pulls leave it there
 * until upstream has moved past the commit that it is taken back from.
 *
 * @param folder Top folder of the clone, absolute and without links.
 * @throws {@link GitError} `aborted`
 */
export function rollBackClone(git: Git, folder: string, options: PullOptions): Promise<PullResult> {
  return explained(async () => {
    const found = await openClone(git, folder, options.signal);
    if (isLocked(found)) throw lockedError();
    return Scratch.over(git, found, async (scratch) => {
      const { clone } = await inTurn(git, scratch, found, options.signal);
      const { head, kept } = clone;
      const previous = kept.get("previous");
      if (previous === undefined) {
        throw new PullError("there is nothing to go back to: no pull has moved it since");
      }
      if (kept.get("pulled") !== head) {
        throw new PullError("its branch has moved since the last pull; git reset is yours to use");
      }
      await move(scratch, clone, previous, rolledBackRefs(clone));
      return { outcome: "rolled back", from: head, to: previous };
    });
  });
}

/** The clone as it is now that nobody else pulls it, with a move finished that was cut off. */
async function inTurn(
  git: Git,
  scratch: Scratch,
  { folder }: Clone,
  signal: AbortSignal | undefined,
): Promise<{ readonly clone: Clone; readonly finishedFrom?: string }> {
  const clone = await openClone(git, folder, signal);
  if (!(await finishMove(scratch, clone))) return { clone };
  return { clone: await openClone(git, folder, signal), finishedFrom: clone.head };
}

interface Found {
  readonly scratch: Scratch;
  readonly clone: Clone;
  readonly upstream: Upstream;
  /** The commit that upstream is at. */
  readonly target: string;
}

async function forward(commits: Commits, found: Found): Promise<PullResult> {
  const { scratch, clone, upstream, target } = found;
  const { head, kept, keptAt } = clone;
  if (await commits.contains(head, target)) return { outcome: "current", at: head };
  const rejected = kept.get("rejected");
  if (rejected !== undefined && (await commits.contains(rejected, target))) {
    return { outcome: "held", at: head, rejected };
  }
  if (!(await commits.contains(target, head))) {
    throw new PullError("it has commits that its upstream has not: the two have diverged");
  }
  const tracking = upstream.tracking === undefined ? [] : [`update ${upstream.tracking} ${target}`];
  const count = await commits.count(head, target);
  await move(scratch, clone, target, [...pulledRefs(keptAt, head, target), ...tracking]);
  return { outcome: "updated", from: head, to: target, commits: count };
}

/** Questions about commits. */
class Commits {
  readonly #scratch: Scratch;
  readonly #signal: AbortSignal | undefined;

  constructor(scratch: Scratch, signal: AbortSignal | undefined) {
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /** Whether `commit` is `tip` or one of its ancestors. */
  async contains(tip: string, commit: string): Promise<boolean> {
    if (tip === commit) return true;
    const { code, stderr } = await this.#ask("merge-base", "--is-ancestor", commit, tip);
    if (code > 1) throw new PullError("its commits cannot be read", stderr);
    return code === 0;
  }

  /** How many commits `to` has that `from` has not. */
  async count(from: string, to: string): Promise<number> {
    const { stdout } = await this.#ask("rev-list", "--count", `${from}..${to}`);
    return Number(stdout.toString());
  }

  #ask(...args: string[]) {
    return this.#scratch.offline(args, { timeoutMs: ASK_MS, signal: this.#signal });
  }
}

/** Fetches what a branch follows; gives its commit. */
async function fetch(
  scratch: Scratch,
  { ref, remote }: Upstream,
  { signal, fetchMs = FETCH_MS }: PullOptions,
): Promise<string> {
  const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
  const args = ["fetch", ...options, "--no-recurse-submodules", "lectern", `+${ref}:${FETCHED}`];
  const bounds = { timeoutMs: fetchMs, signal };
  const { code, stderr } = await scratch.online(args, remote, bounds).catch((error: unknown) => {
    if (!(error instanceof GitError) || error.failure !== "too slow") throw error;
    throw new PullError(`fetching took longer than ${Math.round(fetchMs / 1000)} seconds`);
  });
  if (code !== 0) throw fetchProblem(stderr);
  const parsed = await scratch.offline(["rev-parse", "--verify", `${FETCHED}^{commit}`], {
    timeoutMs: ASK_MS,
    signal,
  });
  if (parsed.code !== 0) throw new PullError("its upstream is no commit", parsed.stderr);
  return parsed.stdout.toString().trim();
}

/** Why a fetch failed, by what git said. */
function fetchProblem(stderr: string): PullError {
  if (/couldn't find remote ref/u.test(stderr)) {
    return new PullError("its upstream branch is not there any more", stderr);
  }
  if (/transport '[^']*' not allowed/u.test(stderr)) {
    return new PullError("its remote is reached by none of https, ssh, git and file", stderr);
  }
  if (/No space left/u.test(stderr)) return new PullError("the disk is full", stderr);
  return new PullError("its remote cannot be fetched from", stderr);
}

async function explained(work: () => Promise<PullResult>): Promise<PullResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitError && error.failure !== "aborted") {
      return { outcome: "failed", reason: `git gave no answer: ${error.failure}` };
    }
    if (!(error instanceof PullError)) throw error;
    const { message, detail } = error;
    return {
      outcome: "failed",
      reason: message,
      ...(detail !== undefined && detail !== "" && { detail }),
    };
  }
}
