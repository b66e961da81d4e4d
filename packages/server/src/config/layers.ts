import path from "node:path";

import { ConfigError } from "./config-error.ts";
import { DEFAULTS, SETTING_NAMES, type SettingName } from "./defaults.ts";
import type { ConfigFile } from "./file.ts";
import { problemOf } from "./problem.ts";
import { settingsSchema } from "./schema.ts";

/** Where a value comes from. */
export interface Origin {
  readonly from: "flag" | "environment" | "file" | "default";
  /** The flag, the variable or the file's absolute path; absent for a default. */
  readonly name?: string;
}

/** A value as one layer gives it. */
export interface Given {
  readonly value: unknown;
  readonly origin: Origin;
  /** What a message about it begins with. */
  readonly source: string;
  /** Folder that relative paths in it start from. */
  readonly base: string;
}

/** What one layer gives, by setting. */
export type Layer = ReadonlyMap<SettingName, Given>;

/** Settings given on the command line. */
export type SettingFlags = {
  readonly [Name in SettingName as Name extends "roots" ? "root" : Name]?: unknown;
};

/** The environment variable of a setting: `LECTERN_` and its name in capitals. */
export function variableOf(name: SettingName): string {
  return `LECTERN_${name.replace(/[A-Z]/gu, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The flag of a setting. */
export function flagOf(name: SettingName): string {
  const flag = name === "roots" ? "root" : name;
  return `--${flag.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * What the command line gives; roots named as arguments come before those of `--root`.
 *
 * @throws {@link ConfigError}
 */
export function flagLayer(flags: SettingFlags, positional: readonly string[], cwd: string): Layer {
  const layer = new Map<SettingName, Given>();
  for (const name of SETTING_NAMES) {
    const value = name === "roots" ? namedRoots(flags, positional) : flags[name];
    if (value === undefined) continue;
    const flag = positional.length > 0 && name === "roots" ? "ROOT" : flagOf(name);
    const given = { value, origin: { from: "flag", name: flag }, source: flag, base: cwd } as const;
    layer.set(name, checked(name, given));
  }
  return layer;
}

function namedRoots(flags: SettingFlags, positional: readonly string[]): unknown {
  const roots = [...positional, ...((flags.root as readonly string[] | undefined) ?? [])];
  return roots.length === 0 ? undefined : roots;
}

/**
 * What the environment gives. A variable that is empty counts as unset; lists are separated as
 * `PATH` is.
 *
 * @throws {@link ConfigError}
 */
export function environmentLayer(env: NodeJS.ProcessEnv, cwd: string): Layer {
  const layer = new Map<SettingName, Given>();
  for (const name of SETTING_NAMES) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text === undefined || text === "") continue;
    const origin = { from: "environment", name: variable } as const;
    const given = { value: fromText(name, text), origin, source: variable, base: cwd };
    layer.set(name, checked(name, given));
  }
  return layer;
}

function fromText(name: SettingName, text: string): unknown {
  switch (name) {
    case "roots":
    case "include":
    case "exclude":
    case "runbooks":
      return text.split(path.delimiter);
    case "maxFileBytes":
      return /^\d+$/u.test(text) ? Number(text) : text;
    case "indexDir":
    case "synonyms":
    case "protocol":
    case "log":
    case "pull":
      break;
  }
  return text;
}

/** What a configuration file gives; it was checked when it was read. */
export function fileLayer(file: ConfigFile | undefined): Layer {
  const layer = new Map<SettingName, Given>();
  if (file === undefined) return layer;
  const origin = { from: "file", name: file.path } as const;
  for (const name of SETTING_NAMES) {
    const value = file.given[name];
    if (value === undefined) continue;
    layer.set(name, { value, origin, source: file.path, base: path.dirname(file.path) });
  }
  return layer;
}

/** What holds when nobody says anything. */
export function defaultLayer(cwd: string): Layer {
  const layer = new Map<SettingName, Given>();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    layer.set(name as SettingName, {
      value,
      origin: { from: "default" },
      source: "default",
      base: cwd,
    });
  }
  return layer;
}

function checked(name: SettingName, given: Given): Given {
  if (isPlainPath(name, given.value)) return given;
  const parsed = settingsSchema().shape[name].safeParse(given.value);
  if (parsed.success) return given;
  const problem = problemOf(parsed.error, given.value);
  // A list's entry is named by its place; a single value needs no more than the flag or variable.
  const separator = problem.startsWith("[") ? "" : ": ";
  throw new ConfigError(`${given.source}${separator}${problem}`);
}

/** Paths, of which the schema only asks not to be blank: all that most starts are given. */
function isPlainPath(name: SettingName, value: unknown): boolean {
  if (name !== "roots" && name !== "indexDir" && name !== "synonyms") return false;
  return [value].flat().every((given) => typeof given === "string" && /\S/u.test(given));
}
