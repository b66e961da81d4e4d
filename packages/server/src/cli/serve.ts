import process from "node:process";
import { setFlagsFromString } from "node:v8";

import type { Command } from "commander";

import { engineOptions, type LoadedSettings } from "../config/settings.ts";
import { shownSettings } from "../config/shown-settings.ts";
import { lecternDefinition } from "../definition.ts";
import { KnowledgeBase } from "../knowledge-base.ts";
import { createLog } from "../serving/log.ts";
import { serverFactory } from "../serving/server-factory.ts";
import { runStdio } from "../serving/stdio.ts";
import { describe } from "./help.ts";
import { addServeFlags, commandSettings, type ServeFlags } from "./options.ts";

/** Registers `lectern serve`, which is also what runs when no command is named. */
export function addServeCommand(lectern: Command, parent: number): void {
  const command = addServeFlags(lectern.command("serve", { isDefault: true }))
    .description("serve MCP over stdio; a host starts this")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .action(async (roots: string[], flags: ServeFlags) => {
      serve(await commandSettings(flags, roots), parent);
    });
  describe(command, {
    about:
      "Speaks JSON-RPC on stdin and stdout until the host goes away; the log goes to stderr.\n" +
      "`lectern print-config HOST` shows what to put into the configuration of a host.",
    examples: [
      ["lectern serve ~/handbook", "one root"],
      ["lectern serve docs notes=~/notes", "two; paths begin with docs/ and notes/"],
      ["lectern serve docs --protocol legacy", "for a host that trips over newer revisions"],
    ],
    environment: [
      ["LECTERN_RUNBOOKS", "where runbooks are: folders or globs, separated by ':'"],
      ["LECTERN_PROTOCOL", "auto, legacy or modern"],
      ["LECTERN_LOG", "debug, info, warn, error or silent"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2],
  });
}

/** Serves MCP over stdio until the host goes away. */
function serve(loaded: LoadedSettings, parent: number): void {
  const { settings } = loaded;
  if (process.stdin.isTTY) {
    process.stderr.write("serving MCP over stdio, which a host is to start; see lectern --help\n");
  }
  const log = createLog(settings.log);
  const documents = new KnowledgeBase(engineOptions(settings), log);
  const { runbooks } = settings;
  const shown = shownSettings(loaded);
  const factory = serverFactory(lecternDefinition(documents, { settings: shown, runbooks, log }));
  let isStarted = false;
  runStdio(
    (connection) => {
      // Behind the first message, so that `initialize` is answered before anything is opened.
      if (!isStarted) {
        setImmediate(() => {
          keepYoungHeapSmall();
          documents.start();
        });
      }
      isStarted = true;
      return factory(connection);
    },
    { log, parent, protocol: settings.protocol, close: () => documents.close() },
  );
}

/**
 * Lets the young generation of the heap grow no further. A server lives as long as its host's window
 * and allocates little at a time: a larger one costs a tenth of its resident memory. Not before the
 * start is over, which allocates much and would be collected again and again.
 */
function keepYoungHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
