import { referenceOfUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { withoutControls } from "../plain-text.ts";
import type { ResourceTemplateDefinition } from "../serving/define-resource.ts";
import { ToolError } from "../serving/tool-error.ts";

/** Pages, and their sections by fragment, as resources. */
export function docResource(documents: KnowledgeBase): ResourceTemplateDefinition {
  return {
    name: "doc",
    uriTemplate: "kb://doc/{+path}",
    title: "Page of the docs",
    description: "A Markdown page; with #section one of its sections",
    mimeType: "text/markdown",
    async read(uri, context) {
      const wanted = referenceOfUri(uri);
      if (wanted === undefined) return undefined;
      const { path, section } = wanted;
      const request = section === undefined ? { reference: path } : { reference: path, section };
      try {
        const { text } = await documents.read(request, context);
        return { mimeType: "text/markdown", text: withoutControls(text) };
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
