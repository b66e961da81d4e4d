/** What editors do to a file when it is saved. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A way to save. */
export type Save =
  | "write in place"
  | "vim: rename and write"
  | "vim: backup and write in place"
  | "VS Code: truncate and write"
  | "temporary file and rename"
  | "emacs: autosave, lock, backup"
  | "same size and time";

/** Has a file hold a text instead of the one before. */
type SaveSteps = (file: string, text: string, before: string) => void;

/** What each of them does. */
export const SAVES: Readonly<Record<Save, SaveSteps>> = {
  "write in place": (file, text) => writeFileSync(file, text),
  "vim: rename and write": (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  // As vim does where it is told to keep a file the same file.
  "vim: backup and write in place": (file, text, before) => {
    writeFileSync(`${file}~`, before);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  "VS Code: truncate and write": (file, text) => {
    const handle = openSync(file, "r+");
    ftruncateSync(handle);
    writeSync(handle, text, 0);
    closeSync(handle);
  },
  "temporary file and rename": (file, text) => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  },
  "emacs: autosave, lock, backup": (file, text) => {
    const lock = path.join(path.dirname(file), `.#${path.basename(file)}`);
    const autosave = path.join(path.dirname(file), `#${path.basename(file)}#`);
    symlinkSync("someone@somewhere.1:1", lock);
    writeFileSync(autosave, text);
    if (existsSync(`${file}~`)) rmSync(`${file}~`);
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(autosave);
    unlinkSync(lock);
    unlinkSync(`${file}~`);
  },
  "same size and time": (file, text) => {
    // By `touch`, since a time in JavaScript is coarser than that of a file.
    const kept = path.join(tmpdir(), `lectern-time-${process.pid}`);
    touch(file, kept);
    writeFileSync(file, text);
    touch(kept, file);
    unlinkSync(kept);
  },
};

/** Whether a name is one of {@link SAVES}. */
export function isSave(name: string): name is Save {
  return Object.hasOwn(SAVES, name);
}

function touch(from: string, to: string): void {
  const { status, stderr } = spawnSync("touch", ["-r", from, to], { encoding: "utf8" });
  if (status !== 0) throw new Error(`touch: ${stderr}`);
}
