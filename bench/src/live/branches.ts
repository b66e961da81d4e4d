/** A repository with two branches that differ in some pages. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

/** Makes a folder a repository and switches between its branches. */
export class Branches {
  readonly #folder: string;
  /** What the branch that is not checked out holds of pages that differ. */
  #other: ReadonlyMap<string, string>;
  #name = "main";

  /** Commits the folder as it is to one branch, and with other texts of some pages to another. */
  constructor(folder: string, other: ReadonlyMap<string, string>) {
    this.#folder = folder;
    this.#other = other;
    this.#git("init", "-q", "-b", "main");
    this.#git("config", "core.autocrlf", "false");
    this.#git("add", "-A", "-f", ".");
    this.#git("commit", "-q", "-m", "main");
    this.#git("checkout", "-q", "-b", "other");
    for (const [page, text] of other) writeFileSync(path.join(folder, page), text);
    this.#git("commit", "-q", "-a", "-m", "other");
    this.#git("checkout", "-q", "main");
  }

  /** What a switch will make of which pages. */
  get other(): ReadonlyMap<string, string> {
    return this.#other;
  }

  /** Checks the other branch out; `held` is what the pages hold until then. */
  checkout(held: ReadonlyMap<string, string>): void {
    this.#name = this.#name === "main" ? "other" : "main";
    this.#git("checkout", "-q", this.#name);
    this.#other = held;
  }

  #git(...args: string[]): void {
    const settings = {
      "user.name": "x",
      "user.email": "x@y",
      "commit.gpgsign": "false",
      "core.hooksPath": "/dev/null",
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const { status, stderr } = spawnSync("git", [...given, "-C", this.#folder, ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }
}
