/** Between two notices of one resource, in milliseconds. */
const PAUSE_MS = 500;
/** How long a listing or a burst must be quiet before it is told, and how long that is waited for. */
const QUIET_MS = 1000;
const LATEST_MS = 5000;

/** Takes notices. */
export interface NoticeReceiver {
  /** The resource at `uri` is another than it was. */
  updated(uri: string): void;
  /** Resources came or went. */
  listChanged(): void;
}

/** What is to be told. */
export interface DueNotices {
  readonly uris: Iterable<string>;
  readonly isListChanged: boolean;
  /** Part of a change of so much that what it touches may soon change again. */
  readonly isBurst: boolean;
}

/**
 * When notices go out. One resource is told of at once and then at most every {@link PAUSE_MS}. The
 * listing and the resources of a burst, such as a switch of branches, are told once it is over.
 */
export class NoticePacing {
  readonly #receiver: NoticeReceiver;
  readonly #soon = new Set<string>();
  readonly #late = new Set<string>();
  #isListDue = false;
  #lateSince: number | undefined;
  #pause: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;

  constructor(receiver: NoticeReceiver) {
    this.#receiver = receiver;
  }

  /** Has notices told in their time. */
  add({ uris, isListChanged, isBurst }: DueNotices): void {
    for (const uri of uris) {
      if (isBurst || this.#late.has(uri)) {
        this.#soon.delete(uri);
        this.#late.add(uri);
      } else {
        this.#soon.add(uri);
      }
    }
    this.#isListDue ||= isListChanged;
    if (isListChanged || isBurst) this.#awaitQuiet();
    this.#tellSoon();
  }

  /** Forgets what was not told yet. */
  clear(): void {
    clearTimeout(this.#pause);
    clearTimeout(this.#quiet);
    this.#pause = undefined;
    this.#lateSince = undefined;
    this.#isListDue = false;
    this.#soon.clear();
    this.#late.clear();
  }

  #awaitQuiet(): void {
    clearTimeout(this.#quiet);
    const now = performance.now();
    this.#lateSince ??= now;
    const wait = Math.min(QUIET_MS, this.#lateSince + LATEST_MS - now);
    this.#quiet = setTimeout(() => this.#tellLate(), wait).unref();
  }

  #tellLate(): void {
    this.#lateSince = undefined;
    if (this.#isListDue) this.#receiver.listChanged();
    this.#isListDue = false;
    for (const uri of this.#late) this.#soon.add(uri);
    this.#late.clear();
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#pause !== undefined || this.#soon.size === 0) return;
    for (const uri of this.#soon) this.#receiver.updated(uri);
    this.#soon.clear();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#tellSoon();
    }, PAUSE_MS).unref();
  }
}
