import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Engine, OpenOptions, Root } from "@lectern/native";

/**
 * Copies the indexed pages of an engine into `folder`, without headings that end in a question mark.
 * Gives what an engine over the copy is opened with, its index below `folder` as well.
 */
export async function maskedCopy(
  engine: Engine,
  options: OpenOptions,
  folder: string,
): Promise<OpenOptions> {
  const { roots } = await engine.stats();
  const pages = (await engine.pageTimes()).map((page) => page.path);
  const copies: Root[] = [];
  for (const [at, root] of roots.entries()) {
    const copy = path.join(folder, String(at), path.basename(root.folder));
    mkdirSync(copy, { recursive: true });
    const isOfRoot = (page: string): boolean => page.startsWith(root.prefix);
    for (const page of pages.filter(isOfRoot)) {
      const file = page.slice(root.prefix.length);
      copyMasked(path.join(root.folder, file), path.join(copy, file));
    }
    // Its paths have to begin with what they began with.
    copies.push({ path: copy, ...(root.prefix !== "" && { name: root.name }) });
  }
  return { ...options, roots: copies, indexDir: path.join(folder, "index") };
}

/**
 * Text of a page without headings that end in `?`: lines that begin with `#` outside code blocks, and
 * single lines underlined by `=` or `-`. It may have any line ends, which stay.
 */
export function maskQuestions(text: string): string {
  const lines = text.split("\n");
  const kept: string[] = [];
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/u.exec(line.replace(/\r$/u, ""));
    if (fence !== undefined) {
      const isEnd = mark?.[1]?.startsWith(fence) === true && mark[2]?.trim() === "";
      if (isEnd) fence = undefined;
    } else if (mark !== null) {
      fence = mark[1];
    } else if (/^ {0,3}#{1,6}[ \t].*\?[ \t]*#*\s*$/u.test(line)) {
      continue;
    } else if (isUnderlinedQuestion(lines, at)) {
      at += 1;
      continue;
    }
    kept.push(line);
  }
  return kept.join("\n");
}

function isUnderlinedQuestion(lines: readonly string[], at: number): boolean {
  const before = lines[at - 1] ?? "";
  const [line = "", after = ""] = [lines[at], lines[at + 1]];
  return (
    before.trim() === "" && /^ {0,3}\S.*\?\s*$/u.test(line) && /^ {0,3}(?:=+|-+)\s*$/u.test(after)
  );
}

function copyMasked(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { preserveTimestamps: true });
  // One character a byte: whatever the encoding, what is kept stays as it is.
  const text = readFileSync(from, "latin1");
  const masked = maskQuestions(text);
  if (masked !== text) writeFileSync(to, masked, "latin1");
}
