/** Pages of a corpus as titles, headings and texts, for the systems that have no reader of their own. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { pages } from "./corpus.ts";

/** A page by its headings. */
export interface PageSections {
  /** Below the folder of the corpus, '/'-separated. */
  readonly path: string;
  /** Of the front matter, else the first heading, else the file's name. */
  readonly title: string;
  /** In the order of the page; the first is what stands above all headings. */
  readonly sections: readonly Section[];
}

/** What stands below a heading, without what stands below the next one. */
export interface Section {
  /** Its heading and those above it, outermost first; empty above all headings. */
  readonly trail: readonly string[];
  readonly body: string;
}

/** Every Markdown page below a folder, by path. */
export function readSections(folder: string): PageSections[] {
  return pages(folder).map((file) =>
    splitSections(readFileSync(path.join(folder, file), "utf8"), file),
  );
}

/** A plain heading split: ATX headings outside fences. */
export function splitSections(text: string, file: string): PageSections {
  const sections: { trail: string[]; body: string }[] = [];
  let trail: { level: number; text: string }[] = [];
  let body: string[] = [];
  let fence = "";
  const close = (): void => {
    sections.push({ trail: trail.map((heading) => heading.text), body: body.join("\n") });
    body = [];
  };
  for (const line of text.split("\n")) {
    const marker = /^\s{0,3}(`{3,}|~{3,})/u.exec(line)?.[1] ?? "";
    if (fence === "" ? marker !== "" : marker.startsWith(fence)) {
      fence = fence === "" ? marker : "";
    }
    const heading = fence === "" ? /^(#{1,6})\s+(.*?)\s*#*\s*$/u.exec(line) : null;
    if (heading === null) {
      body.push(line);
      continue;
    }
    close();
    const level = heading[1]?.length ?? 1;
    trail = [...trail.filter((above) => above.level < level), { level, text: heading[2] ?? "" }];
  }
  close();
  const own = /^---\r?\n[\s\S]*?^title:\s*["']?(.*?)["']?\s*$/mu.exec(text.slice(0, 2000))?.[1];
  const first = sections.find((section) => section.trail.length > 0)?.trail.at(-1);
  return { path: file, title: own ?? first ?? path.basename(file, ".md"), sections };
}
