import {
  type Engine,
  LecternError,
  type OpenOptions,
  openEngine,
  type SearchAnswer,
} from "@lectern/native";

import { oneLine, withoutControls } from "../plain-text.ts";
import { EXIT } from "./exit.ts";
import { bold, dim, print, printJson, progressLine } from "./terminal.ts";

/** What to search for and how to show it. */
export interface SearchFlags {
  readonly limit: number;
  readonly path?: string | undefined;
  readonly full: boolean;
  readonly json: boolean;
}

/** Brings the index up to the files, searches and prints the hits. */
export async function searchCommand(
  options: OpenOptions,
  query: string,
  flags: SearchFlags,
): Promise<number> {
  await using engine = await openEngine(options);
  await update(engine);
  const { limit, path, full, json } = flags;
  const answer = await engine.search({
    query,
    limit,
    detail: full ? "full" : "concise",
    ...(path !== undefined && { path }),
  });
  if (json) printJson(answer);
  else print(human(answer));
  return answer.hits.length === 0 ? EXIT.notFound : EXIT.ok;
}

/** A search of a stale index would answer a question of yesterday; one that is locked still answers. */
async function update(engine: Engine): Promise<void> {
  const line = progressLine();
  try {
    await engine.sync({ onProgress: (progress) => line.show(progress) });
  } catch (error) {
    if (!LecternError.isInstance(error) || error.code !== "INDEX_BUSY") throw error;
  } finally {
    line.clear();
  }
}

function human(answer: SearchAnswer): string {
  const blocks = answer.hits.map((hit) => {
    const trail = [hit.title, ...hit.heading.filter((heading) => heading !== hit.title)];
    const lines = `L${hit.lines.start}-L${hit.lines.end}`;
    return [
      `${bold(`${oneLine(hit.path)}:${lines}`)} ${dim(`#${hit.section} ${hit.score.toFixed(2)}`)}`,
      dim(withoutControls(trail.join(" > "))),
      withoutControls(hit.text ?? hit.snippet).trimEnd(),
    ].join("\n");
  });
  if (answer.hits.length === 0) {
    blocks.push(answer.pages === 0 ? "no Markdown pages under the roots" : "nothing found");
  }
  if (answer.unmatched.length > 0) blocks.push(dim(`unmatched: ${answer.unmatched.join(", ")}`));
  return blocks.join("\n\n");
}
