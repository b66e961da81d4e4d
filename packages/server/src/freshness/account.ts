import type { WatchMode } from "../watch/watcher.ts";

/** What a leading server says of itself beside the index, for people who ask `doctor` or `stats`. */
export interface LeaderAccount {
  readonly pid: number;
  readonly version: string;
  /** ISO 8601: since when it leads. */
  readonly since: string;
  /** ISO 8601: when it last said so. One that is stopped says nothing any more. */
  readonly beat: string;
  /** How it learns of changes; absent while it is only starting to. */
  readonly watch?: WatchMode;
  /** ISO 8601: end of the last sync of everything. */
  readonly sweptAt?: string;
  /** Why its last sync failed. */
  readonly problem?: string;
}

/** Milliseconds from one beat to the next. */
export const BEAT_MS = 10_000;

/** Milliseconds after which a leader that said nothing counts as silent. */
const SILENT_MS = 60_000;

/** Reads an account; `undefined` for one that is being written or of another version. */
export function readAccount(text: string): LeaderAccount | undefined {
  try {
    const account = JSON.parse(text) as Partial<LeaderAccount>;
    const { pid, since, beat } = account;
    const isWhole =
      typeof pid === "number" && typeof since === "string" && typeof beat === "string";
    return isWhole ? (account as LeaderAccount) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a leader has said nothing for so long that others do its work meanwhile. */
export function isSilent({ beat }: LeaderAccount, now: number = Date.now()): boolean {
  return now - Date.parse(beat) > SILENT_MS;
}
