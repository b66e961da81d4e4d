import process from "node:process";

import { type OpenOptions, openEngine } from "@lectern/native";

import { referenceOfUri } from "../doc-uri.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { dim, print, printJson } from "./terminal.ts";

/** Prints a page, a section or lines as they are on disk. */
export async function getCommand(
  options: OpenOptions,
  reference: string,
  asJson: boolean,
): Promise<number> {
  await using engine = await openEngine(options);
  const ofUri = referenceOfUri(reference);
  const answer = await engine.read(
    ofUri === undefined
      ? { reference }
      : { reference: ofUri.path, ...(ofUri.section !== undefined && { section: ofUri.section }) },
  );
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
