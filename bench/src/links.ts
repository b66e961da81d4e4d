/** Whether the `#section` links of a corpus lead to sections of the product. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { type Engine, LecternError, openEngine } from "@lectern/native";

import { type Corpus, pages } from "./corpus.ts";
import { type MarkdownLink, type ParsedPage, parsePage } from "./markdown-links.ts";
import { type Table, table } from "./report.ts";

/** Why a link leads to no section. */
type Reason =
  | "page not in the corpus"
  | "not a Markdown page"
  | "fragment is no anchor"
  | "line or number"
  | "case or punctuation differs"
  | "top of the page"
  | "explicit anchor"
  | "explicit anchor of another page"
  | "heading of another page"
  | "no such heading";

/** A link that was not resolved. */
interface BrokenLink {
  readonly from: string;
  readonly line: number;
  readonly url: string;
  readonly text: string;
  /** The page it leads to, when that one is there. */
  readonly page?: string;
  readonly reason: Reason;
}

/** All links of a corpus that have a fragment and no scheme or host. */
export interface LinkFigures {
  readonly links: number;
  /** Of those: to the page they stand on. */
  readonly samePage: number;
  /** Of all: the page exists. */
  readonly toPages: number;
  /** Of those to pages: the product reads a section under the fragment. */
  readonly resolved: number;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly broken: readonly BrokenLink[];
}

/** Links that are printed; the JSON output has them all. */
const SHOWN = 30;

/**
 * Extracts every Markdown link with a fragment, finds its page as a site generator would, and asks
 * `engine.read` for `path#fragment`, percent-decoded.
 */
export async function links(corpus: Corpus, scratch: string): Promise<LinkFigures> {
  const indexDir = path.join(scratch, "index-links");
  await using engine = await openEngine({ roots: [{ path: corpus.folder }], indexDir });
  await engine.sync();
  const files = pages(corpus.folder);
  const site = new Site(corpus.folder, files);
  const count = { links: 0, samePage: 0, toPages: 0, resolved: 0 };
  const broken: BrokenLink[] = [];
  for (const from of files) {
    for (const link of site.parsed(from).links) {
      const [target, fragment] = split(link.url);
      if (fragment === "" || /^[a-z][a-z0-9+.-]*:|^\/\//iu.test(link.url)) continue;
      count.links += 1;
      if (target === "") count.samePage += 1;
      const page = site.find(from, target);
      if (page !== undefined) count.toPages += 1;
      if (page !== undefined && (await isSection(engine, page, fragment))) count.resolved += 1;
      else broken.push(brokenLink(site, from, link, page));
    }
  }
  const reasons = Object.fromEntries(
    [...byReason(broken)].map(([reason, all]) => [reason, all.length]),
  );
  return { ...count, reasons, broken };
}

/** The figures, and the first of the broken links, as tables. */
export function linkTables(figures: LinkFigures): readonly [Table, Table] {
  const { links: all, samePage, toPages, resolved, reasons, broken } = figures;
  const sorted = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  const counted: readonly [string, number, string][] = [
    ["links with a fragment", all, ""],
    ["to the page they stand on", samePage, share(samePage, all)],
    ["to pages of the corpus", toPages, share(toPages, all)],
    ["read as a section, of those", resolved, share(resolved, toPages)],
    ...sorted.map(([reason, number]): [string, number, string] => [
      `not read: ${reason}`,
      number,
      "",
    ]),
  ];
  const rows = spread(broken.filter(({ page }) => page !== undefined)).map(
    ({ reason, from, line, url }) => [reason, `${from}:${line}`, url],
  );
  return [
    table(
      "links to sections",
      ["what", "links", "share"],
      counted.map(([what, number, of]) => [what, String(number), of]),
    ),
    table(`${rows.length} links to pages that were not read`, ["reason", "from", "link"], rows),
  ];
}

function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)}%`;
}

/** The first few of each reason in turn: one reason may have hundreds. */
function spread(broken: readonly BrokenLink[]): BrokenLink[] {
  const piles = [...byReason(broken).values()];
  const rounds = Math.max(0, ...piles.map((pile) => pile.length));
  return Array.from({ length: rounds }, (_, at) => piles.flatMap((pile) => pile[at] ?? []))
    .flat()
    .slice(0, SHOWN)
    .toSorted((a, b) => a.reason.localeCompare(b.reason));
}

function byReason(broken: readonly BrokenLink[]): Map<Reason, BrokenLink[]> {
  const piles = new Map<Reason, BrokenLink[]>();
  for (const link of broken) {
    const pile = piles.get(link.reason) ?? [];
    pile.push(link);
    piles.set(link.reason, pile);
  }
  return piles;
}

async function isSection(engine: Engine, page: string, fragment: string): Promise<boolean> {
  try {
    const { section } = await engine.read({ reference: `${page}#${fragment}`, maxBytes: 1 });
    return section !== undefined;
  } catch (error) {
    if (LecternError.isInstance(error) && error.errorClass === "caller") return false;
    throw error;
  }
}

