/** What each page held at which moments, by the clock of this process, in milliseconds. */
interface Version {
  /** Absent while there is no such page. */
  readonly text: string | undefined;
  /** When the change that made it began. */
  readonly from: number;
  /** When the change that ended it was over. */
  to: number;
}

/** What pages held over time. A change takes a while: within it both versions count. */
export class Versions {
  readonly #pages = new Map<string, Version[]>();

  /** Takes down that a page holds `text`, or is gone, by a change from `began` to `ended`. */
  record(path: string, text: string | undefined, began: number, ended: number): void {
    const versions = this.#pages.get(path) ?? [];
    const last = versions.at(-1);
    if (last !== undefined) last.to = ended;
    versions.push({ text, from: began, to: Number.POSITIVE_INFINITY });
    this.#pages.set(path, versions);
  }

  /** What a page held at any moment of a span; `undefined` among it where it was absent. */
  during(path: string, since: number, until: number): readonly (string | undefined)[] {
    const versions = this.#pages.get(path);
    if (versions === undefined) return [undefined];
    return versions.filter(({ from, to }) => from <= until && to >= since).map(({ text }) => text);
  }

  /** What the pages hold now. */
  now(): Map<string, string> {
    const pages = new Map<string, string>();
    for (const [path, versions] of this.#pages) {
      const text = versions.at(-1)?.text;
      if (text !== undefined) pages.set(path, text);
    }
    return pages;
  }
}
