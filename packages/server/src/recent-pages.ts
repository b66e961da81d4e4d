import type { Engine } from "@lectern/native";

import type { History, RecentChanges } from "./history/history.ts";

/**
 * Pages that changed over the last `days`, at or under `path`, by what is indexed now.
 *
 * @throws LecternError `NOT_FOUND` for a path at which nothing changed and nothing is.
 */
export async function recentPages(
  engine: Engine,
  history: History,
  asked: {
    readonly days: number;
    readonly path?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<RecentChanges> {
  const { days, signal } = asked;
  const pages = await engine.pageTimes();
  const path = asked.path?.replace(/^(?:\.\/)+/u, "").replace(/^\/+|\/+$/gu, "") ?? "";
  const isEverything = path === "" || path === ".";
  const inside = isEverything ? {} : { path };
  const recent = await history.recent({ days, pages, signal, ...inside });
  // Deleted pages have changes and are no longer there, so only where nothing changed is it asked.
  if (!isEverything && recent.changes.length === 0) {
    await engine.browse({ path, depth: 1, limit: 1 });
  }
  return recent;
}