function brokenLink(
  site: Site,
  from: string,
  { line, url, text }: MarkdownLink,
  page: string | undefined,
): BrokenLink {
  const [target, fragment] = split(url);
  const link = { from, line, url, text };
  if (page !== undefined) return { ...link, page, reason: site.reason(page, fragment) };
  const extension = path.posix.extname(target);
  const isPage = ["", ".md", ".mdx", ".markdown", ".html", ".htm"].includes(extension);
  return { ...link, reason: isPage ? "page not in the corpus" : "not a Markdown page" };
}

/** Path and fragment, decoded; a query is dropped. */
function split(url: string): [target: string, fragment: string] {
  const at = url.indexOf("#");
  if (at === -1) return [decoded(url), ""];
  return [decoded(url.slice(0, at).replace(/\?.*$/u, "")), decoded(url.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign means itself.
    return text;
  }
}

/** Letters and digits only: what a slug keeps under any rule. */
function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** Anchors that are written out: `(label)=` of MyST, `id` and `name` of HTML, `{#id}`. */
function explicitAnchors(text: string): string[] {
  const marks = /^\((\S+)\)=|\b(?:id|name)=["']?([^"'\s>]+)|\{[^}\n]*#([^\s}]+)[^}\n]*\}/gmu;
  return [...text.matchAll(marks)].map(([, label, id, brace]) => label ?? id ?? brace ?? "");
}

/** The pages of a folder as a site of links. */
class Site {
  readonly #folder: string;
  readonly #files: ReadonlySet<string>;
  readonly #pages = new Map<string, ParsedPage>();
  #elsewhere: { readonly anchors: Set<string>; readonly headings: Set<string> } | undefined;

  constructor(folder: string, files: readonly string[]) {
    this.#folder = folder;
    this.#files = new Set(files);
  }

  parsed(file: string): ParsedPage {
    const known = this.#pages.get(file);
    if (known !== undefined) return known;
    const page = parsePage(this.#text(file));
    this.#pages.set(file, page);
    return page;
  }

  /**
   * The page a link leads to: from the folder of its own page; from the address its page has on a
   * site without file endings; for `/path`, from each folder above it, the outermost first, since
   * the folder that a site serves is not known.
   */
  find(from: string, target: string): string | undefined {
    if (target === "") return from;
    const folder = path.posix.dirname(from);
    const bases = target.startsWith("/")
      ? ancestors(folder)
      : [folder, from.replace(/(?:\/(?:index|index\.html|_index|README))?(?:\.html)?\.md$/u, "")];
    for (const base of bases) {
      const found = this.#page(path.posix.join(base, target));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  reason(page: string, fragment: string): Reason {
    if (/^[:!/=]/u.test(fragment) || fragment.includes("=")) return "fragment is no anchor";
    if (/^(?:L|line-?)?\d+(?:-L?\d+)?$/u.test(fragment)) return "line or number";
    const plain = bare(fragment);
    if (this.parsed(page).headings.some((heading) => bare(heading) === plain)) {
      return "case or punctuation differs";
    }
    if (plain === "readme" || plain === "top") return "top of the page";
    if (explicitAnchors(this.#text(page)).includes(fragment)) return "explicit anchor";
    this.#elsewhere ??= {
      anchors: new Set([...this.#files].flatMap((file) => explicitAnchors(this.#text(file)))),
      headings: new Set([...this.#files].flatMap((file) => this.parsed(file).headings.map(bare))),
    };
    if (this.#elsewhere.anchors.has(fragment)) return "explicit anchor of another page";
    return this.#elsewhere.headings.has(plain) ? "heading of another page" : "no such heading";
  }

  #page(target: string): string | undefined {
    const plain = target.replace(/\/$/u, "");
    const stem = plain.replace(/\.html?$/u, "");
    const indexes = ["index", "index.html", "README", "_index"].map((name) => `${stem}/${name}.md`);
    const names = [plain, `${stem}.md`, `${stem}.html.md`, ...indexes];
    return names.find((name) => this.#files.has(name));
  }

  #text(file: string): string {
    return readFileSync(path.join(this.#folder, file), "utf8");
  }
}

/** A folder and those above it, outermost first. */
function ancestors(folder: string): string[] {
  const parts = folder.split("/");
  return ["", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}
