import path from "node:path";

import { describe, expect, it } from "vitest";

import { GitFolder } from "./support/git-folder.ts";
import { MODERN_REVISION, type RawHost, until } from "./support/host.ts";
import { lectern } from "./support/run.ts";
import { docs, serve } from "./support/servers.ts";
import { LIST, type Subscriber, subscriber, WAYS } from "./support/subscriber.ts";

const pages = { "a.md": "# Kafka\n\nlag\n", "b/c.md": "# Broker\n\n## Restart\n\nnow\n" };
const A = "kb://doc/a.md";
const C = "kb://doc/b/c.md#restart";
/** Longest wait for a notice, in milliseconds: far above what one takes. */
const DEADLINE = 15_000;

/** An index that a server finds nothing to do for. */
function indexed({ root, index }: { readonly root: string; readonly index: string }): void {
  expect(lectern(["index", root, "--index-dir", index]).status).toBe(0);
}

const isTold = (who: Subscriber, what: string, times = 1) =>
  until(() => who.told.filter((told) => told === what).length >= times, DEADLINE);

/** Code and message of an error, each `undefined` where there is none. */
async function refused(host: RawHost, method: string, params: Record<string, unknown>) {
  const { error } = await host.request(method, params);
  return [error?.code, error?.message];
}

describe.each(WAYS)("by the %s", (way) => {
  it("a subscriber is told of changes, deletion and return, of what it is subscribed to", async () => {
    const folder = docs(pages);
    indexed(folder);
    const who = await subscriber(way, folder);
    await who.subscribe(A);
    await who.subscribe(C);
    folder.write("a.md", "# Kafka\n\nquorum\n");
    await isTold(who, A);
    expect(who.told).toEqual([A]);
    folder.remove("b");
    await isTold(who, C);
    await isTold(who, LIST);
    folder.write("b/c.md", pages["b/c.md"]);
    await isTold(who, C, 2);
    await isTold(who, LIST, 2);
    await who.unsubscribe(A);
    folder.write("a.md", "# Kafka\n\nzookeeper\n");
    folder.write("b/c.md", "# Broker\n\n## Restart\n\nlater\n");
    await isTold(who, C, 3);
    expect(who.told.toSorted()).toEqual([A, C, C, C, LIST, LIST]);
  });

  it("a client is told of a new page, which is listed then", async () => {
    const folder = docs(pages);
    indexed(folder);
    const who = await subscriber(way, folder);
    expect(await who.list()).not.toContain("kb://doc/new.md");
    folder.write("new.md", "# New\n");
    await isTold(who, LIST);
    expect(await who.list()).toContain("kb://doc/new.md");
    expect(who.told).toEqual([LIST]);
  });

  it("a page can be subscribed to before it is there; runbooks by name and strangers cannot", async () => {
    const folder = docs(pages);
    indexed(folder);
    const who = await subscriber(way, folder);
    await who.subscribe("config://app/settings");
    await who.subscribe("kb://doc/new.md");
    for (const uri of ["docs://runbook/kafka", "kb://doc/../a.md/..", "file:///etc/passwd", "?"]) {
      await expect(who.subscribe(uri), uri).rejects.toThrow(
        /not agreed to|cannot be subscribed|not found/u,
      );
    }
    folder.write("new.md", "# New\n");
    await isTold(who, "kb://doc/new.md");
  });
});

describe("changes", () => {
  it("servers that follow tell as the one that leads", async () => {
    const folder = docs(pages);
    indexed(folder);
    const leader = await subscriber("v1 client", folder);
    await leader.subscribe(A);
    const follower = await subscriber("v2 client, modern", folder);
    await follower.subscribe(A);
    folder.write("a.md", "# Kafka\n\nquorum\n");
    folder.write("new.md", "# New\n");
    for (const who of [leader, follower]) {
      await isTold(who, A);
      await isTold(who, LIST);
      expect(who.told.toSorted()).toEqual([A, LIST]);
    }
  });

  it("the first index is a change of the listing", async () => {
    const who = await subscriber("v1 client", docs(pages));
    await isTold(who, LIST);
  });

  it("a switch of branches is one change of the listing", async () => {
    const folder = docs();
    const repository = new GitFolder(path.join(folder.root, "repository"));
    const write = (text: string): void => {
      for (let page = 0; page < 300; page += 1)
        repository.write(`${page}.md`, `# ${text} ${page}\n`);
    };
    write("Kafka");
    repository.commit(2, "one");
    repository.git("switch", "-q", "-c", "other");
    write("Quorum");
    repository.write("more.md").commit(1, "two");
    repository.git("switch", "-q", "main");
    indexed(folder);
    const who = await subscriber("v2 client, modern", folder);
    const [first, last] = ["kb://doc/repository/0.md", "kb://doc/repository/299.md"];
    await who.subscribe(first);
    await who.subscribe(last);
    repository.git("switch", "-q", "other");
    await Promise.all([isTold(who, LIST), isTold(who, first), isTold(who, last)]);
    // What is told of the last page alone comes after all that there was to tell of the switch.
    repository.write("299.md", "# Kafka\n");
    await isTold(who, last, 2);
    expect(who.told.toSorted()).toEqual([first, last, last, LIST]);
  });
});

describe("a connection", () => {
  it("says of a refused subscription what reading would, or what to do", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    const subscribe = (uri: string) => refused(host, "resources/subscribe", { uri });
    expect(await subscribe("kb://doc/%zz")).toEqual([-32_602, "resource not found"]);
    expect(await subscribe("docs://runbook/kafka")).toEqual([
      -32_602,
      "INVALID_ARGUMENT: runbooks by name cannot be subscribed to\n" +
        "hint: a name may come to mean another page; subscribe to the page, as kb://doc/PATH",
    ]);
  });

  it("is told of at most 1,000 resources, in either era", async () => {
    const folder = docs(pages);
    const text =
      "LIMIT_EXCEEDED: a connection can subscribe to at most 1000 resources\n" +
      "hint: end subscriptions that are not needed any more";
    const uris = Array.from({ length: 1000 }, (_, page) => `kb://doc/${page}.md`);
    const legacy = await serve(folder.root, folder.index);
    await Promise.all(uris.map((uri) => legacy.request("resources/subscribe", { uri })));
    expect(await refused(legacy, "resources/subscribe", { uri: A })).toEqual([-32_602, text]);
    await legacy.request("resources/unsubscribe", { uri: uris[0] });
    expect(await refused(legacy, "resources/subscribe", { uri: A })).toEqual([
      undefined,
      undefined,
    ]);

    const modern = await serve(folder.root, folder.index, { revision: MODERN_REVISION });
    const listen = (resourceSubscriptions: readonly string[]) =>
      modern.request("subscriptions/listen", { notifications: { resourceSubscriptions } });
    const { error } = await listen([...uris, A]);
    expect(error).toMatchObject({ code: -32_602, message: text });
    void listen([A]).catch(() => undefined);
    await until(() => modern.notifications.length > 0, DEADLINE);
    expect(modern.notifications[0]).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { resourceSubscriptions: [A] } },
    });
  });
});
