import { EventEmitter, once } from "node:events";

import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ListenTransport } from "../src/serving/listen-transport.ts";
import { createLog } from "../src/serving/log.ts";
import { NoticePacing } from "../src/serving/notice-pacing.ts";
import type { ResourceChange, ResourceChanges } from "../src/serving/resource-changes.ts";
import { serverFactory } from "../src/serving/server-factory.ts";
import { Subscriptions } from "../src/serving/subscriptions.ts";

/** Resources `note:a` and `note:a/part`, whose changes are told by hand. */
class Notes implements ResourceChanges {
  readonly watching = new Set<(change: ResourceChange) => void>();
  ready: Promise<void> = Promise.resolve();

  partsOf(uri: string): readonly string[] | undefined {
    const [, note] = /^note:([a-z]+)/u.exec(uri) ?? [];
    return note === undefined ? undefined : [note];
  }

  watch(listener: (change: ResourceChange) => void) {
    this.watching.add(listener);
    return { ready: this.ready, stop: () => void this.watching.delete(listener) };
  }

  tell(parts: readonly string[], isListChanged = false): void {
    for (const listener of this.watching) listener({ parts: new Set(parts), isListChanged });
  }
}

/** Subscriptions to notes, and what they told. */
function subscribed(): { notes: Notes; subscriptions: Subscriptions; told: string[] } {
  const notes = new Notes();
  const subscriptions = new Subscriptions(notes);
  const told: string[] = [];
  subscriptions.deliverTo({
    updated: (uri) => told.push(uri),
    listChanged: () => told.push("list"),
  });
  return { notes, subscriptions, told };
}

const many = Array.from({ length: 101 }, (_, at) => `other${at}`);

const log = createLog("silent");
const definition = {
  name: "test",
  title: "Test",
  version: "1.0.0",
  instructions: "test",
  tools: [],
  resources: [],
  resourceTemplates: [],
  prompts: [],
  log,
};

/** What is told, and when. */
function paced(): { pacing: NoticePacing; told: [string, number][] } {
  const start = performance.now();
  const told: [string, number][] = [];
  const note = (what: string) => told.push([what, Math.round(performance.now() - start)]);
  return { pacing: new NoticePacing({ updated: note, listChanged: () => note("list") }), told };
}

/** A client in the revision without a handshake. */
async function listening(notes: Notes): Promise<Client> {
  const subscriptions = new Subscriptions(notes);
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const transport = new ListenTransport(theirs, subscriptions, log);
  serveStdio(serverFactory(definition, subscriptions), { transport });
  const client = new Client(
    { name: "test", version: "1.0.0" },
    { versionNegotiation: { mode: "auto" } },
  );
  await client.connect(ours);
  expect(client.getProtocolEra()).toBe("modern");
  return client;
}

describe("notices", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("of a resource come at once, then at most every 500 ms", () => {
    const { pacing, told } = paced();
    for (let at = 0; at < 1200; at += 100) {
      pacing.add({ uris: ["a"], isListChanged: false, isBurst: false });
      vi.advanceTimersByTime(100);
    }
    vi.runAllTimers();
    expect(told).toEqual([
      ["a", 0],
      ["a", 500],
      ["a", 1000],
      ["a", 1500],
    ]);
  });

  it("of the listing come when it was quiet for a second, once", () => {
    const { pacing, told } = paced();
    for (let change = 0; change < 3; change += 1) {
      pacing.add({ uris: [], isListChanged: true, isBurst: false });
      vi.advanceTimersByTime(600);
    }
    vi.runAllTimers();
    expect(told).toEqual([["list", 2200]]);
  });

  it("of a listing that is never quiet come every five seconds", () => {
    const { pacing, told } = paced();
    for (let at = 0; at < 11_000; at += 500) {
      pacing.add({ uris: [], isListChanged: true, isBurst: false });
      vi.advanceTimersByTime(500);
    }
    expect(told).toEqual([
      ["list", 5000],
      ["list", 10_000],
    ]);
  });

  it("of a burst come once, when it is over", () => {
    const { pacing, told } = paced();
    pacing.add({ uris: ["a"], isListChanged: true, isBurst: true });
    vi.advanceTimersByTime(500);
    pacing.add({ uris: ["a"], isListChanged: false, isBurst: false });
    pacing.add({ uris: ["a", "b"], isListChanged: true, isBurst: true });
    vi.runAllTimers();
    expect(told).toEqual([
      ["list", 1500],
      ["a", 1500],
      ["b", 1500],
    ]);
  });
});

