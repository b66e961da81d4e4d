import type { CompletedCommand, CompletedFlag, Value } from "./model.ts";

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const all = commands.map(({ name }) => name).join(" ");
  return [
    "# fish completion for lectern; to install:",
    "#   lectern completion fish > ~/.config/fish/completions/lectern.fish",
    "complete -c lectern -f",
    `set -l lectern_commands ${all} help`,
    ...commands.map(
      ({ name, description }) =>
        `complete -c lectern -n "not __fish_seen_subcommand_from $lectern_commands" -a ${name} -d ${quoted(description)}`,
    ),
    ...commands.flatMap(commandLines),
    "",
  ].join("\n");
}

function commandLines({ name, flags, arguments: places }: CompletedCommand): string[] {
  const when = `-n "__fish_seen_subcommand_from ${name}"`;
  const values = places.filter((value) => value !== "text" && value !== "none");
  return [
    ...flags.map((flag) => `complete -c lectern ${when} ${flagWords(flag)}`),
    ...values.map((value) => `complete -c lectern ${when} ${candidates(value)}`),
  ];
}

function flagWords({ short, long, description, value }: CompletedFlag): string {
  const names =
    short === undefined ? `-l ${long.slice(2)}` : `-s ${short.slice(1)} -l ${long.slice(2)}`;
  // Files are offered for a file alone: `-x` is `-r` without them.
  const taken =
    value === "none" ? "" : ` ${value === "file" ? "-r" : "-x"} ${candidates(value)}`.trimEnd();
  return `${names} -d ${quoted(description)}${taken}`;
}

function candidates(value: Value): string {
  if (value === "file") return "-F";
  if (value === "folder") return '-a "(__fish_complete_directories)"';
  return typeof value === "string" ? "" : `-a ${quoted(value.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
