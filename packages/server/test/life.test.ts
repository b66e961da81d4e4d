import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";

import { describe, expect, it } from "vitest";

import { bin } from "./support/docs.ts";
import { until, within } from "./support/host.ts";
import { docs, serve, start } from "./support/servers.ts";

/** The promise of the server: gone this long after its host, in milliseconds. */
const GONE_WITHIN = 2000;
/** Bound of a start, in milliseconds, so that a test that fails cleans up after itself. */
const STARTED_WITHIN = 20_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Whoever inherits an orphan may take its time to collect what is left of it.
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) [ZX] /u.test(readFileSync(status, "utf8"));
}

/** Resolves when a process that is no child of ours is gone. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("a server", () => {
  const pages = { "a.md": "# Kafka\n" };
  const clientInfo = { name: "test", version: "1.0.0" };

  it("ends when stdin is closed", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    await host.call("search_docs", { query: "kafka" });
    host.child.stdin?.end();
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
  });

  it("ends when stdin is closed in the middle of its first index", async () => {
    const folder = docs();
    for (let page = 0; page < 2000; page += 1) {
      folder.write(`${page}.md`, `# Page\n\n${"words of a page ".repeat(300)}\n`);
    }
    const host = await serve(folder.root, folder.index);
    host.child.stdin?.end();
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
  });

  it("ends when stdout is closed", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    host.child.stdout?.destroy();
    host.notify("notifications/initialized");
    host.send({ jsonrpc: "2.0", id: 99, method: "tools/list", params: {} });
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("ends at %s", async (signal) => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    host.child.kill(signal);
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
  });

  it("ends when its parent is killed, even while somebody else holds its stdin open", async () => {
    const folder = docs(pages);
    const args = JSON.stringify([bin, "serve", folder.root, "--index-dir", folder.index]);
    // A pipe of the parent's own would be closed by its death; this one the test holds open, so
    // that only the look for the parent can tell.
    const fifo = path.join(folder.base, "stdin");
    spawnSync("mkfifo", [fifo]);
    const held = openSync(fifo, "r+");
    const wrapper = `
      const child = require("node:child_process").spawn(process.execPath, ${args},
        { stdio: ["inherit", "ignore", "inherit"] });
      child.on("exit", () => process.exit());
      console.log(child.pid);
    `;
    const parent = spawn(process.execPath, ["-e", wrapper], {
      stdio: [held, "pipe", "pipe"],
      env: { ...process.env, LECTERN_LOG: "info" },
    });
    try {
      const [line] = (await within(STARTED_WITHIN, once(parent.stdout as Readable, "data"))) as [
        Buffer,
      ];
      const pid = Number(line.toString());
      // The server looks at its parent before it answers, and logs once it has opened the index.
      const opening = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
      writeSync(
        held,
        `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: opening })}\n`,
      );
      await within(STARTED_WITHIN, once(parent.stderr as Readable, "data"));
      expect(isAlive(pid)).toBe(true);
      parent.kill("SIGKILL");
      await within(GONE_WITHIN, gone(pid));
    } finally {
      parent.kill("SIGKILL");
      closeSync(held);
    }
  });

  it("row 27: ends when its host asks on and reads nothing, with a bounded queue", async () => {
    const folder = docs({ "long.md": `# Long\n\n${"kafka lag and what to do\n".repeat(4000)}` });
    const args = [bin, "serve", folder.root, "--index-dir", folder.index];
    // Nobody listens to its stdout, so that the pipe fills and stays full.
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "ignore"] });
    const ended = once(child, "exit");
    child.stdin.on("error", () => undefined);
    const send = (message: object): boolean =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    send({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
    });
    send({ method: "notifications/initialized" });
    const question = { name: "get_doc", arguments: { path: "long.md", max_tokens: 20_000 } };
    for (let id = 1; child.exitCode === null && id < 20_000; id += 1) {
      if (!send({ id, method: "tools/call", params: question })) {
        // A pipe that broke is one that drains no more.
        await Promise.race([once(child.stdin, "drain").catch(() => ended), ended]);
      }
    }
    expect(await within(STARTED_WITHIN, ended)).toEqual([0, null]);
  }, 60_000);

  it("row 28: answers what it was asked before SIGTERM, or is gone, and never half", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    const asked = Array.from({ length: 200 }, () => host.call("search_docs", { query: "kafka" }));
    await asked[0];
    host.child.kill("SIGTERM");
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
    const answers = await Promise.allSettled(asked);
    const answered = answers.filter(({ status }) => status === "fulfilled");
    expect(answered.length).toBeGreaterThan(0);
  });

  it("row 31: goes on when its package is replaced under it", async () => {
    const folder = docs(pages);
    const copy = path.join(folder.base, "package");
    const own = path.dirname(path.dirname(bin));
    cpSync(own, copy, {
      recursive: true,
      filter: (file) => !/\/(?:node_modules|test|src)$/u.test(file),
    });
    symlinkSync(path.join(own, "node_modules"), path.join(copy, "node_modules"));
    const moved = start(["serve", folder.root, "--index-dir", folder.index], {
      bin: path.join(copy, "bin/lectern.js"),
    });
    await moved.open("2025-11-25");
    expect((await moved.call("search_docs", { query: "kafka" })).isError).toBe(false);
    rmSync(copy, { recursive: true });
    for (const [name, args] of [
      ["search_docs", { query: "kafka lag" }],
      ["get_doc", { path: "a.md" }],
      ["browse_docs", {}],
      ["list_recent", {}],
    ] as const) {
      expect(await moved.call(name, args)).toMatchObject({ isError: false });
    }
  });

  it.each(["/nowhere/tmp", ""])(
    "row 32: needs no folder for temporary files (%o)",
    async (TMPDIR) => {
      const folder = docs(pages);
      const host = await serve(folder.root, folder.index, { env: { TMPDIR } });
      expect((await host.call("search_docs", { query: "kafka" })).isError).toBe(false);
      folder.write("b.md", "# Zookeeper\n");
      await until(async () =>
        (await host.call("search_docs", { query: "zookeeper" })).text.includes("b.md"),
      );
    },
  );

  it.each([
    ["ahead", 86_400_000],
    ["back", -86_400_000],
  ])("row 24: goes on when the clock jumps a day %s", async (_where, jump) => {
    const folder = docs(pages);
    // A clock that jumps when a page says so, since that of the machine is everybody's.
    const clock = path.join(folder.base, "clock.mjs");
    const jumped = path.join(folder.base, "jumped");
    writeFileSync(
      clock,
      `import { existsSync } from "node:fs";
       const now = Date.now;
       Date.now = () => now() + (existsSync(${JSON.stringify(jumped)}) ? ${jump} : 0);`,
    );
    const env = { NODE_OPTIONS: `--import=${clock}` };
    const host = await serve(folder.root, folder.index, { env });
    await host.call("search_docs", { query: "kafka" });
    writeFileSync(jumped, "");
    folder.write("b.md", "# Zookeeper\n");
    await until(async () =>
      (await host.call("search_docs", { query: "zookeeper" })).text.includes("b.md"),
    );
    folder.write("b.md", "# Quorum\n");
    await until(async () =>
      (await host.call("search_docs", { query: "quorum" })).text.includes("b.md"),
    );
    expect((await host.call("list_recent", { days: 1 })).isError).toBe(false);
  });

  it("ends at a message that is longer than the protocol's reader takes", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    const query = "x".repeat(11 * 1024 * 1024);
    host.send({ jsonrpc: "2.0", id: 98, method: "tools/call", params: { query } });
    expect(await within(GONE_WITHIN, host.gone)).toBe(0);
    expect(host.stderr).toMatch(/exceeded maximum size/u);
  });

  it("stays while its host does", async () => {
    const folder = docs(pages);
    const host = await serve(folder.root, folder.index);
    for (let call = 0; call < 50; call += 1) {
      expect((await host.call("search_docs", { query: "kafka" })).isError).toBe(false);
    }
    expect(isAlive(host.child.pid ?? 0)).toBe(true);
  });
});
