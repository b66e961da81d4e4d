/**
 * Lectern's search core for Node: index folders of Markdown, search them, read them.
 *
 * @packageDocumentation
 */
export type {
  BrowseAnswer,
  BrowseRequest,
  Completions,
  FolderEntry,
  FolderListing,
  FoundPage,
  ListedPage,
  OutlineSection,
  PageList,
  PageOutline,
  PageTime,
  VerifyReport,
} from "./catalog.ts";
export type {
  CallOptions,
  Correction,
  Engine,
  Expansion,
  Hit,
  Lead,
  LineRange,
  OpenOptions,
  ReadAnswer,
  ReadRequest,
  Root,
  RootFacts,
  SearchAnswer,
  SearchRequest,
  Signals,
  SkippedFile,
  StageTimes,
  Stats,
  SyncOptions,
  SyncProgress,
  SyncReport,
} from "./contract.ts";
export { locateIndex, openEngine, readLeader } from "./engine.ts";
export { type ErrorClass, type ErrorCode, LecternError } from "./error.ts";
