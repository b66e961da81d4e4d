import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The built command, as a host starts it. */
export const bin: string = fileURLToPath(new URL("../../bin/lectern.js", import.meta.url));

/** The sample handbook. */
export const handbook: string = fileURLToPath(
  new URL("../../../../examples/handbook", import.meta.url),
);

/** Copies the sample handbook, so that it is no part of any repository and was written just now. */
export function copyHandbook(folder: string): string {
  const copy = path.join(folder, "handbook");
  cpSync(handbook, copy, { recursive: true });
  return copy;
}

function touch(from: string, to: string): void {
  const { status, stderr } = spawnSync("touch", ["-r", from, to], { encoding: "utf8" });
  if (status !== 0) throw new Error(`touch: ${stderr}`);
}

/** A folder of pages with an index folder beside it. */
export class Docs {
  readonly base: string = mkdtempSync(path.join(tmpdir(), "lectern-server-"));
  readonly root: string = path.join(this.base, "docs");
  readonly index: string = path.join(this.base, "index");

  constructor(pages: Readonly<Record<string, string | Uint8Array>> = {}) {
    mkdirSync(this.root);
    for (const [name, text] of Object.entries(pages)) this.write(name, text);
  }

  write(name: string, text: string | Uint8Array): void {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(name: string): void {
    rmSync(path.join(this.root, name), { recursive: true });
  }

  /** Has a page look as if it was written long ago. */
  age(name: string): void {
    utimesSync(path.join(this.root, name), 1_600_000_000, 1_600_000_000);
  }

  /** Replaces a page; its size and mtime stay what they were. */
  rewriteInSecret(name: string, text: string): void {
    const file = path.join(this.root, name);
    const kept = path.join(this.base, "time");
    const before = statSync(file, { bigint: true });
    // By `touch`, since a time in JavaScript is coarser than that of a file.
    touch(file, kept);
    writeFileSync(file, text);
    touch(kept, file);
    const after = statSync(file, { bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      throw new Error("the new text must have the same size, and the file its time");
    }
  }

  delete(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
