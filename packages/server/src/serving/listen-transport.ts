import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type MessageExtraInfo,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
  type SubscriptionFilter,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";

import type { Log } from "./log.ts";
import { toProtocolError } from "./protocol-error.ts";
import type { Subscriptions } from "./subscriptions.ts";

const LISTEN = "subscriptions/listen";
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const CANCELLED = "notifications/cancelled";

/**
 * A transport that sees who listens, in the revision without a handshake. There the SDK answers
 * `subscriptions/listen` itself and tells no server of it, so that without this one every change
 * would have to be watched for and told, for the SDK to drop it. The SDK judges the request and
 * stamps the notices; what is done here is to subscribe by what it agreed to, to leave out what
 * cannot be told, and to have the agreement wait until nothing is missed any more.
 */
export class ListenTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined;
  readonly #wire: Transport;
  readonly #subscriptions: Subscriptions;
  readonly #log: Log;
  /** Requests to listen that were not ended, and whether they were agreed to. */
  readonly #listening = new Map<RequestId, boolean>();

  constructor(wire: Transport, subscriptions: Subscriptions, log: Log) {
    this.#wire = wire;
    this.#subscriptions = subscriptions;
    this.#log = log;
  }

  start(): Promise<void> {
    // oxlint-disable unicorn/prefer-add-event-listener -- no event target, hooks of the SDK
    this.#wire.onmessage = (message, extra) => {
      this.#see(message);
      this.onmessage?.(message, extra);
    };
    this.#wire.onerror = (error) => this.onerror?.(error);
    this.#wire.onclose = () => {
      this.#subscriptions.end();
      this.onclose?.();
    };
    // oxlint-enable unicorn/prefer-add-event-listener
    return this.#wire.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    // The SDK's own tests of what a message is parse all of it, which an answer is too long for.
    if (!("method" in message)) {
      if (message.id !== undefined) this.#end(message.id);
      return this.#wire.send(message, options);
    }
    const id = message.params?._meta?.[SUBSCRIPTION_ID_META_KEY] as RequestId | undefined;
    if (id === undefined) return this.#wire.send(message, options);
    if (message.method === ACKNOWLEDGED && !("id" in message)) {
      // Whoever sends waits for it before the next message is read.
      this.#agree(id, message).catch((error: unknown) =>
        this.onerror?.(toProtocolError(error, LISTEN, this.#log)),
      );
      return Promise.resolve();
    }
    // The agreement must be the first that a listener is sent.
    return this.#listening.get(id) === true ? this.#wire.send(message, options) : Promise.resolve();
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  #see(message: JSONRPCMessage): void {
    if (!("method" in message)) return;
    if ("id" in message) {
      if (message.method === LISTEN) this.#listening.set(message.id, false);
    } else if (message.method === CANCELLED) {
      const id = message.params?.["requestId"];
      if (typeof id === "string" || typeof id === "number") this.#end(id);
    }
  }

  #end(id: RequestId): void {
    if (this.#listening.delete(id)) this.#subscriptions.close(id);
  }

  async #agree(id: RequestId, message: JSONRPCNotification): Promise<void> {
    if (!this.#listening.has(id)) return;
    const filter = message.params?.["notifications"] as SubscriptionFilter;
    const { resourceSubscriptions: asked, ...lists } = filter;
    const uris = asked?.filter((uri) => this.#canTell(uri));
    try {
      await this.#subscriptions.open(id, {
        isListWanted: lists.resourcesListChanged === true,
        ...(uris !== undefined && { uris }),
      });
    } catch (error) {
      return this.#refuse(id, error);
    }
    if (!this.#listening.has(id)) return;
    this.#listening.set(id, true);
    const agreed = uris === undefined || uris.length === 0 ? {} : { resourceSubscriptions: uris };
    const params = { ...message.params, notifications: { ...lists, ...agreed } };
    await this.#wire.send({ ...message, params });
  }

  async #refuse(id: RequestId, error: unknown): Promise<void> {
    this.#end(id);
    // To the SDK the subscription is open.
    this.onmessage?.({ jsonrpc: "2.0", method: CANCELLED, params: { requestId: id } });
    const { code, message } = toProtocolError(error, LISTEN, this.#log);
    await this.#wire.send({ jsonrpc: "2.0", id, error: { code, message } });
  }

  /** What cannot be told is left out of the agreement, which is how this revision says so. */
  #canTell(uri: string): boolean {
    try {
      return this.#subscriptions.canTell(uri);
    } catch {
      return false;
    }
  }
}
