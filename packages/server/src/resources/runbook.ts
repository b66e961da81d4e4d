import type { FoundPage } from "@lectern/native";

import { docUri, readRequest } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import { oneLine, withoutControls } from "../plain-text.ts";
import type { ResourceTemplateDefinition } from "../serving/define-resource.ts";
import { ToolError } from "../serving/tool-error.ts";

/** What URIs of runbooks begin with. */
export const RUNBOOK_PREFIX = "docs://runbook/";
const MIME_TYPE = "text/markdown";

/** Runbooks by the name of their alert, from the pages under `under` (empty: from all pages). */
export function runbookResource(
  documents: KnowledgeBase,
  under: readonly string[],
): ResourceTemplateDefinition {
  return {
    name: "runbook",
    uriTemplate: `${RUNBOOK_PREFIX}{incident_type}`,
    title: "Runbook of an incident",
    description:
      "The runbook called like an alert, as KubePodCrashLooping or kube pod crash looping, by its " +
      "file name, title, alias or heading; where several are, their list",
    mimeType: MIME_TYPE,
    complete: {
      incident_type: (typed, context) => documents.completeName(typed, under, context),
    },
    async read(uri, context) {
      const name = incidentOf(uri);
      if (name === undefined) return undefined;
      let found: readonly FoundPage[];
      try {
        found = await documents.find(name, under, context);
      } catch (error) {
        // A resource that is not there has an answer of its own; a bad pattern is no reader's fault.
        if (error instanceof ToolError && error.code === "NOT_FOUND") return undefined;
        throw error;
      }
      const [only, ...others] = found;
      if (only === undefined) return undefined;
      if (others.length > 0) return { mimeType: MIME_TYPE, text: choices(name, found) };
      const { text } = await documents.read(readRequest(only), context);
      return { mimeType: MIME_TYPE, text: withoutControls(text) };
    },
  };
}

/** The name in a URI, percent-decoded once; `undefined` when there is none. */
function incidentOf(uri: string): string | undefined {
  if (!uri.startsWith(RUNBOOK_PREFIX)) return undefined;
  try {
    return decodeURIComponent(uri.slice(RUNBOOK_PREFIX.length));
  } catch {
    return undefined;
  }
}

function choices(name: string, found: readonly FoundPage[]): string {
  const lines = found.map(
    ({ path, title, section }) => `- ${oneLine(title)}: ${docUri(path, section)}`,
  );
  return [
    `${found.length} runbooks are called ${oneLine(name)}. Read one of them:`,
    "",
    ...lines,
    "",
  ].join("\n");
}
