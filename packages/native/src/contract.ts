/**
 * What the native core takes and gives. Every shape here is plain data: no class of the engine
 * behind it shows through, so that the engine stays replaceable.
 */

import type {
  BrowseAnswer,
  BrowseRequest,
  Completions,
  FoundPage,
  PageList,
  PageTime,
  VerifyReport,
} from "./catalog.ts";

/** 1-based, inclusive line numbers. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** A folder of Markdown. */
export interface Root {
  /** First segment of its paths when there are several roots; defaults to the folder's name. */
  readonly name?: string;
  /** Absolute or relative to the working directory. */
  readonly path: string;
}

/** Settings of {@link openEngine}. */
export interface OpenOptions {
  readonly roots: readonly Root[];
  /** Folder that holds the index; defaults to the platform's cache folder. */
  readonly indexDir?: string;
  /** Globs of files to index, relative to the root. Default: Markdown by extension. */
  readonly include?: readonly string[];
  /** Globs of files to leave out, beside `.gitignore` and `.ignore`. */
  readonly exclude?: readonly string[];
  /** Larger files are skipped and reported. Bytes; default 8 MiB. */
  readonly maxFileBytes?: number;
  /**
   * File of words that stand for one another, in the format of Solr: `k8s, kubernetes` both ways,
   * `pto => paid time off` one way, `#` for comments. Read when the engine opens.
   */
  readonly synonymsFile?: string;
  /**
   * Which links lend their texts to the pages and sections they lead to; default `all`. `without`
   * leaves out those of some pages, by path: for measuring with questions that are link texts.
   */
  readonly linkTexts?: "all" | "none" | { readonly without: readonly string[] };
}

/** Where a running {@link Engine.sync} stands. */
export interface SyncProgress {
  readonly stage: "waiting" | "scanning" | "confirming" | "indexing" | "committing";
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
}

/** A file that was seen and not indexed. */
export interface SkippedFile {
  readonly path: string;
  /** `symlink`, `not a regular file`, `too large`, `binary`, `git-lfs pointer`, `unreadable`, `name is not UTF-8`, `vanished`. */
  readonly reason: string;
}

/** What a {@link Engine.sync} did. Milliseconds are wall time. */
export interface SyncReport {
  readonly pages: number;
  readonly sections: number;
  readonly links: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly skipped: readonly SkippedFile[];
  /** Pages whose text was not plain UTF-8, whose front matter could not be read, or that hit the parser's budget, or that hold a merge conflict. */
  readonly notices: readonly SkippedFile[];
  /** Why the index was started anew, where it was found damaged or gone. */
  readonly healed?: string;
  readonly indexBytes: number;
  readonly generation: number;
  readonly ms: {
    readonly wait: number;
    readonly scan: number;
    readonly index: number;
    readonly commit: number;
    readonly total: number;
  };
}

/** A ranked question. */
export interface SearchRequest {
  /** At most 8,192 bytes of UTF-8; any text, there is no query syntax. */
  readonly query: string;
  /** 1-20 hits. */
  readonly limit: number;
  /**
   * Only pages at or below one of these, or matched by one of these globs, at most 20. `*` stays
   * within a folder, `**` crosses folders, a glob without `/` matches in every folder, and one that
   * matches a folder takes in what lies below it. `NOT_FOUND` names the nearest folders when one of
   * them takes in no page.
   */
  readonly paths?: readonly string[];
  /** `full` gives each hit the section's whole text beside the snippet. */
  readonly detail?: "concise" | "full";
  /** Paths of pages that may not answer: for measuring, where some pages hold the question. */
  readonly exclude?: readonly string[];
  /** Most hits of one page, 1 or 2; default 2. */
  readonly hitsOfAPage?: number;
}

/** A section that answers, cited. */
export interface Hit {
  readonly path: string;
  /** The section's id, unique in its page. */
  readonly section: string;
  readonly title: string;
  /** Heading trail, outermost first, the section's own heading last; empty for text before the first heading. */
  readonly heading: readonly string[];
  readonly lines: LineRange;
  /** At most 500 characters of the section's own text; ` … ` stands between pieces. */
  readonly snippet: string;
  readonly score: number;
  /** What the score is made of. */
  readonly signals: Signals;
  /** First 12 hex digits of the content hash of the bytes the hit was read from. */
  readonly revision: string;
  /** When the file was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Whole text of the section; with `detail: "full"` only. */
  readonly text?: string;
}

