/** How long changes take to be found. */
import { setTimeout as pause } from "node:timers/promises";

import { quantile, sorted } from "../report.ts";
import { type Change, isHidden } from "./change-log.ts";
import type { Chronicle } from "./chronicle.ts";
import { clock } from "./clock.ts";
import type { Host } from "./host.ts";

/** How long one kind of change took to be found, in milliseconds. */
export interface Visibility {
  readonly kind: string;
  /** Whether many pages changed at that time. */
  readonly when: "quiet" | "many pages change";
  readonly seen: number;
  /** Hidden changes that were not waited for until a sweep finds them. */
  readonly givenUp: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

/** A change that is not found by then counts as never, in milliseconds. */
const PATIENCE_MS = 90_000;
/** The same for one that a sweep within the hour may find first, which is no problem. */
const HIDDEN_PATIENCE_MS = 5000;
/** Between two questions for one change, in milliseconds. */
const PAUSE_MS = 10;
/** A change of so many pages is one that others wait for, */
const MANY_PAGES = 100;
/** for so long after it, in milliseconds. */
const AFTERMATH_MS = 5000;

/** Looks for one change after the other, each from its end until it is found. */
export class Looking {
  readonly #chronicle: Chronicle;
  readonly #looked: Looked[] = [];
  readonly #unseen: string[] = [];
  #known = 0;

  constructor(chronicle: Chronicle) {
    this.#chronicle = chronicle;
  }

  /** Changes that were not found in time, in words. */
  get unseen(): readonly string[] {
    return this.#unseen;
  }

  /** Looks until `isOver` says that no more changes come and the last one was found. */
  async look(host: Host, isOver: () => boolean): Promise<void> {
    for (;;) {
      this.#chronicle.catchUp();
      const { changes } = this.#chronicle;
      const fresh = changes.slice(this.#known).findLast(isToBeFound);
      this.#known = changes.length;
      if (fresh !== undefined) await this.#lookFor(fresh, host);
      else if (isOver()) return;
      else await pause(PAUSE_MS);
    }
  }

  /** By kind, in quiet and not. */
  visible(): Visibility[] {
    const { changes } = this.#chronicle;
    const great = changes.filter(({ pages }) => pages >= MANY_PAGES);
    const groups = Map.groupBy(this.#looked, ({ change, until }) => {
      const isQuiet = great.every(
        ({ began, ended }) => began > until || ended + AFTERMATH_MS < change.began,
      );
      return isQuiet ? "quiet" : "many pages change";
    });
    return [...groups].flatMap(([when, looked]) => {
      const kinds = Map.groupBy(looked, ({ change }) => change.kind);
      return [["all", looked] as const, ...kinds].map(([kind, some]) =>
        visibility(kind, when, some),
      );
    });
  }

  async #lookFor(change: Change & Findable, host: Host): Promise<void> {
    const { path, mark, ended, kind } = change;
    const patience = isHidden(change) ? HIDDEN_PATIENCE_MS : PATIENCE_MS;
    while (clock() - ended < patience) {
      const { value: hits, answered } = await host.search(mark);
      const isFound = hits.some(
        (hit) => hit.path.includes(mark) || (hit.path === path && hit.snippet.includes(mark)),
      );
      if (isFound) {
        this.#looked.push({ change, until: answered, isFound });
        return;
      }
      if (!this.#isStillThere(change)) return;
      await pause(PAUSE_MS);
    }
    if (isHidden(change)) this.#looked.push({ change, until: clock(), isFound: false });
    else this.#unseen.push(`not found: ${kind}: ${path}`);
  }

  /** Whether later changes have not taken it away again. */
  #isStillThere({ path, mark }: Findable): boolean {
    this.#chronicle.catchUp();
    const text = this.#chronicle.versions.latest(path);
    return text !== undefined && (text.includes(mark) || path.includes(mark));
  }
}

interface Looked {
  readonly change: Change;
  /** When it was found or given up. */
  readonly until: number;
  readonly isFound: boolean;
}

interface Findable {
  readonly path: string;
  readonly mark: string;
}

function isToBeFound(change: Change): change is Change & Findable {
  return change.mark !== undefined;
}

function visibility(kind: string, when: Visibility["when"], looked: readonly Looked[]): Visibility {
  const found = looked.filter(({ isFound }) => isFound);
  const ascending = sorted(found.map(({ change, until }) => until - change.ended));
  return {
    kind,
    when,
    seen: found.length,
    givenUp: looked.length - found.length,
    p50: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
    most: ascending.at(-1) ?? Number.NaN,
  };
}
