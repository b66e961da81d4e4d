/** Someone who asks servers and checks every answer. */
import { PURPOSE, Random } from "../generate/random.ts";
import { lies, type ShownHit, wereLinesThen } from "./check.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Host } from "./host.ts";

/** How often a mark is asked for and not one of the questions. */
const MARKS = 0.3;
/** Marks of so many changes are late ones. */
const LATE = 20;
/** One of so many answers has its first hit read. */
const READ = 10;

/** Asks one question after the other, of however many servers. */
export class Asking {
  readonly #chronicle: Chronicle;
  readonly #queries: readonly string[];
  readonly #random: Random;
  readonly #lies: string[] = [];
  #searches = 0;
  #hits = 0;
  #reads = 0;

  constructor(chronicle: Chronicle, queries: readonly string[], seed: number) {
    this.#chronicle = chronicle;
    this.#queries = queries;
    this.#random = new Random(seed, PURPOSE.edits, 1);
  }

  /** What was shown that was not so, in words. */
  get lies(): readonly string[] {
    return this.#lies;
  }

  /** How much was asked, and answered. */
  counts(): { searches: number; hits: number; reads: number } {
    return { searches: this.#searches, hits: this.#hits, reads: this.#reads };
  }

  /** Asks one question and checks the answer; throws when there is none. */
  async ask(host: Host): Promise<void> {
    const query = this.#draw();
    const { asked, answered, value: hits } = await host.search(query);
    this.#chronicle.catchUp();
    this.#searches += 1;
    this.#hits += hits.length;
    for (const { what, path, shown } of lies(hits, this.#chronicle.versions, asked, answered)) {
      this.#lies.push(`${what}: ${path}, asked ${JSON.stringify(query)}: ${JSON.stringify(shown)}`);
    }
    const [first] = hits;
    if (first !== undefined && this.#searches % READ === 0) await this.#read(host, first, asked);
  }

  #draw(): string {
    const { changes, oldMarks, goneMarks } = this.#chronicle;
    const newMarks = (): string[] => changes.flatMap(({ mark = [] }) => mark);
    const marks = this.#random.pick([newMarks, () => oldMarks, () => goneMarks])();
    if (marks.length === 0 || !this.#random.chance(MARKS)) return this.#random.pick(this.#queries);
    // Often of late ones, which may be on their way into the index or out of it.
    return this.#random.pick(this.#random.chance(0.5) ? marks.slice(-LATE) : marks);
  }

  /** Reads what a hit cites, as an agent does next. */
  async #read(host: Host, hit: ShownHit, since: number): Promise<void> {
    const { path, lines } = hit;
    const { asked, answered, value } = await host.read(`${path}:${lines}`);
    this.#chronicle.catchUp();
    this.#reads += 1;
    const { versions } = this.#chronicle;
    if (value === undefined) {
      // Gone, or shorter by now: only where it was changed meanwhile.
      if (versions.during(path, since, answered).length === 1) {
        this.#lies.push(`not to be read: ${path}:${lines}`);
      }
    } else if (!wereLinesThen(value, hit, versions, asked, answered)) {
      this.#lies.push(`read what is not there: ${path}:${lines}: ${JSON.stringify(value)}`);
    }
  }
}