/** What the score of a hit is made of; the members add up to it. */
export interface Signals {
  /** BM25F over the fields of the section. */
  readonly section: number;
  /** Title of the page, by how rare the words are in titles. */
  readonly navigation: number;
  /** BM25F over the page as a whole. */
  readonly page: number;
  /** What texts of links to the page or section add to its section and navigation scores. */
  readonly linkText: number;
  /** Heading or title that says nearly what the query says. */
  readonly nearExact: number;
  /** File name of the page or heading of the section that the query says among other words. */
  readonly wholeName: number;
  /** Standing for its folder (`README.md`, `index.md`), where the query is short. */
  readonly folderPage: number;
  /** Identifiers and quoted parts that stand in the section letter by letter. */
  readonly literal: number;
  /** Words of the query that stand in the section in the query's order. */
  readonly verbatim: number;
}

/** A word that stands nowhere and what was searched for in its place. */
export interface Correction {
  /** As the caller spelled it. */
  readonly word: string;
  /** Words of the pages, the most common first; at most two. */
  readonly replacements: readonly string[];
}

/** A word or phrase of the query and what was searched for beside it, as the synonyms file has it. */
export interface Expansion {
  readonly word: string;
  readonly synonyms: readonly string[];
}

/** Milliseconds that the stages of a search took inside the core. */
export interface StageTimes {
  /** From the text to terms with their statistics, corrections included. */
  readonly understand: number;
  /** Choosing candidates. */
  readonly retrieve: number;
  /** Their exact scores. */
  readonly rescore: number;
  /** Reading the best ones from disk, checking them and what only their text tells. */
  readonly verify: number;
  /** Choosing the lines to show. */
  readonly snippet: number;
}

/** Hits, best first; ties by path and line. */
export interface SearchAnswer {
  readonly hits: readonly Hit[];
  /** Words of the query that stand on no page and are like none that does. */
  readonly unmatched: readonly string[];
  /** Words of the query that were taken for misspelt. */
  readonly corrected: readonly Correction[];
  /** Words of the query that have synonyms, with those that were searched for beside them. */
  readonly expanded: readonly Expansion[];
  /** How much of the query's weight the words of the best hit make up, 0 to 1. */
  readonly confidence: number;
  /** Pages met that are gone or changed on disk since they were indexed: a sync is due. */
  readonly stale: readonly string[];
  readonly generation: number;
  /** Pages in the index. */
  readonly pages: number;
  readonly times: StageTimes;
}

/** What to read. */
export interface ReadRequest {
  /** `path`, `path#section`, `path:L10-L42` or `path:L10`. */
  readonly reference: string;
  /** Section id or heading slug; not together with `lines` or a reference that names one. */
  readonly section?: string;
  /** `L10-L42`, `10-42` or `L10`. */
  readonly lines?: string;
  /** The text ends at the last whole line within this many bytes of UTF-8; default no bound. */
  readonly maxBytes?: number;
}

/** Text of a page, read from disk at this moment. */
export interface ReadAnswer {
  readonly path: string;
  readonly title: string;
  readonly section?: string;
  /** Lines of `text`; 1 to 0 for an empty page. */
  readonly lines: LineRange;
  /** Lines of the page. */
  readonly totalLines: number;
  readonly revision: string;
  readonly text: string;
  /** Reference that continues where the text was cut by `maxBytes`. */
  readonly next?: string;
  /** The last line alone exceeded `maxBytes` and was cut inside. */
  readonly cutInsideLine: boolean;
}

/** A root in use. */
export interface RootFacts {
  readonly name: string;
  /** What its paths begin with: the name and a slash, or nothing when it is the only root. */
  readonly prefix: string;
  /** Its folder, resolved: for the operator, never for a caller. */
  readonly folder: string;
}

