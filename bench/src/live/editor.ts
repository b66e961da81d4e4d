/** Someone who works on a folder of pages in every way there is. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { pages } from "../corpus.ts";
import { PURPOSE, Random } from "../generate/random.ts";
import { Versions } from "./versions.ts";

/** How a page is saved or moved. */
export type ChangeKind =
  | "write in place"
  | "vim: rename and write"
  | "VS Code: truncate and write"
  | "temporary file and rename"
  | "emacs: autosave, lock, backup"
  | "same size and time"
  | "new page"
  | "page renamed"
  | "page deleted"
  | "page back"
  | "folder renamed"
  | "folder away and back"
  | "branch switched";

/** A change that was made. */
export interface Change {
  readonly kind: ChangeKind;
  /** The page it can be found on by `token`; absent where there is none to find. */
  readonly path?: string;
  /** A word that stands there and nowhere else since then. */
  readonly token?: string;
  /** When it was over, in milliseconds of this process. */
  readonly ended: number;
}

/** How often each kind is drawn. */
const WEIGHTS: readonly (readonly [ChangeKind, number])[] = [
  ["write in place", 20],
  ["vim: rename and write", 15],
  ["VS Code: truncate and write", 12],
  ["temporary file and rename", 12],
  ["emacs: autosave, lock, backup", 12],
  ["same size and time", 4],
  ["new page", 8],
  ["page renamed", 6],
  ["page deleted", 5],
  ["page back", 4],
  ["folder renamed", 1],
  ["folder away and back", 1],
];

/** Pages that differ between the two branches. */
const BRANCH_PAGES = 1000;
const TOKEN_MARK = "\n\nLast edit: ";

/** Works on the pages below a folder, which becomes a repository with two branches. */
export class Editor {
  readonly versions: Versions = new Versions();
  readonly #folder: string;
  readonly #random: Random;
  /** Pages that only a switch of branches changes, by what the other branch holds. */
  readonly #switched = new Map<string, string>();
  /** Pages that are worked on. */
  #own: string[] = [];
  readonly #deleted = new Map<string, string>();
  #tokens = 0;
  #branch = "main";

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#random = new Random(seed, PURPOSE.edits, 0);
    const all = pages(folder);
    for (const page of all) this.versions.record(page, this.#read(page), 0, 0);
    const step = Math.max(2, Math.floor(all.length / BRANCH_PAGES));
    this.#own = all.filter((_, at) => at % step !== 0);
    this.#makeBranches(all.filter((_, at) => at % step === 0).slice(0, BRANCH_PAGES));
  }

  /** Makes one change, of a kind that is drawn unless it is given. */
  change(kind: ChangeKind = this.#draw()): Change {
    if (isSave(kind)) return this.#save(kind, this.#random.pick(this.#own));
    switch (kind) {
      case "new page":
        return this.#newPage();
      case "page renamed":
        return this.#renamePage();
      case "page deleted":
        return this.#deletePage();
      case "page back":
        return this.#bringBack();
      case "folder renamed":
        return this.#renameFolder();
      case "folder away and back":
        return this.#awayAndBack();
      case "branch switched":
      default:
        return this.#switchBranch();
    }
  }

  /** Whether the folder holds what the editor thinks it does. */
  isAsThought(): boolean {
    const thought = this.versions.now();
    const there = pages(this.#folder);
    return (
      there.length === thought.size && there.every((page) => thought.get(page) === this.#read(page))
    );
  }

  #draw(): ChangeKind {
    const all = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
    let at = this.#random.below(all);
    for (const [kind, weight] of WEIGHTS) {
      if (at < weight) return kind;
      at -= weight;
    }
    return "write in place";
  }

  #read(page: string): string {
    return readFileSync(path.join(this.#folder, page), "utf8");
  }

  #token(): string {
    this.#tokens += 1;
    return `zq${this.#random.below(1e9).toString(36)}x${this.#tokens.toString(36)}`;
  }

  /** Does something to some pages and takes down what they hold afterwards. */
  #do(
    changes: readonly (readonly [page: string, text: string | undefined])[],
    work: () => void,
  ): number {
    const began = performance.now();
    work();
    const ended = performance.now();
    for (const [page, text] of changes) this.versions.record(page, text, began, ended);
    return ended;
  }

  #save(kind: keyof typeof SAVES, page: string): Change {
    const file = path.join(this.#folder, page);
    const before = this.#read(page);
    const token = this.#token();
    const [body = ""] = before.split(TOKEN_MARK);
    let text = `${body}${TOKEN_MARK}${token}\n`;
    if (kind === "same size and time") {
      const short = Buffer.byteLength(before) - Buffer.byteLength(text);
      // Only where the new text can be made as long.
      if (short < 0) return this.#save("write in place", page);
      text = `${body}${TOKEN_MARK}${token}${"\n".repeat(short + 1)}`;
    }
    const ended = this.#do([[page, text]], () => SAVES[kind](file, text));
    return { kind, path: page, token, ended };
  }

  #newPage(): Change {
    const token = this.#token();
    const folder = path.posix.dirname(this.#random.pick(this.#own));
    const page = path.posix.join(folder, `new-${token}.md`);
    const text = `# A page about ${token}\n\nWritten just now.\n`;
    const ended = this.#do([[page, text]], () =>
      writeFileSync(path.join(this.#folder, page), text),
    );
    this.#own.push(page);
    return { kind: "new page", path: page, token, ended };
  }

  #takeOwn(): string {
    const at = this.#random.below(this.#own.length);
    const page = this.#own[at] ?? "";
    this.#own[at] = this.#own.at(-1) ?? "";
    this.#own.pop();
    return page;
  }

