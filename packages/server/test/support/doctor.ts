import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";

import { bin, type Docs } from "./docs.ts";

/** What `lectern doctor` said, with the paths and figures of this run replaced by those of the docs. */
export interface Diagnosis {
  readonly lines: readonly string[];
  readonly status: number | null;
}

/** How doctor is run. */
export interface DoctorOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs it as this user; root alone may. */
  readonly uid?: number;
}

/** Runs `lectern doctor` over a folder's pages, or over other arguments. */
export function diagnosis(
  folder: Docs,
  args: readonly string[] = [folder.root],
  options: DoctorOptions = {},
): Diagnosis {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LECTERN_"));
  const { stdout, status } = spawnSync(
    process.execPath,
    [bin, "doctor", ...args, "--index-dir", folder.index],
    {
      encoding: "utf8",
      cwd: options.cwd ?? folder.base,
      env: { ...Object.fromEntries(own), GIT_CEILING_DIRECTORIES: "/tmp", ...options.env },
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    },
  );
  return {
    lines: documented(stdout, folder)
      .split("\n")
      .filter((line) => line !== ""),
    status,
  };
}

function documented(text: string, folder: Docs): string {
  return text
    .replaceAll(path.join(realpathSync(bin)), "/Users/you/lectern/packages/server/bin/lectern.js")
    .replaceAll(realpathSync(folder.base), "/Users/you")
    .replaceAll(folder.base, "/Users/you")
    .replaceAll(process.versions.node, "20.20.2")
    .replaceAll(`${process.platform}-${process.arch}`, "darwin-arm64")
    .replaceAll(/\/[0-9a-f]{16}\/v/gu, "/6e05ce1ddfed77a2/v")
    .replaceAll(/[\d.]+ GB free/gu, "71.0 GB free")
    .replaceAll(/at commit [0-9a-f]{12}/gu, "at commit 4f0c1d2e3a5b")
    .replaceAll(/generation \d+/gu, "generation 3")
    .replaceAll(/after \d+ ms/gu, "after 128 ms");
}
