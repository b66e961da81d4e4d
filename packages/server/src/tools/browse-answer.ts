/** What `browse_docs` answers: one set of facts as data and as text. */
import { z } from "zod";
import type { BrowseAnswer, FolderEntry, OutlineSection } from "@lectern/native";

import { oneLine, withoutControls } from "../plain-text.ts";
import { BYTES_PER_TOKEN } from "../serving/tokens.ts";

/** Schema of the answer as data: entries are folders and pages of a folder, or sections of a page. */
export const browseOutput = z.object({
  path: z.string(),
  pages: z.number().optional(),
  title: z.string().optional(),
  lines: z.number().optional(),
  entries: z.array(
    z.object({
      path: z.string().optional(),
      pages: z.number().optional(),
      section: z.string().optional(),
      lines: z.string().optional(),
      title: z.string().optional(),
      tokens: z.number().optional(),
    }),
  ),
  cursor: z.string().optional(),
});

type Facts = z.output<typeof browseOutput>;
type EntryFacts = Facts["entries"][number];

/** The answer as data and as text; `cursor` continues it. */
export function browseAnswer(
  found: BrowseAnswer,
  cursor: string | undefined,
): { readonly text: string; readonly data: Facts } {
  const more = cursor === undefined ? {} : { cursor };
  const data: Facts =
    found.kind === "folder"
      ? { path: found.path, pages: found.pages, entries: found.entries.map(entryFacts), ...more }
      : {
          path: found.path,
          title: withoutControls(found.title),
          lines: found.totalLines,
          entries: found.sections.map(sectionFacts),
          ...more,
        };
  return { text: render(data), data };
}

function entryFacts(entry: FolderEntry): EntryFacts {
  if (entry.kind === "folder") return { path: `${entry.path}/`, pages: entry.pages };
  const { path, title, bytes } = entry;
  return { path, title: withoutControls(title), tokens: tokens(bytes) };
}

function sectionFacts({ id, heading, level, lines, bytes }: OutlineSection): EntryFacts {
  return {
    section: id,
    lines: `L${lines.start}-L${lines.end}`,
    // As Markdown writes it, so that the level needs no place of its own.
    title: level === 0 ? "" : `${"#".repeat(level)} ${withoutControls(heading)}`,
    tokens: tokens(bytes),
  };
}

function tokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function render(data: Facts): string {
  const lines = [header(data), ...data.entries.map(line)];
  if (data.cursor !== undefined) lines.push(`more: give cursor ${data.cursor}`);
  return lines.join("\n");
}

function line({ path, pages, section, lines, title, tokens: size }: EntryFacts): string {
  if (pages !== undefined) return `${oneLine(path ?? "")} · ${counted(pages)}`;
  if (section === undefined)
    return `${oneLine(path ?? "")} · ${oneLine(title ?? "")} · ${size} tokens`;
  const heading = title === undefined || title === "" ? [] : [oneLine(title)];
  return [`${lines} ${section}`, ...heading, `${size} tokens`].join(" · ");
}

function counted(pages: number): string {
  return `${pages} ${pages === 1 ? "page" : "pages"}`;
}

function header({ path, pages, title, lines }: Facts): string {
  if (pages !== undefined) {
    const folder = path === "" ? "all docs" : `${oneLine(path)}/`;
    return `${folder} · ${counted(pages)}`;
  }
  return `${oneLine(path)} · ${oneLine(title ?? "")} · ${lines} lines`;
}
