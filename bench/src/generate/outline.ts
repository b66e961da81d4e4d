/**
 * What other pages need to know of a page: path, title, headings, names. Made from the seed and the
 * page's number alone, so that a link can be written without a table of pages, however many.
 */
import { PURPOSE, Random } from "./random.ts";
import { TARGETS } from "./targets.ts";
import { properName } from "./vocabulary.ts";
import {
  ADJECTIVES,
  AREAS,
  COMMON_HEADINGS,
  type Kind,
  NOUNS,
  REASONS,
  SYMPTOMS,
  VERBS,
} from "./words.ts";

/** A heading with its id as GitHub makes it. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly id: string;
  readonly isQuestion: boolean;
}

/** A page without its text. */
export interface Outline {
  readonly number: number;
  readonly topic: number;
  /** '/'-separated, below the folder of pages. */
  readonly path: string;
  readonly kind: Kind;
  readonly title: string;
  /** Noun and name that no other page has together. */
  readonly noun: string;
  readonly name: string;
  readonly headings: readonly Heading[];
  /** Last commit, milliseconds since 1970. */
  readonly date: number;
  readonly hasFrontMatter: boolean;
  /** Runbooks: the alert's name, and as a person would say it. */
  readonly alert: { readonly name: string; readonly words: string } | undefined;
  /** An identifier that this page explains. */
  readonly identifier: string | undefined;
  /** An error message that this page quotes. */
  readonly error: string | undefined;
}

/** Pages of a topic on average, over about five folders. */
const TOPIC_PAGES = 30;
/** Nouns that go with one name. */
const NOUNS_OF_A_NAME = 12;
/** Names a topic may have: the largest has 1.6 times the mean of pages. */
const NAMES_OF_A_TOPIC = 5;
/** The newest page; older ones thin out. */
const NEWEST = Date.UTC(2026, 7, 22, 12);
const DAY = 86_400_000;

/** A corpus of a size, by a seed. */
export class Plan {
  readonly seed: number;
  readonly pages: number;
  readonly topics: number;

  constructor(seed: number, pages: number) {
    this.seed = seed;
    this.pages = pages;
    this.topics = Math.max(1, Math.round(pages / TOPIC_PAGES));
  }

  /** The first page of a topic; later topics are larger, up to 1.6 times the mean. */
  firstOf(topic: number): number {
    const share = topic / this.topics;
    return Math.round(this.pages * share * (0.4 + 0.6 * share));
  }

  topicOf(page: number): number {
    let low = 0;
    let high = this.topics - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firstOf(middle) <= page) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The page of this number, from 0. */
  outline(number: number): Outline {
    const random = new Random(this.seed, PURPOSE.outline, number);
    const topic = this.topicOf(number);
    const place = number - this.firstOf(topic);
    const kind = place === 0 ? "guide" : kindOf(random);
    const shift = topic * 7 + place;
    const noun = NOUNS[(shift * 5) % NOUNS.length] ?? "service";
    const name = properName(topic * NAMES_OF_A_TOPIC + Math.floor(place / NOUNS_OF_A_NAME));
    const alert = kind === "runbook" ? alertOf(random, noun, name) : undefined;
    const verb = random.pick(VERBS);
    const title = titleOf(random, kind, place, { noun, name, verb, alert: alert?.words });
    const file = place === 0 ? "README" : (alert?.name ?? slug(title));
    const folder = kind === "guide" ? "" : `${FOLDERS[kind]}/`;
    const identifier = random.chance(0.35) ? identifierOf(random, noun, name) : undefined;
    const error = random.chance(0.2) ? errorOf(random, noun, name) : undefined;
    return {
      number,
      topic,
      path: `${this.folderOf(topic)}/${folder}${file}.md`,
      kind,
      title,
      noun,
      name,
      headings: headingsOf(random, kind, alert?.name ?? title, noun, name),
      date: dateOf(random),
      hasFrontMatter: random.chance(kind === "runbook" ? 0.6 : 0.16),
      alert,
      identifier,
      error,
    };
  }

  /** Area, group of neighbouring topics, topic. */
  folderOf(topic: number): string {
    const area = AREAS[topic % AREAS.length] ?? "platform";
    // A name that no topic has.
    const group = properName(this.topics * NAMES_OF_A_TOPIC + Math.floor(topic / 40));
    return `${area}/${group}/${properName(topic * NAMES_OF_A_TOPIC)}`;
  }
}

/** Each kind has a folder of its own in its topic; guides stand above them. */
const FOLDERS = {
  guide: "",
  "how-to": "how-to",
  reference: "reference",
  runbook: "runbooks",
  decision: "decisions",
} as const satisfies Record<Kind, string>;

