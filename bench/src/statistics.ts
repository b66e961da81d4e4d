/**
 * What a folder of Markdown is like, in the figures the generator is fitted to. By lines and regular
 * expressions, not by a parser: 100,000 pages take seconds, and both sides are read alike.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

import { pages } from "./corpus.ts";
import { sorted, quantile } from "./report.ts";

/** Mean and standard deviation of the natural logarithms of positive lengths. */
interface LogNormal {
  readonly mu: number;
  readonly sigma: number;
}

/** Figures of a folder. Words are runs of letters and digits, code included, front matter not. */
export interface Statistics {
  readonly pages: number;
  readonly words: number;
  /** Distinct words, lower-cased. */
  readonly vocabulary: number;
  /** Exponent of distinct words over words, from a sixteenth of the pages to all of them. */
  readonly heaps: number;
  /** Slope of log frequency over log rank, ranks 10 to 1,000. */
  readonly zipfHead: number;
  /** The same, ranks 1,000 to 10,000. */
  readonly zipfTail: number;
  /** Words that occur once, of the distinct ones. */
  readonly onceShare: number;
  readonly pageWords: LogNormal;
  /** Of sections with a word. */
  readonly sectionWords: LogNormal;
  readonly sectionsMean: number;
  readonly sectionsMedian: number;
  /** Headings by level, 1 to 6, as shares. */
  readonly levels: readonly number[];
  /** Headings whose text stands on another page too. */
  readonly sharedHeadings: number;
  readonly frontMatter: number;
  /** Links to pages of the folder. */
  readonly linksMean: number;
  readonly pagesWithoutLinks: number;
  /** Of the links: with a fragment; to the page itself. */
  readonly fragments: number;
  readonly samePage: number;
  /** Of the links to other pages: the text is the target's first heading or title. */
  readonly textIsTitle: number;
  /** A page, mean. */
  readonly fences: number;
  readonly tables: number;
  readonly listItems: number;
  readonly codeSpans: number;
  readonly pagesAFolder: number;
  readonly depthMean: number;
}

/** Reads every page of a folder once. */
export function describe(folder: string): Statistics {
  const files = pages(folder);
  const known = new Set(files);
  const titles = new Map<string, string>();
  const headings = new Map<string, Set<string>>();
  const levels = [0, 0, 0, 0, 0, 0];
  const counts = new Map<string, number>();
  const growth: [words: number, distinct: number][] = [];
  const pageLengths: number[] = [];
  const sectionLengths: number[] = [];
  const sectionCounts: number[] = [];
  const links: { from: string; to: string; text: string; hasFragment: boolean }[] = [];
  const linking = new Set<string>();
  const total = { words: 0, front: 0, fences: 0, tables: 0, items: 0, spans: 0, depth: 0 };

  for (const [at, file] of scattered(files).entries()) {
    const page = scan(readFileSync(path.join(folder, file), "utf8"));
    titles.set(file, page.title);
    for (const word of page.words) counts.set(word, (counts.get(word) ?? 0) + 1);
    total.words += page.words.length;
    total.front += page.hasFrontMatter ? 1 : 0;
    total.fences += page.fences;
    total.tables += page.tables;
    total.items += page.listItems;
    total.spans += page.codeSpans;
    total.depth += file.split("/").length - 1;
    pageLengths.push(page.words.length);
    sectionLengths.push(...page.sectionWords);
    sectionCounts.push(page.sectionWords.length);
    for (const { level, text } of page.headings) {
      levels[level - 1] = (levels[level - 1] ?? 0) + 1;
      const on = headings.get(text) ?? new Set();
      headings.set(text, on.add(file));
    }
    for (const { text, target } of page.links) {
      const [name = "", fragment] = target.split("#", 2);
      const to = name === "" ? file : path.posix.join(path.posix.dirname(file), name);
      if (!known.has(to)) continue;
      linking.add(file);
      links.push({ from: file, to, text, hasFragment: fragment !== undefined });
    }
    if (at + 1 >= files.length / 16) growth.push([total.words, counts.size]);
  }

  const frequencies = [...counts.values()].toSorted((a, b) => b - a);
  const shown = [...headings.values()].flatMap((on) => [...on].map(() => on.size > 1));
  const away = links.filter(({ from, to }) => from !== to);
  const folders = new Set(files.map((file) => path.posix.dirname(file)));
  return {
    pages: files.length,
    words: total.words,
    vocabulary: counts.size,
    heaps: slope(growth.filter((_, at) => at % Math.max(1, Math.floor(growth.length / 200)) === 0)),
    zipfHead: slope(ranks(frequencies, 10, 1000)),
    zipfTail: slope(ranks(frequencies, 1000, 10_000)),
    onceShare: share(frequencies.filter((count) => count === 1).length, counts.size),
    pageWords: logNormal(pageLengths),
    sectionWords: logNormal(sectionLengths),
    sectionsMean: share(sectionLengths.length, files.length),
    sectionsMedian: quantile(sorted(sectionCounts), 0.5),
    levels: levels.map((count) => share(count, shown.length)),
    sharedHeadings: share(shown.filter(Boolean).length, shown.length),
    frontMatter: share(total.front, files.length),
    linksMean: share(links.length, files.length),
    pagesWithoutLinks: 1 - share(linking.size, files.length),
    fragments: share(links.filter(({ hasFragment }) => hasFragment).length, links.length),
    samePage: share(links.length - away.length, links.length),
    textIsTitle: share(
      away.filter(({ to, text }) => text.toLowerCase() === titles.get(to)?.toLowerCase()).length,
      away.length,
    ),
    fences: share(total.fences, files.length),
    tables: share(total.tables, files.length),
    listItems: share(total.items, files.length),
    codeSpans: share(total.spans, files.length),
    pagesAFolder: share(files.length, folders.size),
    depthMean: share(total.depth, files.length),
  };
}

