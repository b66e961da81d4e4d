import path from "node:path";

import { findGit, type Git } from "../../src/git/git.ts";
import {
  pullClone,
  type PullOptions,
  type PullResult,
  rollBackClone,
} from "../../src/pull/pull.ts";
import { git, GitFolder, PageFolder, plainEnv, scratch } from "./git-folder.ts";

/** A repository and a clone of it, each with two pages at first. */
export class CloneFolder {
  readonly origin: GitFolder;
  clone: PageFolder;
  readonly env: NodeJS.ProcessEnv;

  /**
   * @param options Of `git clone`, before the address.
   * @param prepare What is done in the origin before its first commit.
   */
  constructor(
    options: readonly string[] = [],
    prepare: (origin: GitFolder) => void = () => undefined,
    env: NodeJS.ProcessEnv = plainEnv,
  ) {
    this.env = env;
    const base = scratch();
    const sha256 = options.includes("sha256") ? ["--object-format=sha256"] : [];
    this.origin = new GitFolder(path.join(base, "origin"), ...sha256);
    prepare(this.origin);
    this.origin.write("a.md").write("sub/b.md").commit(20, "first");
    const folder = path.join(base, "clone");
    const own = options.filter((option) => option !== "sha256");
    git(base, ["clone", "-q", ...own, `file://${this.origin.folder}`, folder]);
    this.clone = new PageFolder(folder);
  }

  /** The same with another folder in the place of the clone. */
  at(folder: string): CloneFolder {
    const other = Object.create(this) as CloneFolder;
    other.clone = new PageFolder(folder);
    return other;
  }

  /** A commit in the origin that writes a page; gives its id. */
  advance(name = "new.md", text = `# ${name}\n`): string {
    this.origin.write(name, text).commit(5);
    return this.origin.git("rev-parse", "HEAD");
  }

  /** The commit that the clone is at. */
  get head(): string {
    return this.clone.git("rev-parse", "HEAD");
  }

  /** What differs from that commit, and what belongs to none. */
  get status(): string {
    return this.clone.git("status", "--porcelain");
  }

  /** The commit of a ref of ours; "" where there is none. */
  kept(name: string): string {
    return this.clone.git("for-each-ref", "--format=%(objectname)", `refs/lectern/${name}`);
  }

  async pull(options: PullOptions = {}): Promise<PullResult> {
    return pullClone(await this.git(), this.clone.folder, options);
  }

  async rollBack(): Promise<PullResult> {
    return rollBackClone(await this.git(), this.clone.folder, {});
  }

  async git(): Promise<Git> {
    const found = await findGit(this.env);
    if (typeof found === "string") throw new Error(found);
    return found;
  }
}

/** What a result says was wrong; throws where nothing was. */
export function reasonOf(result: PullResult): string {
  if (result.outcome !== "failed") throw new Error(`not failed: ${JSON.stringify(result)}`);
  return result.reason;
}
