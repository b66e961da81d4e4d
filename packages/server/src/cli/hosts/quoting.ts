/** Words as one command line for a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  if (/^[\w%+,./:=@-]+$/u.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A TOML table of texts, lists of texts and inline tables of texts, under a dotted header. */
export function tomlTable(
  header: readonly string[],
  entries: Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>,
): string {
  const lines = Object.entries(entries).map(
    ([key, value]) => `${tomlKey(key)} = ${tomlValue(value)}`,
  );
  return [`[${header.map(tomlKey).join(".")}]`, ...lines, ""].join("\n");
}

function tomlValue(value: string | readonly string[] | Readonly<Record<string, string>>): string {
  if (typeof value === "string") return tomlText(value);
  if (Array.isArray(value)) return `[${value.map(tomlText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, text]) => `${tomlKey(key)} = ${tomlText(text)}`);
  return `{ ${pairs.join(", ")} }`;
}

function tomlKey(key: string): string {
  return /^[\w-]+$/u.test(key) ? key : tomlText(key);
}

/** A basic string: its escapes are those of JSON, which leaves only DEL bare. */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007F", "\\u007F");
}
