import { docUri, readRequest, referenceOfUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import { openCursor, sealCursor } from "../serving/cursor.ts";
import type { ResourceLister, ResourceTemplateDefinition } from "../serving/define-resource.ts";
import { ToolError } from "../serving/tool-error.ts";

const MIME_TYPE = "text/markdown";
/** Pages of one piece of the listing. */
const LISTED = 100;

/** Pages, and their sections by fragment, as resources. */
export function docResource(documents: KnowledgeBase): ResourceTemplateDefinition {
  return {
    name: "doc",
    uriTemplate: "kb://doc/{+path}",
    title: "Page of the docs",
    description: "A Markdown page; with #section one of its sections",
    mimeType: MIME_TYPE,
    complete: { path: (typed, context) => documents.completePath(typed, context) },
    async read(uri, context) {
      const wanted = referenceOfUri(uri);
      if (wanted === undefined) return undefined;
      try {
        const { text } = await documents.read(readRequest(wanted), context);
        return { mimeType: MIME_TYPE, text: withoutControls(text) };
      } catch (error) {
        const isAbsent =
          error instanceof ToolError &&
          (error.code === "NOT_FOUND" || error.code === "INVALID_ARGUMENT");
        if (isAbsent) return undefined;
        throw error;
      }
    },
  };
}

/** Lists every page, by path. */
export function docList(documents: KnowledgeBase): ResourceLister {
  return async (cursor, context) => {
    const scope = JSON.stringify(["resources/list", await documents.identity()]);
    const after = cursor === undefined ? undefined : openCursor(scope, cursor);
    const { pages, next } = await documents.list(after, LISTED, context);
    const resources = pages.map(({ path, title, bytes, modifiedMs }) => ({
      uri: docUri(path),
      name: oneLine(path),
      title: oneLine(title),
      mimeType: MIME_TYPE,
      size: bytes,
      lastModified: new Date(modifiedMs).toISOString(),
    }));
    return next === undefined ? { resources } : { resources, nextCursor: sealCursor(scope, next) };
  };
}
