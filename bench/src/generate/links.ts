/** Links of a page: to which page and section, and in which words. */
import path from "node:path";

import { type Heading, type Outline, Plan } from "./outline.ts";
import { PURPOSE, Random } from "./random.ts";
import { TARGETS } from "./targets.ts";
import { VERBS } from "./words.ts";

/** A link that resolves. */
export interface Link {
  readonly target: Outline;
  /** The section it names. */
  readonly heading: Heading | undefined;
  readonly text: string;
  /** The text is neither title nor heading of the target: an `anchor` query. */
  readonly isFree: boolean;
  /** As Markdown writes it, relative to the page. */
  readonly href: string;
}

/** Of the links to other pages; those to the page itself always have a fragment. */
const FRAGMENTS_AWAY = (TARGETS.fragments - TARGETS.samePage) / (1 - TARGETS.samePage);
/** Links of a page that has any. */
const LINKS_OF_A_LINKING_PAGE = TARGETS.linksMean / (1 - TARGETS.pagesWithoutLinks);
/** Of the links to other pages, those that stay in the topic. */
const OWN_TOPIC = 0.7;

/** The links of a page, in the order they stand in it. */
export function linksOf(plan: Plan, page: Outline): Link[] {
  const random = new Random(plan.seed, PURPOSE.links, page.number);
  if (random.chance(TARGETS.pagesWithoutLinks)) return [];
  const links: Link[] = [];
  do {
    const isWithin = random.chance(TARGETS.samePage);
    const link = (isWithin ? within(random, page) : undefined) ?? away(random, plan, page);
    if (link !== undefined) links.push(link);
  } while (links.length < 60 && random.chance(1 - 1 / LINKS_OF_A_LINKING_PAGE));
  return links;
}

function within(random: Random, page: Outline): Link | undefined {
  const [, ...below] = page.headings;
  if (below.length === 0) return undefined;
  const heading = random.pick(below);
  return { target: page, heading, text: heading.text, isFree: false, href: `#${heading.id}` };
}

function away(random: Random, plan: Plan, page: Outline): Link | undefined {
  const topic = random.chance(OWN_TOPIC) ? page.topic : random.below(plan.topics);
  const first = plan.firstOf(topic);
  const end = plan.firstOf(topic + 1);
  // Squared: the first pages of a topic are linked to most.
  const place = random.unit();
  const number = first + Math.floor(place * place * (end - first));
  if (number === page.number || number >= plan.pages) return undefined;
  const target = plan.outline(number);
  const [, ...below] = target.headings;
  const heading =
    below.length > 0 && random.chance(FRAGMENTS_AWAY) ? random.pick(below) : undefined;
  const relative = path.posix.relative(path.posix.dirname(page.path), target.path);
  const href = heading === undefined ? relative : `${relative}#${heading.id}`;
  const named = heading === undefined || random.chance(0.5) ? firstHeading(target) : heading.text;
  const isFree = !random.chance(TARGETS.textIsTitle);
  const text = isFree ? freeText(random, target, heading) : named;
  return { target, heading, text, isFree, href };
}

/** The title as the page shows it: of a runbook the alert's name. */
function firstHeading({ headings, title }: Outline): string {
  return headings[0]?.text ?? title;
}

/** In other words than the target's own, but about it: with its name, its noun or both. */
function freeText(random: Random, { noun, name }: Outline, heading: Heading | undefined): string {
  const verb = random.pick(VERBS);
  const words =
    heading?.text
      .toLowerCase()
      .replaceAll(/[^a-z ]/gu, "")
      .split(" ") ?? [];
  const last = words.at(-1) ?? "details";
  switch (random.below(6)) {
    case 0:
      return `how ${name} handles a ${noun}`;
    case 1:
      return `${verb} your ${noun} with ${name}`;
    case 2:
      return `our ${noun} notes on ${last} in ${name}`;
    case 3:
      return `what to know about ${name} before you ${verb} it`;
    case 4:
      return `the ${name} team's ${last} of the ${noun}`;
    default:
      return `${last} for ${noun} ${name}`;
  }
}
