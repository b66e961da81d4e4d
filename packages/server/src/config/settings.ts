import type { OpenOptions, Root } from "@lectern/native";

import { ConfigError } from "./config-error.ts";
import type { LOG_LEVELS, PROTOCOLS, SettingName } from "./defaults.ts";
import { type ConfigFile, findConfigFile, readConfigFile } from "./file.ts";
import {
  defaultLayer,
  environmentLayer,
  fileLayer,
  flagLayer,
  type Given,
  type Origin,
  type SettingFlags,
} from "./layers.ts";
import { resolvePath } from "./paths.ts";
import { resolveRoots } from "./roots.ts";
import type { GivenSettings } from "./schema.ts";

/** Every setting in force, paths absolute. */
export interface Settings {
  readonly roots: readonly Root[];
  /** Absent: the platform's cache folder. */
  readonly indexDir?: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxFileBytes: number;
  /** File of words that stand for one another; absent when there is none. */
  readonly synonyms?: string;
  /** Folders or globs over paths of pages. */
  readonly runbooks: readonly string[];
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly log: (typeof LOG_LEVELS)[number];
  /** How often clones are pulled, as `10m`; or `off`. */
  readonly pull: string;
}

/** Settings with where each comes from. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** Absolute path of the configuration file; absent when there is none. */
  readonly file?: string;
}

/** What settings are loaded from. */
export interface SettingSources {
  readonly flags: SettingFlags & { readonly config?: string | false };
  /** Roots named as arguments. */
  readonly positional: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * The settings in force: flags over `LECTERN_*` over the configuration file over defaults, setting by
 * setting. The file is the one that `--config` or `LECTERN_CONFIG` names, else one of the working
 * directory, and none with `--no-config`.
 *
 * @throws {@link ConfigError} whose message names the source, the key, what was given and what is
 * valid.
 */
export async function loadSettings(sources: SettingSources): Promise<LoadedSettings> {
  const { flags, positional, env, cwd } = sources;
  const file = await configFile(flags.config, env, cwd);
  const layers = [
    flagLayer(flags, positional, cwd),
    environmentLayer(env, cwd),
    fileLayer(file),
    defaultLayer(cwd),
  ];
  const winner = (name: SettingName): Given | undefined =>
    layers.map((layer) => layer.get(name)).find((given) => given !== undefined);
  // A value was checked by its layer, so it has the schema's type.
  const value = <Name extends SettingName>(name: Name): NonNullable<GivenSettings[Name]> =>
    winner(name)?.value as NonNullable<GivenSettings[Name]>;
  const origin = (name: SettingName): Origin => winner(name)?.origin ?? { from: "default" };

  const roots = winner("roots");
  if (roots === undefined) throw new ConfigError("roots: must name at least one folder");
  const indexDir = winner("indexDir");
  const synonyms = winner("synonyms");
  return {
    settings: {
      roots: resolveRoots(value("roots"), roots),
      ...(indexDir && { indexDir: resolvePath(value("indexDir"), indexDir.base) }),
      include: value("include"),
      exclude: value("exclude"),
      maxFileBytes: value("maxFileBytes"),
      ...(synonyms && { synonyms: resolvePath(value("synonyms"), synonyms.base) }),
      runbooks: value("runbooks"),
      protocol: value("protocol"),
      log: value("log"),
      pull: value("pull"),
    },
    origins: {
      roots: origin("roots"),
      indexDir: origin("indexDir"),
      include: origin("include"),
      exclude: origin("exclude"),
      maxFileBytes: origin("maxFileBytes"),
      synonyms: origin("synonyms"),
      runbooks: origin("runbooks"),
      protocol: origin("protocol"),
      log: origin("log"),
      pull: origin("pull"),
    },
    ...(file && { file: file.path }),
  };
}

async function configFile(
  flag: string | false | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<ConfigFile | undefined> {
  if (flag === false) return undefined;
  const variable = env["LECTERN_CONFIG"];
  const named = flag ?? (variable === "" ? undefined : variable);
  if (named === "") throw new ConfigError('--config: must not be empty (got "")');
  const file = named === undefined ? findConfigFile(cwd) : resolvePath(named, cwd);
  return file === undefined ? undefined : readConfigFile(file);
}

/** What the engine is opened with. */
export function engineOptions(settings: Settings): OpenOptions {
  const { roots, indexDir, include, exclude, maxFileBytes, synonyms } = settings;
  return {
    roots,
    ...(indexDir !== undefined && { indexDir }),
    include,
    exclude,
    maxFileBytes,
    ...(synonyms !== undefined && { synonymsFile: synonyms }),
  };
}
