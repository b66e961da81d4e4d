import type { Log } from "../serving/log.ts";
import type { WatchedRoot } from "./public-path.ts";

/**
 * What is brought in line: what events spoke of, also what could not be watched before, or
 * everything.
 */
export type AlignScope = "noted" | "lacking" | "all";

/** Reports changes below roots, by whatever the platform offers. */
export interface ChangeSource {
  /**
   * Brings what is watched in line with what is there. Gives public paths whose changes may have
   * been missed until now, since they were not watched or not all along. Not to be called again
   * before it is done.
   *
   * @throws {@link WatchLimitError} when no more can be watched; any other error of listing
   * folders, after which the next call looks at everything.
   */
  align(scope: AlignScope): Promise<readonly string[]>;
  /** Whether `lacking` has something to look at before long. */
  readonly isLacking: boolean;
  /** Ends all watches; nothing is reported any more. */
  close(): void;
}

/** What a {@link ChangeSource} is made of. */
export interface SourceOptions {
  readonly roots: readonly WatchedRoot[];
  /**
   * Folders as public paths that may hold pages, without ignored and hidden ones, at or below the
   * given ones; all without.
   */
  readonly folders: (below?: readonly string[]) => Promise<readonly string[]>;
  /** Called with the public path of what may have changed. */
  readonly report: (path: string) => void;
  /** Most folders to watch one by one. */
  readonly mostFolders: number;
  readonly log: Log;
}

/** Files whose rules say which others are pages, for the folder they lie in and all below it. */
export const IGNORE_FILES: ReadonlySet<string> = new Set([".gitignore", ".ignore"]);
