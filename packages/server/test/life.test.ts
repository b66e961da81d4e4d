import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";

import { describe, expect, it } from "vitest";

import { bin } from "./support/docs.ts";
import { within } from "./support/host.ts";
import { docs, serve } from "./support/servers.ts";

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
