import process from "node:process";

import { Command, CommanderError } from "commander";

import { version } from "../version.ts";
import { EXIT, explainError } from "./exit.ts";
import { exitHelp } from "./help.ts";

/** The program without any command. */
export function newProgram(): Command {
  return new Command("lectern")
    .description("Search, read and cite folders of Markdown, for coding agents and for you.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see lectern --help)")
    .addHelpText("after", () => exitHelp());
}

/** Runs a command line; errors are explained on stderr and set the exit code. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version also end this way; commander has printed what there is to say.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const { code, lines } = explainError(error);
    process.stderr.write(`${lines.join("\n")}\n`);
    process.exitCode = code;
  }
}
