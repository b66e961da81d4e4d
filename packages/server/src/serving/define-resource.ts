import type { CallContext } from "./define-tool.ts";

/** Text behind a URI. */
interface ResourceText {
  readonly mimeType: string;
  readonly text: string;
}

/** A family of resources behind a URI template. */
export interface ResourceTemplateDefinition {
  readonly name: string;
  /** RFC 6570 without explode modifiers, such as `kb://doc/{+path}`. */
  readonly uriTemplate: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Gives the text behind `uri`; `undefined` answers that there is no such resource. */
  read(uri: string, context: CallContext): Promise<ResourceText | undefined>;
}
