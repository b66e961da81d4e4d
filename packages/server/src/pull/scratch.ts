import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";

import { type Bounds, type Ended, runBounded } from "../git/bounded.ts";
import type { Git } from "../git/git.ts";
import { environment, makeHarmless, type Setting } from "../git/git-settings.ts";
import { networkEnvironment } from "../git/network-environment.ts";
import type { Clone } from "./clone.ts";
import { PullError } from "./pull-error.ts";

/** Name of the folder, below the clone's `.git`. */
const FOLDER = "lectern-pull";
/** File that says which process made it. */
const OWNER = "owner";
/** Longer than any pull takes, in milliseconds: an older folder is that of one that was killed. */
const LONGEST_MS = 3_600_000;
/** Most bytes of a file that says which files are written, or how. */
const DATA_BYTES = 1 << 20;

/** Settings of what writes files. */
const CHECKOUT: readonly Setting[] = [
  // The parts of a split index lie where a clone's own git looks for them; a whole one is read by all.
  ["core.splitIndex", "false"],
  ["index.sparse", "false"],
  ["submodule.recurse", "false"],
];

/**
 * A repository of ours over the objects, the index and the files of a clone. It has a configuration
 * and hooks of its own, namely none, so whatever the clone's name is not run by construction. What
 * the operator's own configuration says holds, but for filters and hooks where files are written.
 */
export class Scratch {
  readonly #git: Git;
  readonly #clone: Clone;
  readonly #folder: string;
  /** Names of settings in force, read once. */
  #names: Promise<Buffer> | undefined;

  private constructor(git: Git, clone: Clone, folder: string) {
    this.#git = git;
    this.#clone = clone;
    this.#folder = folder;
  }

  /**
   * Makes one for `work` and takes it away afterwards. It lies inside the clone's `.git`, so that
   * what the operator sets for folders (`includeIf "gitdir:~/company/"`) holds as it would there.
   *
   * @throws {@link PullError} where it cannot be made, and while another pull has one.
   */
  static async over<T>(git: Git, clone: Clone, work: (scratch: Scratch) => Promise<T>): Promise<T> {
    const folder = path.join(clone.gitFolder, FOLDER);
    await takeTurn(folder).catch(unwritable);
    try {
      await furnish(folder, clone).catch(unwritable);
      return await work(new Scratch(git, clone, folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs git with the operator's way to remotes, and nothing of the clone's but `settings`. */
  async online(
    args: readonly string[],
    settings: readonly Setting[],
    bounds: Bounds,
  ): Promise<Ended> {
    const names = (await this.#settingNames()).toString("utf8").toLowerCase().split("\0");
    const env = networkEnvironment(this.#git.env, settings, names.includes("core.sshcommand"));
    return this.#run(env, args, bounds);
  }

  /** Runs git without a network, filters or hooks. */
  async offline(args: readonly string[], bounds: Bounds): Promise<Ended> {
    const harmless = makeHarmless(await this.#settingNames());
    if (harmless === undefined) throw new PullError("git's own settings cannot be made harmless");
    return this.#run(this.#plainEnvironment(harmless.settings), args, bounds);
  }

  #plainEnvironment(settings: readonly Setting[]): NodeJS.ProcessEnv {
    const all = [...this.#clone.writing, ...CHECKOUT, ...settings];
    return environment(this.#git.env, path.dirname(this.#clone.folder), all);
  }

  #settingNames(): Promise<Buffer> {
    this.#names ??= this.#run(
      this.#plainEnvironment([]),
      ["config", "--list", "-z", "--name-only"],
      { timeoutMs: 10_000 },
    ).then(({ stdout }) => stdout);
    return this.#names;
  }

  #run(env: NodeJS.ProcessEnv, args: readonly string[], bounds: Bounds): Promise<Ended> {
    const { folder, gitFolder, objects } = this.#clone;
    const where = {
      GIT_DIR: this.#folder,
      GIT_WORK_TREE: folder,
      GIT_OBJECT_DIRECTORY: objects,
      GIT_INDEX_FILE: path.join(gitFolder, "index"),
    };
    const git = { ...this.#git, env: { ...env, ...where } };
    return runBounded(git, ["--no-pager", "-C", folder, ...args], bounds);
  }
}

function unwritable(error: unknown): never {
  if (error instanceof PullError) throw error;
  throw new PullError("its .git cannot be written to", String(error));
}

async function furnish(folder: string, clone: Clone): Promise<void> {
  const { gitFolder, head, kept, format, shallowFile, objects } = clone;
  await mkdir(path.join(folder, "refs"));
  await mkdir(path.join(folder, "info"));
  await writeFile(path.join(folder, "HEAD"), "ref: refs/heads/none\n");
  const lines = ["[core]", "\trepositoryFormatVersion = 1", "\tbare = false", "[extensions]"];
  const extension = format === "sha256" ? ["\tobjectFormat = sha256"] : [];
  await writeFile(path.join(folder, "config"), `${[...lines, ...extension].join("\n")}\n`);
  // What the clone has, so that only the rest is fetched.
  const had = [...new Set([head, ...kept.values()])];
  const refs = had.map((commit, at) => `${commit} refs/have/${at}\n`);
  await writeFile(path.join(folder, "packed-refs"), refs.join(""));
  await copyData(shallowFile, path.join(folder, "shallow"), Infinity);
  const common = path.dirname(objects);
  await copyData(path.join(common, "info/attributes"), path.join(folder, "info/attributes"));
  const sparse = "info/sparse-checkout";
  await copyData(path.join(gitFolder, sparse), path.join(folder, sparse));
  for (const name of await readdir(gitFolder)) {
    if (!/^sharedindex\.[0-9a-f]+$/u.test(name)) continue;
    await symlink(path.join(gitFolder, name), path.join(folder, name));
  }
}

/** Copies a plain file that is there. */
async function copyData(from: string, to: string, maxBytes: number = DATA_BYTES): Promise<void> {
  const entry = await lstat(from).catch(() => undefined);
  if (entry?.isFile() === true && entry.size <= maxBytes) await copyFile(from, to);
}

/**
 * Makes the folder, which is there once a clone: two pulls at once would write files in turns.
 *
 * @throws {@link PullError} while another one has it.
 */
async function takeTurn(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (await isInUse(folder)) throw new PullError("another pull of it is under way");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  }
  await writeFile(path.join(folder, OWNER), `${process.pid} ${hostname()}`);
}

/** Whether the process that made the folder may still be at work. */
async function isInUse(folder: string): Promise<boolean> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined || Date.now() - entry.mtimeMs > LONGEST_MS) return false;
  const owner = await readFile(path.join(folder, OWNER), "utf8").catch(() => "");
  const [pid = "", host = ""] = owner.split(" ");
  if (host !== hostname()) return true;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    // One of another user's lives as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
