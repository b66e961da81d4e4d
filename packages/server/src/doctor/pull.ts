import path from "node:path";

import type { Root } from "@lectern/native";

import { findGit } from "../git/git.ts";
import { type Clone, isLocked, openClone } from "../pull/clone.ts";
import { findClones } from "../pull/clones.ts";
import { PullError } from "../pull/pull-error.ts";
import { type Check, ok, warn } from "./check.ts";

/** Longest time git may take, in milliseconds. */
const GIT_TIMEOUT_MS = 10_000;

/**
 * Whether the clones of the roots can be pulled, as far as that is known without a network.
 *
 * @param every How often they are, as `10m`.
 */
export async function checkPull(roots: readonly Root[], every: string): Promise<Check[]> {
  const { folders, outside } = await findClones(roots.map((root) => root.path));
  const checks = outside.map((root) =>
    warn(`pull ${path.basename(root)}`, "in no git repository", "make it a clone, or set no pull"),
  );
  for (const folder of folders) checks.push(await checkClone(folder, every));
  return checks;
}

async function checkClone(folder: string, every: string): Promise<Check> {
  const name = `pull ${path.basename(folder)}`;
  const git = await findGit(process.env);
  if (typeof git === "string") return warn(name, git, "install git, or set no pull");
  let clone: Clone;
  try {
    clone = await openClone(git, folder, AbortSignal.timeout(GIT_TIMEOUT_MS));
  } catch (error) {
    const reason = error instanceof PullError ? error.message : "git took too long";
    return warn(name, reason, "try `git status` in the folder");
  }
  const { upstream, head, kept } = clone;
  if (upstream instanceof PullError) {
    const next = "follow the branch of a remote: `git branch --set-upstream-to`";
    return warn(name, upstream.message, next);
  }
  const at = `${upstream.name} every ${every}, at commit ${short(head)}`;
  if (isLocked(clone)) {
    return warn(name, `${at}: index.lock is there`, "remove it when no git is at work there");
  }
  const status = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"];
  const changed = (await clone.run(status)).stdout.split("\n").filter((line) => line !== "");
  const [previous, rejected] = [kept.get("previous"), kept.get("rejected")];
  const notes = [
    ...(previous === undefined ? [] : [`before at ${short(previous)}`]),
    ...(rejected === undefined ? [] : [`${short(rejected)} was rolled back`]),
  ];
  const text = [at, ...notes].join(", ");
  return changed.length === 0
    ? ok(name, text)
    : warn(
        name,
        `${text}, with local changes`,
        "nothing, unless upstream changes the same files: a pull then leaves all as it is",
      );
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
