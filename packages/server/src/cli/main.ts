import process from "node:process";

import { Command, CommanderError } from "commander";

import { version } from "../version.ts";
import { addBrowseCommand } from "./browse-command.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addConfigCommand } from "./config-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { EXIT, explainError } from "./exit.ts";
import { addGetCommand } from "./get-command.ts";
import { exitHelp } from "./help.ts";
import { addIndexCommand } from "./index-command.ts";
import { addPrintConfigCommand } from "./print-config-command.ts";
import { addRecentCommand } from "./recent-command.ts";
import { addSearchCommand } from "./search-command.ts";
import { addServeCommand } from "./serve.ts";
import { addStatsCommand } from "./stats-command.ts";
import { addVerifyCommand } from "./verify-command.ts";

/** Runs a command line; ends the process with its exit code, but for `serve`, which runs on. */
export async function main(argv: readonly string[], parent: number): Promise<void> {
  try {
    await program(parent).parseAsync(argv, { from: "user" });
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

// The commands are not loaded on demand: in a single file that wraps every module of theirs, which
// was measured to cost `serve` 6 ms of its start to save the other commands 30.
function program(parent: number): Command {
  const lectern = new Command("lectern")
    .description("Search, read and cite folders of Markdown, for coding agents and for you.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see lectern --help)")
    .addHelpText("after", () => exitHelp());
  addServeCommand(lectern, parent);
  addIndexCommand(lectern);
  addSearchCommand(lectern);
  addGetCommand(lectern);
  addBrowseCommand(lectern);
  addRecentCommand(lectern);
  addVerifyCommand(lectern);
  addPrintConfigCommand(lectern);
  addConfigCommand(lectern);
  addDoctorCommand(lectern);
  addStatsCommand(lectern);
  addCompletionCommand(lectern);
  return lectern;
}
