import process from "node:process";

import type { Command } from "commander";

import { ConfigError } from "../config/config-error.ts";
import { findGit } from "../git/git.ts";
import { oneLine } from "../plain-text.ts";
import { findClones } from "../pull/clones.ts";
import { pullClone, type PullResult, rollBackClone } from "../pull/pull.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, commandSettings, type DocumentFlags } from "./options.ts";
import { bold, dim, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly rollback?: boolean;
  readonly json?: boolean;
}

/** Registers `lectern pull`. */
export function addPullCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("pull"))
    .description("forward the git clones that the roots lie in")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .optionsGroup("Pull:")
    .option("--rollback", "go back to the commit before the last pull")
    .optionsGroup("Output:")
    .option("--json", "print the results for programs")
    .action(async (roots: string[], flags: Flags) => {
      process.exitCode = await pullCommand(roots, flags);
    });
  describe(command, {
    about:
      "Fetches what the branch of each clone follows and forwards the clone to it; local changes\n" +
      "are kept, and where one is in the way, or the two have diverged, nothing is moved. No hook,\n" +
      "filter or program that the repository names is run. After --rollback, pulls leave a clone\n" +
      "where it is until upstream has moved past the commit that was left.",
    examples: [
      ["lectern pull ~/wiki", "once; for a timer"],
      ["lectern pull ~/wiki --rollback", "back to the commit before the last pull"],
      ["lectern pull --json | jq .clones", "for programs"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 8],
  });
}

type CloneResult = PullResult & { readonly folder: string };

async function pullCommand(positional: readonly string[], flags: Flags): Promise<number> {
  const { settings } = await commandSettings(flags, positional);
  const { folders, outside, missing } = await findClones(settings.roots.map(({ path }) => path));
  if (folders.length === 0 && missing.length === 0) {
    throw new ConfigError(`${outside.map(oneLine).join(", ")}: in no git repository`);
  }
  const git = await findGit(process.env);
  if (typeof git === "string") throw new ConfigError(git);
  const clones: CloneResult[] = [];
  await untilInterrupted(async (signal) => {
    const act = flags.rollback === true ? rollBackClone : pullClone;
    for (const folder of folders) {
      const result = { folder, ...(await act(git, folder, { signal })) };
      clones.push(result);
      if (flags.json !== true) print(human(result));
    }
  });
  if (flags.json === true) printJson({ clones, outside, missing });
  else {
    for (const root of outside) print(`${bold(oneLine(root))}  in no git repository`);
    for (const root of missing) print(`${bold(oneLine(root))}  does not exist`);
  }
  if (missing.length > 0) return EXIT.root;
  return clones.some(({ outcome }) => outcome === "failed") ? EXIT.notPulled : EXIT.ok;
}

/** Does `work`; a signal that ends the command ends first what git was started for. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let interrupted: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    interrupted = name;
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    await work(controller.signal);
  } catch (error) {
    if (interrupted === undefined) throw error;
  } finally {
    for (const name of signals) process.off(name, onSignal);
    // As a command ends that does not listen.
    if (interrupted !== undefined) process.kill(process.pid, interrupted);
  }
}

function human(result: CloneResult): string {
  const lines = [`${bold(oneLine(result.folder))}  ${said(result)}`];
  if (result.outcome === "failed" && result.detail !== undefined) {
    lines.push(...result.detail.split("\n").map((line) => dim(`  ${oneLine(line)}`)));
  }
  return lines.join("\n");
}

function said(result: PullResult): string {
  switch (result.outcome) {
    case "updated": {
      const { from, to, commits } = result;
      const noun = commits === 1 ? "commit" : "commits";
      return `${short(from)} to ${short(to)}, ${commits.toLocaleString("en-US")} ${noun}`;
    }
    case "current":
      return `up to date at ${short(result.at)}`;
    case "held":
      return `stays at ${short(result.at)}: upstream has not moved past ${short(result.rejected)}, which was rolled back`;
    case "rolled back":
      return `back at ${short(result.to)}, from ${short(result.from)}`;
    case "failed":
      break;
  }
  return result.reason;
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
