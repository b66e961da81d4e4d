import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { locateIndex, type Root } from "@lectern/native";

import { ConfigError } from "../config/config-error.ts";
import {
  engineOptions,
  type LoadedSettings,
  loadSettings,
  type SettingSources,
} from "../config/settings.ts";
import { type Check, fail, ok } from "./check.ts";
import { checkIndexFolder } from "./file-system.ts";
import { checkGit } from "./git.ts";
import { checkHandshake } from "./handshake.ts";
import { checkIndex } from "./index-state.ts";
import { checkAddon, checkLaunch, checkNode } from "./installation.ts";
import { checkPull } from "./pull.ts";
import { checkRoot } from "./roots.ts";
import { checkSynonyms } from "./synonyms.ts";
import { checkUpkeep } from "./upkeep.ts";
import { checkVariables } from "./variables.ts";

/**
 * Looks at everything that a server needs, in the order in which it needs it, and tells each finding
 * as it comes. A check that needs what failed before is left out. Writes to a temporary folder only.
 */
export async function* diagnose(sources: SettingSources, ownFile: string): AsyncGenerator<Check> {
  const scratch = mkdtempSync(path.join(tmpdir(), "lectern-doctor-"));
  try {
    yield checkNode(process.versions.node);
    yield checkLaunch(ownFile, sources.env);
    const addon = await checkAddon(scratch);
    yield addon;
    yield* checkVariables(sources.env, sources.cwd);
    const loaded = await configuration(sources);
    if ("status" in loaded) {
      yield loaded;
      return;
    }
    yield configurationText(loaded);
    if (addon.status === "fail") return;
    yield* documentChecks(loaded, sources, scratch);
    yield await checkHandshake(ownFile, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function configuration(sources: SettingSources): Promise<LoadedSettings | Check> {
  try {
    return await loadSettings(sources);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail("configuration", error.message, "`lectern config --help` says what is valid", 2);
  }
}

function configurationText({ file, origins }: LoadedSettings): Check {
  const { from, name } = origins.roots;
  const roots = name === undefined ? "the working directory as root" : `roots from ${from} ${name}`;
  return ok("configuration", file === undefined ? `no file, ${roots}` : `${file}, ${roots}`);
}

async function* documentChecks(
  { settings }: LoadedSettings,
  sources: SettingSources,
  scratch: string,
): AsyncGenerator<Check> {
  const { cwd } = sources;
  const synonyms = await checkSynonyms(settings.synonyms, scratch);
  if (synonyms !== undefined) yield synonyms;
  let pages = 0;
  let isUsable = synonyms?.status !== "fail";
  for (const root of settings.roots) {
    const finding = await checkRoot(root, settings, {
      cwd,
      scratch,
      isRelative: isRelative(root, sources),
    });
    pages += finding.pages;
    isUsable &&= finding.check.status !== "fail";
    yield finding.check;
  }
  if (!isUsable) return;
  for (const root of settings.roots) yield await checkGit(root);
  if (settings.pull !== "off") yield* await checkPull(settings.roots, settings.pull);
  const folder = await locateIndex(engineOptions(settings));
  yield await checkIndexFolder(folder);
  yield* await checkIndex(settings, folder, { scratch, pages });
  yield await checkUpkeep(settings);
}

/** Whether a root was given by a path that depends on the working directory. */
function isRelative(root: Root, { flags, positional, env, cwd }: SettingSources): boolean {
  const variable = (env["LECTERN_ROOTS"] ?? "").split(path.delimiter);
  const given = [
    ...positional,
    ...((flags.root as readonly string[] | undefined) ?? []),
    ...variable,
  ];
  return given
    .map((text) => text.replace(/^[^=/\\]+=/u, ""))
    .some((folder) => !/^[~/]/u.test(folder) && path.resolve(cwd, folder) === root.path);
}
