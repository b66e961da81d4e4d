import process from "node:process";

import type { OpenOptions } from "@lectern/native";

import { lecternDefinition } from "../definition.ts";
import { KnowledgeBase } from "../knowledge-base.ts";
import { createLog } from "../serving/log.ts";
import { serverFactory } from "../serving/server-factory.ts";
import { runStdio } from "../serving/stdio.ts";

/** Serves MCP over stdio until the host goes away. */
export function serve(options: OpenOptions): void {
  const log = createLog(process.env["LECTERN_LOG"]);
  const documents = new KnowledgeBase(options, log);
  runStdio(serverFactory(lecternDefinition(documents, log)), {
    log,
    close: () => documents.close(),
  });
  // Behind the transport, so that `initialize` is answered before anything is opened.
  setImmediate(() => documents.start());
}
