import process from "node:process";
import { setFlagsFromString } from "node:v8";

import { engineOptions, type LoadedSettings } from "../config/settings.ts";
import { shownSettings } from "../config/shown-settings.ts";
import { lecternDefinition } from "../definition.ts";
import { KnowledgeBase } from "../knowledge-base.ts";
import { createLog } from "../serving/log.ts";
import { serverFactory } from "../serving/server-factory.ts";
import { runStdio } from "../serving/stdio.ts";
import { Subscriptions } from "../serving/subscriptions.ts";
import { EXIT, explainError } from "./exit.ts";
import { ServePull } from "./serve-pull.ts";

/**
 * Serves MCP over stdio until the host goes away.
 *
 * @throws {@link LecternError} for a file of synonyms that cannot be meant, before anything is read.
 */
export async function serve(loaded: LoadedSettings, parent: number): Promise<void> {
  const { settings } = loaded;
  if (process.stdin.isTTY) {
    process.stderr.write("serving MCP over stdio, which a host is to start; see lectern --help\n");
  }
  const log = createLog(settings.log);
  const documents = new KnowledgeBase(engineOptions(settings), log);
  if (settings.synonyms !== undefined) await refuseBadSettings(documents);
  const pull = new ServePull(settings, documents, log);
  const { runbooks } = settings;
  const definition = lecternDefinition(documents, {
    settings: shownSettings(loaded),
    pullProblem: () => pull.problem,
    runbooks,
    log,
  });
  const { resourceChanges } = definition;
  const subscriptions = resourceChanges && new Subscriptions(resourceChanges);
  const factory = serverFactory(definition, subscriptions);
  let isStarted = false;
  const close = async (): Promise<void> => {
    await Promise.all([documents.close(), pull.close()]);
  };
  runStdio(
    (connection) => {
      // Behind the first message, so that `initialize` is answered before anything is opened.
      if (!isStarted) {
        setImmediate(() => {
          keepHeapSmall();
          documents.start();
          pull.start();
        });
      }
      isStarted = true;
      return factory(connection);
    },
    { log, parent, protocol: settings.protocol, subscriptions, close },
  );
}

/** Ends the start by a setting that only the core can judge; what else fails is told to each call. */
async function refuseBadSettings(documents: KnowledgeBase): Promise<void> {
  try {
    await documents.open();
  } catch (error) {
    if (explainError(error).code === EXIT.usage) throw error;
  }
}

/**
 * Lets the heap grow by little between collections, its young generation not at all. A server lives
 * as long as its host's window and allocates little at a time: what V8 keeps for throughput by its
 * own measure is a fifth of its resident memory, and searches are no slower without. Not before the
 * start is over, which allocates much and would be collected again and again.
 */
function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=50");
}
