/**
 * `node editor-process.ts PLAN` with a plan as JSON: lays the pages out, says `ready`, and begins
 * when it is told to go on. Ends when it is done, or when whoever started it is gone.
 */
import { setTimeout as pause } from "node:timers/promises";

import { type ChangeKind, ChangeLog } from "./change-log.ts";
import { clock, clockLead } from "./clock.ts";
import type { EditingPlan } from "./editing.ts";
import { Editor } from "./editor.ts";

/** Most changes between two switches of branches. */
const SWITCH = 500;
/** Most changes between two deletions of a great folder. */
const MASS = 1000;

const plan = JSON.parse(process.argv[2] ?? "") as EditingPlan;
const editor = new Editor(plan.folder, plan.seed, new ChangeLog(plan.log));
console.log(`ready ${clockLead()}`);
await new Promise<void>((resolve) => process.stdin.once("data", () => resolve()));
process.stdin.on("end", () => process.exit(1)).resume();
const started = clock();
for (let made = 0; made < plan.changes; made += 1) {
  const wait = started + made * plan.paceMs - clock();
  await pause(Math.max(1, wait));
  editor.change(due(made));
}
process.exit(0);

/** What is made whatever the draw would say: two switches at least, and a great deletion. */
function due(made: number): ChangeKind | undefined {
  const switches = Math.max(2, Math.ceil(plan.changes / SWITCH));
  const deletions = Math.max(1, Math.ceil(plan.changes / MASS));
  if (isTurn(made, switches, 0.6)) return "branch switched";
  return isTurn(made, deletions, 0.3) ? "folder deleted" : undefined;
}

/** Whether it is the turn of one of `count` things, `share` on in each part of the whole. */
function isTurn(made: number, count: number, share: number): boolean {
  const part = plan.changes / count;
  return made === Math.floor((Math.floor(made / part) + share) * part);
}
