import { type FSWatcher, watch } from "node:fs";
import path from "node:path";

import {
  type AlignScope,
  type ChangeSource,
  IGNORE_FILES,
  type SourceOptions,
} from "./change-source.ts";
import { folderIdentity } from "./folder-identity.ts";
import { ANYTHING, childPath, rootPath, type WatchedRoot } from "./public-path.ts";
import { codeOf, limitOf, type WatchLimitError } from "./watch-limit.ts";

interface WatchedTree {
  readonly watcher: FSWatcher;
  /** Tells the root's folder from another in its place. */
  readonly identity: string;
}

/**
 * One watch for each root with all below it, as macOS has them. It says nothing of the root itself,
 * so roots are looked at again and again.
 */
export class TreeWatches implements ChangeSource {
  /** Roots can always have gone or come. */
  readonly isLacking = true;
  readonly #options: SourceOptions;
  readonly #trees = new Map<WatchedRoot, WatchedTree>();
  readonly #missing = new Set<WatchedRoot>();
  #limit: WatchLimitError | undefined;
  #isClosed = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  async align(scope: AlignScope): Promise<readonly string[]> {
    if (this.#limit !== undefined) throw this.#limit;
    if (scope === "noted") return [];
    const changed: string[] = [];
    for (const root of this.#options.roots) {
      const identity = await folderIdentity(root.folder);
      if (this.#isClosed) return [];
      if (identity !== undefined && this.#trees.get(root)?.identity === identity) continue;
      this.#closeOne(root);
      const isOpen = identity !== undefined && this.#openOne(root, identity);
      if (isOpen) changed.push(rootPath(root));
      else if (!this.#missing.has(root)) changed.push(ANYTHING);
      if (isOpen) this.#missing.delete(root);
      else this.#missing.add(root);
    }
    return changed;
  }

  close(): void {
    this.#isClosed = true;
    for (const root of this.#options.roots) this.#closeOne(root);
  }

  #openOne(root: WatchedRoot, identity: string): boolean {
    try {
      const options = { persistent: false, recursive: true };
      const watcher = watch(root.folder, options, (_, name) => this.#hear(root, name));
      watcher.on("error", (error) => this.#fail(root, error));
      this.#trees.set(root, { watcher, identity });
      return true;
    } catch (error) {
      const limit = limitOf(error);
      if (limit !== undefined) throw limit;
      this.#options.log.debug({ code: codeOf(error) }, "a root cannot be watched");
      return false;
    }
  }

  /** @param name Relative to the root; `null` where the system gives none. */
  #hear(root: WatchedRoot, name: string | null): void {
    const segments = name === null ? [] : name.split(path.sep);
    // No page is in there, and every command of git writes to it.
    if (segments.includes(".git")) return;
    if (IGNORE_FILES.has(segments.at(-1) ?? "")) segments.pop();
    this.#options.report(segments.reduce(childPath, rootPath(root)));
  }

  #fail(root: WatchedRoot, error: Error): void {
    this.#limit ??= limitOf(error);
    this.#closeOne(root);
    this.#options.log.debug({ code: codeOf(error) }, "the watch of a root failed");
    this.#options.report(rootPath(root));
  }

  #closeOne(root: WatchedRoot): void {
    this.#trees.get(root)?.watcher.close();
    this.#trees.delete(root);
  }
}
