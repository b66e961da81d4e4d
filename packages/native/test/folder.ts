import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Engine, type OpenOptions, openEngine } from "../src/index.ts";

/** A folder of pages with an index folder beside it, gone with the test. */
export class Folder implements Disposable {
  readonly base: string = mkdtempSync(path.join(tmpdir(), "lectern-native-"));
  readonly root: string = path.join(this.base, "docs");

  constructor(pages: Readonly<Record<string, string>>) {
    mkdirSync(this.root);
    for (const [name, text] of Object.entries(pages)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  get options(): OpenOptions {
    return { roots: [{ path: this.root }], indexDir: path.join(this.base, "index") };
  }

  open(): Promise<Engine> {
    return openEngine(this.options);
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
