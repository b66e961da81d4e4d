import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { ConfigError } from "./config-error.ts";
import { problemOf } from "./problem.ts";
import { type GivenSettings, settingsSchema } from "./schema.ts";

/** Names under which a configuration file is found in the working directory. */
const CONFIG_NAMES = ["lectern.config.json", "lectern.config.yaml", "lectern.config.yml"] as const;

/** A configuration file that was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** What it sets itself, without defaults. */
  readonly given: Partial<GivenSettings>;
}

/**
 * The configuration file of the working directory; `undefined` when there is none. Folders above are
 * not looked at, so that a clone of a stranger's repository decides nothing from afar.
 *
 * @throws {@link ConfigError} when there are two.
 */
export function findConfigFile(cwd: string): string | undefined {
  const found = CONFIG_NAMES.filter((name) => existsSync(path.join(cwd, name)));
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    throw new ConfigError(`${cwd}: holds both ${first} and ${second}; keep one of them`);
  }
  return path.join(cwd, first);
}

/**
 * Reads and checks a configuration file, given by its absolute path. `.yaml` and `.yml` are YAML,
 * everything else is JSON.
 *
 * @throws {@link ConfigError}
 */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = readText(file);
  const value = /\.ya?ml$/iu.test(file) ? await fromYaml(file, text) : fromJson(file, text);
  // Defaults would hide which settings the file itself gives.
  const parsed = settingsSchema().safeParse(value);
  if (!parsed.success) throw new ConfigError(`${file}: ${problemOf(parsed.error, value)}`);
  return { path: file, given: value as Partial<GivenSettings> };
}

function readText(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new ConfigError(`${file}: does not exist`);
    if (code === "EISDIR") throw new ConfigError(`${file}: is a folder, not a file`);
    const reason = name === "TypeError" ? "it is not UTF-8" : code;
    throw new ConfigError(`${file}: cannot be read: ${reason}`);
  }
}

function fromJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const { line, column } = placeOf(message, text);
    const problem = message.replace(/ \(line \d+ column \d+\)$| at position \d+.*$/u, "");
    throw new ConfigError(`${file}:${line}:${column}: cannot be read as JSON: ${oneLine(problem)}`);
  }
}

/** Line and column of a syntax error; its end when the message of this Node tells no position. */
function placeOf(message: string, text: string): { line: number; column: number } {
  const told = / at position (\d+)/u.exec(message)?.[1];
  const quoted = /, "?(?:\.{3})?([\s\S]*?)(?:\.{3})?"? is not valid JSON$/u.exec(message)?.[1];
  const found = quoted === undefined ? -1 : text.indexOf(quoted);
  const position = told === undefined ? (found < 0 ? text.length : found) : Number(told);
  const before = text.slice(0, position).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

async function fromYaml(file: string, text: string): Promise<unknown> {
  const { parseYaml } = await import("./yaml.ts");
  const parsed = parseYaml(text);
  if ("value" in parsed) return parsed.value ?? {};
  const { problem, line, column } = parsed;
  throw new ConfigError(`${file}:${line}:${column}: cannot be read as YAML: ${oneLine(problem)}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
