/** Fenced code, tables, identifiers and numbers as pages of the trade have them. */
import { capitalized, type Outline } from "./outline.ts";
import type { Random } from "./random.ts";
import { NOUNS, VERBS } from "./words.ts";

/**
 * An identifier in one of the usual spellings, of some eight thousand: code names what exists, and
 * free combinations would each be a new word, so that the vocabulary grew with the pages.
 */
export function identifier(random: Random): string {
  const noun = random.below(NOUNS.length);
  const parts = [
    VERBS[(noun * 7 + random.below(6) * 11) % VERBS.length] ?? "get",
    NOUNS[noun] ?? "item",
    NOUNS[(noun * 13 + random.below(8) * 29) % NOUNS.length] ?? "list",
  ];
  switch (random.below(5)) {
    case 0:
      return parts.map((part, at) => (at === 0 ? part : capitalized(part))).join("");
    case 1:
      return parts.slice(1).join("_").toUpperCase();
    case 2:
      return `--${parts.slice(0, 2).join("-")}`;
    case 3:
      return `${parts.slice(1).join("-")}.yaml`;
    default:
      return parts.join("_");
  }
}

/** A number, a version, a date or a length of time. */
export function numeral(random: Random): string {
  switch (random.below(5)) {
    case 0:
      return `${random.between(1, 9)}.${random.below(20)}.${random.below(10)}`;
    case 1:
      return `202${random.below(7)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;
    case 2:
      return `${random.pick([5, 10, 15, 30, 45, 60, 90])} minutes`;
    case 3:
      return String(random.pick([80, 443, 5432, 6379, 8080, 9090, 9093, 9464]));
    default:
      return String(random.between(2, 500));
  }
}

/** A fenced block of a few lines; with `error`, the log lines that quote it. */
export function fence(random: Random, page: Outline, error: string | undefined): string[] {
  if (error !== undefined) {
    const at = `${numeralDate(random)} level=error service=${page.name}`;
    return ["```text", `${at} ${error}`, "```"];
  }
  const own = page.identifier ?? identifier(random);
  const lines = random.between(1, 7);
  const some = (make: () => string): string[] => Array.from({ length: lines }, make);
  switch (random.below(5)) {
    case 0:
    case 1:
      return ["```bash", ...some(() => command(random, page.name)), "```"];
    case 2:
      return [
        "```yaml",
        `${page.noun}:`,
        ...some(() => `  ${random.pick(NOUNS)}_${random.pick(NOUNS)}: ${numeral(random)}`),
        "```",
      ];
    case 3:
      return [
        "```ts",
        `import { ${random.pick(VERBS)} } from "@${page.name}/${page.noun}";`,
        ...some(() => `await ${identifier(random).replaceAll(/[^a-zA-Z_]/gu, "_")}("${own}");`),
        "```",
      ];
    default:
      return [
        "```json",
        "{",
        ...some(() => `  "${random.pick(NOUNS)}": "${random.pick(VERBS)}-${numeral(random)}",`),
        `  "${own}": ${random.between(1, 99)}`,
        "}",
        "```",
      ];
  }
}

/** A table of two or three columns; the last one is prose. */
export function tableOf(random: Random, prose: (words: number) => string): string[] {
  const heads = random.pick([
    ["Setting", "Default", "Meaning"],
    ["Cause", "Action"],
    ["Name", "Owner", "What for"],
  ]);
  const cells = heads.map((_, at) => () => {
    if (at === heads.length - 1) return prose(random.between(3, 9)).replaceAll("|", " ");
    return at === 0 ? `\`${identifier(random)}\`` : numeral(random);
  });
  const rows = Array.from({ length: random.between(2, 7) }, () => row(cells.map((cell) => cell())));
  return [row(heads), row(heads.map(() => "---")), ...rows];
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function command(random: Random, name: string): string {
  const flag = `--${random.pick(NOUNS)} ${numeral(random).replace(" ", "-")}`;
  switch (random.below(3)) {
    case 0:
      return `kubectl -n ${name} get ${random.pick(NOUNS)}s ${flag}`;
    case 1:
      return `${name} ${random.pick(VERBS)} ${random.pick(NOUNS)} ${flag}`;
    default:
      return `# ${random.pick(VERBS)} the ${random.pick(NOUNS)} first`;
  }
}

function numeralDate(random: Random): string {
  return `2026-${two(random.between(1, 8))}-${two(random.between(1, 28))}T${two(random.below(24))}:${two(random.below(60))}:00Z`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
