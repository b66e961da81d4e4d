import { z } from "zod";
import type { ReadAnswer, ReadRequest } from "@lectern/native";

import { readRequest, referenceOfUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { integer, text, texts } from "../serving/arguments.ts";
import { type CallContext, defineTool, type ToolDefinition } from "../serving/define-tool.ts";
import { BYTES_PER_TOKEN } from "../serving/tokens.ts";
import { ToolError } from "../serving/tool-error.ts";
import { READS_OWN_FILES } from "./annotations.ts";

const input = z.strictObject({
  path: text("path, path#section, path:L10-L42 or kb:// uri").optional(),
  paths: texts({ min: 1, max: 10 }).optional(),
  section: text().optional(),
  lines: text().optional(),
  max_tokens: integer({ min: 100, max: 20_000 }).default(4000),
});

/** Least room for one of several documents, in bytes: a header and a few lines. */
const LEAST_ROOM = 200;

/** Stands between several documents. */
const GAP = "\n\n";

/** Reading pages, sections and lines. */
export function getDoc(documents: KnowledgeBase): ToolDefinition<typeof input, undefined> {
  return defineTool({
    name: "get_doc",
    title: "Read docs",
    description:
      "Read pages, sections or lines as Markdown under a line of path, title, lines and revision. " +
      "Takes search_docs paths and citations. A cut answer ends with the call that " +
      "continues.",
    input,
    annotations: READS_OWN_FILES,
    async run({ path, paths, section, lines, max_tokens: bound }, context) {
      if ((path === undefined) === (paths === undefined)) {
        throw new ToolError("INVALID_ARGUMENT", "give either path or paths");
      }
      if (path !== undefined) {
        const part = {
          ...(section !== undefined && { section }),
          ...(lines !== undefined && { lines }),
        };
        const room = bound * BYTES_PER_TOKEN;
        return readOne(documents, { ...request(path), ...part }, room, context);
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
  return ofUri === undefined ? { reference } : readRequest(ofUri);
}

/** Documents in turn, all within one budget; one that cannot be read does not lose the others. */
async function readSeveral(
  documents: KnowledgeBase,
  references: readonly string[],
  bound: number,
  context: CallContext,
): Promise<string> {
  const parts: string[] = [];
  const failures: ToolError[] = [];
  let room = bound * BYTES_PER_TOKEN;
  for (const [index, reference] of references.entries()) {
    // Until the last, room is kept to say what is left.
    const isLast = index === references.length - 1;
    const open = room - (isLast ? 0 : bytes(unread(index + 1, references.length)) + GAP.length);
    const even = Math.floor(open / (references.length - index)) - GAP.length;
    const part = await readPart(documents, request(reference), Math.max(LEAST_ROOM, even), context);
    // The first is given in any case: an answer without a document would be asked for again.
    if (index > 0 && bytes(part.text) > open) {
      const call = `[cut: continue with get_doc ${JSON.stringify({ paths: references.slice(index) })}]`;
      parts.push(bytes(call) <= room ? call : unread(index, references.length));
      break;
    }
    if (part.failure !== undefined) failures.push(part.failure);
    parts.push(part.text);
    room -= bytes(part.text) + GAP.length;
  }
  const [failure] = failures;
  if (failure !== undefined && failures.length === parts.length) {
    if (references.length === 1) throw failure;
    throw new ToolError(failure.code, `none of the paths can be read${GAP}${parts.join(GAP)}`);
  }
  return parts.join(GAP);
}

/** One of several documents, or what the caller can do about it in its place. */
async function readPart(
  documents: KnowledgeBase,
  what: ReadRequest,
  room: number,
  context: CallContext,
): Promise<{ readonly text: string; readonly failure?: ToolError }> {
  try {
    return { text: await readOne(documents, what, room, context) };
  } catch (failure) {
    if (!(failure instanceof ToolError)) throw failure;
    return { text: failed(what.reference, failure, room), failure };
  }
}

/** Says which of `count` paths, from `index` on, were not read, where the call itself does not fit. */
function unread(index: number, count: number): string {
  const which = count - index === 1 ? `path ${count}` : `paths ${index + 1}-${count}`;
  return `[cut: ${which} of ${count} not read: call get_doc for the rest, or raise max_tokens]`;
}

/** An error in the place of a document; without the hint where there is no room for it. */
function failed(reference: string, error: ToolError, room: number): string {
  const whole = `${oneLine(reference)}: ${error.text}`;
  if (bytes(whole) <= room) return whole;
  return `${Array.from(oneLine(reference)).slice(0, 30).join("")}…: ${error.code}`;
}

/** A document within `room` bytes, header and all; only a path too long for that goes over it. */
async function readOne(
  documents: KnowledgeBase,
  what: ReadRequest,
  room: number,
  context: CallContext,
): Promise<string> {
  const first = await documents.read({ ...what, maxBytes: room }, context);
  const whole = render(first);
  if (bytes(whole) <= room) return whole;
  // How much stands around the text is known only now; its line numbers may still get longer.
  const { path, totalLines } = first;
  const next = `${path}:L${totalLines}-L${totalLines}`;
  const around = render({ ...first, text: "", next, cutInsideLine: true });
  const left = Math.max(1, room - bytes(around) - 2 * String(totalLines).length);
  return render(await documents.read({ ...what, maxBytes: left }, context));
}

function render(answer: ReadAnswer): string {
  const { path, title, section, lines, totalLines, revision, text: body, next } = answer;
  const range = totalLines === 0 ? "empty" : `lines ${lines.start}-${lines.end} of ${totalLines}`;
  const facts = [
    oneLine(path),
    shortened(oneLine(title)),
    ...(section === undefined ? [] : [`section ${shortened(section)}`]),
    range,
    `revision ${revision}`,
  ];
  const parts = [`${facts.join(" · ")}\n\n${withoutControls(body)}`];
  if (answer.cutInsideLine) {
    parts.push(`[cut: line ${lines.start} alone is longer than fits: raise max_tokens]`);
  }
  if (next !== undefined) {
    parts.push(`[cut: continue with get_doc {"path":${JSON.stringify(next)}}]`);
  }
  return parts.join("\n");
}

/** A name short enough for a header. */
function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length <= 80 ? name : `${characters.slice(0, 79).join("")}…`;
}

function bytes(given: string): number {
  return Buffer.byteLength(given, "utf8");
}
