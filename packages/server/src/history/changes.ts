import type { ChangeKind, FileChange } from "./log-parser.ts";

/** What became of a page over a window, with the step that touched it last. */
export interface NetChange<Step> {
  readonly change: ChangeKind;
  /** The name before the window, of a rename. */
  readonly from?: string;
  readonly last: Step;
  /** The name that step has for it; another one than the path only for what was deleted. */
  readonly name: string;
}

/** A page that was touched: the name it had before the window, unless it came within it. */
interface Track<Step> {
  readonly origin: string | undefined;
  readonly last: Step;
}

/**
 * Folds steps into one change a page: added then edited is added, edited is changed, renamed and
 * edited is renamed from the name before the window, added and deleted is nothing, deleted and
 * added again is changed.
 *
 * @param steps Oldest first.
 * @returns By path: the name now, or the name before the window for what was deleted.
 */
export function netChanges<Step extends { readonly files: readonly FileChange[] }>(
  steps: Iterable<Step>,
): Map<string, NetChange<Step>> {
  const live = new Map<string, Track<Step>>();
  const gone = new Map<string, NetChange<Step>>();
  for (const step of steps) fold(step, live, gone);
  const net = new Map(gone);
  for (const [path, { origin, last }] of live) {
    const at = { last, name: path };
    if (origin === undefined && !gone.has(path)) net.set(path, { change: "added", ...at });
    else if (origin === undefined || origin === path) net.set(path, { change: "changed", ...at });
    else net.set(path, { change: "renamed", from: origin, ...at });
  }
  return net;
}

function fold<Step extends { readonly files: readonly FileChange[] }>(
  step: Step,
  live: Map<string, Track<Step>>,
  gone: Map<string, NetChange<Step>>,
): void {
  // The files of one step all speak of the names before it: those that leave go first.
  const moved = new Map<string, string | undefined>();
  for (const { change, path, from } of step.files) {
    const left = change === "deleted" ? path : from;
    if (left === undefined) continue;
    const track = live.get(left);
    live.delete(left);
    const origin = track === undefined ? left : track.origin;
    if (change === "renamed") moved.set(path, origin);
    else if (origin !== undefined) {
      gone.set(origin, { change: "deleted", last: step, name: left });
    }
  }
  for (const { change, path } of step.files) {
    if (change === "deleted") continue;
    const track = live.get(path);
    if (change === "renamed") live.set(path, { origin: moved.get(path), last: step });
    else if (track !== undefined) live.set(path, { origin: track.origin, last: step });
    // What stood under this name before the window is there again.
    else if (change === "added" && !gone.delete(path)) {
      live.set(path, { origin: undefined, last: step });
    } else live.set(path, { origin: path, last: step });
  }
}
