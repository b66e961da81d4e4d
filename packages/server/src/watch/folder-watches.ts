import { type FSWatcher, watch } from "node:fs";
import { lstat } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";

import {
  type AlignScope,
  type ChangeSource,
  IGNORE_FILES,
  type SourceOptions,
} from "./change-source.ts";
import { folderIdentity } from "./folder-identity.ts";
import {
  ANYTHING,
  childPath,
  diskPath,
  isAtOrBelow,
  rootPath,
  topmost,
  type WatchedRoot,
} from "./public-path.ts";
import { codeOf, limitOf, WatchLimitError } from "./watch-limit.ts";

/** More names than these are not looked at one by one: listing all folders is cheaper. */
const MOST_NAMES = 64;
/** Folders opened before others get their turn: a few milliseconds. */
const OPENED_AT_ONCE = 256;
/**
 * The kernel queues 16,384 events and drops what comes then, which libuv tells nobody. But a full
 * queue is read in one go, so whoever counts its events knows that some may be missing.
 */
const DOUBTFUL_EVENTS = 10_000;

/**
 * One watch for each folder that may hold pages, as Linux has them: a watch belongs to the folder
 * it was opened on, wherever that goes, and tells nothing of the folders in it.
 *
 * Whatever could have put another folder in a path's place ends the watches at and below it; they
 * are opened anew and their paths given back, since something may have been missed between.
 */
