/** What changed of a server's resources. */
export interface ResourceChange {
  /** Parts that changed, came or went, named as by {@link ResourceChanges.partsOf}. */
  readonly parts: ReadonlySet<string>;
  /** Whether what is listed is another. */
  readonly isListChanged: boolean;
}

/** A watch over resources. */
export interface ResourceWatch {
  /** Resolves when every change from now on will be told. */
  readonly ready: Promise<void>;
  /** Idempotent; nothing is told afterwards. */
  stop(): void;
}

/** Where a server learns that its resources changed. */
export interface ResourceChanges {
  /**
   * What a resource is made of, as far as it changes: none for one that never does; `undefined` for
   * a URI that is none of the server's. What it names need not be there.
   *
   * @throws {@link ToolError} for a resource whose changes are not known.
   */
  partsOf(uri: string): readonly string[] | undefined;
  /** Tells `listener` of changes until it is stopped. Costs nothing while nobody watches. */
  watch(listener: (change: ResourceChange) => void): ResourceWatch;
}
