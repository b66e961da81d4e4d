import type { CompletedCommand, Value } from "./model.ts";

/** A completion script for bash, 3.2 of macOS included. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const valued = valuedFlags(commands);
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion for lectern; to install:
#   lectern completion bash > ~/.lectern-completion.bash
#   echo 'source ~/.lectern-completion.bash' >> ~/.bashrc
_lectern() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command='' place=0 index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index-1]} in
      ${valued.join(" | ")}) continue ;;
    esac
    case \${COMP_WORDS[index]} in
      -*) ;;
      *) if [ -z "$command" ]; then command=\${COMP_WORDS[index]}; else place=$((place + 1)); fi ;;
    esac
  done
  COMPREPLY=()
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W ${quoted(`${names} help --help --version`)} -- "$word"))
    return
  fi
  case "$command $previous" in
${commands.flatMap(flagCases).join("\n")}
  esac
  if [[ $word == -* ]]; then
    case $command in
${commands.map(flagList).join("\n")}
    esac
    return
  fi
  case "$command $place" in
${commands.flatMap(argumentCases).join("\n")}
  esac
}
# Where bash has it: names of folders get their slash and no blank.
complete -o filenames -F _lectern lectern
`;
}

/** Flags whose next word is a value and no argument. */
function valuedFlags(commands: readonly CompletedCommand[]): string[] {
  const flags = commands.flatMap((command) => command.flags);
  const taking = flags.filter(({ value }) => value !== "none");
  return [...new Set(taking.flatMap(({ short, long }) => (short ? [short, long] : [long])))];
}

function flagCases({ name, flags }: CompletedCommand): string[] {
  return flags
    .filter(({ value }) => value !== "none")
    .map(({ short, long, value }) => {
      const patterns = [short, long].filter((flag) => flag !== undefined);
      const pattern = patterns.map((flag) => quoted(`${name} ${flag}`)).join(" | ");
      return `    ${pattern}) ${candidates(value)} return ;;`;
    });
}

function flagList({ name, flags }: CompletedCommand): string {
  const words = flags.flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
  return `      ${name}) COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$word")) ;;`;
}

function argumentCases({ name, arguments: places }: CompletedCommand): string[] {
  return places.map((value, place) => {
    const isLast = place === places.length - 1;
    const pattern = isLast ? `${quoted(`${name} `)}*` : quoted(`${name} ${place}`);
    return `    ${pattern}) ${candidates(value)} ;;`;
  });
}

function candidates(value: Value): string {
  if (value === "file" || value === "folder") {
    const kind = value === "file" ? "-f" : "-d";
    // One name a line: names may hold blanks.
    return `local IFS=$'\\n'; COMPREPLY=($(compgen ${kind} -- "$word"));`;
  }
  if (typeof value === "string") return ":;";
  return `COMPREPLY=($(compgen -W ${quoted(value.join(" "))} -- "$word"));`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
