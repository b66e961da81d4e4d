import { readFileSync } from "node:fs";

import { readLeader } from "@lectern/native";

import { engineOptions, type Settings } from "../config/settings.ts";
import { isSilent, type LeaderAccount, readAccount } from "../freshness/account.ts";
import { type Check, ok, warn } from "./check.ts";
import { ago } from "./index-state.ts";
import { runProgram } from "./run.ts";

const PS_MS = 5000;

/** Which server keeps the index up to the files, how, and what keeps it from doing so. */
export async function checkUpkeep(settings: Settings): Promise<Check> {
  const text = await readLeader(engineOptions(settings));
  if (text === undefined) return ok("upkeep", "no server runs over this index");
  const account = readAccount(text);
  if (account === undefined) {
    return warn("upkeep", "a server of another version leads", "end it, and start this one");
  }
  return state(account, await isStopped(account.pid));
}

/** What to say of a leader; exported for the states that no test can wait for. */
export function state(account: LeaderAccount, stopped: boolean, now: number = Date.now()): Check {
  const { pid, since, beat, watch, sweptAt, problem } = account;
  const who = `process ${pid} leads since ${ago(new Date(since), now)}`;
  if (stopped) {
    const next = `\`kill -CONT ${pid}\`, or end it: another then leads within a second`;
    return warn("upkeep", `${who} and is stopped; others answer and sweep meanwhile`, next);
  }
  if (isSilent(account, now)) {
    const text = `${who} and is silent since ${ago(new Date(beat), now)}; others sweep meanwhile`;
    return warn("upkeep", text, `look at process ${pid}, or end it`);
  }
  if (problem !== undefined) {
    const next = "it is tried again within half a minute; the log of the server has more";
    return warn("upkeep", `${who}; its last update failed: ${problem}`, next);
  }
  const swept =
    sweptAt === undefined ? "first sweep under way" : `swept ${ago(new Date(sweptAt), now)}`;
  if (watch?.kind === "polling") {
    const every = `${Math.round(watch.everyMs / 1000)} s`;
    return warn("upkeep", `${who}, cannot watch and looks every ${every}, ${swept}`, watch.reason);
  }
  const watching = watch === undefined ? "starts to watch" : "watches by events";
  return ok("upkeep", `${who}, ${watching}, ${swept}`);
}

/** Whether a process is stopped, as a suspended job is. One that cannot be looked at is not. */
async function isStopped(pid: number): Promise<boolean> {
  try {
    return / [tT] /u.test(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/su, ""));
  } catch {
    // No Linux.
  }
  try {
    const { stdout } = await runProgram("ps", ["-o", "state=", "-p", String(pid)], {
      timeoutMs: PS_MS,
    });
    return stdout.trim().startsWith("T");
  } catch {
    return false;
  }
}