export class FolderWatches implements ChangeSource {
  readonly #options: SourceOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  /** What each root was when last looked at; `undefined` when it was not there. */
  readonly #identities = new Map<WatchedRoot, string | undefined>();
  /** Folders whose watches failed, and roots that could not be watched. */
  readonly #failed = new Set<string>();
  /** Folders whose watches may stand in the wrong places by now. */
  readonly #suspects = new Set<string>();
  /** Names that came or went, which may be folders; not complete beyond {@link MOST_NAMES}. */
  readonly #names = new Set<string>();
  #events = 0;
  #isDoubtful = false;
  #limit: WatchLimitError | undefined;
  #isClosed = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  get isLacking(): boolean {
    return this.#failed.size > 0 || this.#options.roots.some((root) => this.#isMissing(root));
  }

  async align(scope: AlignScope): Promise<readonly string[]> {
    if (this.#limit !== undefined) throw this.#limit;
    try {
      return await this.#align(scope);
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#closeBelow("");
  }

  async #align(scope: AlignScope): Promise<readonly string[]> {
    const suspects = topmost([
      ...this.#suspects,
      ...(scope === "noted" ? [] : this.#failed),
      ...(this.#isDoubtful || this.#events > DOUBTFUL_EVENTS ? [""] : []),
    ]);
    const names = [...this.#names];
    this.#suspects.clear();
    this.#names.clear();
    if (scope !== "noted") this.#failed.clear();
    this.#events = 0;
    this.#isDoubtful = false;

    const isAllSuspect = suspects.length > MOST_NAMES || suspects.includes("");
    for (const suspect of isAllSuspect ? [""] : suspects) this.#closeBelow(suspect);
    const { vanished, returned } = await this.#lookAtRoots();
    const changed = vanished.length > 0 ? [ANYTHING] : returned;
    if (scope === "all" || isAllSuspect || names.length > MOST_NAMES) {
      return topmost([...changed, ...(await this.#openAll())]);
    }
    const folders = await this.#foldersAmong([...suspects, ...names]);
    return topmost([...changed, ...(await this.#openBelow([...returned, ...folders]))]);
  }

  /** Which roots went, or came or are others than the last time, by public path. */
  async #lookAtRoots(): Promise<{ vanished: string[]; returned: string[] }> {
    const vanished: string[] = [];
    const returned: string[] = [];
    for (const root of this.#options.roots) {
      const identity = await folderIdentity(root.folder);
      const isKnown = this.#identities.has(root) && this.#identities.get(root) === identity;
      this.#identities.set(root, identity);
      if (isKnown) continue;
      this.#closeBelow(rootPath(root));
      (identity === undefined ? vanished : returned).push(rootPath(root));
    }
    return { vanished, returned };
  }

  #isMissing(root: WatchedRoot): boolean {
    return this.#identities.has(root) && this.#identities.get(root) === undefined;
  }

  async #foldersAmong(paths: readonly string[]): Promise<string[]> {
    const { roots } = this.#options;
    const missing = roots.filter((root) => this.#isMissing(root)).map(rootPath);
    const found = await Promise.all(
      paths.map(async (one) => {
        if (missing.some((root) => isAtOrBelow(one, root))) return false;
        if (roots.some((root) => rootPath(root) === one)) return true;
        const place = diskPath(roots, one);
        return place !== undefined && (await isFolder(place));
      }),
    );
    return topmost(paths.filter((_, index) => found[index]));
  }

  /** Watches all folders there are and no others. */
  async #openAll(): Promise<string[]> {
    const { roots } = this.#options;
    const there = roots.filter((root) => !this.#isMissing(root));
    if (there.length === 0) return [];
    const below = there.length < roots.length ? there.map(rootPath) : undefined;
    const listed = await this.#options.folders(below);
    const known = new Set(listed);
    for (const folder of this.#watchers.keys()) if (!known.has(folder)) this.#closeOne(folder);
    const opened = await this.#open(listed);
    return [...opened, ...(await this.#openBelow(opened))];
  }

  /**
   * Watches the folders at and below some. They are listed again until no more turn up: what was
   * made in a folder before its watch stood has told nobody.
   */
  async #openBelow(paths: readonly string[]): Promise<string[]> {
    const all: string[] = [];
    let below = topmost(paths);
    while (below.length > 0 && !this.#isClosed) {
      const opened = await this.#open(await this.#options.folders(below));
      all.push(...opened);
      below = topmost(opened);
    }
    return all;
  }

  /** Watches those that are not watched; gives them. */
  async #open(folders: readonly string[]): Promise<string[]> {
    const opened: string[] = [];
    for (const folder of folders) {
      if (this.#isClosed) return [];
      if (this.#watchers.has(folder) || !this.#openOne(folder)) continue;
      opened.push(folder);
      if (opened.length % OPENED_AT_ONCE === 0) await setImmediate();
    }
    return opened;
  }

  #openOne(folder: string): boolean {
    const { roots, log, mostFolders } = this.#options;
    const place = diskPath(roots, folder);
    if (place === undefined) return false;
    if (this.#watchers.size >= mostFolders) {
      throw new WatchLimitError(`there are more than ${mostFolders} folders with pages`);
    }
    try {
      const ownName = path.basename(place);
      const watcher = watch(place, { persistent: false }, (event, name) =>
        this.#hear(folder, event, event === "rename" && name === ownName ? null : name),
      );
      watcher.on("error", (error) => this.#fail(folder, error));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const limit = limitOf(error);
      if (limit !== undefined) throw limit;
      if (roots.some((root) => rootPath(root) === folder)) this.#failed.add(folder);
      // Gone again, which its parent's watch tells, or not to be looked into.
      log.debug({ folder, code: codeOf(error) }, "a folder cannot be watched");
      return false;
    }
  }

  /**
   * @param name In the folder; `null` when the folder itself is meant. The system then gives the
   * folder's own name, which a file in it could have as well, or no name at all.
   */
  #hear(folder: string, event: "change" | "rename", name: string | null): void {
    this.#events += 1;
    if (name === null || IGNORE_FILES.has(name)) {
      this.#suspects.add(folder);
      this.#options.report(folder);
      return;
    }
    const changed = childPath(folder, name);
    if (event === "rename") {
      if (this.#watchers.has(changed)) this.#suspects.add(changed);
      else if (this.#names.size <= MOST_NAMES) this.#names.add(changed);
    }
    this.#options.report(changed);
  }

  #fail(folder: string, error: Error): void {
    this.#limit ??= limitOf(error);
    this.#closeOne(folder);
    this.#failed.add(folder);
    this.#options.log.debug({ folder, code: codeOf(error) }, "the watch of a folder failed");
    this.#options.report(folder);
  }

  #closeBelow(folder: string): void {
    for (const one of this.#watchers.keys()) if (isAtOrBelow(one, folder)) this.#closeOne(one);
  }

  #closeOne(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

/** Whether a folder is there; links are not followed, as no scan follows them. */
async function isFolder(place: string): Promise<boolean> {
  try {
    return (await lstat(place)).isDirectory();
  } catch {
    return false;
  }
}