/** A heading's id: lower case, punctuation gone, spaces to hyphens. The texts made here are ASCII. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/gu, "")
    .replaceAll(" ", "-");
}

/** With a capital at the start. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function kindOf(random: Random): Kind {
  const at = random.unit();
  if (at < 0.3) return "guide";
  if (at < 0.55) return "how-to";
  if (at < 0.75) return "reference";
  return at < 0.9 ? "runbook" : "decision";
}

function alertOf(random: Random, noun: string, name: string): Outline["alert"] {
  const [symptom, words] = random.pick(SYMPTOMS);
  return {
    name: `${capitalized(name)}${capitalized(noun)}${symptom}`,
    words: `${name} ${noun} ${words}`,
  };
}

function titleOf(
  random: Random,
  kind: Kind,
  place: number,
  of: { noun: string; name: string; verb: string; alert: string | undefined },
): string {
  const { noun, name, verb } = of;
  switch (kind) {
    case "guide":
      return random.chance(0.5)
        ? `${capitalized(name)} ${noun}`
        : `${capitalized(random.pick(ADJECTIVES))} ${noun} of ${name}`;
    case "how-to":
      return `${capitalized(verb)} the ${name} ${noun}`;
    case "reference":
      return `${capitalized(name)} ${noun} ${random.pick(["reference", "settings", "limits"])}`;
    case "runbook":
      return capitalized(of.alert ?? name);
    case "decision":
      return `${String(place).padStart(4, "0")} ${capitalized(verb)} one ${noun} for ${name}`;
    default:
      return kind satisfies never;
  }
}

/** The page's heading, then a walk over the levels with the shares of the targets. */
function headingsOf(
  random: Random,
  kind: Kind,
  first: string,
  noun: string,
  name: string,
): Heading[] {
  // Mean and median of the targets give this deviation, with the largest pages cut off.
  const count = Math.round(random.logNormal(1.68, 0.9, 90));
  const common = COMMON_HEADINGS[kind];
  const used = new Map<string, number>();
  const headings: Heading[] = [];
  let level = 1;
  for (let at = 0; at < Math.max(1, count); at += 1) {
    level = at === 0 ? 1 : nextLevel(random, level);
    const [text, isQuestion] =
      at === 0 ? [first, false] : headingText(random, common, noun, name, at);
    const plain = slug(text);
    const before = used.get(plain) ?? 0;
    used.set(plain, before + 1);
    headings.push({ level, text, id: before === 0 ? plain : `${plain}-${before}`, isQuestion });
  }
  return headings;
}

/** Chances of the levels 2 to 5 after a heading of level 1 to 5. */
const STEPS: readonly (readonly number[])[] = [
  [1, 0, 0, 0],
  [0.6, 0.4, 0, 0],
  [0.27, 0.53, 0.2, 0],
  [0.2, 0.2, 0.47, 0.13],
  [0.2, 0.2, 0.25, 0.35],
];

function nextLevel(random: Random, level: number): number {
  const at = random.unit();
  let sum = 0;
  for (const [step, chance] of (STEPS[level - 1] ?? []).entries()) {
    sum += chance;
    if (at < sum) return step + 2;
  }
  return 2;
}

function headingText(
  random: Random,
  common: readonly string[],
  noun: string,
  name: string,
  at: number,
): [text: string, isQuestion: boolean] {
  if (random.chance(TARGETS.sharedHeadings)) {
    return [common[(at - 1) % common.length] ?? "Overview", false];
  }
  const verb = random.pick(VERBS);
  const other = random.pick(NOUNS);
  const adjective = random.pick(ADJECTIVES);
  switch (random.below(12)) {
    case 0:
      return [`How do I ${verb} the ${name} ${noun} after a ${other}?`, true];
    case 1:
    case 2:
      return [`${capitalized(verb)} ${name} in a ${adjective} ${other}`, false];
    case 3:
    case 4:
      return [`The ${adjective} ${other} of ${name}`, false];
    case 5:
    case 6:
      return [`${capitalized(verb)} before you ${random.pick(VERBS)}`, false];
    default:
      return [`${capitalized(adjective)} ${other} ${random.pick(NOUNS)}`, false];
  }
}

function dateOf(random: Random): number {
  // Squared, twice as many pages are of the last quarter of the span as of an even one.
  const age = random.unit();
  const days = Math.floor(age * age * 2000);
  return NEWEST - days * DAY - random.below(36_000) * 1000;
}

function identifierOf(random: Random, noun: string, name: string): string {
  const parts = [random.pick(VERBS), name, noun];
  switch (random.below(3)) {
    case 0:
      return parts.map((part, at) => (at === 0 ? part : capitalized(part))).join("");
    case 1:
      return parts.join("_");
    default:
      return parts.join("-");
  }
}

function errorOf(random: Random, noun: string, name: string): string {
  const code = `ERR_${name}_${noun}`.toUpperCase();
  const verb = random.pick(VERBS);
  return `${code}: cannot ${verb} ${noun} '${name}-${random.between(100, 9999)}': ${random.pick(REASONS)}`;
}