interface Scanned {
  readonly title: string;
  readonly words: readonly string[];
  readonly headings: readonly { readonly level: number; readonly text: string }[];
  readonly sectionWords: readonly number[];
  readonly links: readonly { readonly text: string; readonly target: string }[];
  readonly hasFrontMatter: boolean;
  readonly fences: number;
  readonly tables: number;
  readonly listItems: number;
  readonly codeSpans: number;
}

function scan(text: string): Scanned {
  const front = /^---\r?\n[\s\S]*?\n---\r?\n/u.exec(text)?.[0] ?? "";
  const words: string[] = [];
  const headings: { level: number; text: string }[] = [];
  const sectionWords: number[] = [];
  const links: { text: string; target: string }[] = [];
  const count = { fences: 0, tables: 0, listItems: 0, codeSpans: 0 };
  let own = 0;
  let fence = "";
  const close = (): void => {
    if (own > 0) sectionWords.push(own);
    own = 0;
  };
  for (const line of text.slice(front.length).split("\n")) {
    const marker = /^\s*(`{3,}|~{3,})/u.exec(line)?.[1] ?? "";
    if (fence === "" ? marker !== "" : marker.startsWith(fence)) {
      count.fences += fence === "" ? 1 : 0;
      fence = fence === "" ? marker : "";
    }
    const heading = fence === "" ? /^(#{1,6})\s+(.*?)\s*#*\s*$/u.exec(line) : null;
    if (heading !== null) {
      close();
      headings.push({ level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
    }
    const found = line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    words.push(...found);
    own += found.length;
    if (fence !== "") continue;
    if (/^\s*\|?\s*:?-{2,}:?\s*\|/u.test(line)) count.tables += 1;
    if (/^\s*(?:[-*+]|\d+[.)])\s/u.test(line)) count.listItems += 1;
    count.codeSpans += line.match(/`[^`]+`/gu)?.length ?? 0;
    for (const [, label, target] of line.matchAll(/(?<!!)\[([^\]]*)\]\(([^)\s]+)[^)]*\)/gu)) {
      if (target !== undefined && !/^[a-z]+:|^\//iu.test(target)) {
        links.push({ text: label ?? "", target });
      }
    }
  }
  close();
  const named = /^title:\s*["']?(.*?)["']?\s*$/mu.exec(front)?.[1];
  return {
    title: headings[0]?.text ?? named ?? "",
    words,
    headings,
    sectionWords,
    links,
    hasFrontMatter: front !== "",
    ...count,
  };
}

/** The files in an order that has nothing to do with their folders, the same in every run. */
function scattered(files: readonly string[]): string[] {
  return files
    .map((file, at) => ({ file, key: Math.imul(at + 1, 0x9e3779b1) >>> 0 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ file }) => file);
}

function share(part: number, whole: number): number {
  return part / Math.max(1, whole);
}

/** Frequencies at ranks in equal steps of their logarithm. */
function ranks(frequencies: readonly number[], from: number, to: number): [number, number][] {
  const points: [number, number][] = [];
  for (let rank = from; rank <= Math.min(to, frequencies.length); rank = Math.ceil(rank * 1.05)) {
    points.push([rank, frequencies[rank - 1] ?? 1]);
  }
  return points;
}

/** Slope of the line through the logarithms, by least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]): [number, number] => [Math.log(x), Math.log(y)]);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function logNormal(lengths: readonly number[]): LogNormal {
  const logs = lengths.filter((length) => length > 0).map((length) => Math.log(length));
  const mu = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mu) ** 2, 0) / logs.length;
  return { mu, sigma: Math.sqrt(variance) };
}
