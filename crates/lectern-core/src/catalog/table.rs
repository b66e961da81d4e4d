//! All pages of a commit, in order of their paths.

use std::ops::Range;

use tantivy::DocAddress;

use crate::error::Result;
use crate::index::snapshot::Snapshot;
use crate::nearest::nearest;

/// Folders offered when none is like the one asked for.
const TOP_FOLDERS: usize = 12;

/// What is known of a page without opening its file.
#[derive(Debug)]
pub(crate) struct PageRow {
    pub(crate) path: Box<str>,
    pub(crate) title: Box<str>,
    pub(crate) aliases: Box<[String]>,
    pub(crate) document: DocAddress,
}

/// Pages by path, in byte order. A folder's pages are neighbours in it.
#[derive(Debug)]
pub(crate) struct PageTable {
    rows: Vec<PageRow>,
}

impl PageTable {
    /// Reads the records of every page.
    ///
    /// # Errors
    /// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
    pub(crate) fn read(snapshot: &Snapshot) -> Result<Self> {
        let mut rows = Vec::with_capacity(snapshot.totals.pages as usize);
        snapshot.for_each_page(|path, _, _, document| {
            let (title, aliases) = (Box::default(), Box::default());
            rows.push(PageRow { path: path.into(), title, aliases, document });
        })?;
        // In order of documents, each block of the store is decompressed once.
        rows.sort_unstable_by_key(|row| row.document);
        for row in &mut rows {
            let record = snapshot.record(row.document)?;
            row.title = record.title.into();
            row.aliases = record.aliases.into();
        }
        rows.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { rows })
    }

    pub(crate) fn rows(&self) -> &[PageRow] {
        &self.rows
    }

    /// Where `key` stands or would stand.
    pub(crate) fn position(&self, key: &str) -> usize {
        self.rows.partition_point(|row| &*row.path < key)
    }

    pub(crate) fn page(&self, path: &str) -> Option<&PageRow> {
        self.rows.get(self.position(path)).filter(|row| &*row.path == path)
    }

    /// Rows of the pages below `folder`, which ends with `/` or is empty.
    pub(crate) fn below(&self, folder: &str) -> Range<usize> {
        let start = self.position(folder);
        let count = self.rows[start..].partition_point(|row| row.path.starts_with(folder));
        start..start + count
    }

    /// Every folder that holds pages, directly or below, without the slash at its end.
    fn folders(&self) -> Vec<String> {
        let mut folders = std::collections::BTreeSet::new();
        for row in &self.rows {
            for (slash, _) in row.path.match_indices('/') {
                folders.insert(row.path[..slash].to_owned());
            }
        }
        folders.into_iter().collect()
    }

    /// Names like `wanted`, of folders and, when `with_pages`, of pages too; when nothing is like
    /// it the top of the tree, which is where one would look next.
    pub(crate) fn nearest(&self, wanted: &str, with_pages: bool) -> Vec<String> {
        let folders = self.folders();
        let pages = self.rows.iter().filter(|_| with_pages).map(|row| row.path.to_string());
        let near = nearest(wanted, folders.iter().cloned().chain(pages));
        if near.is_empty() {
            return folders.into_iter().filter(|f| !f.contains('/')).take(TOP_FOLDERS).collect();
        }
        near
    }
}
