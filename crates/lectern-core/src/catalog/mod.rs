//! The pages as a catalog: what there is, by folder, by name and in order, without a question.
//!
//! Everything starts from one table of a commit, and everything shown of a page is checked against
//! its file first: a page that is gone is left out, a title that changed is read anew.

mod browse;
mod complete;
mod find;
mod list;
mod name_key;
pub(crate) mod table;

pub use browse::{
    BrowseAnswer, BrowseRequest, Entry, FolderListing, MAX_DEPTH, MAX_ENTRIES, OutlineSection,
    PageOutline,
};
pub use complete::{Completions, MAX_COMPLETIONS};
pub use find::{FoundPage, MAX_FOUND};
pub use list::{ListedPage, MAX_LISTED, PageList};

use crate::files::RootSet;
use crate::files::Scanner;
use crate::index::snapshot::Snapshot;

/// One call over the catalog of a commit.
pub(crate) struct Catalog<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) roots: &'a RootSet,
    pub(crate) scanner: &'a Scanner,
    pub(crate) max_file_bytes: u64,
}
