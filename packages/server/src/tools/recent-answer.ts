/** What `list_recent` answers: one set of facts as data and as text. */
import { z } from "zod";

import type { PageChange, RecentChanges } from "../history/history.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { openCursor, sealCursor } from "../serving/cursor.ts";

/** Longest subject or author shown, in characters: both are written by hand and bounded by nothing. */
const SHOWN_CHARACTERS = 120;

/** Schema of the answer as data; `commit` is its hash or the word `uncommitted`. */
export const recentOutput = z.object({
  changes: z.array(
    z.object({
      path: z.string(),
      change: z.string(),
      from: z.string().optional(),
      date: z.string(),
      commit: z.string().optional(),
      author: z.string().optional(),
      subject: z.string().optional(),
    }),
  ),
  total: z.number(),
  cursor: z.string().optional(),
  note: z.string().optional(),
});

type Facts = z.output<typeof recentOutput>;
type ChangeFacts = Facts["changes"][number];

/** At most `limit` of the changes from behind `cursor`, as data and as text. */
export function recentAnswer(
  recent: RecentChanges,
  asked: {
    /** What makes the listing this one; cursors of another are refused. */
    readonly listing: string;
    readonly limit: number;
    readonly cursor: string | undefined;
  },
): { readonly text: string; readonly data: Facts } {
  const { listing, limit, cursor } = asked;
  const { changes } = recent;
  const start = cursor === undefined ? 0 : behind(changes, openCursor(listing, cursor));
  const shown = changes.slice(start, start + limit);
  const last = shown.at(-1);
  const isCut = last !== undefined && start + shown.length < changes.length;
  const notes = [...(changes.length === 0 ? ["nothing changed"] : []), ...recent.notes];
  const data: Facts = {
    changes: shown.map(factsOf),
    total: changes.length,
    ...(isCut && { cursor: sealCursor(listing, JSON.stringify(orderOf(last))) }),
    ...(notes.length > 0 && { note: notes.join("; ") }),
  };
  return { text: render(data), data };
}

/** The place behind the change that a cursor names, or where it would be, had it not gone. */
function behind(changes: readonly PageChange[], key: string): number {
  const [group, time, path] = JSON.parse(key) as Order;
  const index = changes.findIndex((change) => {
    const [ownGroup, ownTime, ownPath] = orderOf(change);
    if (ownGroup !== group) return ownGroup > group;
    if (ownTime !== time) return ownTime < time;
    return ownPath > path;
  });
  return index === -1 ? changes.length : index;
}

type Order = readonly [group: number, time: number, path: string];

/** What changes are ordered by: uncommitted ones first, then newest first, then by path. */
function orderOf({ uncommitted, date, path }: PageChange): Order {
  return [uncommitted === true ? 0 : 1, Date.parse(date), path];
}

function factsOf(change: PageChange): ChangeFacts {
  const { path, from, date, author, subject } = change;
  const commit = change.uncommitted === true ? "uncommitted" : change.commit;
  return {
    path,
    change: change.change,
    ...(from !== undefined && { from }),
    date,
    ...(commit !== undefined && { commit }),
    ...(author !== undefined && { author: shortened(author) }),
    ...(subject !== undefined && { subject: shortened(subject) }),
  };
}

function shortened(given: string): string {
  const characters = Array.from(withoutControls(given));
  if (characters.length <= SHOWN_CHARACTERS) return characters.join("");
  return `${characters.slice(0, SHOWN_CHARACTERS - 1).join("")}…`;
}

function render(data: Facts): string {
  const lines = [data.total === 1 ? "1 page changed" : `${data.total} pages changed`];
  for (const { path, change, from, date, commit, author, subject } of data.changes) {
    const parts = [
      oneLine(path),
      `${change}${from === undefined ? "" : ` from ${oneLine(from)}`}`,
      date,
      ...(commit === undefined ? [] : [commit]),
      ...(author === undefined ? [] : [oneLine(author)]),
      ...(subject === undefined ? [] : [oneLine(subject)]),
    ];
    lines.push(parts.join(" · "));
  }
  if (data.cursor !== undefined) lines.push(`more: give cursor ${data.cursor}`);
  if (data.note !== undefined) lines.push(`note: ${data.note}`);
  return lines.join("\n");
}
