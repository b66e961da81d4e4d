import { newProgram, runProgram } from "./program.ts";
import { serve } from "./serve.ts";
import { addServeCommand } from "./serve-command.ts";

export { serve } from "./serve.ts";

/** Runs `lectern serve ...`, with no other command registered or loaded. */
export async function main(argv: readonly string[], parent: number): Promise<void> {
  const lectern = newProgram();
  addServeCommand(lectern, (loaded) => serve(loaded, parent));
  await runProgram(lectern, argv);
}
