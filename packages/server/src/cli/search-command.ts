import process from "node:process";

import { type OpenOptions, openEngine, type SearchAnswer, type Signals } from "@lectern/native";
import type { Command } from "commander";

import { oneLine, withoutControls } from "../plain-text.ts";
import { catchUp } from "./catch-up.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { bold, dim, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly limit: number;
  readonly path?: string;
  readonly full?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Registers `lectern search`. */
export function addSearchCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("search"))
    .description("search, after bringing the index up to the files")
    .argument("<query...>", "words, a question, an identifier or an error message")
    .optionsGroup("Search:")
    .addOption(integerOption("-n, --limit <count>", "hits", { min: 1, max: 20, value: 5 }))
    .option("-p, --path <path>", "only this folder or page")
    .optionsGroup("Output:")
    .option("--full", "show whole sections")
    .option("--explain", "show what each score is made of")
    .option("--json", "print the answer for programs")
    .action(async (query: string[], flags: Flags) => {
      const { limit, path } = flags;
      const shown = {
        limit,
        path,
        full: flags.full === true,
        explain: flags.explain === true,
        json: flags.json === true,
      };
      process.exitCode = await searchCommand(await openOptions(flags, []), query.join(" "), shown);
    });
  describe(command, {
    about:
      "Every word counts on its own; there are no operators and no phrases. Each hit is a section\n" +
      "with its page, its lines and a snippet; `lectern get` prints what a hit names.",
    examples: [
      ['lectern search "rotate a secret"', "words in any order"],
      ["lectern search ECONNREFUSED -p runbooks", "only below a folder"],
      ["lectern search getUserName --full -n 1", "the whole text of the best section"],
      ["lectern search kafka lag --explain", "why the hits stand in this order"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 4, 5],
  });
}

/** How to search and how to show it. */
interface SearchFlags {
  readonly limit: number;
  readonly path?: string | undefined;
  readonly full: boolean;
  readonly explain: boolean;
  readonly json: boolean;
}

/** Brings the index up to the files, searches and prints the hits. */
async function searchCommand(
  options: OpenOptions,
  query: string,
  flags: SearchFlags,
): Promise<number> {
  await using engine = await openEngine(options);
  await catchUp(engine);
  const { limit, path, full, explain, json } = flags;
  const answer = await engine.search({
    query,
    limit,
    detail: full ? "full" : "concise",
    ...(path !== undefined && { path }),
  });
  if (json) printJson(answer);
  else print(human(answer, explain));
  return answer.hits.length === 0 ? EXIT.notFound : EXIT.ok;
}

function human(answer: SearchAnswer, explain: boolean): string {
  const blocks = answer.hits.map((hit) => {
    const trail = [hit.title, ...hit.heading.filter((heading) => heading !== hit.title)];
    const lines = `L${hit.lines.start}-L${hit.lines.end}`;
    return [
      `${bold(`${oneLine(hit.path)}:${lines}`)} ${dim(`#${hit.section} ${hit.score.toFixed(2)}`)}`,
      dim(withoutControls(trail.join(" > "))),
      ...(explain ? [dim(madeOf(hit.signals))] : []),
      withoutControls(hit.text ?? hit.snippet).trimEnd(),
    ].join("\n");
  });
  if (answer.hits.length === 0) {
    blocks.push(answer.pages === 0 ? "no Markdown pages under the roots" : "nothing found");
  }
  for (const { word, replacements } of answer.corrected) {
    blocks.push(dim(`corrected: ${oneLine(word)} to ${replacements.join(", ")}`));
  }
  if (explain) blocks.push(dim(`confidence: ${answer.confidence.toFixed(2)}`));
  if (answer.unmatched.length > 0) blocks.push(dim(`unmatched: ${answer.unmatched.join(", ")}`));
  return blocks.join("\n\n");
}

/** The signals that give a hit something, in the order in which they are added. */
function madeOf(signals: Signals): string {
  return Object.entries(signals)
    .filter(([, gain]: [string, number]) => gain > 0)
    .map(([name, gain]: [string, number]) => `${name} ${gain.toFixed(2)}`)
    .join(" + ");
}
