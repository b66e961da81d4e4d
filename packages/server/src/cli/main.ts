import { addBrowseCommand } from "./browse-command.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addConfigCommand } from "./config-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addEvalCommand } from "./eval-command.ts";
import { addGetCommand } from "./get-command.ts";
import { addIndexCommand } from "./index-command.ts";
import { addPrintConfigCommand } from "./print-config-command.ts";
import { newProgram, runProgram } from "./program.ts";
import { addPullCommand } from "./pull-command.ts";
import { addRecentCommand } from "./recent-command.ts";
import { addSearchCommand } from "./search-command.ts";
import { addServeCommand } from "./serve-command.ts";
import { addStatsCommand } from "./stats-command.ts";
import { addVerifyCommand } from "./verify-command.ts";

/** Runs a command line; ends the process with its exit code, but for `serve`, which runs on. */
export async function main(argv: readonly string[], parent: number): Promise<void> {
  const lectern = newProgram();
  addServeCommand(lectern, async (loaded) => {
    const { serve } = await import("./serve-main.ts");
    await serve(loaded, parent);
  });
  addIndexCommand(lectern);
  addSearchCommand(lectern);
  addGetCommand(lectern);
  addBrowseCommand(lectern);
  addRecentCommand(lectern);
  addPrintConfigCommand(lectern);
  addConfigCommand(lectern);
  addDoctorCommand(lectern);
  addStatsCommand(lectern);
  addVerifyCommand(lectern);
  addEvalCommand(lectern);
  addPullCommand(lectern);
  addCompletionCommand(lectern);
  await runProgram(lectern, argv);
}
