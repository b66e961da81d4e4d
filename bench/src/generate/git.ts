/** A git history of a generated corpus: one commit a page. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, utimesSync } from "node:fs";
import path from "node:path";

import { writerOf } from "./folder.ts";
import type { Plan } from "./outline.ts";

/**
 * Makes `folder`, which holds the plan's pages, a repository with branch `main`: oldest page first,
 * every date shifted by the same whole days so that the newest commit is of the last 24 hours before
 * `now`. The files get the shifted times too. Needs git on the PATH; throws what it complains of.
 */
export async function writeHistory(plan: Plan, folder: string, now: number): Promise<void> {
  rmSync(path.join(folder, ".git"), { recursive: true, force: true });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
  const dates = new Float64Array(plan.pages);
  for (let number = 0; number < plan.pages; number += 1) {
    dates[number] = plan.outline(number).date;
  }
  const order = Uint32Array.from(dates.keys()).sort(
    (a, b) => (dates[a] ?? 0) - (dates[b] ?? 0) || a - b,
  );
  const newest = dates[order.at(-1) ?? 0] ?? now;
  const shift = Math.floor((now - newest) / 86_400_000) * 86_400_000;

  const child = spawn("git", ["fast-import", "--quiet", "--done"], {
    cwd: folder,
    stdio: ["pipe", "inherit", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  // What is wrong comes with the exit status; a broken pipe alone says nothing.
  child.stdin.on("error", () => {});
  const ended = once(child, "close");
  const writer = writerOf(plan);
  for (const number of order) {
    const page = plan.outline(number);
    const at = (page.date + shift) / 1000;
    const text = writer.markdown(page);
    const subject = `${page.kind}: ${page.title}`;
    const commit =
      "commit refs/heads/main\n" +
      `committer Writer <writer@example.org> ${at} +0000\n` +
      `data ${Buffer.byteLength(subject)}\n${subject}\n` +
      `M 100644 inline ${page.path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    if (child.exitCode !== null) break;
    if (!child.stdin.write(commit)) await Promise.race([once(child.stdin, "drain"), ended]);
    utimesSync(path.join(folder, page.path), at, at);
  }
  child.stdin.end("done\n");
  const [status] = (await ended) as [number | null];
  if (status !== 0) throw new Error(`git fast-import: ${complaint}`);
  // The files are there already: git only has to learn of them.
  git(folder, ["reset", "--quiet", "--mixed"]);
}

function git(folder: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (error !== undefined) throw new Error("git cannot be started", { cause: error });
  if (status !== 0) throw new Error(`git ${args[0] ?? ""}: ${stderr}`);
}