/** State of the index that this process reads. */
export interface Stats {
  /** As given to {@link openEngine}. */
  readonly roots: readonly RootFacts[];
  /** Folder of the index: for the operator, never for a caller. */
  readonly indexFolder: string;
  /** When the newest commit was made, in milliseconds since 1970; absent before there is one. */
  readonly committedMs?: number;
  readonly pages: number;
  readonly sections: number;
  readonly links: number;
  readonly generation: number;
  readonly indexBytes: number;
  readonly segments: number;
  readonly formatVersion: number;
  /** Why the newest commit could not be read, where an older one answers in its place. */
  readonly behind?: string;
  /** What the process that leads said of itself in {@link Engine.lead}; absent where none leads. */
  readonly leader?: string;
}

/** Options of a cancellable call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Engine.sync}. */
export interface SyncOptions extends CallOptions {
  /** Only files at or below these paths, which need not exist (any more). Default: everything. */
  readonly paths?: readonly string[];
  /**
   * Also reads files whose size and time are those indexed, which can lie. Default: a sync of
   * everything reads a sixtieth of them, in turn.
   */
  readonly rereads?: boolean;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/**
 * Whether this process leads, another does, or none can since the folder of the index cannot be
 * written.
 */
export type Lead = "leads" | "follows" | "read-only";

/** An index over some roots. All calls are safe to run at once. */
export interface Engine extends AsyncDisposable {
  /**
   * Brings the index up to the files. Waits its turn while another process writes. When a fifth of
   * the pages seems to be gone it looks again after two seconds. An index that was found damaged or
   * that somebody deleted is built anew, while what it held goes on being found.
   */
  sync(options?: SyncOptions): Promise<SyncReport>;
  /** Checks every file of the index and names damaged ones; the next sync then builds it anew. */
  scrub(options?: CallOptions): Promise<readonly string[]>;
  /**
   * Takes the lead over the index where no process has it, or keeps it: whoever leads watches and
   * sweeps the folders. `account` is what it says of itself to {@link Engine.stats} of any process.
   * The lead ends with the engine, and with the process whatever ends it.
   */
  lead(account: string): Promise<Lead>;
  /**
   * Folders that pages may lie in, at or below `paths`, everything where there are none, in byte
   * order; a root is its prefix without the slash. Ignored and hidden ones are left out.
   */
  folders(paths: readonly string[], options?: CallOptions): Promise<readonly string[]>;
  /**
   * Merges the index into one segment and drops what was deleted; gives the state afterwards. Answers
   * stay the same. Waits its turn while another process writes.
   */
  compact(options?: CallOptions): Promise<Stats>;
  search(request: SearchRequest, options?: CallOptions): Promise<SearchAnswer>;
  read(request: ReadRequest, options?: CallOptions): Promise<ReadAnswer>;
  stats(): Promise<Stats>;
  /** Folders and pages of a folder, or the outline of a page. `NOT_FOUND` names the nearest. */
  browse(request: BrowseRequest): Promise<BrowseAnswer>;
  /** At most `limit` (1-500) pages in order of their paths, from behind `after`. */
  list(after: string | undefined, limit: number): Promise<PageList>;
  /**
   * Pages called `name` by their file, an alias or alert of their front matter, their title or a
   * heading, in whatever spelling; several when the name is ambiguous. `under` are folders, pages
   * or globs, empty for everything. `NOT_FOUND` names the nearest.
   */
  find(name: string, under: readonly string[]): Promise<readonly FoundPage[]>;
  /** The likeliest paths of pages for what was typed; at most `limit`, 1-100. */
  completePath(typed: string, limit: number): Promise<Completions>;
  /** The likeliest names of pages under `under`, as in {@link Engine.find}; at most `limit`, 1-100. */
  completeName(typed: string, under: readonly string[], limit: number): Promise<Completions>;
  /** Every page with its time, by path. */
  pageTimes(): Promise<readonly PageTime[]>;
  /** Reads every page and every file of the index and tells what differs. */
  verify(options?: CallOptions): Promise<VerifyReport>;
  /** Idempotent; later calls answer `CLOSED`. */
  close(): Promise<void>;
}
