import path from "node:path";

import type { Root } from "@lectern/native";

import { type Check, ok, warn } from "./check.ts";
import { runProgram } from "./run.ts";

/** Longest time git may take, in milliseconds: a repository on a sleeping network disk hangs. */
const GIT_TIMEOUT_MS = 5000;

/** Whether the history of a root can be read; Lectern works without. */
export async function checkGit(root: Root): Promise<Check> {
  const name = `git ${root.name ?? path.basename(root.path)}`;
  // No lock, no monitor: a look must change nothing and start nothing.
  const args = ["-c", "core.fsmonitor=false", "-C", root.path];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
  try {
    const question = ["rev-parse", "--show-toplevel", "--is-shallow-repository"];
    const { stdout } = await runProgram("git", [...args, ...question], {
      env,
      timeoutMs: GIT_TIMEOUT_MS,
    });
    const [top = "", isShallow = ""] = stdout.split("\n");
    if (isShallow !== "true") return ok(name, `repository ${top}`);
    return warn(
      name,
      `repository ${top} is shallow: its history ends early`,
      "run `git fetch --unshallow` for the whole history",
    );
  } catch (error) {
    return explained(name, root.path, error as NodeJS.ErrnoException & { stderr?: string });
  }
}

function explained(
  name: string,
  folder: string,
  error: NodeJS.ErrnoException & { readonly stderr?: string },
): Check {
  const { stderr = "", code } = error;
  if (code === "ENOENT")
    return warn(name, "git is not installed", "install git for the history of pages");
  if (stderr.includes("dubious ownership")) {
    return warn(
      name,
      "the repository belongs to another user, so git refuses it",
      `run \`git config --global --add safe.directory ${folder}\` if you trust it`,
    );
  }
  if (stderr.includes("not a git repository"))
    return ok(name, "no repository; pages have no history");
  return warn(
    name,
    `git failed: ${stderr.split("\n", 1)[0] ?? ""}`,
    "try `git status` in the folder",
  );
}
