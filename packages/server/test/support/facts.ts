/** What a `search_docs` answer says, read from its text. */
export interface Facts {
  readonly hits: readonly {
    readonly path: string;
    readonly lines: string;
    readonly section: string;
    readonly score: number;
    readonly uri: string;
    readonly modified: string | undefined;
    readonly title: string;
    readonly heading: string;
    readonly snippet: string;
    readonly text: string | undefined;
  }[];
  readonly corrected: string | undefined;
  readonly unmatched: string | undefined;
  readonly note: string | undefined;
}

/** Reads the text form of an answer; throws where it is not of that form. */
export function parseFacts(text: string): Facts {
  const lines = text.split("\n");
  const hits: Facts["hits"][number][] = [];
  const tail: Record<string, string> = {};
  let at = 0;
  const take = (pattern: RegExp): string[] | undefined => {
    const match = pattern.exec(lines[at] ?? "");
    if (match === null) return undefined;
    at += 1;
    return match.slice(1);
  };
  const quoted = (mark: string): string | undefined => {
    const kept: string[] = [];
    while (lines[at]?.startsWith(mark) === true) {
      kept.push(lines[at]?.slice(mark.length) ?? "");
      at += 1;
    }
    return kept.length === 0 ? undefined : kept.join("\n");
  };
  while (at < lines.length) {
    if (take(/^$/u) !== undefined) continue;
    const place = take(/^\d+\. (.*):(L\d+-L\d+)$/u);
    if (place === undefined) {
      const extra = take(/^(corrected|unmatched|note): (.*)$/u);
      if (extra === undefined) throw new Error(`unreadable line: ${lines[at]}`);
      tail[extra[0] ?? ""] = extra[1] ?? "";
      continue;
    }
    const facts = take(/^section: (.*) \| score: (.*) \| uri: (.*)$/u);
    const modified = take(/^modified: (.*)$/u)?.[0];
    const title = take(/^title: (.*)$/u);
    if (facts === undefined || title === undefined) throw new Error(`incomplete hit at ${at}`);
    hits.push({
      path: place[0] ?? "",
      lines: place[1] ?? "",
      section: facts[0] ?? "",
      score: Number(facts[1]),
      uri: facts[2] ?? "",
      modified,
      title: title[0] ?? "",
      heading: take(/^heading: (.*)$/u)?.[0] ?? "",
      snippet: quoted("> ") ?? "",
      text: quoted("| "),
    });
  }
  const { corrected, unmatched, note } = tail;
  return { hits, corrected, unmatched, note };
}
