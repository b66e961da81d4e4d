import { existsSync } from "node:fs";
import path from "node:path";

import { runBounded } from "../git/bounded.ts";
import { type Git, GitError } from "../git/git.ts";
import { environment, type Setting } from "../git/git-settings.ts";
import { type AskGit, gitFolders, gitProblem, harmlessSettings } from "../git/work-tree.ts";
import { CloneConfig } from "./clone-config.ts";
import { PullError } from "./pull-error.ts";

/** Longest time for a call that looks at a clone or moves it, in milliseconds. */
const CALL_MS = 120_000;

/** Commits that are kept for a clone, by the names of their refs below {@link Clone.keptAt}. */
const KEPT_COMMITS = ["previous", "pulled", "rejected", "moving/from", "moving/to"] as const;

/** Name of a commit that is kept. */
type KeptCommit = (typeof KEPT_COMMITS)[number];

/** What a branch follows. */
export interface Upstream {
  /** As people call it: `origin/main`. */
  readonly name: string;
  /** The branch at the remote, as a whole ref. */
  readonly ref: string;
  /** The address of the remote and how it is rewritten, as settings of a remote named `lectern`. */
  readonly remote: readonly Setting[];
  /** The clone's own note of where the upstream is; absent where it keeps none. */
  readonly tracking?: string;
}

/** A clone as it was found; nothing in it was run. */
export interface Clone {
  /** Top folder, absolute and without links. */
  readonly folder: string;
  /** Where its head and its index are. */
  readonly gitFolder: string;
  /** Where its objects are. */
  readonly objects: string;
  readonly shallowFile: string;
  /** `sha1` or `sha256`. */
  readonly format: string;
  /** The branch that is checked out, as a whole ref. */
  readonly branch: string;
  /** The commit that is checked out. */
  readonly head: string;
  /** What the branch follows, or why nothing that could be pulled. */
  readonly upstream: Upstream | PullError;
  /** How its files are written. */
  readonly writing: readonly Setting[];
  /** What the refs of ours begin with. */
  readonly keptAt: string;
  readonly kept: ReadonlyMap<KeptCommit, string>;
  /** Runs git in it, made harmless; without a network. */
  readonly run: RunGit;
}

/** Runs git in a clone and gives how it ended. */
type RunGit = (
  args: readonly string[],
  input?: string,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

/**
 * Reads what there is to know of a clone before it is pulled.
 *
 * @param folder Top folder of the repository, absolute and without links.
 * @throws {@link PullError} where there is nothing that could be pulled.
 * @throws {@link GitError} `aborted`
 */
export async function openClone(git: Git, folder: string, signal?: AbortSignal): Promise<Clone> {
  try {
    const ask = asker(git, folder, [], signal);
    const { own, common } = await gitFolders(folder, ask);
    const { settings, isPartial } = await harmlessSettings(ask);
    const run = runner(git, folder, settings);
    const text = async (...args: string[]): Promise<string> =>
      (await asker(git, folder, settings, signal)(...args)).toString();
    const config = new CloneConfig(await text("config", "--list", "-z", "--show-scope"));
    const { stdout: branchLine, code } = await run(["symbolic-ref", "--quiet", "HEAD"]);
    const branch = branchLine.trim();
    if (code !== 0 || branch === "") {
      throw new PullError("no branch is checked out: its HEAD is detached");
    }
    const keptAt = own === common ? "refs/lectern/" : "refs/worktree/lectern/";
    const format = "--format=%(refname) %(objectname) %(upstream)";
    const rows = (await text("for-each-ref", format, branch, keptAt)).trim().split("\n");
    const refs = new Map(rows.map((row) => [row.split(" ")[0], row.split(" ")] as const));
    const [, head = "", tracking = ""] = refs.get(branch) ?? [];
    if (head === "") throw new PullError("its branch has no commit yet");
    if (isPartial) {
      throw new PullError(
        "the clone is partial: contents would be fetched while files are written",
      );
    }
    const kept = KEPT_COMMITS.flatMap((name): [KeptCommit, string][] => {
      const commit = refs.get(keptAt + name)?.[1];
      return commit === undefined ? [] : [[name, commit]];
    });
    return {
      folder,
      gitFolder: own,
      objects: path.join(common, "objects"),
      shallowFile: path.join(common, "shallow"),
      format: (await text("rev-parse", "--show-object-format")).trim(),
      branch,
      head,
      upstream: upstreamOf(config, branch, tracking),
      writing: config.writing(),
      keptAt,
      kept: new Map(kept),
      run,
    };
  } catch (error) {
    if (error instanceof PullError) throw error;
    if (error instanceof GitError && error.failure === "aborted") throw error;
    throw new PullError(gitProblem(error), error instanceof Error ? error.message : undefined);
  }
}

/** Whether some git is at work in a clone, or one was killed there. */
export function isLocked(clone: Clone): boolean {
  return existsSync(path.join(clone.gitFolder, "index.lock"));
}

function upstreamOf(config: CloneConfig, branch: string, tracking: string): Upstream | PullError {
  const name = branch.replace(/^refs\/heads\//u, "");
  const remote = config.all(`branch.${name}.remote`).at(-1);
  const ref = config.all(`branch.${name}.merge`).at(-1);
  if (remote === undefined || ref === undefined) {
    return new PullError("its branch has no upstream");
  }
  if (remote === ".") return new PullError("the upstream of its branch is a branch of its own");
  const url = config.all(`remote.${remote}.url`).find((address) => address !== "");
  if (url === undefined) {
    return new PullError(
      "the remote that its branch follows is not there; see git remote --verbose",
    );
  }
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (!/^refs\/[^\u0000-\u0020\u007F~^:?*[\\]+$/u.test(ref)) {
    return new PullError("the upstream of its branch is not the name of a branch");
  }
  return {
    name: `${remote}/${ref.replace(/^refs\/heads\//u, "")}`,
    ref,
    remote: [["remote.lectern.url", url], ...config.rewriting()],
    ...(tracking.startsWith("refs/remotes/") && { tracking }),
  };
}

/** Asks as the reading of histories does: settings harmless, a failure thrown. */
function asker(
  git: Git,
  folder: string,
  settings: readonly Setting[],
  signal: AbortSignal | undefined,
): AskGit {
  return async (...args) => {
    const env = environment(git.env, path.dirname(folder), settings);
    const line = ["--no-pager", "-C", folder, ...args];
    const bounds = { timeoutMs: CALL_MS, signal };
    const { code, stdout, stderr } = await runBounded({ ...git, env }, line, bounds);
    if (code !== 0) throw new GitError("failed", stderr.trim());
    return stdout;
  };
}

/** Not to be aborted: what it does is short, and half of it would be worse than all of it. */
function runner(git: Git, folder: string, settings: readonly Setting[]): RunGit {
  return async (args, input = "") => {
    const env = environment(git.env, path.dirname(folder), settings);
    const line = ["--no-pager", "-C", folder, ...args];
    const ended = await runBounded({ ...git, env }, line, { timeoutMs: CALL_MS, input });
    return { ...ended, stdout: ended.stdout.toString() };
  };
}
