import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { type Puller, startPulling } from "../../src/pull/puller.ts";
import type { Log } from "../../src/serving/log.ts";
import { CloneFolder, reasonOf } from "../support/clone-folder.ts";
import { bin } from "../support/docs.ts";
import { plainEnv, scratch } from "../support/git-folder.ts";
import { until } from "../support/host.ts";

const pullers: Puller[] = [];
afterEach(async () => {
  await Promise.all(pullers.splice(0).map((puller) => puller.close()));
});

/** Pulls a folder every 20 ms; what it logs, and how often files were written. */
function pulling(roots: readonly string[], env: NodeJS.ProcessEnv = plainEnv) {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      const { reason = "", commits = "" } = fields as Record<string, unknown>;
      lines.push(`${level} ${message}: ${String(reason)}${String(commits)}`);
    };
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  const seen = { lines, changes: 0 };
  const onChanged = (): void => {
    seen.changes += 1;
  };
  const puller = startPulling({ roots, everyMs: 20, log, onChanged, env });
  pullers.push(puller);
  return { seen, puller };
}

describe("pulling from time to time", () => {
  it("tells each change, and each problem once until it is another", async () => {
    const folder = new CloneFolder();
    const outside = scratch();
    const { seen, puller } = pulling([folder.clone.folder, outside]);
    folder.advance();
    await until(() => seen.changes === 1);
    const upstream = `${folder.origin.folder}-away`;
    renameSync(folder.origin.folder, upstream);
    await until(() => seen.lines.length === 3);
    expect(puller.lastProblem).toBe(
      "it lies in no git repository; its remote cannot be fetched from",
    );
    const before = readFileSync(path.join(folder.clone.folder, ".git/config"), "utf8");
    renameSync(upstream, folder.origin.folder);
    await until(() => puller.lastProblem === "it lies in no git repository");
    folder.advance("more.md");
    await until(() => seen.changes === 2);
    expect(seen.lines).toEqual([
      "warn a root cannot be pulled: it lies in no git repository",
      "info pulled: 1",
      "warn a clone cannot be pulled: its remote cannot be fetched from",
      "info pulled: 1",
    ]);
    expect(readFileSync(path.join(folder.clone.folder, ".git/config"), "utf8")).toBe(before);
    await puller.close();
    folder.advance("last.md");
    const at = folder.head;
    await puller.close();
    expect(folder.head).toBe(at);
  });

  it("ends what a fetch started when it is closed, and leaves nothing behind", async () => {
    const { folder, pid } = hanging();
    const { puller, seen } = pulling([folder.clone.folder], folder.env);
    await until(() => existsSync(pid));
    await puller.close();
    expectGone(pid);
    expect(seen.lines).toEqual([]);
    expect(leftIn(folder)).toBe("");
  });
});

describe("a fetch that hangs", () => {
  it("ends with all it started when its time is over", async () => {
    const { folder, pid } = hanging();
    // Enough for a busy machine to start ssh.
    expect(reasonOf(await folder.pull({ fetchMs: 2000 }))).toBe(
      "fetching took longer than 2 seconds",
    );
    expectGone(pid);
    expect(leftIn(folder)).toBe("");
  });

  it("ends with all it started when it is aborted", async () => {
    const { folder, pid } = hanging();
    const controller = new AbortController();
    const pulled = folder.pull({ signal: controller.signal });
    const ended = expect(pulled).rejects.toMatchObject({ failure: "aborted" });
    await until(() => existsSync(pid));
    controller.abort();
    await ended;
    expectGone(pid);
    expect(leftIn(folder)).toBe("");
  });
});

describe("lectern pull", () => {
  it("ends by a signal with all it started", async () => {
    const { folder, pid } = hanging();
    const args = [bin, "pull", folder.clone.folder, "--no-config"];
    const child = spawn(process.execPath, args, { env: folder.env, stdio: "ignore" });
    const gone = once(child, "exit");
    await until(() => existsSync(pid));
    child.kill("SIGINT");
    expect(await gone).toEqual([null, "SIGINT"]);
    expectGone(pid);
    expect(leftIn(folder)).toBe("");
  });
});

/** A clone whose remote never answers, over an ssh that writes down its process id and ignores SIGTERM. */
function hanging(): { folder: CloneFolder; pid: string } {
  const base = scratch();
  const [pid, ssh] = [path.join(base, "pid"), path.join(base, "ssh")];
  writeFileSync(
    ssh,
    `#!/bin/sh\ntrap '' TERM\necho $$ > "${pid}.new"\nmv "${pid}.new" "${pid}"\nwhile :; do sleep 1; done\n`,
  );
  chmodSync(ssh, 0o755);
  // Before others on the `PATH`: the operator's own ssh, as far as git can tell.
  const env = { ...plainEnv, PATH: `${base}${path.delimiter}${plainEnv["PATH"]}` };
  const folder = new CloneFolder([], undefined, env);
  folder.clone.git("config", "remote.origin.url", "ssh://host.invalid/x");
  return { folder, pid };
}

function expectGone(pid: string): void {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", readFileSync(pid, "utf8").trim()]);
  expect(stdout.toString().trim().replace(/^Z.*/u, "")).toBe("");
}

function leftIn(folder: CloneFolder): string {
  const { stdout } = spawnSync("sh", [
    "-c",
    `find "${folder.clone.folder}/.git" -name 'lectern*' -o -name '*.lock' -o -name 'tmp_*'`,
  ]);
  return stdout.toString();
}
