import { writeFileSync } from "node:fs";
import path from "node:path";

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, it } from "vitest";

import { CloneFolder } from "../support/clone-folder.ts";
import { bin } from "../support/docs.ts";
import { scratch } from "../support/git-folder.ts";
import { until } from "../support/host.ts";
import { lectern, type Ran } from "../support/run.ts";
import { start } from "../support/servers.ts";

/** Outside of any repository that the tests may lie in. */
const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", NO_COLOR: "1" };

function pull(...args: string[]): Ran {
  return lectern(["pull", ...args, "--no-config"], { env });
}

describe("lectern pull", () => {
  it("says for each clone what became of it, and goes back", () => {
    const folder = new CloneFolder();
    const { folder: top } = folder.clone;
    const from = folder.head.slice(0, 12);
    const to = folder.advance().slice(0, 12);
    const roots = [top, `sub=${path.join(new CloneFolder().clone.folder, "sub")}`];
    const first = pull(...roots);
    expect(first.stderr).toBe("");
    expect(first.stdout.split("\n")[0]).toBe(`${top}  ${from} to ${to}, 1 commit`);
    expect(first.stdout.split("\n")[1]).toMatch(/clone {2}up to date at [0-9a-f]{12}$/u);
    expect(first.status).toBe(0);
    expect(pull(top, "--rollback").stdout).toBe(`${top}  back at ${from}, from ${to}\n`);
    const held = pull(top);
    expect(held.stdout).toContain(`stays at ${from}: upstream has not moved past ${to}`);
    expect(held.status).toBe(0);
    const again = pull(top, "--rollback");
    expect(again.stdout).toContain("nothing to go back to");
    expect(again.status).toBe(8);
  });

  it("answers programs, and has a code for each failure", () => {
    const folder = new CloneFolder();
    const outside = scratch();
    const { folder: top } = folder.clone;
    const to = folder.advance();
    folder.clone.write("new.md", "# Mine\n");
    const ran = pull(top, `out=${outside}`, "--json");
    const reason = "new.md is in the way and belongs to no commit";
    expect(JSON.parse(ran.stdout)).toEqual({
      clones: [{ folder: top, outcome: "failed", reason, detail: expect.any(String) }],
      outside: [outside],
      missing: [],
    });
    expect(ran.status).toBe(8);
    folder.clone.remove("new.md");
    const answer = JSON.parse(pull(top, "--json").stdout) as { clones: object[] };
    expect(answer.clones[0]).toMatchObject({ outcome: "updated", to, commits: 1 });
    expect(pull(outside)).toMatchObject({
      status: 2,
      stderr: `error: ${outside}: in no git repository\n`,
    });
    expect(pull(top, path.join(outside, "gone")).status).toBe(3);
  });
});

describe("serve --pull", () => {
  it("finds a page that was pushed while it runs", async () => {
    const folder = new CloneFolder();
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [
        bin,
        "serve",
        folder.clone.folder,
        "--no-config",
        "--index-dir",
        scratch(),
        "--pull",
        "1s",
      ],
      env: { ...(process.env as Record<string, string>), ...env },
      stderr: "ignore",
    });
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transport);
    try {
      const find = async (query: string): Promise<string> =>
        JSON.stringify(await client.callTool({ name: "search_docs", arguments: { query } }));
      // The second one by the timer, since the first run has been.
      for (const animal of ["zebra", "okapi"]) {
        expect(await find(animal)).not.toContain(`${animal}.md`);
        folder.advance(`${animal}.md`, `# Zoo\n\n${animal}\n`);
        const deadline = Date.now() + 15_000;
        while (!(await find(animal)).includes(`${animal}.md`)) {
          if (Date.now() > deadline) throw new Error("the page was not found");
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    } finally {
      await client.close();
    }
  });

  it("says in the state of the server why it cannot pull", async () => {
    const folder = new CloneFolder();
    folder.clone.git("checkout", "-q", "--detach");
    const host = start(
      ["serve", folder.clone.folder, "--no-config", "--index-dir", scratch(), "--pull", "1h"],
      { env },
    );
    await host.open("2025-11-25");
    const state = async (): Promise<string> =>
      JSON.stringify(await host.request("resources/read", { uri: "config://app/settings" }));
    await until(async () => (await state()).includes("its HEAD is detached"));
    expect(await state()).not.toContain(folder.clone.folder);
    expect(host.stderr).toContain("a clone cannot be pulled");
  });

  it("tells which times can be meant", () => {
    for (const given of ["0s", "10", "fast", "100h"]) {
      expect(lectern(["config", "--pull", given, "--no-config"])).toMatchObject({
        status: 2,
        stderr: `error: --pull: must be a time such as 30s, 10m or 1h, or off (got "${given}")\n`,
      });
    }
    const file = path.join(scratch(), "lectern.config.json");
    writeFileSync(file, '{"pull": "10m"}');
    const ran = lectern(["config", "--config", file, "--json"], { env: { LECTERN_PULL: "off" } });
    expect(JSON.parse(ran.stdout)).toMatchObject({ settings: { pull: { value: "off" } } });
  });
});
