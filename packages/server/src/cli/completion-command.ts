import { Argument, type Command } from "commander";

import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { completionModel } from "./completion/model.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { describe } from "./help.ts";
import { print } from "./terminal.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SCRIPTS;

/** Registers `lectern completion`. */
export function addCompletionCommand(lectern: Command): void {
  const command = lectern
    .command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SCRIPTS)))
    .exitOverride()
    .action((shell: Shell) => {
      print(SCRIPTS[shell](completionModel(lectern)));
    });
  describe(command, {
    about: "The script is made from the commands themselves; print it again after an update.",
    examples: [
      ["lectern completion bash > ~/.lectern-completion.bash", "then source it in ~/.bashrc"],
      ["lectern completion zsh > ~/.zsh/completions/_lectern", "a folder of $fpath"],
      ["lectern completion fish > ~/.config/fish/completions/lectern.fish", "nothing else to do"],
    ],
    isAboutDocuments: false,
    exits: [0, 2],
  });
}
