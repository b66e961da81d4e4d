import type { OpenOptions } from "@lectern/native";
import { Option } from "commander";

import { type PageList, parsePageList } from "../eval/page-list.ts";
import { readText } from "./read-text.ts";

/** The flag that leaves out the links of some pages. */
export function ignoreLinksOption(): Option {
  return new Option(
    "--ignore-links-from <file>",
    "for measuring: pages whose links do not count, one path a line",
  );
}

/**
 * Reads the file that the flag names.
 *
 * @throws {@link InputError}
 */
export function readPageList(file: string): PageList {
  return parsePageList(readText(file), file);
}

/** What an engine is opened with so that the links of these pages do not count. */
export function withoutLinksFrom(pages: PageList | undefined): Pick<OpenOptions, "linkTexts"> {
  return pages === undefined ? {} : { linkTexts: { without: pages.paths } };
}
