import { type NoticeReceiver, NoticePacing } from "./notice-pacing.ts";
import type { ResourceChange, ResourceChanges, ResourceWatch } from "./resource-changes.ts";
import { ToolError } from "./tool-error.ts";

/** Most resources that a connection is told of. */
const MAX_SUBSCRIBED = 1000;
/** A change of more parts than these is a burst. */
const BURST = 100;

/** What a subscription is to be told of. */
export interface Wanted {
  readonly uris?: readonly string[];
  readonly isListWanted?: boolean;
}

interface Subscription {
  /** What each URI is made of. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  readonly isListWanted: boolean;
}

/**
 * What one connection wants to be told of. Changes are watched while there is a subscription, and
 * only then.
 */
export class Subscriptions {
  readonly #changes: ResourceChanges;
  readonly #open = new Map<string | number, Subscription>();
  readonly #pacing: NoticePacing;
  #receiver: NoticeReceiver | undefined;
  #watch: ResourceWatch | undefined;

  constructor(changes: ResourceChanges) {
    this.#changes = changes;
    this.#pacing = new NoticePacing({
      updated: (uri) => {
        if (this.#isWanted(uri)) this.#receiver?.updated(uri);
      },
      listChanged: () => {
        if (this.#isListWanted()) this.#receiver?.listChanged();
      },
    });
  }

  /** Has notices sent by `receiver` from now on, in place of the one before. */
  deliverTo(receiver: NoticeReceiver): void {
    this.#receiver = receiver;
  }

  /**
   * Whether changes of a resource can be told; `false` for a URI that is none of the server's.
   *
   * @throws {@link ToolError} for a resource whose changes are not known.
   */
  canTell(uri: string): boolean {
    return this.#changes.partsOf(uri) !== undefined;
  }

  /**
   * Opens a subscription, in place of the one of the same id, to resources whose changes can be told.
   * It is open at once; resolves when nothing that changes from now on will be missed.
   *
   * @throws {@link ToolError} `LIMIT_EXCEEDED`; nothing is opened then.
   */
  async open(id: string | number, { uris = [], isListWanted = false }: Wanted): Promise<void> {
    const parts = new Map(uris.map((uri) => [uri, this.#changes.partsOf(uri) ?? []]));
    const others = [...this.#open].filter(([other]) => other !== id);
    const subscribed = others.reduce((sum, [, other]) => sum + other.parts.size, parts.size);
    if (subscribed > MAX_SUBSCRIBED) {
      throw new ToolError(
        "LIMIT_EXCEEDED",
        `a connection can subscribe to at most ${MAX_SUBSCRIBED} resources`,
        { hint: "end subscriptions that are not needed any more" },
      );
    }
    this.#open.set(id, { parts, isListWanted });
    if (!isListWanted && ![...parts.values()].some((its) => its.length > 0)) return;
    this.#watch ??= this.#changes.watch((change) => this.#take(change));
    await this.#watch.ready;
  }

  /** Ends a subscription; one that is not open is none of its business. */
  close(id: string | number): void {
    this.#open.delete(id);
    if (this.#open.size === 0) this.end();
  }

  /** Ends all of them. */
  end(): void {
    this.#open.clear();
    this.#watch?.stop();
    this.#watch = undefined;
    this.#pacing.clear();
  }

  #take({ parts, isListChanged }: ResourceChange): void {
    const uris = new Set<string>();
    for (const subscription of this.#open.values()) {
      for (const [uri, its] of subscription.parts) {
        if (its.some((part) => parts.has(part))) uris.add(uri);
      }
    }
    this.#pacing.add({
      uris,
      isListChanged: isListChanged && this.#isListWanted(),
      isBurst: parts.size > BURST,
    });
  }

  #isWanted(uri: string): boolean {
    return [...this.#open.values()].some(({ parts }) => parts.has(uri));
  }

  #isListWanted(): boolean {
    return [...this.#open.values()].some((subscription) => subscription.isListWanted);
  }
}
