import type { Setting } from "../git/git-settings.ts";

/** A setting with where it was read. */
interface Entry {
  readonly scope: string;
  /** Section and variable in lower case, what stands between them as it is. */
  readonly key: string;
  readonly value: string;
}

/**
 * How files are written: values that run nothing, each with what may stand there. They are those of
 * the clone, so that what is checked out looks as it would after `git pull`.
 */
const WRITING: Readonly<Record<string, RegExp>> = {
  "core.autocrlf": /^(?:true|false|input)$/iu,
  "core.eol": /^(?:lf|crlf|native)$/iu,
  "core.filemode": /^(?:true|false)$/iu,
  "core.symlinks": /^(?:true|false)$/iu,
  "core.ignorecase": /^(?:true|false)$/iu,
  "core.precomposeunicode": /^(?:true|false)$/iu,
  "core.trustctime": /^(?:true|false)$/iu,
  "core.checkstat": /^(?:default|minimal)$/iu,
  "core.sparsecheckout": /^(?:true|false)$/iu,
  "core.sparsecheckoutcone": /^(?:true|false)$/iu,
};

/** The configuration of a clone, as data. */
export class CloneConfig {
  readonly #entries: readonly Entry[];

  /** @param printed What `git config --list -z --show-scope` printed. */
  constructor(printed: string) {
    const tokens = printed.split("\0");
    const entries: Entry[] = [];
    for (let at = 0; at + 1 < tokens.length; at += 2) {
      const [scope = "", text = ""] = [tokens[at], tokens[at + 1]];
      const end = text.indexOf("\n");
      // A variable without "=" is true.
      const key = end === -1 ? text : text.slice(0, end);
      entries.push({ scope, key, value: end === -1 ? "true" : text.slice(end + 1) });
    }
    this.#entries = entries;
  }

  /** All values of a key, in order. */
  all(key: string): string[] {
    return this.#entries.filter((entry) => entry.key === key).map(({ value }) => value);
  }

  /** How addresses are rewritten by the clone itself; the operator's own rewriting is git's to do. */
  rewriting(): Setting[] {
    return this.#entries
      .filter(({ scope }) => scope === "local" || scope === "worktree")
      .filter(({ key }) => key.startsWith("url.") && key.endsWith(".insteadof"))
      .map(({ key, value }) => [key, value]);
  }

  /** How files are written. */
  writing(): Setting[] {
    return Object.entries(WRITING).flatMap(([key, valid]): Setting[] => {
      const value = this.all(key).at(-1);
      return value !== undefined && valid.test(value) ? [[key, value]] : [];
    });
  }
}
