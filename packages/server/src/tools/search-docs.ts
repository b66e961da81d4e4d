import { z } from "zod";
import type { Hit, SearchAnswer } from "@lectern/native";

import { docUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { withoutControls } from "../plain-text.ts";
import { choice, integer, text } from "../serving/arguments.ts";
import { defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { countTokens } from "../serving/tokens.ts";

const input = z.strictObject({
  query: text("Words, a question, an identifier or an error message"),
  limit: integer({ min: 1, max: 20, description: "Hits to return" }).default(5),
  path: text("Only this folder or page, such as runbooks").optional(),
  detail: choice(["concise", "full"], "full adds each section's whole text").default("concise"),
  max_tokens: integer({
    min: 200,
    max: 8000,
    description: "Bound of the answer; default 2000, with full 6000",
  }).optional(),
});

const output = z.object({
  hits: z.array(
    z.object({
      path: z.string(),
      section: z.string(),
      title: z.string(),
      heading: z.array(z.string()),
      lines: z.string(),
      snippet: z.string(),
      score: z.number(),
      uri: z.string(),
      text: z.string().optional(),
    }),
  ),
  unmatched: z.array(z.string()).optional(),
  omitted: z.number().optional(),
  note: z.string().optional(),
});

type Output = z.output<typeof output>;

/** Ranked search over sections. */
export function searchDocs(documents: KnowledgeBase): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: "search_docs",
    title: "Search the docs",
    description:
      "Find the sections of the team's docs that answer a question. Every word counts on its own, " +
      "rarer words and headings weigh more; there is no query syntax. Hits are ranked sections, at " +
      "most two a page, with path, lines and a snippet: read one with get_doc, cite it as " +
      "path:lines. No hits means that no word of the query stands in the docs.",
    input,
    output,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ query, limit, path, detail, max_tokens: bound }, context) {
      const request = { query, limit, detail, ...(path !== undefined && { path }) };
      const answer = await documents.search(request, context);
      const data = withinBudget(structured(answer), bound ?? (detail === "full" ? 6000 : 2000));
      return { text: render(data), data };
    },
  });
}

function structured(answer: SearchAnswer): Output {
  const data: Output = { hits: answer.hits.map(structuredHit) };
  if (answer.unmatched.length > 0) data.unmatched = [...answer.unmatched];
  if (answer.pages === 0) data.note = "the knowledge base holds no Markdown pages";
  else if (answer.hits.length === 0) data.note = "no section holds any of these words";
  return data;
}

function structuredHit(hit: Hit): Output["hits"][number] {
  return {
    path: hit.path,
    section: hit.section,
    title: withoutControls(hit.title),
    heading: hit.heading.map(withoutControls),
    lines: `L${hit.lines.start}-L${hit.lines.end}`,
    snippet: withoutControls(hit.snippet),
    score: Math.round(hit.score * 1000) / 1000,
    uri: docUri(hit.path, hit.section),
    ...(hit.text !== undefined && { text: withoutControls(hit.text) }),
  };
}

/** Drops hits from the tail, and at last the text of the only one, until the answer fits. */
function withinBudget(data: Output, bound: number): Output {
  let kept = data;
  const all = data.hits.length;
  while (tokens(kept) > bound && kept.hits.length > 1) {
    const hits = kept.hits.slice(0, -1);
    const omitted = all - hits.length;
    kept = {
      ...data,
      hits,
      omitted,
      note: `${omitted} more did not fit: raise max_tokens, or narrow with path`,
    };
  }
  const [only] = kept.hits;
  if (only?.text !== undefined && tokens(kept) > bound) {
    const { text: _, ...withoutText } = only;
    const call = `get_doc {"path":${JSON.stringify(`${only.path}:${only.lines}`)}}`;
    const left = [`the text did not fit: read it with ${call}`, ...(kept.note ? [kept.note] : [])];
    kept = { ...kept, hits: [withoutText], note: left.join("; ") };
  }
  return kept;
}

/** Hosts show the model either form, so the larger one counts. */
function tokens(data: Output): number {
  return Math.max(countTokens(render(data)), countTokens(JSON.stringify(data)));
}

/** The same facts as text. Lines of documents are quoted, so that none can pass for one of ours. */
function render(data: Output): string {
  const blocks = data.hits.map((hit, index) =>
    [
      `${index + 1}. ${hit.path}:${hit.lines}`,
      `section: ${hit.section} | score: ${hit.score} | uri: ${hit.uri}`,
      `title: ${hit.title}`,
      ...(hit.heading.length > 0 ? [`heading: ${hit.heading.join(" > ")}`] : []),
      quoted("> ", hit.snippet),
      ...(hit.text === undefined ? [] : [quoted("| ", hit.text)]),
    ].join("\n"),
  );
  if (data.unmatched !== undefined) blocks.push(`unmatched: ${data.unmatched.join(", ")}`);
  if (data.omitted !== undefined) blocks.push(`omitted: ${data.omitted}`);
  if (data.note !== undefined) blocks.push(`note: ${data.note}`);
  return blocks.join("\n\n");
}

function quoted(mark: string, lines: string): string {
  return lines
    .split("\n")
    .map((line) => `${mark}${line}`)
    .join("\n");
}
