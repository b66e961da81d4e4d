/** Which revisions of the protocol `serve` speaks. */
export const PROTOCOLS = ["auto", "legacy", "modern"] as const;
/** How much `serve` writes to stderr, from the most to the least. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/**
 * What holds when nobody says anything. `include` and `maxFileBytes` are the core's own defaults, so
 * naming them makes no other index. Apart from the schema, which a plain start has no need to build.
 */
export const DEFAULTS = {
  roots: ["."],
  include: ["*.md", "*.markdown", "*.mdx"],
  exclude: [],
  maxFileBytes: 8 * 1024 * 1024,
  runbooks: ["**"],
  protocol: "auto",
  log: "warn",
  pull: "off",
} as const;

/** Names of all settings, in the order in which they are shown. */
export const SETTING_NAMES = [
  "roots",
  "indexDir",
  "include",
  "exclude",
  "maxFileBytes",
  "synonyms",
  "runbooks",
  "protocol",
  "log",
  "pull",
] as const;

/** Name of a setting. */
export type SettingName = (typeof SETTING_NAMES)[number];
