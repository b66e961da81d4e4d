import type { Setting } from "./git-settings.ts";

/** What may be fetched from. Above all not `ext`, whose addresses are programs. */
const PROTOCOLS = ["https", "ssh", "git", "file"] as const;

/** Variables of the operator's that say how to reach a remote, and where their own settings are. */
const KEPT: readonly RegExp[] = [
  /^GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$/u,
  /^GIT_EXEC_PATH$/u,
  /^GIT_SSH(?:_COMMAND|_VARIANT)?$/u,
  /^GIT_ASKPASS$/u,
  /^GIT_PROXY_COMMAND$/u,
  /^GIT_(?:SSL|HTTP)_\w+$/u,
];

/** Settings of every fetch: no program of a repository, nothing beside the fetch itself. */
const ALWAYS: readonly Setting[] = [
  ["core.fsmonitor", ""],
  ["core.hooksPath", "/dev/null"],
  ["core.pager", ""],
  ["core.alternateRefsCommand", "false"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
];

/**
 * The environment of a fetch in a repository of ours. The operator's own configuration counts, of
 * their files and of their variables, since it knows how to reach private remotes; nobody is asked.
 *
 * @param hasSshCommand Whether the operator's configuration says how to run ssh.
 */
export function networkEnvironment(
  own: NodeJS.ProcessEnv,
  settings: readonly Setting[],
  hasSshCommand: boolean,
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(own)) {
    const isKept = !name.startsWith("GIT_") || KEPT.some((pattern) => pattern.test(name));
    if (isKept) env[name] = value;
  }
  const all = [...given(own), ...ALWAYS, ...settings];
  for (const [index, [key, value]] of all.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  const saysSsh =
    hasSshCommand || env["GIT_SSH_COMMAND"] !== undefined || env["GIT_SSH"] !== undefined;
  const allowed = own["GIT_ALLOW_PROTOCOL"]?.split(":");
  const protocols = PROTOCOLS.filter((name) => allowed?.includes(name) ?? true);
  return {
    ...env,
    ...(!saysSsh && { GIT_SSH_COMMAND: "ssh -o BatchMode=yes" }),
    GIT_CONFIG_COUNT: String(all.length),
    // Goes before `protocol.<name>.allow` of any configuration.
    GIT_ALLOW_PROTOCOL: protocols.join(":"),
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
    LANGUAGE: "",
    LC_ALL: "C",
  };
}

/** Settings that the operator gives by `GIT_CONFIG_COUNT`, as containers do. */
function given(own: NodeJS.ProcessEnv): Setting[] {
  const settings: Setting[] = [];
  const count = Math.min(Number(own["GIT_CONFIG_COUNT"] ?? 0), 1000);
  for (let index = 0; index < count; index += 1) {
    const key = own[`GIT_CONFIG_KEY_${index}`];
    if (key !== undefined) settings.push([key, own[`GIT_CONFIG_VALUE_${index}`] ?? ""]);
  }
  return settings;
}
