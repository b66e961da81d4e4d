import { flagOf } from "../config/layers.ts";
import type { LoadedSettings } from "../config/settings.ts";
import { SETTING_NAMES } from "../config/defaults.ts";

/**
 * Arguments of `lectern` that serve with these settings from any working directory. What a
 * configuration file sets is left to the file, so that a later change of it counts.
 */
export function serveArguments({ settings, origins, file }: LoadedSettings): string[] {
  const words = ["serve"];
  const isInFile = (name: (typeof SETTING_NAMES)[number]): boolean => origins[name].from === "file";
  if (!isInFile("roots")) {
    words.push(
      ...settings.roots.map(({ name, path }) => (name === undefined ? path : `${name}=${path}`)),
    );
  }
  // A host may start the server in a stranger's repository: a file that lies there decides nothing.
  words.push(...(file === undefined ? ["--no-config"] : ["--config", file]));
  for (const name of SETTING_NAMES) {
    if (name === "roots" || isInFile(name) || origins[name].from === "default") continue;
    const values = [settings[name] ?? []].flat();
    words.push(...values.flatMap((value) => [flagOf(name), String(value)]));
  }
  return words;
}
