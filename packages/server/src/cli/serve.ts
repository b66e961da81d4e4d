import process from "node:process";

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
  const factory = serverFactory(lecternDefinition(documents, log));
  let isStarted = false;
  runStdio(
    (connection) => {
      // Behind the first message, so that `initialize` is answered before anything is opened.
      if (!isStarted) setImmediate(() => documents.start());
      isStarted = true;
      return factory(connection);
    },
    { log, parent, close: () => documents.close() },
  );
}
