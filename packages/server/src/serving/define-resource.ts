import type { CallContext } from "./define-tool.ts";

/** Text behind a URI. */
export interface ResourceText {
  readonly mimeType: string;
  readonly text: string;
}

/** A resource at a fixed URI. */
export interface ResourceDefinition {
  readonly name: string;
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  read(context: CallContext): Promise<ResourceText>;
}

/** Values that an argument may take. */
interface Completions {
  /** The likeliest first, at most 100. */
  readonly values: readonly string[];
  /** All that match, shown or not. */
  readonly total: number;
}

/** Completes what was typed of an argument. */
export type Completer = (typed: string, context: CallContext) => Promise<Completions>;

/** A family of resources behind a URI template. */
export interface ResourceTemplateDefinition {
  readonly name: string;
  /** RFC 6570 without explode modifiers, such as `kb://doc/{+path}`. */
  readonly uriTemplate: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Completers by variable of the template. */
  readonly complete?: Readonly<Record<string, Completer>>;
  /** Gives the text behind `uri`; `undefined` answers that there is no such resource. */
  read(uri: string, context: CallContext): Promise<ResourceText | undefined>;
}

/** A concrete resource in a listing. */
export interface ListedResource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** ISO 8601. */
  readonly lastModified: string;
}

/** A piece of the listing of concrete resources. */
interface ResourcePage {
  readonly resources: readonly ListedResource[];
  /** For the next piece; absent at the end. */
  readonly nextCursor?: string | undefined;
}

/**
 * Lists the concrete resources of the templates, piece by piece. A cursor is what
 * {@link ResourcePage.nextCursor} gave, or anything else a caller made up.
 */
export type ResourceLister = (
  cursor: string | undefined,
  context: CallContext,
) => Promise<ResourcePage>;
