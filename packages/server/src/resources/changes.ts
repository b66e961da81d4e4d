import { docUri, referenceOfUri } from "../doc-uri.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import type { ResourceChanges } from "../serving/resource-changes.ts";
import { ToolError } from "../serving/tool-error.ts";
import { RUNBOOK_PREFIX } from "./runbook.ts";
import { SETTINGS_URI } from "./settings.ts";

/** Which resources change with which pages: those of pages and of their sections do. */
export function docChanges(documents: KnowledgeBase): ResourceChanges {
  return {
    partsOf(uri) {
      // Its counts change with every commit, which nobody is to be woken for.
      if (uri === SETTINGS_URI) return [];
      if (uri.startsWith(RUNBOOK_PREFIX)) {
        throw new ToolError("INVALID_ARGUMENT", "runbooks by name cannot be subscribed to", {
          hint: `a name may come to mean another page; subscribe to the page, as ${docUri("PATH")}`,
        });
      }
      return pagesOf(uri);
    },
    watch: (listener) => {
      const watch = documents.watchPages(({ paths, isListChanged }) => {
        listener({ parts: paths, isListChanged });
      });
      return { ready: watch.ready, stop: () => watch.stop() };
    },
  };
}

/** Paths that a URI may mean, read like it is when the resource is. */
function pagesOf(uri: string): readonly string[] | undefined {
  const reference = URL.canParse(uri) ? referenceOfUri(new URL(uri).href) : undefined;
  if (reference === undefined) return undefined;
  const { path } = reference;
  // A name may itself look like a reference to a part, so that either may be meant.
  const [, page = path] = /^(.+?)(?:#.*|:L\d+(?:-L?\d+)?)$/su.exec(path) ?? [];
  if (page.split("/").some((name) => name === "" || name === "." || name === ".."))
    return undefined;
  return [...new Set([path, page])];
}
