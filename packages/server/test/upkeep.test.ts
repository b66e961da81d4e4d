import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { type LeaderAccount, readAccount } from "../src/freshness/account.ts";
import { state } from "../src/doctor/upkeep.ts";
import { bin, type Docs } from "./support/docs.ts";
import { field, type RawHost, until } from "./support/host.ts";
import { docs, serve, start } from "./support/servers.ts";

const pages = { "a.md": "# Kafka\n\nlag\n", "b/c.md": "# Broker\n\nrestart\n" };

/** Paths of the pages that answer. */
async function found(host: RawHost, query: string): Promise<string[]> {
  const answer = await host.call("search_docs", { query });
  if (answer.isError) throw new Error(answer.text);
  return field<{ path: string }[]>(answer, "hits").map((hit) => hit.path);
}

/** What the leading process says of itself. */
function account(folder: Docs): LeaderAccount | undefined {
  const [hash = ""] = existsSync(folder.index) ? readdirSync(folder.index) : [];
  const file = path.join(folder.index, hash, "v6/leader.lock");
  return existsSync(file) ? readAccount(readFileSync(file, "utf8")) : undefined;
}

function leads(folder: Docs, host: RawHost): boolean {
  return account(folder)?.pid === host.child.pid;
}

/** Two servers over one index, the first of which leads and watches. */
async function two(folder: Docs): Promise<[leader: RawHost, follower: RawHost]> {
  const leader = await serve(folder.root, folder.index);
  await until(() => leads(folder, leader) && account(folder)?.watch !== undefined);
  const follower = await serve(folder.root, folder.index);
  await found(follower, "kafka");
  return [leader, follower];
}

it("what an event names is read, whatever size and time of the file say", async () => {
  const folder = docs({ "a.md": "# Kafka\n\nold words\n" });
  folder.age("a.md");
  const host = await serve(folder.root, folder.index);
  await until(() => account(folder)?.watch !== undefined && account(folder)?.sweptAt !== undefined);
  folder.rewriteInSecret("a.md", "# Kafka\n\nnew words\n");
  await until(async () => (await found(host, "new")).includes("a.md"));
});

