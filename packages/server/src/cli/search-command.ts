import process from "node:process";

import {
  type OpenOptions,
  openEngine,
  type SearchAnswer,
  type Signals,
  type StageTimes,
} from "@lectern/native";
import type { Command } from "commander";

import { checkPageList } from "../eval/page-list.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { catchUp } from "./catch-up.ts";
import { EXIT } from "./exit.ts";
import { describe } from "./help.ts";
import { ignoreLinksOption, readPageList, withoutLinksFrom } from "./ignored-links.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, collect, type DocumentFlags, openOptions } from "./options.ts";
import { signalName } from "./signal-name.ts";
import { bold, dim, print, printJson } from "./terminal.ts";

interface Flags extends DocumentFlags {
  readonly limit: number;
  readonly path?: readonly string[];
  readonly ignoreLinksFrom?: string;
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
    .option("-p, --path <path>", "only this folder, page or glob; repeatable", collect)
    .addOption(ignoreLinksOption())
    .optionsGroup("Output:")
    .option("--full", "show whole sections")
    .option("--explain", "show what each score is made of")
    .option("--json", "print the answer for programs")
    .action(async (query: string[], flags: Flags) => {
      process.exitCode = await searchCommand(await openOptions(flags, []), query.join(" "), flags);
    });
  describe(command, {
    about:
      "Every word counts on its own; there are no operators and no phrases. Each hit is a section\n" +
      "with its page, its lines and a snippet; `lectern get` prints what a hit names.",
    examples: [
      ['lectern search "rotate a secret"', "words in any order"],
      ["lectern search ECONNREFUSED -p runbooks", "only below a folder"],
      ["lectern search kafka -p 'teams/*/runbooks' -p faq.md", "globs and several, any of them"],
      ["lectern search getUserName --full -n 1", "the whole text of the best section"],
      ["lectern search kafka lag --explain", "why the hits stand in this order"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 4, 5],
  });
}

/** Brings the index up to the files, searches and prints the hits. */
async function searchCommand(
  options: OpenOptions,
  query: string,
  { limit, path, ignoreLinksFrom, full, explain, json }: Flags,
): Promise<number> {
  const ignored = ignoreLinksFrom === undefined ? undefined : readPageList(ignoreLinksFrom);
  await using engine = await openEngine({ ...options, ...withoutLinksFrom(ignored) });
  await catchUp(engine);
  if (ignored !== undefined) await checkPageList(engine, ignored);
  const answer = await engine.search({
    query,
    limit,
    detail: full === true ? "full" : "concise",
    ...(path !== undefined && { paths: path }),
  });
  if (json === true) printJson(answer);
  else print(human(answer, explain === true));
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
  for (const { word, synonyms } of answer.expanded) {
    blocks.push(dim(`also searched: ${oneLine(word)} -> ${synonyms.map(oneLine).join(", ")}`));
  }
  if (explain) {
    blocks.push(dim(`confidence: ${answer.confidence.toFixed(2)}`));
    blocks.push(dim(`milliseconds: ${stages(answer.times)}`));
  }
  if (answer.unmatched.length > 0) blocks.push(dim(`unmatched: ${answer.unmatched.join(", ")}`));
  return blocks.join("\n\n");
}

/** The signals that give a hit something, in the order in which they are added. */
function madeOf(signals: Signals): string {
  return Object.entries(signals)
    .filter(([, gain]: [string, number]) => gain > 0)
    .map(([name, gain]: [string, number]) => `${signalName(name)} ${gain.toFixed(2)}`)
    .join(" + ");
}

/** How long each stage took, in the order in which they follow one another. */
function stages(times: StageTimes): string {
  return Object.entries(times)
    .map(([stage, milliseconds]: [string, number]) => `${stage} ${milliseconds.toFixed(2)}`)
    .join(", ");
}
