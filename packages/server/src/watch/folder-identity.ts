import { stat } from "node:fs/promises";

/**
 * What tells a folder from another that takes its place, links followed; `undefined` when no folder
 * is there.
 */
export async function folderIdentity(folder: string): Promise<string | undefined> {
  try {
    const facts = await stat(folder, { bigint: true });
    return facts.isDirectory() ? `${facts.dev}:${facts.ino}` : undefined;
  } catch {
    return undefined;
  }
}
