import { parseDocument } from "yaml";

/** What a YAML text holds, or where it cannot be read. */
export type ParsedYaml =
  | { readonly value: unknown }
  | { readonly problem: string; readonly line: number; readonly column: number };

/**
 * Reads YAML 1.2. A file of its own in the build, since the parser is larger than all that `serve`
 * needs beside the protocol and most runs never see YAML.
 */
export function parseYaml(text: string): ParsedYaml {
  const document = parseDocument(text, { prettyErrors: true, strict: true, uniqueKeys: true });
  const [error] = document.errors;
  if (error === undefined) return { value: document.toJS({ maxAliasCount: 100 }) };
  const [{ line, col: column } = { line: 1, col: 1 }] = error.linePos ?? [];
  const [problem = ""] = error.message.split(/ at line \d+|\n/u);
  return { problem, line, column };
}
