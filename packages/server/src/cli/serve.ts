import process from "node:process";
import { setFlagsFromString } from "node:v8";

import type { OpenOptions } from "@lectern/native";

import { lecternDefinition } from "../definition.ts";
import { KnowledgeBase } from "../knowledge-base.ts";
import { createLog } from "../serving/log.ts";
import { serverFactory } from "../serving/server-factory.ts";
import { runStdio } from "../serving/stdio.ts";

/** Serves MCP over stdio until the host goes away. */
export function serve(options: OpenOptions, parent: number): void {
  if (process.stdin.isTTY) {
    process.stderr.write("serving MCP over stdio, which a host is to start; see lectern --help\n");
  }
  const log = createLog(process.env["LECTERN_LOG"]);
  const documents = new KnowledgeBase(options, log);
  const settings = { roots: options.roots.length };
  const factory = serverFactory(lecternDefinition(documents, { settings, runbooks: [], log }));
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
    { log, parent, close: () => documents.close() },
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
