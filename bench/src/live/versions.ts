/** What each page held at which moments. */

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
  /** Versions that a change is just ending. */
  #ending: Version[] = [];

  /** Takes down that a change began by which a page will hold `text`, or will be gone. */
  begin(path: string, text: string | undefined, began: number): void {
    const versions = this.#pages.get(path) ?? [];
    const last = versions.at(-1);
    if (last !== undefined) this.#ending.push(last);
    versions.push({ text, from: began, to: Number.POSITIVE_INFINITY });
    this.#pages.set(path, versions);
  }

  /** Takes down that what began is over. */
  end(ended: number): void {
    for (const version of this.#ending) version.to = ended;
    this.#ending = [];
  }

  /** What a page held at any moment of a span; `undefined` among it where it was absent. */
  during(path: string, since: number, until: number): readonly (string | undefined)[] {
    const versions = this.#pages.get(path);
    if (versions === undefined) return [undefined];
    const first = versions[0]?.from ?? 0;
    const held = versions.filter(({ from, to }) => from <= until && to >= since);
    return [...(since < first ? [undefined] : []), ...held.map(({ text }) => text)];
  }

  /** What a page holds when all that began is over. */
  latest(path: string): string | undefined {
    return this.#pages.get(path)?.at(-1)?.text;
  }

  /** What all pages then hold. */
  all(): Map<string, string> {
    const pages = new Map<string, string>();
    for (const path of this.#pages.keys()) {
      const text = this.latest(path);
      if (text !== undefined) pages.set(path, text);
    }
    return pages;
  }
}
