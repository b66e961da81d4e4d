import { accessSync, constants, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

import { LecternError, openEngine, type Root } from "@lectern/native";

import type { Settings } from "../config/settings.ts";
import { type Check, counted, fail, ok, warn } from "./check.ts";
import { oddPathHint } from "./variables.ts";

/** Files that are looked at to explain a root without pages. */
const EXPLAINED_FILES = 50_000;
const ROOT_EXIT = 3;
const USAGE_EXIT = 2;

/** A root's check, and how many pages its rules admit; 0 where it cannot be used. */
export interface RootFinding {
  readonly check: Check;
  readonly pages: number;
}

/** Looks at one root: is it there, can it be read, which pages does it hold. */
export async function checkRoot(
  root: Root,
  settings: Settings,
  place: { readonly cwd: string; readonly scratch: string; readonly isRelative: boolean },
): Promise<RootFinding> {
  const name = `root ${root.name ?? path.basename(root.path)}`;
  const unusable = unusableReason(root.path, name, place);
  if (unusable !== undefined) return { check: unusable, pages: 0 };
  try {
    const pages = await admittedPages(root, settings, place.scratch);
    const check =
      pages.length > 0
        ? ok(name, `${root.path}: ${counted(pages.length, "page")} (${byExtension(pages)})`)
        : warn(name, `${root.path}: no pages`, await emptyReason(root.path, settings));
    return { check, pages: pages.length };
  } catch (error) {
    if (!LecternError.isInstance(error)) throw error;
    // A glob that cannot be read is a setting, not a root.
    const exitCode = error.details?.["root"] === undefined ? USAGE_EXIT : ROOT_EXIT;
    return { check: fail(name, error.message, error.hint ?? "correct it", exitCode), pages: 0 };
  }
}

function unusableReason(
  folder: string,
  name: string,
  { cwd, isRelative }: { readonly cwd: string; readonly isRelative: boolean },
): Check | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) {
    const relative = isRelative
      ? `a relative path starts in the working directory, ${cwd}; write an absolute one`
      : "correct the path";
    return fail(name, `${folder} does not exist`, oddPathHint(folder, cwd) ?? relative, ROOT_EXIT);
  }
  if (!stats.isDirectory()) {
    return fail(name, `${folder} is not a folder`, "name the folder that holds it", ROOT_EXIT);
  }
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch {
    const next =
      process.platform === "darwin"
        ? "allow it under System Settings > Privacy & Security > Files and Folders, for the host"
        : "give the user that runs the host the right to read and enter it";
    return fail(name, `${folder} cannot be read`, next, ROOT_EXIT);
  }
  return undefined;
}

/**
 * Paths of the files that count as pages by name and place. A size limit of one byte makes a scan by
 * the core's own rules that reads no file: whatever it would take is reported as too large.
 */
async function admittedPages(root: Root, settings: Settings, scratch: string): Promise<string[]> {
  const { include, exclude } = settings;
  await using engine = await openEngine({
    roots: [root],
    indexDir: path.join(scratch, "scan"),
    include,
    exclude,
    maxFileBytes: 1,
  });
  const { skipped, pages } = await engine.sync();
  const found = skipped.filter(({ reason }) => reason === "too large").map((file) => file.path);
  // What was small enough to be read after all; its names are not told.
  return [...found, ...Array.from({ length: pages }, () => "(empty)")];
}

/** `.md 41, .mdx 3`, most frequent first. */
function byExtension(pages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const page of pages) {
    const extension = path.extname(page) || (page === "(empty)" ? "empty" : "none");
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([extension, count]) => `${extension} ${count.toLocaleString("en-US")}`)
    .join(", ");
}

/** Why a readable root holds no page, as a next step. */
async function emptyReason(folder: string, { include }: Settings): Promise<string> {
  const seen = { hidden: 0, matching: 0, other: new Map<string, number>() };
  const suffixes = new Set(include.map((glob) => /\*(\.\w+)$/u.exec(glob)?.[1]?.toLowerCase()));
  await look(folder, false, (file, isHidden) => {
    const extension = path.extname(file).toLowerCase();
    if (suffixes.has(extension)) seen[isHidden ? "hidden" : "matching"] += 1;
    else if (!isHidden) seen.other.set(extension, (seen.other.get(extension) ?? 0) + 1);
  });
  if (seen.matching > 0) {
    const files = counted(seen.matching, "file");
    return `${files} would match: see what .gitignore, .ignore and \`exclude\` leave out`;
  }
  if (seen.hidden > 0) {
    return `${counted(seen.hidden, "page")} below hidden folders, which are left out; name such a folder itself`;
  }
  const [most] = [...seen.other].sort((a, b) => b[1] - a[1]);
  if (most === undefined) return "the folder is empty; name the folder that holds the pages";
  const kind = most[0] === "" ? "files without extension" : `${most[0]} files`;
  return `it holds ${kind} only (${most[1]}); with --include "*${most[0]}" they count as pages`;
}

async function look(
  folder: string,
  isHidden: boolean,
  take: (file: string, isHidden: boolean) => void,
  budget = { files: EXPLAINED_FILES },
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (budget.files <= 0) return;
    const below = isHidden || entry.name.startsWith(".");
    if (entry.isDirectory() && entry.name !== ".git") {
      await look(path.join(folder, entry.name), below, take, budget);
    } else if (entry.isFile()) {
      budget.files -= 1;
      take(entry.name, below);
    }
  }
}
