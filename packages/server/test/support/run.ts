import { spawnSync } from "node:child_process";

import { bin } from "./docs.ts";

/** What a command line gave. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs the built command with no `LECTERN_*` of the tester's own. */
export function lectern(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Ran {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LECTERN_"));
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], {
    encoding: "utf8",
    cwd: options.cwd,
    env: { ...Object.fromEntries(own), ...options.env },
  });
  return { stdout, stderr, status };
}
