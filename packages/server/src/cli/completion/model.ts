import type { Argument, Command, Option } from "commander";

/** What may stand where a value is expected. */
export type Value = "none" | "text" | "file" | "folder" | readonly string[];

/** A flag, with what its value may be; `none` for a switch. */
export interface CompletedFlag {
  /** `-r`; absent when there is only the long one. */
  readonly short?: string;
  /** `--root`. */
  readonly long: string;
  readonly description: string;
  readonly value: Value;
  readonly isRepeatable: boolean;
}

/** A command, its flags and what its arguments may be, in order; the last one may go on. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  readonly arguments: readonly Value[];
}

/** What a program's command lines may be, read from the program itself. */
export function completionModel(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...command.options.map(completedFlag), HELP],
    arguments: command.registeredArguments.map(argumentValue),
  }));
}

const HELP: CompletedFlag = {
  short: "-h",
  long: "--help",
  description: "display help for command",
  value: "none",
  isRepeatable: false,
};

function completedFlag(option: Option): CompletedFlag {
  const { short, long = "", description } = option;
  return {
    ...(short !== undefined && { short }),
    long,
    description,
    value: optionValue(option),
    isRepeatable: description.includes("repeatable"),
  };
}

function optionValue({ argChoices, required, flags }: Option): Value {
  if (argChoices !== undefined) return argChoices;
  if (!required) return "none";
  if (flags.endsWith("<file>")) return "file";
  return /<(?:folder|root)>$/u.test(flags) ? "folder" : "text";
}

function argumentValue(argument: Argument): Value {
  if (argument.argChoices !== undefined) return argument.argChoices;
  return argument.name() === "root" ? "folder" : "text";
}