  #renamePage(): Change {
    // With a word to find it by.
    const saved = this.#save("write in place", this.#random.pick(this.#own));
    const from = saved.path ?? "";
    const to = path.posix.join(path.posix.dirname(from), `renamed-${saved.token}.md`);
    this.#own[this.#own.indexOf(from)] = to;
    const text = this.#read(from);
    const ended = this.#do(
      [
        [from, undefined],
        [to, text],
      ],
      () => renameSync(path.join(this.#folder, from), path.join(this.#folder, to)),
    );
    return {
      kind: "page renamed",
      path: to,
      ...(saved.token !== undefined && { token: saved.token }),
      ended,
    };
  }

  #deletePage(): Change {
    const page = this.#takeOwn();
    this.#deleted.set(page, this.#read(page));
    const ended = this.#do([[page, undefined]], () => unlinkSync(path.join(this.#folder, page)));
    return { kind: "page deleted", ended };
  }

  #bringBack(): Change {
    const [found] = this.#deleted;
    if (found === undefined) return this.#newPage();
    const [page, before] = found;
    this.#deleted.delete(page);
    const token = this.#token();
    const text = `${before.split(TOKEN_MARK)[0] ?? ""}${TOKEN_MARK}${token}\n`;
    const file = path.join(this.#folder, page);
    const ended = this.#do([[page, text]], () => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    });
    this.#own.push(page);
    return { kind: "page back", path: page, token, ended };
  }

  /** A folder of few enough pages that none of a branch lies in. */
  #someFolder(): string | undefined {
    for (let tries = 0; tries < 50; tries += 1) {
      const folder = path.posix.dirname(this.#random.pick(this.#own));
      const inside = this.#below(folder);
      const isOwn = inside.every((page) => !this.#switched.has(page));
      if (folder !== "." && isOwn && inside.length < 60) return folder;
    }
    return undefined;
  }

  #below(folder: string): string[] {
    return [...this.versions.now().keys()].filter((page) => page.startsWith(`${folder}/`));
  }

  #renameFolder(): Change {
    const folder = this.#someFolder();
    if (folder === undefined) return this.#newPage();
    const saved = this.#save(
      "write in place",
      this.#random.pick(this.#own.filter((page) => page.startsWith(`${folder}/`))),
    );
    const to = `${folder}-${saved.token}`;
    const inside = this.#below(folder).map((page) => [page, this.#read(page)] as const);
    const moved = (page: string): string => to + page.slice(folder.length);
    const ended = this.#do(
      inside.flatMap(([page, text]) => [[page, undefined] as const, [moved(page), text] as const]),
      () => renameSync(path.join(this.#folder, folder), path.join(this.#folder, to)),
    );
    this.#own = this.#own.map((page) => (page.startsWith(`${folder}/`) ? moved(page) : page));
    return {
      kind: "folder renamed",
      path: moved(saved.path ?? ""),
      ...(saved.token !== undefined && { token: saved.token }),
      ended,
    };
  }

  #awayAndBack(): Change {
    const folder = this.#someFolder();
    if (folder === undefined) return this.#newPage();
    const away = `${this.#folder}-away`;
    const at = path.join(this.#folder, folder);
    const inside = this.#below(folder).map((page) => [page, this.#read(page)] as const);
    this.#do(
      inside.map(([page]) => [page, undefined]),
      () => renameSync(at, away),
    );
    const ended = this.#do(inside, () => renameSync(away, at));
    return { kind: "folder away and back", ended };
  }

  #switchBranch(): Change {
    const branch = this.#branch === "main" ? "other" : "main";
    const changes = [...this.#switched].map(([page, text]) => {
      this.#switched.set(page, this.#read(page));
      return [page, text] as const;
    });
    const ended = this.#do(changes, () => this.#git("checkout", "-q", branch));
    this.#branch = branch;
    return { kind: "branch switched", ended };
  }

  #makeBranches(chosen: readonly string[]): void {
    this.#git("init", "-q", "-b", "main");
    this.#git("config", "core.autocrlf", "false");
    this.#git("add", "-A", "-f", ".");
    this.#git("commit", "-q", "-m", "main");
    this.#git("checkout", "-q", "-b", "other");
    for (const page of chosen) {
      const text = `${this.#read(page)}${TOKEN_MARK}${this.#token()}\n`;
      this.#switched.set(page, text);
      writeFileSync(path.join(this.#folder, page), text);
    }
    this.#git("commit", "-q", "-a", "-m", "other");
    this.#git("checkout", "-q", "main");
  }

  #git(...args: string[]): void {
    const who = [
      "-c",
      "user.name=x",
      "-c",
      "user.email=x@y",
      "-c",
      "commit.gpgsign=false",
      "-c",
      "core.hooksPath=/dev/null",
    ];
    const { status, stderr } = spawnSync("git", [...who, "-C", this.#folder, ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }
}

/** What editors do to a file when it is saved. */
const SAVES = {
  "write in place": (file, text) => writeFileSync(file, text),
  "vim: rename and write": (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  "VS Code: truncate and write": (file, text) => {
    writeFileSync(file, "");
    writeFileSync(file, text, { flag: "r+" });
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
    const { atime, mtime } = statSync(file);
    writeFileSync(file, text);
    utimesSync(file, atime, mtime);
  },
} satisfies Partial<Record<ChangeKind, (file: string, text: string) => void>>;

function isSave(kind: ChangeKind): kind is keyof typeof SAVES {
  return Object.hasOwn(SAVES, kind);
}
