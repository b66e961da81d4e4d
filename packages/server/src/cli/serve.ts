import process from "node:process";
import { setFlagsFromString } from "node:v8";

import { durationMs } from "../config/duration.ts";
import { engineOptions, type LoadedSettings } from "../config/settings.ts";
import { shownSettings } from "../config/shown-settings.ts";
import { lecternDefinition } from "../definition.ts";
import { KnowledgeBase } from "../knowledge-base.ts";
import type { Puller } from "../pull/puller.ts";
import { createLog, type Log } from "../serving/log.ts";
import { serverFactory } from "../serving/server-factory.ts";
import { runStdio } from "../serving/stdio.ts";
import { EXIT, explainError } from "./exit.ts";

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
  const { runbooks } = settings;
  const shown = shownSettings(loaded);
  const factory = serverFactory(lecternDefinition(documents, { settings: shown, runbooks, log }));
  let isStarted = false;
  let pulling: Promise<Puller | undefined> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([documents.close(), pulling?.then((puller) => puller?.close())]);
  };
  runStdio(
    (connection) => {
      // Behind the first message, so that `initialize` is answered before anything is opened.
      if (!isStarted) {
        setImmediate(() => {
          keepHeapSmall();
          documents.start();
          pulling = startPullingLater(loaded, documents, log);
        });
      }
      isStarted = true;
      return factory(connection);
    },
    { log, parent, protocol: settings.protocol, close },
  );
}

/** Pulls the clones of the roots from time to time, where that is set, behind the first sync. */
async function startPullingLater(
  { settings }: LoadedSettings,
  documents: KnowledgeBase,
  log: Log,
): Promise<Puller | undefined> {
  const everyMs = durationMs(settings.pull);
  if (everyMs === undefined) return undefined;
  await documents.idle();
  // A file of its own, since most servers pull nothing.
  const { startPulling } = await import("../pull/puller.ts");
  const onChanged = async (): Promise<void> => {
    // A sync under way may have passed what was written since.
    await documents.idle();
    documents.start();
  };
  return startPulling({ roots: settings.roots.map(({ path }) => path), everyMs, log, onChanged });
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
