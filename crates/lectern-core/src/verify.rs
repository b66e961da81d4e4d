//! Whether the index is whole and says what the files say.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::error::Result;
use crate::files::{RootSet, Scanner, Within};
use crate::index::damage::damaged_files;
use crate::index::snapshot::Snapshot;
use crate::index::store::Store;

/// What a verification found. Paths are in byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Pages in the index.
    pub pages: u64,
    /// Pages whose files hold other bytes than were indexed, or cannot be read.
    pub changed: Vec<String>,
    /// Pages whose files are gone.
    pub gone: Vec<String>,
    /// Files that are not indexed yet, though a sync would look at them. Files that are no text
    /// are among them: only reading tells.
    pub unindexed: Vec<String>,
    /// Files of the index whose checksums do not match; in their place what is wrong, where that was
    /// found when the index was opened, which moved it aside.
    pub damaged: Vec<String>,
}

impl VerifyReport {
    /// Nothing differs and nothing is damaged.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty()
            && self.gone.is_empty()
            && self.unindexed.is_empty()
            && self.damaged.is_empty()
    }
}

/// One verification. Created a call.
pub(crate) struct Verify<'a> {
    pub(crate) store: &'a Store,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) roots: &'a RootSet,
    pub(crate) scanner: &'a Scanner,
    pub(crate) max_file_bytes: u64,
    pub(crate) cancel: &'a CancelToken,
}

impl Verify<'_> {
    /// Reads every page and every file of the index.
    ///
    /// # Errors
    /// [`crate::Error::Cancelled`], [`crate::Error::IndexCorrupt`] when the pages cannot even be
    /// listed, [`crate::Error::RootUnusable`], [`crate::Error::Io`].
    pub(crate) fn run(&self) -> Result<VerifyReport> {
        let mut report = VerifyReport {
            damaged: damaged_files(self.store.folder(), self.cancel)?,
            ..VerifyReport::default()
        };
        let table = self.snapshot.page_table()?;
        report.pages = table.rows().len() as u64;
        for row in table.rows() {
            self.cancel.check()?;
            let path = row.path.to_string();
            match self.roots.read(&path, self.max_file_bytes) {
                Ok(file) if file.hash() == self.snapshot.record(row.document)?.hash => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    report.gone.push(path);
                }
                Ok(_) | Err(_) => report.changed.push(path),
            }
        }
        let scan = self.scanner.scan(self.roots, &Arc::new(Within::new(&[])), self.cancel)?;
        let found = scan.files.into_iter().map(|file| file.path);
        report.unindexed = found.filter(|path| table.page(path).is_none()).collect();
        report.unindexed.sort_unstable();
        Ok(report)
    }
}
