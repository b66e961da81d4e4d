import {
  type Dirent,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import type { Log } from "../../src/serving/log.ts";
import { isAtOrBelow } from "../../src/watch/public-path.ts";
import {
  startWatching,
  type WatchedRoot,
  type Watcher,
  type WatchMode,
  type WatchOptions,
} from "../../src/watch/watcher.ts";

/** Longest wait for what must come, in milliseconds; never waited for to its end unless a test fails. */
const DEADLINE_MS = 20_000;

/** Ways of watching that work on this platform. */
export const waysOfWatching: readonly ("folders" | "trees")[] =
  process.platform === "linux" ? ["folders", "trees"] : ["trees"];

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Folders that are watched, with a mirror that knows of their files only what batches made it look
 * at: once it shows what is on disk, nothing was missed.
 */
export class WatchedDocs {
  readonly base: string = mkdtempSync(path.join(tmpdir(), "lectern-watch-"));
  readonly roots: readonly WatchedRoot[];
  readonly batches: (readonly string[] | undefined)[] = [];
  readonly modes: WatchMode[] = [];
  /** What the watcher asked for: paths, or `undefined` for all. */
  readonly listings: (readonly string[] | undefined)[] = [];
  /** Done within each batch once it was looked at. */
  onBatch: () => Promise<void> = () => Promise.resolve();
  readonly #mirror = new Map<string, string>();
  readonly #abort = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #watcher: Watcher | undefined;

  /** @param names Of the roots; none makes a single root without a name. */
  constructor(names: readonly string[] = []) {
    this.roots =
      names.length === 0
        ? [{ prefix: "", folder: path.join(this.base, "docs") }]
        : names.map((name) => ({ prefix: `${name}/`, folder: path.join(this.base, name) }));
    for (const root of this.roots) mkdirSync(root.folder);
  }

  get watcher(): Watcher {
    if (this.#watcher === undefined) throw new Error("not started");
    return this.#watcher;
  }

  /** Starts watching; resolves after the first batch. */
  async start(options: Partial<WatchOptions> = {}): Promise<void> {
    this.#watcher = startWatching({
      roots: this.roots,
      folders: (below) => {
        this.listings.push(below);
        return Promise.resolve(listFolders(this.roots, below));
      },
      onBatch: async (paths) => {
        this.#look(paths);
        this.batches.push(paths);
        this.#wake();
        await this.onBatch();
      },
      onModeChange: (mode) => {
        this.modes.push(mode);
        this.#wake();
      },
      signal: this.#abort.signal,
      log: silent,
      ...options,
    });
    await this.until(() => this.batches.length > 0);
    this.batches.length = 0;
  }

  /** Where a public path is on disk. */
  place(name: string): string {
    const root = this.roots.find((one) => isAtOrBelow(name, one.prefix.slice(0, -1)));
    if (root === undefined) throw new Error(`below no root: ${name}`);
    return path.join(root.folder, name.slice(root.prefix.length));
  }

  write(name: string, text = "text\n"): void {
    const file = this.place(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Resolves once `isSo`, which is asked with each batch and change of mode. */
  async until(isSo: () => boolean): Promise<void> {
    const end = Date.now() + DEADLINE_MS;
    while (!isSo()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`not so in time: ${isSo.toString()}; ${this.#told()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resolves once the mirror shows what is on disk. */
  async settled(): Promise<void> {
    await this.until(() => this.#differences().length === 0);
  }

  /** Writes `name` and resolves when it was told: whatever happened before has been told then too. */
  async marked(name: string): Promise<void> {
    this.write(name, `${this.batches.length}`);
    await this.until(() => this.batches.some((batch) => covers(batch, name)));
  }

  delete(): void {
    this.#abort.abort();
    rmSync(this.base, { recursive: true, force: true });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #look(paths: readonly string[] | undefined): void {
    for (const name of paths ?? this.roots.map((root) => root.prefix.slice(0, -1))) {
      for (const known of this.#mirror.keys())
        if (isAtOrBelow(known, name)) this.#mirror.delete(known);
      for (const [file, state] of filesAt(this.roots, name)) this.#mirror.set(file, state);
    }
  }

  #differences(): string[] {
    const real = new Map(
      this.roots.flatMap((root) => [...filesAt(this.roots, root.prefix.slice(0, -1))]),
    );
    const names = new Set([...real.keys(), ...this.#mirror.keys()]);
    return [...names].filter((name) => real.get(name) !== this.#mirror.get(name));
  }

  #told(): string {
    const batches = this.batches.map((batch) => batch?.slice(0, 5));
    return JSON.stringify({ missed: this.#differences().slice(0, 5), batches: batches.slice(-5) });
  }
}

/** Whether a batch holds a path or a folder around it. */
export function covers(batch: readonly string[] | undefined, name: string): boolean {
  return batch === undefined || batch.some((one) => isAtOrBelow(name, one));
}

/**
 * Folders as the engine lists them: no hidden ones, none that an ignore file around them names with
 * a slash at its end.
 */
export function listFolders(roots: readonly WatchedRoot[], below?: readonly string[]): string[] {
  return roots.flatMap((root) => {
    const top = root.prefix.slice(0, -1);
    return [...walk(root.folder, top, new Set())].filter(
      (folder) => below === undefined || below.some((one) => isAtOrBelow(folder, one)),
    );
  });
}

function* walk(folder: string, name: string, ignored: ReadonlySet<string>): Generator<string> {
  const entries = entriesOf(folder);
  if (entries === undefined) return;
  yield name;
  const rules = new Set([...ignored, ...rulesIn(folder)]);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith(".") || rules.has(`${entry.name}/`)) continue;
    yield* walk(
      path.join(folder, entry.name),
      name === "" ? entry.name : `${name}/${entry.name}`,
      rules,
    );
  }
}

function rulesIn(folder: string): string[] {
  try {
    return readFileSync(path.join(folder, ".gitignore"), "utf8").split("\n");
  } catch {
    return [];
  }
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** Files at or below a public path in folders that are listed, each with what a sync compares. */
function* filesAt(roots: readonly WatchedRoot[], name: string): Generator<[string, string]> {
  const parent = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
  for (const folder of new Set([...listFolders(roots, [name]), parent])) {
    const root = roots.find((one) => isAtOrBelow(folder, one.prefix.slice(0, -1)));
    if (root === undefined) continue;
    const place = path.join(root.folder, folder.slice(root.prefix.length));
    for (const entry of entriesOf(place) ?? []) {
      const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isFile() || !isAtOrBelow(file, name)) continue;
      const facts = lstatSync(path.join(place, entry.name), {
        throwIfNoEntry: false,
        bigint: true,
      });
      if (facts !== undefined) yield [file, `${facts.size} ${facts.mtimeNs} ${facts.ino}`];
    }
  }
}