describe("servers over one index", () => {
  it("find what is written, changed, renamed and deleted, whichever of them is asked", async () => {
    const folder = docs(pages);
    const hosts = await two(folder);
    const all = (query: string, paths: string[]) =>
      until(async () => {
        const answers = await Promise.all(hosts.map((host) => found(host, query)));
        return answers.every((answer) => answer.join(" ") === paths.join(" "));
      });
    folder.write("new/page.md", "# New\n\nzookeeper\n");
    await all("zookeeper", ["new/page.md"]);
    folder.write("new/page.md", "# New\n\nquorum\n");
    await all("zookeeper", []);
    await all("quorum", ["new/page.md"]);
    renameSync(path.join(folder.root, "new"), path.join(folder.root, "old"));
    await all("quorum", ["old/page.md"]);
    folder.remove("old");
    await all("quorum", []);
    folder.write(".gitignore", "b/\n");
    await all("broker restart", []);
  });

  it("row 16: lead when the leader is killed", async () => {
    const folder = docs(pages);
    const [leader, follower] = await two(folder);
    leader.child.kill("SIGKILL");
    await until(() => leads(folder, follower));
    folder.write("after.md", "# After\n\nzookeeper\n");
    await until(async () => (await found(follower, "zookeeper")).includes("after.md"));
  });

  it("row 17: answer and are never stale while the leader is stopped, which doctor names", async () => {
    const folder = docs(pages);
    const [leader, follower] = await two(folder);
    leader.child.kill("SIGSTOP");
    folder.write("a.md", "# Kafka\n\nquorum\n");
    folder.remove("b/c.md");
    const answer = await follower.call("search_docs", { query: "kafka lag" });
    const shown = field<{ snippet: string }[]>(answer, "hits").map(({ snippet }) => snippet);
    expect(shown.join("\n")).toContain("quorum");
    expect(shown.join("\n")).not.toContain("lag");
    expect(await found(follower, "broker restart")).toEqual([]);
    // Whoever meets a page that is not as indexed has it indexed.
    await until(async () => (await found(follower, "quorum")).includes("a.md"));
    const doctor = spawnSync(
      process.execPath,
      [bin, "doctor", folder.root, "--index-dir", folder.index],
      {
        encoding: "utf8",
      },
    );
    const pid = String(leader.child.pid);
    expect(doctor.stdout, doctor.stderr).toMatch(
      new RegExp(`warn  upkeep +process ${pid} leads .* is stopped`, "u"),
    );
    expect(doctor.stdout).toContain(`kill -CONT ${pid}`);
    leader.child.kill("SIGCONT");
    folder.write("later.md", "# Later\n\nzookeeper\n");
    await until(async () => (await found(leader, "zookeeper")).includes("later.md"));
    expect(leads(folder, leader)).toBe(true);
  });

  it("row 18: do not keep `lectern index` from its work, nor it them", async () => {
    const folder = docs(pages);
    const [, follower] = await two(folder);
    folder.write("c.md", "# Zookeeper\n");
    const run = () =>
      spawnSync(
        process.execPath,
        [bin, "index", folder.root, "--index-dir", folder.index, "--json"],
        {
          encoding: "utf8",
        },
      );
    const { status, stdout } = run();
    expect([status, (JSON.parse(stdout) as { pages: number }).pages]).toEqual([0, 3]);
    expect(await found(follower, "zookeeper")).toEqual(["c.md"]);
  });

  it("row 23: go on when the index is deleted under them, and build it anew", async () => {
    const folder = docs(pages);
    const [, follower] = await two(folder);
    rmSync(folder.index, { recursive: true });
    expect(await found(follower, "kafka")).toEqual(["a.md"]);
    folder.write("c.md", "# Zookeeper\n");
    await until(async () => (await found(follower, "zookeeper")).includes("c.md"));
    await until(() => account(folder) !== undefined);
    expect(await found(follower, "kafka")).toEqual(["a.md"]);
  });

  it("row 52: find pages all the time while branches are switched", async () => {
    const folder = docs(pages);
    const git = (...args: string[]): void => {
      const who = ["-c", "user.name=x", "-c", "user.email=x@y", "-c", "commit.gpgsign=false"];
      const { status, stderr } = spawnSync("git", [...who, "-C", folder.root, ...args]);
      if (status !== 0) throw new Error(stderr.toString());
    };
    const write = (word: string): void => {
      for (let page = 0; page < 300; page += 1) {
        folder.write(`many/${page}.md`, `# Page ${page}\n\nzookeeper ${word}\n`);
      }
    };
    git("init", "-q", "-b", "one");
    write("first");
    git("add", "-A");
    git("commit", "-q", "-m", "one");
    git("checkout", "-q", "-b", "two");
    write("second");
    git("commit", "-q", "-a", "-m", "two");
    const [leader, follower] = await two(folder);
    for (const branch of ["one", "two", "one"]) {
      const checkout = spawn("git", ["-C", folder.root, "checkout", "-q", branch]);
      const ended = once(checkout, "exit");
      while (checkout.exitCode === null) {
        expect(await found(leader, "zookeeper")).not.toEqual([]);
        expect(await found(follower, "zookeeper")).not.toEqual([]);
      }
      await ended;
    }
    await until(async () => {
      const [first, second] = await Promise.all([
        found(follower, "first"),
        found(follower, "second"),
      ]);
      return first.length > 0 && second.length === 0;
    });
  });

  it("row 56: wait for a root that is not there yet", async () => {
    const folder = docs(pages);
    const away = path.join(folder.base, "away");
    renameSync(folder.root, away);
    const host = start(["serve", folder.root, "--index-dir", folder.index]);
    await host.open("2025-11-25");
    const refused = await host.call("search_docs", { query: "kafka" });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain("does not exist");
    renameSync(away, folder.root);
    expect(await found(host, "kafka")).toEqual(["a.md"]);
    folder.write("c.md", "# Zookeeper\n");
    await until(async () => (await found(host, "zookeeper")).includes("c.md"));
  });
});

describe("doctor of a leader", () => {
  const now = Date.parse("2026-01-01T12:00:00Z");
  const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  const well: LeaderAccount = { pid: 4711, version: "1.0.0", since: at(90), beat: at(0) };

  it.each([
    [
      { ...well },
      "ok",
      "process 4711 leads since 1 hour ago, starts to watch, first sweep under way",
    ],
    [
      { ...well, watch: { kind: "events" as const }, sweptAt: at(2) },
      "ok",
      "process 4711 leads since 1 hour ago, watches by events, swept 2 minutes ago",
    ],
    [
      {
        ...well,
        watch: { kind: "polling" as const, reason: "raise it", everyMs: 2000 },
        sweptAt: at(0),
      },
      "warn",
      "process 4711 leads since 1 hour ago, cannot watch and looks every 2 s, swept just now",
    ],
    [
      { ...well, beat: at(5) },
      "warn",
      "process 4711 leads since 1 hour ago and is silent since 5 minutes ago; others sweep meanwhile",
    ],
    [
      { ...well, problem: 'root "docs" does not exist' },
      "warn",
      'process 4711 leads since 1 hour ago; its last update failed: root "docs" does not exist',
    ],
  ])("says %o", (leader, status, text) => {
    const check = state(leader, false, now);
    expect([check.status, check.text]).toEqual([status, text]);
    expect(check.next === undefined).toBe(status === "ok");
  });

  it.each(["", "{", "[]", '{"pid":"x"}', "null"])("takes %o for none of its own", (text) => {
    expect(readAccount(text)).toBeUndefined();
  });
});
