import path from "node:path";

import type { Origin } from "./layers.ts";
import type { LoadedSettings } from "./settings.ts";

/** A setting as a host may see it. */
export interface ShownSetting {
  readonly value: unknown;
  readonly from: Origin["from"];
}

/**
 * The effective settings as a host may see them: no machine path, so roots by name only and of the
 * index folder and the synonyms whether they were chosen.
 */
export function shownSettings(loaded: LoadedSettings): Readonly<Record<string, ShownSetting>> {
  const { settings, origins } = loaded;
  const shown = {
    roots: settings.roots.map((root) => root.name ?? path.basename(root.path)),
    indexDir: settings.indexDir === undefined ? "platform cache" : "configured",
    include: settings.include,
    exclude: settings.exclude,
    maxFileBytes: settings.maxFileBytes,
    synonyms: settings.synonyms === undefined ? "none" : "configured",
    runbooks: settings.runbooks,
    protocol: settings.protocol,
    log: settings.log,
    pull: settings.pull,
  };
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => {
      const { from } = origins[name as keyof typeof shown];
      return [name, { value, from }];
    }),
  );
}
