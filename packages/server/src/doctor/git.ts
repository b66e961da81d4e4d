import path from "node:path";

import type { Root } from "@lectern/native";

import { History } from "../history/history.ts";
import { createLog } from "../serving/log.ts";
import { type Check, ok, warn } from "./check.ts";

/** Longest time git may take, in milliseconds: a repository on a sleeping network disk hangs. */
const GIT_TIMEOUT_MS = 10_000;

/** Whether the history of a root can be read, by what `serve` reads it with; it works without. */
export async function checkGit(root: Root): Promise<Check> {
  const name = `git ${root.name ?? path.basename(root.path)}`;
  const history = new History([{ prefix: "", folder: root.path }], createLog("silent"));
  try {
    await history.refresh([], AbortSignal.timeout(GIT_TIMEOUT_MS));
  } catch {
    return warn(name, "git took too long", "try `git status` in the folder");
  }
  const [found] = history.status();
  if (found === undefined || found.repositories === 0) {
    return found?.reason === "git is not installed"
      ? warn(name, found.reason, "install git for the history of pages")
      : ok(name, "no repository; pages go by the times of their files");
  }
  if (found.source === "git") {
    if (found.shallow !== true) return ok(name, `repository at commit ${found.head ?? "none yet"}`);
    return warn(
      name,
      "the repository is shallow: its history ends early",
      "run `git fetch --unshallow` for the whole history",
    );
  }
  const reason = found.reason?.replace(/: dates are file times$/u, "") ?? "git cannot read it";
  if (reason.startsWith("the repository belongs to another user")) {
    return warn(
      name,
      "the repository belongs to another user, so git refuses it",
      `run \`git config --global --add safe.directory ${root.path}\` if you trust it`,
    );
  }
  return warn(name, reason, "try `git status` in the folder");
}
