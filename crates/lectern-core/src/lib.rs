//! The index of a knowledge base: sync it with the files, search it, read from it.
//!
//! One rule carries it: every document is derived from one file's bytes and its path alone, so an
//! edit is a delete by path and an add, and an index grown by edits equals a fresh one. The commit
//! is the only truth; the index is derived data and the files are the source.
//!
//! [`Engine`] is the whole interface. tantivy does not show through it.

mod cancel;
mod catalog;
mod engine;
mod error;
mod files;
mod index;
mod lead;
mod nearest;
mod open;
mod options;
mod path_scope;
mod read;
mod reference;
mod search;
mod sync;
mod verify;

pub use cancel::CancelToken;
pub use catalog::{
    BrowseAnswer, BrowseRequest, Completions, Entry, FolderListing, FoundPage, ListedPage,
    MAX_COMPLETIONS, MAX_DEPTH, MAX_ENTRIES, MAX_FOUND, MAX_LISTED, OutlineSection, PageList,
    PageOutline,
};
pub use engine::{Engine, RootFacts, Stats};
pub use error::{Error, ErrorClass, Result};
pub use files::SkippedFile;
pub use lead::Lead;
pub use lectern_markdown::LineRange;
pub use options::{DEFAULT_INCLUDE, DEFAULT_MAX_FILE_BYTES, LinkTexts, OpenOptions, RootOptions};
pub use path_scope::MAX_PATHS;
pub use read::{ReadAnswer, ReadRequest};
pub use search::{
    Correction, Detail, Expansion, Hit, MAX_HITS_OF_A_PAGE, MAX_LIMIT, MAX_QUERY_BYTES,
    MAX_SNIPPET_CHARS, PIECE_SEPARATOR, SearchAnswer, SearchRequest, Signals, StageTimes,
};
pub use sync::{SyncProgress, SyncReport, SyncScope, SyncStage, SyncTimes};
pub use verify::VerifyReport;
