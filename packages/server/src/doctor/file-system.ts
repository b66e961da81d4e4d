import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import path from "node:path";

import { type Check, fail, ok, warn } from "./check.ts";
import { runProgram } from "./run.ts";

/** Less than this is too little for an index. Bytes. */
const FREE_BYTES_NEEDED = 50e6;
/** Less than this is worth saying. Bytes. */
const FREE_BYTES_WANTED = 1e9;
/** Longest time that the list of mounts may take, in milliseconds. */
const MOUNT_TIMEOUT_MS = 2000;
const STORAGE_EXIT = 5;

/** File systems of `statfs` on Linux that are on another machine. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x69_69, "nfs"],
  [0x51_7b, "smb"],
  [0xff_53_4d_42, "cifs"],
  [0xfe_53_4d_42, "smb2"],
  [0x01_02_19_97, "9p"],
  [0x00_c3_64_00, "ceph"],
  [0x53_46_41_4f, "afs"],
]);

/** Whether an index can be kept at `folder`, which need not exist. */
export async function checkIndexFolder(folder: string): Promise<Check> {
  const name = "index folder";
  const existing = nearestFolder(folder);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    const next = "name another folder with --index-dir or LECTERN_INDEX_DIR, or give it the right";
    return fail(name, `${folder}: ${existing} is not writable`, next, STORAGE_EXIT);
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const space = `${(free / 1e9).toFixed(1)} GB free`;
  if (free < FREE_BYTES_NEEDED) {
    return fail(name, `${folder}: ${space}`, "free some space, or name another disk", STORAGE_EXIT);
  }
  const network = await networkFileSystem(existing);
  if (network !== undefined) {
    return warn(
      name,
      `${folder} is on a network file system (${network})`,
      "keep indexes on a local disk: --index-dir or LECTERN_INDEX_DIR",
    );
  }
  if (free < FREE_BYTES_WANTED) return warn(name, `${folder}: ${space}`, "free some space soon");
  return ok(name, `${folder}, ${space}`);
}

function nearestFolder(folder: string): string {
  if (existsSync(folder) || path.dirname(folder) === folder) return folder;
  return nearestFolder(path.dirname(folder));
}

/** Kind of the network file system that holds `folder`; `undefined` for a local one. */
async function networkFileSystem(folder: string): Promise<string | undefined> {
  if (process.platform !== "darwin") return NETWORK_TYPES.get(statfsSync(folder).type >>> 0);
  const { stdout } = await runProgram("/sbin/mount", [], { timeoutMs: MOUNT_TIMEOUT_MS }).catch(
    () => ({
      stdout: "",
    }),
  );
  return networkMount(stdout, folder);
}

/** The same from the lines of macOS's `mount`: `//u@host/share on /Volumes/share (smbfs, nodev)`. */
export function networkMount(lines: string, folder: string): string | undefined {
  const mounts = lines.split("\n").flatMap((line) => {
    const [, point = "", kind = ""] = / on (.+) \((\w+)/u.exec(line) ?? [];
    const isAbove = folder === point || folder.startsWith(point === "/" ? "/" : `${point}/`);
    return point !== "" && isAbove ? [{ point, kind }] : [];
  });
  const nearest = mounts.sort((a, b) => b.point.length - a.point.length)[0];
  return nearest !== undefined && /^(?:nfs|smbfs|afpfs|webdav|ftp)/u.test(nearest.kind)
    ? nearest.kind
    : undefined;
}
