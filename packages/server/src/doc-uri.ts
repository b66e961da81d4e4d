import type { ReadRequest } from "@lectern/native";

const PREFIX = "kb://doc/";

/** The URI of a page, or of a section of it. */
export function docUri(path: string, section?: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `${PREFIX}${encoded}${section === undefined ? "" : `#${encodeURIComponent(section)}`}`;
}

/**
 * The reference (`path` or `path#section`) that a URI stands for, percent-decoding exactly once;
 * `undefined` for what is no URI of a page.
 */
export function referenceOfUri(uri: string): { path: string; section?: string } | undefined {
  if (!uri.startsWith(PREFIX)) return undefined;
  const [path = "", ...rest] = uri.slice(PREFIX.length).split("#");
  try {
    const section = rest.length > 0 ? decodeURIComponent(rest.join("#")) : "";
    const decoded = decodeURIComponent(path);
    return section === "" ? { path: decoded } : { path: decoded, section };
  } catch {
    // Not percent-encoding.
    return undefined;
  }
}

/** What to read of a page: the whole of it, or the section. */
export function readRequest(page: {
  readonly path: string;
  readonly section?: string | undefined;
}): ReadRequest {
  const { path, section } = page;
  return section === undefined ? { reference: path } : { reference: path, section };
}
