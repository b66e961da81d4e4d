import { z } from "zod";

import { DEFAULTS, LOG_LEVELS, PROTOCOLS } from "./defaults.ts";

/** 1 GiB: more than any page, less than what a parser should be handed. */
const MAX_FILE_BYTES_LIMIT = 1024 * 1024 * 1024;

/** A number of seconds, minutes or hours that a timer can wait. */
const PULL_EVERY = /^(?:off|[1-9]\d{0,3}[sm]|[1-9]\d?h)$/u;
const PULL_ERROR = "must be a time such as 30s, 10m or 1h, or off";

function filledText(description: string): z.ZodString {
  return z
    .string({ error: "must be a text" })
    .regex(/\S/u, { error: "must not be empty" })
    .meta({ description });
}

function globs(of: string): z.ZodArray<z.ZodString> {
  return z.array(filledText(of), { error: "must be a list of texts" });
}

function word<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, { error: `must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}` });
}

/** The type of {@link settingsSchema}. */
type SettingsSchema = ReturnType<typeof buildSchema>;

let built: SettingsSchema | undefined;

/**
 * Every setting as a configuration file may hold it. Flags and environment are turned into the same
 * shape and pass through the same schema; the published JSON Schema is made from it. Built with the
 * first use: 5 ms, which a start that names nothing but a folder saves.
 */
export function settingsSchema(): SettingsSchema {
  built ??= buildSchema();
  return built;
}

function buildSchema() {
  const rootText = filledText("PATH or NAME=PATH.").meta({ title: "Root, short form" });
  const rootObject = z
    .strictObject(
      {
        name: filledText("First segment of the paths of its pages. Default: the folder's name.")
          .regex(/^[^/\\=]+$/u, { error: "must be one path segment without '='" })
          .optional(),
        path: filledText("The folder. Relative to the configuration file; `~/` is your home."),
      },
      { error: "must be an object with a path" },
    )
    .meta({ title: "Root" });

  const rangeError = `must be an integer from 1 to ${MAX_FILE_BYTES_LIMIT}`;

  return z
    .strictObject(
      {
        $schema: z
          .string({ error: "must be a text" })
          .meta({ title: "Schema", description: "Address of this schema, for editors." })
          .optional(),
        roots: z
          .array(z.union([rootText, rootObject], { error: "must be a text or an object" }), {
            error: "must be a list of folders",
          })
          .min(1, { error: "must name at least one folder" })
          .meta({
            title: "Roots",
            description:
              "Folders of Markdown. With several, paths of pages begin with the root's name. No root " +
              "may lie inside another. Default: the working directory.",
            examples: [["docs"], ["docs", "notes=~/notes"], [{ name: "wiki", path: "../wiki" }]],
          })
          .default([...DEFAULTS.roots]),
        indexDir: filledText(
          "Folder under which indexes are kept; on a local disk. Relative to the configuration file. " +
            "Default: the platform's cache folder.",
        )
          .meta({ title: "Index folder", examples: ["~/.cache/lectern"] })
          .optional(),
        include: globs("Matched against the path below the root, case ignored.")
          .min(1, { error: "must hold at least one glob" })
          .meta({
            title: "Include",
            description: "Globs of the files to index. One without `/` matches in every folder.",
            examples: [["*.md", "*.txt"]],
          })
          .default([...DEFAULTS.include]),
        exclude: globs("Matched against the path below the root, case ignored.")
          .meta({
            title: "Exclude",
            description:
              "Globs of files and folders to leave out, beside what `.gitignore` and `.ignore` name.",
            examples: [["drafts/**", "CHANGELOG.md"]],
          })
          .default([...DEFAULTS.exclude]),
        maxFileBytes: z
          .int({ error: rangeError })
          .min(1, { error: rangeError })
          .max(MAX_FILE_BYTES_LIMIT, { error: rangeError })
          .meta({
            title: "Largest file",
            description: "Larger files are skipped and reported. Bytes.",
            examples: [1_048_576],
          })
          .default(DEFAULTS.maxFileBytes),
        synonyms: filledText(
          "File of words that stand for one another, in the format of Solr: `k8s, kubernetes` both " +
            "ways, `pto => paid time off` one way. Relative to the configuration file. Default: none.",
        )
          .meta({ title: "Synonyms", examples: ["synonyms.txt"] })
          .optional(),
        runbooks: globs("A folder or a glob over paths of pages, as hits show them.")
          .min(1, { error: "must hold at least one folder or glob" })
          .meta({
            title: "Runbooks",
            description:
              "Where the runbook of an incident is looked for: folders or globs over paths of pages.",
            examples: [["runbooks"], ["ops/runbooks", "teams/*/runbooks"]],
          })
          .default([...DEFAULTS.runbooks]),
        protocol: word(PROTOCOLS)
          .meta({
            title: "Protocol",
            description:
              "Revisions of MCP that are spoken: `legacy` those opened by `initialize` (to " +
              "2025-11-25), `modern` those without (from 2026-07-28), `auto` both, as the host opens.",
            examples: ["auto"],
          })
          .default(DEFAULTS.protocol),
        log: word(LOG_LEVELS)
          .meta({
            title: "Log",
            description: "Least severity of the lines that `serve` writes to stderr.",
            examples: ["info"],
          })
          .default(DEFAULTS.log),
        pull: z
          .string({ error: PULL_ERROR })
          .regex(PULL_EVERY, { error: PULL_ERROR })
          .meta({
            title: "Pull",
            description:
              "How often `serve` forwards the git clones that its roots lie in to what their branches " +
              "follow: seconds, minutes or hours, or `off`.",
            examples: ["10m"],
          })
          .default(DEFAULTS.pull),
      },
      { error: "must be an object of settings" },
    )
    .meta({
      title: "Lectern configuration",
      description: "Settings of Lectern, as `lectern.config.json`, `.yaml` or `.yml` hold them.",
    });
}

/** Settings as given, before paths are resolved. */
export type GivenSettings = z.input<SettingsSchema>;
