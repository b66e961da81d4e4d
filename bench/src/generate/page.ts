/** A page's Markdown. */
import { fence, identifier, numeral, tableOf } from "./code.ts";
import { type Link, linksOf } from "./links.ts";
import { capitalized, type Heading, type Outline, Plan } from "./outline.ts";
import { PURPOSE, Random } from "./random.ts";
import { TARGETS } from "./targets.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Sections end here; two deviations above the mean of their logarithms, as in the corpus. */
const LONGEST_SECTION = 800;

/** Writes pages of one plan. */
export class PageWriter {
  readonly #plan: Plan;
  readonly #vocabulary: Vocabulary;

  constructor(plan: Plan, vocabulary: Vocabulary) {
    this.#plan = plan;
    this.#vocabulary = vocabulary;
  }

  /** The whole file. */
  markdown(page: Outline): string {
    const random = new Random(this.#plan.seed, PURPOSE.body, page.number);
    const links = linksOf(this.#plan, page);
    const lines = page.hasFrontMatter ? frontMatter(random, page) : [];
    const sections = page.headings.length;
    // What the page must say is spread over it: its links evenly, the rest where it is picked.
    const errorAt = random.below(sections);
    const identifierAt = random.below(sections);
    for (const [at, heading] of page.headings.entries()) {
      const from = Math.floor((links.length * at) / sections);
      const to = Math.floor((links.length * (at + 1)) / sections);
      const section = new Section(random, page, this.#vocabulary, links.slice(from, to));
      if (at === identifierAt) section.mention = page.identifier;
      if (at === errorAt) section.error = page.error;
      lines.push(`${"#".repeat(heading.level)} ${heading.text}`, "", ...section.lines(heading));
    }
    return `${lines.join("\n").trimEnd()}\n`;
  }
}

function frontMatter(random: Random, page: Outline): string[] {
  const tags = [page.noun, page.kind, page.name].slice(0, random.between(1, 3));
  const date = new Date(page.date).toISOString().slice(0, 10);
  return [
    "---",
    `title: ${JSON.stringify(page.title)}`,
    ...(random.chance(0.5) ? [`tags: [${tags.join(", ")}]`] : []),
    ...(random.chance(0.2) ? [`aliases: [${page.name} ${page.noun} guide]`] : []),
    ...(random.chance(0.4) ? [`last_reviewed: ${date}`] : []),
    "---",
    "",
  ];
}

/** The text below one heading. */
class Section {
  /** Stands in the first sentence. */
  mention: string | undefined;
  /** Quoted in a fence. */
  error: string | undefined;
  readonly #random: Random;
  readonly #page: Outline;
  readonly #vocabulary: Vocabulary;
  readonly #links: Link[];

  constructor(random: Random, page: Outline, vocabulary: Vocabulary, links: readonly Link[]) {
    this.#random = random;
    this.#page = page;
    this.#vocabulary = vocabulary;
    this.#links = [...links];
  }

  lines(heading: Heading): string[] {
    const random = this.#random;
    const { mu, sigma } = TARGETS.sectionWords;
    const length =
      random.logNormal(mu - 0.1, sigma * 1.15, LONGEST_SECTION) - heading.text.split(" ").length;
    const lines: string[] = [];
    const add = (block: readonly string[]): number => {
      lines.push(...block, "");
      return block.join(" ").match(/[A-Za-z0-9]+/gu)?.length ?? 0;
    };
    let left = length;
    if (this.mention !== undefined) {
      left -= add([`${this.prose(6).slice(0, -1)} \`${this.mention}\`. ${this.prose(8)}`]);
    }
    if (this.error !== undefined) left -= add(fence(random, this.#page, this.error));
    while (left > 0) left -= add(this.#block(left));
    for (const link of this.#links.splice(0)) add([`See [${link.text}](${link.href}).`]);
    return lines;
  }

  /** A paragraph, a list, code or a table; only a paragraph where there is little left to say. */
  #block(left: number): string[] {
    const random = this.#random;
    const kind = random.unit();
    if (left < 12 || kind < 0.705) return [this.paragraph(Math.min(left, random.between(12, 70)))];
    if (kind < 0.875) return this.#list(left);
    if (kind < 0.989) return fence(random, this.#page, undefined);
    return tableOf(random, (count) => this.prose(count));
  }

  /** Sentences of about this many words, with the section's links in them. */
  paragraph(words: number): string {
    const sentences: string[] = [];
    for (let left = words; left > 0;) {
      const length = left < 10 ? left : Math.min(left, this.#random.between(6, 22));
      sentences.push(this.prose(length, true));
      left -= length;
    }
    return sentences.join(" ");
  }

  /** One sentence. */
  prose(length: number, mayLink = false): string {
    const random = this.#random;
    const parts: string[] = [];
    for (let word = 0; word < length; word += 1) parts.push(this.#token());
    const link =
      mayLink && parts.length > 5 && random.chance(0.6) ? this.#links.shift() : undefined;
    if (link !== undefined) {
      parts.splice(random.between(2, parts.length - 1), 0, `[${link.text}](${link.href})`);
    }
    if (parts.length > 9) {
      const comma = random.between(3, parts.length - 4);
      parts[comma] = `${parts[comma] ?? ""},`;
    }
    return `${capitalized(parts.join(" "))}.`;
  }

  #token(): string {
    const random = this.#random;
    const at = random.unit();
    if (at < 0.0095) return `\`${identifier(random)}\``;
    if (at < 0.016) return numeral(random);
    if (at < 0.032) return this.#page.noun;
    if (at < 0.044) return this.#page.name;
    return this.#vocabulary.draw(random, this.#page.topic);
  }

  #list(most: number): string[] {
    const random = this.#random;
    const isNumbered = random.chance(0.25);
    const items = Math.min(random.between(2, 8), Math.ceil(most / 8));
    return Array.from({ length: items }, (_, at) => {
      const mark = isNumbered ? `${at + 1}.` : "-";
      const indent = !isNumbered && at > 0 && random.chance(0.15) ? "  " : "";
      return `${indent}${mark} ${this.prose(random.between(4, 18), true)}`;
    });
  }
}
