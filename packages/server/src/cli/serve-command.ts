import type { Command } from "commander";

import type { LoadedSettings } from "../config/settings.ts";
import { describe } from "./help.ts";
import { addServeFlags, commandSettings, type ServeFlags } from "./options.ts";

/** Starts serving with settings in force. */
export type StartServing = (loaded: LoadedSettings) => void | Promise<void>;

/** Registers `lectern serve`, which is also what runs when no command is named. */
export function addServeCommand(lectern: Command, start: StartServing): void {
  const command = addServeFlags(lectern.command("serve", { isDefault: true }))
    .description("serve MCP over stdio; a host starts this")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .action(async (roots: string[], flags: ServeFlags) => {
      await start(await commandSettings(flags, roots));
    });
  describe(command, {
    about:
      "Speaks JSON-RPC on stdin and stdout until the host goes away; the log goes to stderr.\n" +
      "`lectern print-config HOST` shows what to put into the configuration of a host.",
    examples: [
      ["lectern serve ~/handbook", "one root"],
      ["lectern serve docs notes=~/notes", "two; paths begin with docs/ and notes/"],
      ["lectern serve docs --protocol legacy", "for a host that trips over newer revisions"],
      ["lectern serve ~/wiki --pull 10m", "a git clone, kept up to its upstream"],
    ],
    environment: [
      ["LECTERN_RUNBOOKS", "where runbooks are: folders or globs, separated by ':'"],
      ["LECTERN_PROTOCOL", "auto, legacy or modern"],
      ["LECTERN_LOG", "debug, info, warn, error or silent"],
      ["LECTERN_PULL", "how often clones are pulled: 10m, 1h; or off"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2],
  });
}
