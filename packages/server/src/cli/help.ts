import type { Command } from "commander";

/** The long help of a command, section by section. */
export interface CommandHelp {
  /** What it does beyond its one-line description. */
  readonly about: string;
  /** Command lines with what each is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Variables that bear on it beside those of {@link DOCUMENT_VARIABLES}. */
  readonly environment?: readonly (readonly [name: string, meaning: string])[];
  /** Whether it takes the flags that say which documents are meant. */
  readonly isAboutDocuments: boolean;
  /** Exit codes it may end with. */
  readonly exits: readonly (keyof typeof EXIT_MEANINGS)[];
}

/** Exit codes and their meanings. */
const EXIT_MEANINGS = {
  0: "done",
  1: "internal failure",
  2: "wrong command line, argument or configuration",
  3: "a root does not exist, is no folder or cannot be read",
  4: "nothing found",
  5: "index busy, not built or not writable; addon missing",
  6: "verify found what differs or is damaged",
  7: "eval missed a threshold",
  8: "a clone could not be pulled or rolled back",
} as const;

/** Variables that say which documents are meant. */
const DOCUMENT_VARIABLES = [
  ["LECTERN_ROOTS", "roots, separated by ':'"],
  ["LECTERN_CONFIG", "configuration file"],
  ["LECTERN_INDEX_DIR", "where indexes are kept"],
  ["LECTERN_INCLUDE, LECTERN_EXCLUDE", "globs, separated by ':'"],
  ["LECTERN_MAX_FILE_BYTES", "skip larger files"],
  ["LECTERN_SYNONYMS", "file of words that stand for one another"],
] as const;

const LAYERS =
  "Flags go before the environment, the environment before the configuration file\n" +
  "(lectern.config.json, .yaml or .yml in the working directory).";

/** Gives a command its long help; it is put together only when somebody asks. */
export function describe(command: Command, help: CommandHelp): Command {
  return command.addHelpText("after", () => longHelp(help));
}

function longHelp(help: CommandHelp): string {
  const { isAboutDocuments } = help;
  const variables = [...(isAboutDocuments ? DOCUMENT_VARIABLES : []), ...(help.environment ?? [])];
  return [
    `\n${help.about}${isAboutDocuments ? `\n\n${LAYERS}` : ""}`,
    section("Examples", help.examples),
    ...(variables.length > 0 ? [section("Environment", variables)] : []),
    exitHelp(help.exits),
  ].join("\n");
}

/** The table of exit codes; of all of them unless told otherwise. */
export function exitHelp(codes: CommandHelp["exits"] = [0, 1, 2, 3, 4, 5, 6, 7, 8]): string {
  return section(
    "Exit codes",
    codes.map((code) => [String(code), EXIT_MEANINGS[code]]),
  );
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
  return `\n${title}:\n${lines.join("\n")}`;
}
