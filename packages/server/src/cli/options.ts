import process from "node:process";

import type { OpenOptions } from "@lectern/native";
import { type Command, Option } from "commander";

import { LOG_LEVELS, PROTOCOLS } from "../config/defaults.ts";
import { engineOptions, type LoadedSettings, loadSettings } from "../config/settings.ts";

/** Flags that say which documents are meant. */
export interface DocumentFlags {
  /** `false`: no file is read, whatever lies in the working directory. */
  readonly config?: string | false;
  readonly root?: readonly string[];
  readonly indexDir?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly maxFileBytes?: number;
  readonly synonyms?: string;
}

/** Flags of what serves. */
export interface ServeFlags extends DocumentFlags {
  readonly runbooks?: readonly string[];
  readonly protocol?: string;
  readonly log?: string;
  readonly pull?: string;
}

/** Collects the values of a flag that may be repeated. */
export function collect(value: string, all: string[] = []): string[] {
  return [...all, value];
}

/** Adds the flags of {@link DocumentFlags} to a command. */
export function addDocumentFlags(command: Command): Command {
  return command
    .optionsGroup("Documents:")
    .option("-r, --root <root>", "folder of Markdown, PATH or NAME=PATH; repeatable", collect)
    .option("-c, --config <file>", "configuration file")
    .option("--no-config", "read no configuration file")
    .option("--index-dir <folder>", "where indexes are kept")
    .option("--include <glob>", "files to index; repeatable", collect)
    .option("--exclude <glob>", "files and folders to leave out; repeatable", collect)
    .option("--max-file-bytes <bytes>", "skip larger files", integerOrText)
    .option("--synonyms <file>", "words that stand for one another")
    .exitOverride();
}

/** Adds the flags of {@link ServeFlags} to a command. */
export function addServeFlags(command: Command): Command {
  return addPullFlag(addDocumentFlags(command))
    .optionsGroup("Serving:")
    .option("--runbooks <glob>", "where runbooks are: a folder or glob; repeatable", collect)
    .addOption(new Option("--protocol <era>", "revisions of MCP to speak").choices(PROTOCOLS))
    .addOption(new Option("--log <level>", "least severity to log on stderr").choices(LOG_LEVELS));
}

/** Adds the flag that has clones pulled. */
export function addPullFlag(command: Command): Command {
  return command
    .optionsGroup("Serving:")
    .option("--pull <time>", "forward the git clones of the roots every 10m, 1h, ...");
}

/** Of a number its value; the settings' schema refuses anything else in its own words. */
function integerOrText(text: string): number | string {
  return /^\d+$/u.test(text) ? Number(text) : text;
}

/**
 * Settings in force for a command line.
 *
 * @throws {@link ConfigError} for what cannot be meant.
 */
export function commandSettings(
  flags: ServeFlags,
  positional: readonly string[],
): Promise<LoadedSettings> {
  return loadSettings({ flags, positional, env: process.env, cwd: process.cwd() });
}

/**
 * What the engine is opened with for a command line.
 *
 * @throws {@link ConfigError} for what cannot be meant.
 */
export async function openOptions(
  flags: DocumentFlags,
  positional: readonly string[],
): Promise<OpenOptions> {
  const { settings } = await commandSettings(flags, positional);
  return engineOptions(settings);
}
