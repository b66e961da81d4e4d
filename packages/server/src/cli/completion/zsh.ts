import type { CompletedCommand, CompletedFlag, Value } from "./model.ts";

/** A completion script for zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef lectern
# zsh completion for lectern; to install, into a folder of $fpath:
#   lectern completion zsh > ~/.zsh/completions/_lectern
_lectern() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join("\n")}
    'help:display help for command'
  )
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[display help]' '(- *)'{-V,--version}'[show the version]' \\
    '1:command:->command' '*::argument:->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _lectern ]; then _lectern "$@"; else compdef _lectern lectern; fi
`;
}

function commandCase({ name, flags, arguments: places }: CompletedCommand): string {
  const specs = [
    ...flags.map(flagSpec),
    ...places.map((value, place) => {
      const where = place === places.length - 1 && value !== "text" ? "*" : String(place + 1);
      return quoted(`${where}:${kindOf(value)}:${action(value)}`);
    }),
  ];
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

function flagSpec({ short, long, description, value, isRepeatable }: CompletedFlag): string {
  const text = description.replaceAll("\\", "\\\\").replaceAll("]", "\\]").replaceAll(":", "\\:");
  const taken = value === "none" ? "" : `:${kindOf(value)}:${action(value)}`;
  const rest = quoted(`[${text}]${taken}`);
  const names = short === undefined ? long : `{${short},${long}}`;
  if (isRepeatable) return `'*'${names}${rest}`;
  const others = short === undefined ? long : `${short} ${long}`;
  return `'(${others})'${names}${rest}`;
}

function kindOf(value: Value): string {
  return typeof value === "string" ? value : "choice";
}

function action(value: Value): string {
  if (value === "file") return "_files";
  if (value === "folder") return "_files -/";
  return typeof value === "string" ? " " : `(${value.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
