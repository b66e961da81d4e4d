import { homedir } from "node:os";
import path from "node:path";

/** An absolute path: `~` and `~/` are the home folder, anything else is relative to `base`. */
export function resolvePath(given: string, base: string): string {
  if (given === "~") return homedir();
  if (given.startsWith("~/")) return path.join(homedir(), given.slice(2));
  return path.resolve(base, given);
}
