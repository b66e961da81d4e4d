/** What the core knows of pages without a question: browsing, listing, names, verification. */

import type { LineRange } from "./contract.ts";

/** What to look into. */
export interface BrowseRequest {
  /** A folder or a page; empty or `.` for everything. */
  readonly path: string;
  /** Levels of folders to list, 1-10; of no meaning for a page. */
  readonly depth: number;
  /** `next` of the listing that this one continues. */
  readonly after?: string;
  /** 1-500 entries or sections. */
  readonly limit: number;
}

/** A folder or a page, by what `path` names. */
export type BrowseAnswer =
  | ({ readonly kind: "folder" } & FolderListing)
  | ({ readonly kind: "page" } & PageOutline);

/** Folders and pages of a folder, depth first, from the index; pages that are gone are left out. */
export interface FolderListing {
  /** Empty for everything. */
  readonly path: string;
  /** Pages below it, at any depth, as indexed. */
  readonly pages: number;
  /** In byte order of their paths, where a folder's ends with `/`. */
  readonly entries: readonly FolderEntry[];
  /** To give as `after`; absent at the end. */
  readonly next?: string;
}

/** A line of a folder's listing. */
export type FolderEntry =
  | { readonly kind: "folder"; readonly path: string; readonly pages: number }
  | ({ readonly kind: "page" } & ListedPage);

/** A page that is there, as its file is now. */
export interface ListedPage {
  readonly path: string;
  readonly title: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When the file was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** Sections of a page, as its file is now. */
export interface PageOutline {
  readonly path: string;
  readonly title: string;
  /** First 12 hex digits of the content hash. */
  readonly revision: string;
  readonly totalLines: number;
  readonly totalSections: number;
  readonly sections: readonly OutlineSection[];
  /** To give as `after`, good for this revision only; absent at the end. */
  readonly next?: string;
}

/** A section of an outline. */
export interface OutlineSection {
  readonly id: string;
  /** Empty before the first heading. */
  readonly heading: string;
  /** 1-6; 0 before the first heading. */
  readonly level: number;
  readonly lines: LineRange;
  readonly bytes: number;
}

/** Pages in byte order of their paths. */
export interface PageList {
  readonly pages: readonly ListedPage[];
  /** To give as `after`; absent at the end. */
  readonly next?: string;
}

/** A page, or a section of one, that is called as asked. */
export interface FoundPage {
  readonly path: string;
  readonly title: string;
  /** When a heading and not the page is called so. */
  readonly section?: string;
}

/** What a caller may be about to type. */
export interface Completions {
  /** At most 100, the likeliest first. */
  readonly values: readonly string[];
  /** All that match, shown or not. */
  readonly total: number;
}

/** When the file of a page was last written, as indexed. */
export interface PageTime {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** What a verification found. Paths are in byte order. */
export interface VerifyReport {
  /** Pages in the index. */
  readonly pages: number;
  /** Pages whose files hold other bytes than were indexed, or cannot be read. */
  readonly changed: readonly string[];
  /** Pages whose files are gone. */
  readonly gone: readonly string[];
  /** Files that are not indexed yet, files that turn out to be no text among them. */
  readonly unindexed: readonly string[];
  /**
   * Files of the index whose checksums do not match; in their place what is wrong, in words, where that
   * was found when the index was opened, which moved it aside.
   */
  readonly damaged: readonly string[];
}
