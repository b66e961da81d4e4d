import process from "node:process";

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { version } from "../version.ts";
import { EXIT, EXIT_HELP, explainError } from "./exit.ts";
import { getCommand } from "./get-command.ts";
import { indexCommand } from "./index-command.ts";
import { type DocumentFlags, openOptions } from "./options.ts";
import { searchCommand } from "./search-command.ts";
import { serve } from "./serve.ts";

const collect = (value: string, all: string[] = []): string[] => [...all, value];

/** Runs a command line; ends the process with its exit code, but for `serve`, which runs on. */
export async function main(argv: readonly string[], parent: number): Promise<void> {
  try {
    await program(parent).parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version also end this way; commander has printed what there is to say.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const { code, lines } = explainError(error);
    process.stderr.write(`${lines.join("\n")}\n`);
    process.exitCode = code;
  }
}

// The commands are not loaded on demand: in a single file that wraps every module of theirs, which
// was measured to cost `serve` 6 ms of its start to save the other commands 30.
function program(parent: number): Command {
  const lectern = new Command("lectern")
    .description("Search, read and cite folders of Markdown, for coding agents and for you.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see lectern --help)")
    .addHelpText("after", EXIT_HELP);

  documents(lectern.command("serve", { isDefault: true }))
    .description("serve MCP over stdio; a host starts this")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .action((roots: string[], flags: DocumentFlags) => serve(openOptions(flags, roots), parent));

  documents(lectern.command("index"))
    .description("bring the index up to the files")
    .argument("[root...]", "folders of Markdown, PATH or NAME=PATH")
    .option("--json", "print the report for programs")
    .action(async (roots: string[], flags: DocumentFlags & { json?: boolean }) => {
      process.exitCode = await indexCommand(openOptions(flags, roots), flags.json === true);
    });

  documents(lectern.command("search"))
    .description("search, after bringing the index up to the files")
    .argument("<query...>", "words, a question, an identifier or an error message")
    .addOption(
      new Option("-n, --limit <count>", "hits, 1 to 20").default(5).argParser((text) => {
        const count = Number(text);
        if (Number.isInteger(count) && count >= 1 && count <= 20) return count;
        throw new InvalidArgumentError("it must be an integer from 1 to 20.");
      }),
    )
    .option("-p, --path <path>", "only this folder or page")
    .option("--full", "show whole sections")
    .option("--json", "print the answer for programs")
    .action(
      async (
        query: string[],
        flags: DocumentFlags & { limit: number; path?: string; full?: boolean; json?: boolean },
      ) => {
        const { limit, path } = flags;
        const shown = { limit, path, full: flags.full === true, json: flags.json === true };
        process.exitCode = await searchCommand(openOptions(flags, []), query.join(" "), shown);
      },
    );

  documents(lectern.command("get"))
    .description("print a page, a section or lines")
    .argument("<reference>", "path, path#section, path:L10-L42 or a kb:// uri")
    .option("--json", "print the answer for programs")
    .action(async (reference: string, flags: DocumentFlags & { json?: boolean }) => {
      process.exitCode = await getCommand(openOptions(flags, []), reference, flags.json === true);
    });

  return lectern;
}

/** Adds the flags that say which documents are meant. */
function documents(command: Command): Command {
  return command
    .option(
      "-r, --root <root>",
      "folder of Markdown, PATH or NAME=PATH; repeatable (LECTERN_ROOTS)",
      collect,
    )
    .option("--index-dir <folder>", "where indexes are kept (LECTERN_INDEX_DIR)")
    .option("--include <glob>", "files to index; repeatable", collect)
    .option("--exclude <glob>", "files and folders to leave out; repeatable", collect)
    .exitOverride();
}
