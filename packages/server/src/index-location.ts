import { mkdtemp, readdir, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { type OpenOptions, openEngine } from "@lectern/native";

/** Where the index of some settings lies, whether it is there or not. */
export interface IndexLocation {
  /** Folder under which indexes are kept. */
  readonly base: string;
  /** Folder of this index, absolute: `<base>/<hash>/v<format>`. */
  readonly folder: string;
  /** The same below `base`. */
  readonly relative: string;
}

/**
 * Finds the folder without touching it: its name is a hash that only the core makes, so an empty
 * index of the same settings is opened in a temporary folder and its name read off.
 *
 * @throws {@link LecternError} as opening does.
 */
export async function locateIndex(options: OpenOptions): Promise<IndexLocation> {
  const scratch = await mkdtemp(path.join(tmpdir(), "lectern-locate-"));
  try {
    const engine = await openEngine({ ...options, indexDir: scratch });
    await engine.close();
    const [hash = ""] = await readdir(scratch);
    const [format = ""] = await readdir(path.join(scratch, hash));
    const base = options.indexDir ?? path.join(cacheFolder(), "lectern");
    const relative = path.join(hash, format);
    return { base, relative, folder: path.join(base, relative) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The platform's cache folder, as the core finds it. */
function cacheFolder(): string {
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Caches");
  const named = process.env["XDG_CACHE_HOME"] ?? "";
  return path.isAbsolute(named) ? named : path.join(homedir(), ".cache");
}