describe("subscriptions", () => {
  it("watch only while there is something to be told of", async () => {
    const { notes, subscriptions, told } = subscribed();
    await subscriptions.open(0, {});
    expect(notes.watching.size).toBe(0);
    await subscriptions.open(1, { uris: ["note:a/part"] });
    await subscriptions.open(2, { uris: ["note:a"] });
    expect(notes.watching.size).toBe(1);
    notes.tell(["a", "b"], true);
    expect(told).toEqual(["note:a/part", "note:a"]);
    for (const id of [0, 1, 2, 3]) subscriptions.close(id);
    expect(notes.watching.size).toBe(0);
  });

  it("that ended are told nothing, though it was due", async () => {
    vi.useFakeTimers();
    const { notes, subscriptions, told } = subscribed();
    await subscriptions.open(1, { uris: ["note:a"], isListWanted: true });
    await subscriptions.open(2, { uris: ["note:b"] });
    notes.tell(["a", "b", ...many], true);
    subscriptions.close(1);
    vi.runAllTimers();
    expect(told).toEqual(["note:b"]);
    vi.useRealTimers();
  });

  it("are bounded, and of the same id take the place of another", async () => {
    const { subscriptions } = subscribed();
    const letters = "abcdefghijklmnopqrstuvwxyz".split("");
    const names = letters.flatMap((one) => letters.flatMap((two) => [`note:${one}${two}`]));
    await subscriptions.open(1, { uris: names });
    await subscriptions.open(1, { uris: names });
    await subscriptions.open(2, { uris: names.slice(0, 324) });
    await expect(subscriptions.open(3, { uris: ["note:zzz"] })).rejects.toThrow(/at most 1000/u);
  });
});

describe("a server", () => {
  it("without subscriptions announces no changes", async () => {
    const server = await serverFactory(definition)({ era: "legacy" });
    if (!(server instanceof McpServer)) throw new Error("not a server");
    expect(server.server.getCapabilities().resources).toEqual({ listChanged: false });
  });

  it("with a handshake has them from its end to that of the connection", async () => {
    const { notes, subscriptions } = subscribed();
    const server = await serverFactory(definition, subscriptions)({ era: "legacy" });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: "test", version: "1.0.0" });
    await Promise.all([server.connect(theirs as never), client.connect(ours)]);
    await vi.waitUntil(() => notes.watching.size === 1);
    await client.subscribeResource({ uri: "note:a" });
    const told = new Promise((resolve) => {
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
        resolve(params.uri);
      });
    });
    notes.tell(["a"]);
    expect(await told).toBe("note:a");
    await client.close();
    await vi.waitUntil(() => notes.watching.size === 0);
  });

  describe("without a handshake", () => {
    it("agrees to listen once nothing is missed, and to what it can tell", async () => {
      const notes = new Notes();
      const opening = new EventEmitter();
      notes.ready = once(opening, "ready").then(() => undefined);
      const client = await listening(notes);
      const seen: string[] = [];
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
        seen.push(params.uri);
      });
      const stream = client.listen({
        toolsListChanged: true,
        resourceSubscriptions: ["note:a", "other:a"],
      });
      await vi.waitUntil(() => notes.watching.size === 1);
      // Comes before the agreement, and may thus not be told.
      notes.tell(["a"]);
      opening.emit("ready");
      const agreed = await stream;
      expect(agreed.honoredFilter).toEqual({ resourceSubscriptions: ["note:a"] });
      expect(seen).toEqual([]);
      notes.tell(["a"]);
      await vi.waitUntil(() => seen.length > 0);
      expect(seen).toEqual(["note:a"]);
      await agreed.close();
      await vi.waitUntil(() => notes.watching.size === 0);
      await client.close();
    });

    it("watches for nobody who gave up before it agreed", async () => {
      const notes = new Notes();
      notes.ready = new Promise(() => undefined);
      const client = await listening(notes);
      const controller = new AbortController();
      const stream = client.listen({ resourcesListChanged: true }, { signal: controller.signal });
      await vi.waitUntil(() => notes.watching.size === 1);
      expect((await client.listResources()).resources).toEqual([]);
      controller.abort();
      await expect(stream).rejects.toThrow();
      await vi.waitUntil(() => notes.watching.size === 0);
      await client.close();
    });

    it("ends what is listened to with the connection", async () => {
      const notes = new Notes();
      const client = await listening(notes);
      await client.listen({ resourcesListChanged: true });
      expect(notes.watching.size).toBe(1);
      await client.close();
      await vi.waitUntil(() => notes.watching.size === 0);
    });
  });
});
