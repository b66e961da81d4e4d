/** Someone who works on a folder of pages in every way there is. */
import { mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import { pages } from "../corpus.ts";
import { PURPOSE, Random } from "../generate/random.ts";
import { Branches } from "./branches.ts";
import type { Change, ChangeKind, ChangeLog, PageText } from "./change-log.ts";
import { drawFolder, isBelow } from "./folders.ts";
import { marked, markOf, newMark } from "./mark.ts";
import { isSave, type Save, SAVES } from "./saves.ts";

/** How often each kind is drawn. */
const WEIGHTS: readonly (readonly [ChangeKind, number])[] = [
  ["write in place", 12],
  ["vim: rename and write", 13],
  ["vim: backup and write in place", 10],
  ["VS Code: truncate and write", 12],
  ["temporary file and rename", 12],
  ["emacs: autosave, lock, backup", 12],
  ["same size and time", 4],
  ["new page", 8],
  ["page renamed", 6],
  ["page deleted", 5],
  ["page back", 4],
  ["folder renamed", 1],
  ["folder deleted", 1],
];

/** Pages that differ between the two branches. */
const BRANCH_PAGES = 1000;
/** Changes after which a folder that was deleted comes back. */
const AWAY = 20;
/** Most pages of a folder that is deleted or renamed in the run of things. */
const SMALL_FOLDER = 60;

/** Works on the pages below a folder, which becomes a repository with two branches. */
export class Editor {
  readonly #folder: string;
  readonly #log: ChangeLog;
  readonly #random: Random;
  /** What every page holds. */
  readonly #texts = new Map<string, string>();
  readonly #branches: Branches;
  /** Pages that are worked on: there, and no branch's. */
  #own: string[];
  readonly #deleted = new Map<string, string>();
  #away: { readonly pages: ReadonlyMap<string, string>; left: number } | undefined;

  /** Writes a mark into every page and makes the branches; what comes later goes into the log. */
  constructor(folder: string, seed: number, log: ChangeLog) {
    this.#folder = folder;
    this.#log = log;
    this.#random = new Random(seed, PURPOSE.edits, 0);
    const all = pages(folder);
    for (const page of all) {
      this.#texts.set(page, this.#remarked(readFileSync(this.#at(page), "utf8")));
    }
    this.#write([...this.#texts]);
    // In a row, so that most folders are of one kind.
    const first = this.#random.below(all.length);
    const most = Math.min(BRANCH_PAGES, Math.floor(all.length / 2));
    const ofBranch = new Set([...all.slice(first), ...all.slice(0, first)].slice(0, most));
    this.#own = all.filter((page) => !ofBranch.has(page));
    const other = [...ofBranch].map((page) => [page, this.#remarked(this.#text(page))] as const);
    this.#branches = new Branches(folder, new Map(other));
  }

  /** Makes one change, of a kind that is drawn unless it is given, and takes it down. */
  change(kind?: ChangeKind): Change {
    const change = this.#make(kind);
    this.#log.add(change);
    return change;
  }

  #make(wanted?: ChangeKind): Change {
    if (this.#away !== undefined) {
      this.#away.left -= 1;
      if (wanted === undefined && this.#away.left <= 0) return this.#bringFolderBack();
    }
    const kind = wanted ?? this.#draw();
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
      case "folder deleted":
        return this.#deleteFolder(wanted === undefined ? SMALL_FOLDER : this.#texts.size / 2);
      case "folder back":
        return this.#bringFolderBack();
      case "branch switched":
      default:
        return this.#switchBranch();
    }
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

  #at(page: string): string {
    return path.join(this.#folder, page);
  }

  #text(page: string): string {
    return this.#texts.get(page) ?? "";
  }

  #remarked(text: string): string {
    return marked(text, newMark(this.#random), this.#random);
  }

  /** Does something that makes pages hold what is given; `found` tells how it can be found. */
  #do(
    kind: ChangeKind,
    changes: readonly PageText[],
    work: () => void,
    found?: { readonly path: string; readonly mark: string },
  ): Change {
    const span = this.#log.do(changes, work);
    for (const [page, text] of changes) {
      if (text === null) this.#texts.delete(page);
      else this.#texts.set(page, text);
    }
    return { kind, ...span, pages: changes.length, ...found };
  }

  #write(texts: readonly (readonly [page: string, text: string])[]): void {
    for (const [page, text] of texts) {
      mkdirSync(path.dirname(this.#at(page)), { recursive: true });
      writeFileSync(this.#at(page), text);
    }
  }

  #save(kind: Save, page: string): Change {
    const before = this.#text(page);
    const mark = newMark(this.#random);
    const text = marked(before, mark, this.#random, kind === "same size and time");
    const found = { path: page, mark };
    return this.#do(kind, [[page, text]], () => SAVES[kind](this.#at(page), text, before), found);
  }

  #newPage(): Change {
    const mark = newMark(this.#random);
    const folder = path.posix.dirname(this.#random.pick(this.#own));
    const page = path.posix.join(folder, `new-${mark}.md`);
    const text = marked(`# A page that ${mark} names\n\nWritten just now.\n`, mark, this.#random);
    this.#own.push(page);
    const write = (): void => this.#write([[page, text]]);
    return this.#do("new page", [[page, text]], write, { path: page, mark });
  }

  /** Gives one of the own pages and has it as one no more. */
  #takeOwn(): string {
    const at = this.#random.below(this.#own.length);
    const page = this.#own[at] ?? "";
    this.#own[at] = this.#own.at(-1) ?? "";
    this.#own.pop();
    return page;
  }

  #renamePage(): Change {
    const from = this.#takeOwn();
    // Its name has a word to find it by.
    const mark = newMark(this.#random);
    const to = path.posix.join(path.posix.dirname(from), `renamed-${mark}.md`);
    this.#own.push(to);
    const changes = [[from, null] as const, [to, this.#text(from)] as const];
    const rename = (): void => renameSync(this.#at(from), this.#at(to));
    return this.#do("page renamed", changes, rename, { path: to, mark });
  }

  #deletePage(): Change {
    const page = this.#takeOwn();
    this.#deleted.set(page, this.#text(page));
    return this.#do("page deleted", [[page, null]], () => unlinkSync(this.#at(page)));
  }

  #bringBack(): Change {
    const [found] = this.#deleted;
    if (found === undefined) return this.#newPage();
    const [page, before] = found;
    this.#deleted.delete(page);
    this.#own.push(page);
    const mark = newMark(this.#random);
    const text = marked(before, mark, this.#random);
    const write = (): void => this.#write([[page, text]]);
    return this.#do("page back", [[page, text]], write, { path: page, mark });
  }

  #below(folder: string): [page: string, text: string][] {
    return [...this.#texts].filter(([page]) => isBelow(page, folder));
  }

  #renameFolder(): Change {
    const own = new Set(this.#own);
    const isOwn = (page: string): boolean => own.has(page);
    const all = [...this.#texts.keys()];
    const folder = drawFolder(this.#random, this.#own, all, SMALL_FOLDER, isOwn);
    if (folder === undefined) return this.#newPage();
    const mark = newMark(this.#random);
    const to = `${folder}-${mark}`;
    const moved = (page: string): string => to + page.slice(folder.length);
    const inside = this.#below(folder);
    this.#own = this.#own.map((page) => (isBelow(page, folder) ? moved(page) : page));
    const changes = inside.flatMap(([page, text]) => [
      [page, null] as const,
      [moved(page), text] as const,
    ]);
    const rename = (): void => renameSync(this.#at(folder), this.#at(to));
    const [page = ""] = inside[0] ?? [];
    return this.#do("folder renamed", changes, rename, { path: moved(page), mark });
  }

  #deleteFolder(most: number): Change {
    if (this.#away !== undefined) {
      if (most === SMALL_FOLDER) return this.#newPage();
      this.#log.add(this.#bringFolderBack());
    }
    const all = [...this.#texts.keys()];
    const least = most === SMALL_FOLDER ? 1 : Math.min(SMALL_FOLDER, most / 10);
    const folder = drawFolder(this.#random, all, all, most, () => true, least);
    // Somewhere there must be pages to work on.
    if (folder === undefined || this.#own.every((page) => isBelow(page, folder))) {
      return this.#newPage();
    }
    const inside = this.#below(folder);
    this.#away = { pages: new Map(inside), left: AWAY };
    this.#own = this.#own.filter((page) => !isBelow(page, folder));
    return this.#do(
      "folder deleted",
      inside.map(([page]) => [page, null]),
      () => rmSync(this.#at(folder), { recursive: true }),
    );
  }

  #bringFolderBack(): Change {
    const away = this.#away?.pages ?? new Map<string, string>();
    this.#away = undefined;
    const own = [...away.keys()].filter((page) => !this.#branches.other.has(page));
    this.#own.push(...own);
    const [page] = own;
    const mark = newMark(this.#random);
    const texts = [...away].map(
      ([name, text]) => [name, name === page ? marked(text, mark, this.#random) : text] as const,
    );
    const found = page === undefined ? undefined : { path: page, mark };
    return this.#do("folder back", texts, () => this.#write(texts), found);
  }

  #switchBranch(): Change {
    // Git would not know what to make of pages that are not there.
    if (this.#away !== undefined) this.#log.add(this.#bringFolderBack());
    const { other } = this.#branches;
    const held = new Map([...other.keys()].map((page) => [page, this.#text(page)]));
    const texts = [...other];
    const [page, text] = this.#random.pick(texts);
    const found = { path: page, mark: markOf(text) ?? "" };
    return this.#do("branch switched", texts, () => this.#branches.checkout(held), found);
  }
}
