import process from "node:process";

import { type BrowseAnswer, type Engine, type OpenOptions, openEngine } from "@lectern/native";
import type { Command } from "commander";

import { oneLine, withoutControls } from "../plain-text.ts";
import { catchUp } from "./catch-up.ts";
import { describe } from "./help.ts";
import { integerOption } from "./integer-option.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { bold, dim, print, printJson, table } from "./terminal.ts";

/** Entries that the core gives at once. */
const AT_ONCE = 500;

interface Flags extends DocumentFlags {
  readonly depth: number;
  readonly json?: boolean;
}

/** Registers `lectern browse`. */
export function addBrowseCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("browse"))
    .description("show the folder tree, or the outline of a page")
    .argument("[path]", "folder or page; all when left out")
    .optionsGroup("Browse:")
    .addOption(
      integerOption("-d, --depth <levels>", "levels of folders", { min: 1, max: 10, value: 2 }),
    )
    .optionsGroup("Output:")
    .option("--json", "print the listing for programs")
    .action(async (path: string | undefined, flags: Flags) => {
      process.exitCode = await browseCommand(await openOptions(flags, []), path ?? "", flags);
    });
  describe(command, {
    about:
      "Of a folder, its folders with the number of pages below them and its pages with their\n" +
      "titles. Of a page, its sections with their lines; `lectern get PAGE#SECTION` prints one.",
    examples: [
      ["lectern browse", "everything, two levels deep"],
      ["lectern browse runbooks --depth 1", "one folder"],
      ["lectern browse runbooks/kafka.md", "the sections of a page"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 4, 5],
  });
}

async function browseCommand(options: OpenOptions, path: string, flags: Flags): Promise<number> {
  await using engine = await openEngine(options);
  await catchUp(engine);
  const found = await whole(engine, path, flags.depth);
  if (flags.json === true) printJson(found);
  else print(human(found));
  return 0;
}

/** The listing with all its pieces: a terminal scrolls. */
async function whole(engine: Engine, path: string, depth: number): Promise<BrowseAnswer> {
  const first = await engine.browse({ path, depth, limit: AT_ONCE });
  let { next, ...found } = first;
  while (next !== undefined) {
    const more = await engine.browse({ path, depth, limit: AT_ONCE, after: next });
    ({ next } = more);
    if (found.kind === "folder" && more.kind === "folder") {
      found = { ...found, entries: [...found.entries, ...more.entries] };
    } else if (found.kind === "page" && more.kind === "page") {
      found = { ...found, sections: [...found.sections, ...more.sections] };
    }
  }
  return found;
}

function human(found: BrowseAnswer): string {
  if (found.kind === "folder") {
    const rows = found.entries.map((entry) =>
      entry.kind === "folder"
        ? [`${oneLine(entry.path)}/`, `${entry.pages} pages`]
        : [oneLine(entry.path), withoutControls(entry.title)],
    );
    const name = found.path === "" ? "all pages" : `${oneLine(found.path)}/`;
    return [`${bold(name)} ${dim(`${found.pages} pages`)}`, table(rows)].join("\n");
  }
  const rows = found.sections.map(({ id, heading, level, lines, bytes }) => [
    `L${lines.start}-L${lines.end}`,
    `#${id}`,
    `${bytes} bytes`,
    `${"  ".repeat(Math.max(0, level - 1))}${withoutControls(heading)}`,
  ]);
  const { path, title, totalLines } = found;
  const head = `${bold(oneLine(path))} ${dim(`${oneLine(title)}, ${totalLines} lines`)}`;
  return [head, table(rows)].join("\n");
}
