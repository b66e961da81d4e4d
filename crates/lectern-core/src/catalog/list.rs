//! Pages in order of their paths, each as its file is now.

use lectern_markdown::{Source, parse};

use super::Catalog;
use super::table::PageRow;
use crate::error::{Error, Result};
use crate::files::FileBytes;
use crate::index::document::page_record;
use crate::index::page_record::PageRecord;

/// Most pages of one listing.
pub const MAX_LISTED: u32 = 500;

/// A page that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPage {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Bytes of its file.
    pub bytes: u64,
    /// When its file was last written, in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// Pages, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageList {
    /// In byte order of their paths.
    pub pages: Vec<ListedPage>,
    /// Where the next listing goes on: a path to give as `after`. `None` at the end.
    pub next: Option<String>,
}

impl Catalog<'_> {
    /// At most `limit` pages whose paths come after `after`. A page that came, went or was renamed
    /// between two listings moves no other: each listing goes on from a path, not from a count.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn list(&self, after: Option<&str>, limit: u32) -> Result<PageList> {
        check_limit(limit, MAX_LISTED)?;
        let table = self.snapshot.page_table()?;
        let mut list = PageList::default();
        let start = table.rows().partition_point(|row| after.is_some_and(|key| &*row.path <= key));
        for row in &table.rows()[start..] {
            if list.pages.len() == limit as usize {
                list.next = list.pages.last().map(|page| page.path.clone());
                break;
            }
            list.pages.extend(self.listed(row)?);
        }
        Ok(list)
    }

    /// The page as it is now; `None` when it is gone.
    pub(super) fn listed(&self, row: &PageRow) -> Result<Option<ListedPage>> {
        let Some(file) = self.open(&row.path) else { return Ok(None) };
        let Some(record) = self.record(row, &file)? else { return Ok(None) };
        Ok(Some(ListedPage {
            path: record.path,
            title: record.title,
            bytes: file.size,
            modified_ns: file.mtime_ns,
        }))
    }

    /// The file of a page. What cannot be read, for whatever reason, is as good as gone here.
    pub(super) fn open(&self, path: &str) -> Option<FileBytes> {
        self.roots.read(path, self.max_file_bytes).ok()
    }

    /// The record of what was read: the stored one while the bytes are those indexed.
    pub(super) fn record(&self, row: &PageRow, file: &FileBytes) -> Result<Option<PageRecord>> {
        let stored = self.snapshot.record(row.document)?;
        if stored.hash == file.hash() {
            return Ok(Some(stored));
        }
        Ok(parsed(&row.path, file))
    }
}

/// The record of a file's bytes; `None` when they are no text.
pub(super) fn parsed(path: &str, file: &FileBytes) -> Option<PageRecord> {
    let source = Source::decode(&file.bytes).ok()?;
    Some(page_record(path, &parse(path, &source), file, &source))
}

pub(super) fn check_limit(limit: u32, max: u32) -> Result<()> {
    if (1..=max).contains(&limit) {
        return Ok(());
    }
    Err(Error::invalid(format!("limit must be an integer from 1 to {max} (got {limit})")))
}
