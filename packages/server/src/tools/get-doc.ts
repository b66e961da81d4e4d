import { z } from "zod";
import type { ReadAnswer, ReadRequest } from "@lectern/native";

import { referenceOfUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { withoutControls } from "../plain-text.ts";
import { integer, text, texts } from "../serving/arguments.ts";
import { type CallContext, defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { BYTES_PER_TOKEN, countTokens } from "../serving/tokens.ts";
import { ToolError } from "../serving/tool-error.ts";

const input = z.strictObject({
  path: text("path, path#section, path:L10-L42 or a kb:// uri").optional(),
  paths: texts({ min: 1, max: 10, description: "Several of the same forms" }).optional(),
  section: text("Section id or heading of path").optional(),
  lines: text("Lines of path, such as L10-L42").optional(),
  max_tokens: integer({ min: 100, max: 20_000, description: "Bound of the answer" }).default(4000),
});

/** Least room for a document's text once others have used the budget, in tokens. */
const LEAST_ROOM = 50;

/** Reading pages, sections and lines. */
export function getDoc(documents: KnowledgeBase): ToolDefinition<typeof input, undefined> {
  return defineTool({
    name: "get_doc",
    title: "Read a doc",
    description:
      "Read a page, one of its sections or some of its lines, as Markdown under a one-line header " +
      "(path, title, lines, revision). Takes the paths and citations of search_docs as they are. " +
      "What does not fit max_tokens ends with the exact call that continues.",
    input,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ path, paths, section, lines, max_tokens: bound }, context) {
      if ((path === undefined) === (paths === undefined)) {
        throw new ToolError("INVALID_ARGUMENT", "give either path or paths");
      }
      if (path !== undefined) {
        const part = {
          ...(section !== undefined && { section }),
          ...(lines !== undefined && { lines }),
        };
        return readOne(documents, { ...request(path), ...part }, bound, context);
      }
      if (section !== undefined || lines !== undefined) {
        throw new ToolError("INVALID_ARGUMENT", "section and lines go with path, not with paths");
      }
      return readSeveral(documents, paths ?? [], bound, context);
    },
  });
}

/** A reference as given, or the one that a URI stands for. */
function request(reference: string): ReadRequest {
  const ofUri = referenceOfUri(reference);
  if (ofUri === undefined) return { reference };
  const { path, section } = ofUri;
  return section === undefined ? { reference: path } : { reference: path, section };
}

/** Documents in turn; one that cannot be read does not lose the others. */
async function readSeveral(
  documents: KnowledgeBase,
  references: readonly string[],
  bound: number,
  context: CallContext,
): Promise<string> {
  const parts: string[] = [];
  let used = 0;
  for (const [index, reference] of references.entries()) {
    const room = bound - used;
    if (room < LEAST_ROOM) {
      const rest = JSON.stringify(references.slice(index));
      parts.push(`[cut: continue with get_doc {"paths":${rest}}]`);
      break;
    }
    const share = Math.max(LEAST_ROOM, Math.floor(room / (references.length - index)));
    let part: string;
    try {
      part = await readOne(documents, request(reference), share, context);
    } catch (error) {
      if (!(error instanceof ToolError) || references.length === 1) throw error;
      part = `${reference}: ${error.text}`;
    }
    parts.push(part);
    used += countTokens(part);
  }
  return parts.join("\n\n");
}

async function readOne(
  documents: KnowledgeBase,
  what: ReadRequest,
  bound: number,
  context: CallContext,
): Promise<string> {
  const answer = await documents.read({ ...what, maxBytes: bound * BYTES_PER_TOKEN }, context);
  return render(answer);
}

function render(answer: ReadAnswer): string {
  const { path, title, section, lines, totalLines, revision, text: body, next } = answer;
  const range = totalLines === 0 ? "empty" : `lines ${lines.start}-${lines.end} of ${totalLines}`;
  const facts = [
    path,
    withoutControls(title),
    ...(section === undefined ? [] : [`section ${section}`]),
    range,
    `revision ${revision}`,
  ];
  const parts = [`${facts.join(" · ")}\n\n${withoutControls(body)}`];
  if (answer.cutInsideLine) {
    parts.push(`[cut: line ${lines.start} alone is longer than max_tokens allows]`);
  }
  if (next !== undefined) {
    parts.push(`[cut: continue with get_doc {"path":${JSON.stringify(next)}}]`);
  }
  return parts.join("\n");
}
