import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { within } from "../support/host.ts";
import { buildWatchProgram, type Line, WatchProcess } from "../support/watch-process.ts";
import { WatchedDocs } from "../support/watched-docs.ts";

const base = mkdtempSync(path.join(tmpdir(), "lectern-watch-program-"));
let program = "";
const docs: WatchedDocs[] = [];
const processes: WatchProcess[] = [];

beforeAll(async () => {
  program = await buildWatchProgram(base);
});

afterEach(async () => {
  for (const one of processes.splice(0)) {
    one.child.kill("SIGKILL");
    await one.gone;
  }
  for (const one of docs.splice(0)) one.delete();
});

afterAll(() => rmSync(base, { recursive: true }));

function folders(count: number): WatchedDocs {
  const made = new WatchedDocs();
  docs.push(made);
  for (let index = 0; index < count; index += 1) made.write(`f${index}/a.md`);
  return made;
}

/** Starts the program by a script of the shell, whose arguments it is. */
function start(script: string, prefix: readonly string[], args: readonly string[]): WatchProcess {
  const [command, ...rest] = [...prefix, "sh"];
  const whole = [...rest, "-c", `${script}exec "$0" "$@"`, process.execPath, program, ...args];
  const started = new WatchProcess(command, whole);
  processes.push(started);
  return started;
}

const isAnything = ({ batch }: Line): boolean => batch === "anything";
const isMode = (kind: string) => (line: Line) => line.mode?.kind === kind;

describe("without more watches", () => {
  const unshare = ["unshare", "-Urm"];
  const setLimit = "echo 5 > /proc/sys/user/max_inotify_watches";

  it("polls, says why, and goes back to events when there are enough", async (context) => {
    const probe = spawnSync("unshare", ["-Urm", "sh", "-c", setLimit], { encoding: "utf8" });
    if (probe.status !== 0) {
      context.skip(
        `no user namespace with a limit of its own: ${probe.stderr?.trim() || "no unshare"}`,
      );
    }
    const many = folders(10);
    const watching = start(`${setLimit}; `, unshare, [many.place(""), "100"]);
    watching.say("watch");
    const { mode } = await watching.line(isMode("polling"));
    expect(mode?.reason).toContain("fs.inotify.max_user_watches");
    expect(mode?.everyMs).toBe(100);
    for (let polls = 0; polls < 3; polls += 1) {
      await watching.line(isAnything);
    }
    for (let index = 0; index < 8; index += 1) {
      rmSync(many.place(`f${index}`), { recursive: true });
    }
    await watching.line(isMode("events"));
    await watching.line(isAnything);
    many.write("f8/b.md");
    await watching.line(({ batch }) => Array.isArray(batch) && batch.includes("f8/b.md"));
    // Again too many while watching.
    for (let index = 0; index < 8; index += 1) many.write(`f${index}/c.md`);
    await watching.line(isMode("polling"));
  });
});

describe("without more files to open", () => {
  it("polls, says why, and goes back to events when there are some", async (context) => {
    if (process.platform !== "linux") context.skip("watching needs no file on this system");
    const few = folders(2);
    const watching = start("ulimit -n 64; ", [], [few.place(""), "100"]);
    await watching.line((line) => line.ready === true);
    watching.say("exhaust");
    await watching.line((line) => line.held !== undefined);
    watching.say("watch");
    const { mode } = await watching.line(isMode("polling"));
    expect(mode?.reason).toMatch(/fs\.inotify\.max_user_instances.*ulimit -n/u);
    watching.say("release");
    await watching.line(isMode("events"));
    await watching.line(isAnything);
    few.write("f1/b.md");
    await watching.line(({ batch }) => Array.isArray(batch) && batch.includes("f1/b.md"));
  });
});

describe("more folders than may be watched", () => {
  it("are looked at by the clock", async () => {
    const many = folders(4);
    await many.start({ watches: "folders", limits: { folders: 4, leastPollMs: 100 } });
    expect(many.modes).toEqual([
      { kind: "polling", reason: "there are more than 4 folders with pages", everyMs: 100 },
    ]);
    expect(many.watcher.mode.kind).toBe("polling");
    many.write("f1/new/a.md");
    await many.settled();
    await many.watcher.refresh();
    const before = many.batches.length;
    many.watcher.close();
    await many.watcher.refresh();
    expect(many.batches.slice(before)).toEqual([]);
  });

  it("are looked at less often the longer that takes", async () => {
    const many = folders(4);
    many.onBatch = () => new Promise((resolve) => setTimeout(resolve, 30));
    await many.start({ watches: "folders", limits: { folders: 4, leastPollMs: 1 } });
    await many.until(() => many.batches.length > 0);
    const { mode } = many.watcher;
    expect(mode.kind === "polling" && mode.everyMs >= 500).toBe(true);
  });
});

describe("a process", () => {
  it("is not kept alive by its watcher", async () => {
    const watching = start("", [], [folders(20).place("")]);
    watching.say("watch");
    await watching.line((line) => line.batch !== undefined);
    watching.child.stdin?.end();
    expect(await within(5000, watching.gone)).toBe(0);
  });

  it("holds neither handles nor timers of a closed watcher", async () => {
    const watching = start("", [], [folders(20).place("")]);
    watching.say("watch");
    await watching.line((line) => line.batch !== undefined);
    watching.say("close");
    const { closed } = await watching.line((line) => line.closed !== undefined);
    expect(closed?.filter((name) => !/^(?:Pipe|TTY|ShutdownWrap)/u.test(name))).toEqual([]);
  });
});
