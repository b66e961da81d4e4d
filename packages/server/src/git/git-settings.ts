/** A configuration key with its value. */
export type Setting = readonly [key: string, value: string];

/** More programs than any honest configuration names. */
const MAX_NAMED = 1000;

/**
 * Settings of every call. An empty `core.fsmonitor` is off in all versions; "false" would be the
 * name of a program before 2.36.
 */
const ALWAYS: readonly Setting[] = [
  ["core.fsmonitor", ""],
  ["core.hooksPath", "/dev/null"],
  ["core.pager", ""],
  ["core.askPass", ""],
  ["core.sshCommand", "false"],
  ["core.alternateRefsCommand", "false"],
  ["credential.helper", ""],
  ["diff.external", ""],
  ["gpg.program", "false"],
  ["log.showSignature", "false"],
  ["log.showRoot", "true"],
  ["protocol.allow", "never"],
  ["safe.bareRepository", "explicit"],
];

/** What variables of a section with a name in the middle are set to, so that they run nothing. */
const BY_SECTION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  credential: { helper: "" },
  diff: { command: "", textconv: "" },
  filter: { clean: "", smudge: "", process: "", required: "false" },
  gpg: { program: "false" },
  remote: { promisor: "false", uploadpack: "false", receivepack: "false" },
};

/** Variables of ours that git may see: where the operator's own configuration is. */
const KEPT = new Set([
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_EXEC_PATH",
]);

/** What the names of a configuration say of it. */
export interface Harmless {
  /** Switch off each program that it names. */
  readonly settings: readonly Setting[];
  /** It names a filter: then bytes on disk are not those of a commit. */
  readonly hasFilters: boolean;
  /** Contents may be missing that git would have to fetch. */
  readonly isPartial: boolean;
}

/**
 * Makes a configuration harmless.
 *
 * @param names What `git config --list -z --name-only` printed.
 * @returns `undefined` where that cannot be done for sure: a name that is not UTF-8 cannot be
 *   repeated in an environment, and the list has a bound.
 */
export function makeHarmless(names: Buffer): Harmless | undefined {
  const text = names.toString("utf8");
  if (!Buffer.from(text).equals(names)) return undefined;
  const all = new Set(text.split("\0"));
  const settings: Setting[] = [];
  let hasFilters = false;
  let isPartial = all.has("extensions.partialclone");
  for (const name of all) {
    const [section, variable] = [name.indexOf("."), name.lastIndexOf(".")];
    const value = BY_SECTION[name.slice(0, section)]?.[name.slice(variable + 1)];
    if (value === undefined || section === variable) continue;
    settings.push([name, value]);
    hasFilters ||= name.startsWith("filter.");
    isPartial ||= name.endsWith(".promisor");
  }
  return settings.length > MAX_NAMED ? undefined : { settings, hasFilters, isPartial };
}

/**
 * The environment of a call. Settings go by `GIT_CONFIG_COUNT` and not by `-c`, which ends a key at
 * its first "=", and a hostile name can hold one.
 *
 * @param above Where git must not look for a repository: the folder above the one that is meant.
 */
export function environment(
  own: NodeJS.ProcessEnv,
  above: string,
  settings: readonly Setting[],
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(own)) {
    const upper = name.toUpperCase();
    if (!upper.startsWith("GIT_") || KEPT.has(upper)) env[name] = value;
  }
  const all = [...trusted(own), ...ALWAYS, ...settings];
  for (const [index, [key, value]] of all.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return {
    ...env,
    GIT_CONFIG_COUNT: String(all.length),
    // Nothing may be fetched, whatever `protocol.<name>.allow` says.
    GIT_ALLOW_PROTOCOL: "",
    GIT_NO_LAZY_FETCH: "1",
    GIT_CEILING_DIRECTORIES: above,
    // Histories as they were committed: a table is kept under the id of its newest commit.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: "/dev/null",
    GIT_LITERAL_PATHSPECS: "1",
    // A reader leaves no trace: no lock, no refreshed index.
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    LANGUAGE: "",
    LC_ALL: "C",
  };
}

/** Folders that the operator trusts, where containers are told so by environment. */
function trusted(own: NodeJS.ProcessEnv): Setting[] {
  const settings: Setting[] = [];
  const count = Math.min(Number(own["GIT_CONFIG_COUNT"] ?? 0), MAX_NAMED);
  for (let index = 0; index < count; index += 1) {
    const key = own[`GIT_CONFIG_KEY_${index}`];
    if (key?.toLowerCase() !== "safe.directory") continue;
    settings.push([key, own[`GIT_CONFIG_VALUE_${index}`] ?? ""]);
  }
  return settings;
}
