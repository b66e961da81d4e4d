import process from "node:process";

import { type OpenOptions, openEngine } from "@lectern/native";
import type { Command } from "commander";

import { readRequest, referenceOfUri } from "../doc-uri.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { describe } from "./help.ts";
import { addDocumentFlags, type DocumentFlags, openOptions } from "./options.ts";
import { dim, print, printJson } from "./terminal.ts";

/** Registers `lectern get`. */
export function addGetCommand(lectern: Command): void {
  const command = addDocumentFlags(lectern.command("get"))
    .description("print a page, a section or lines")
    .argument("<reference>", "path, path#section, path:L10-L42 or a kb:// uri")
    .optionsGroup("Output:")
    .option("--json", "print the answer for programs")
    .action(async (reference: string, flags: DocumentFlags & { json?: boolean }) => {
      const options = await openOptions(flags, []);
      process.exitCode = await getCommand(options, reference, flags.json === true);
    });
  describe(command, {
    about:
      "Prints what is on disk at this moment, under a line with path, title, lines and revision.\n" +
      "No index is needed.",
    examples: [
      ["lectern get how-to/rotate-a-secret.md", "a page"],
      ["lectern get how-to/rotate-a-secret.md#verify-1", "a section"],
      ["lectern get how-to/rotate-a-secret.md:L10-L42", "lines"],
    ],
    isAboutDocuments: true,
    exits: [0, 1, 2, 3, 4, 5],
  });
}

/** Prints a page, a section or lines as they are on disk. */
async function getCommand(
  options: OpenOptions,
  reference: string,
  asJson: boolean,
): Promise<number> {
  await using engine = await openEngine(options);
  const ofUri = referenceOfUri(reference);
  const answer = await engine.read(ofUri === undefined ? { reference } : readRequest(ofUri));
  if (asJson) {
    printJson(answer);
    return 0;
  }
  const { path, title, lines, totalLines, revision } = answer;
  const range = totalLines === 0 ? "empty" : `lines ${lines.start}-${lines.end} of ${totalLines}`;
  const header = `${oneLine(path)} · ${oneLine(title)} · ${range} · revision ${revision}`;
  // Verbatim for programs; a terminal would obey the control characters of a document.
  const text = process.stdout.isTTY ? withoutControls(answer.text) : answer.text;
  print(`${dim(header)}\n\n${text}`);
  return 0;
}
