import { type McpServer, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";

import { withinDeadline } from "./call.ts";
import type { Log } from "./log.ts";
import { toProtocolError } from "./protocol-error.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Holds the subscription to the listing, which revisions with a handshake have unasked. */
const LISTING = "listing";

/**
 * Answers `resources/subscribe` and `resources/unsubscribe`, and subscribes to the listing once the
 * handshake is over: the ways of revisions with a handshake.
 */
export function registerSubscribeRequests(
  server: McpServer,
  subscriptions: Subscriptions,
  options: { readonly log: Log; readonly deadlineMs: number },
): void {
  const { log, deadlineMs } = options;
  server.server.setRequestHandler("resources/subscribe", async (request, context) => {
    const { uri } = request.params;
    try {
      if (!subscriptions.canTell(uri)) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, "resource not found", { uri });
      }
      await withinDeadline(context, deadlineMs, () =>
        subscriptions.open(idOf(uri), { uris: [uri] }),
      );
      return {};
    } catch (error) {
      subscriptions.close(idOf(uri));
      throw toProtocolError(error, "resources/subscribe", log);
    }
  });
  server.server.setRequestHandler("resources/unsubscribe", (request) => {
    subscriptions.close(idOf(request.params.uri));
    return {};
  });
  server.server.oninitialized = () => {
    void subscriptions.open(LISTING, { isListWanted: true });
  };
}

/** Each URI is a subscription of its own: to subscribe twice is to subscribe once. */
function idOf(uri: string): string {
  return `resource ${uri}`;
}
