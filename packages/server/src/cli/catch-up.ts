import { type Engine, LecternError } from "@lectern/native";

import { progressBar } from "./progress.ts";

/**
 * Brings the index up to the files before it is asked, since a stale one would answer a question of
 * yesterday. While another process writes, what is indexed has to do.
 */
export async function catchUp(engine: Engine): Promise<void> {
  const bar = progressBar();
  try {
    await engine.sync({ onProgress: (progress) => bar.show(progress) });
  } catch (error) {
    if (!LecternError.isInstance(error) || error.code !== "INDEX_BUSY") throw error;
  } finally {
    bar.clear();
  }
}
