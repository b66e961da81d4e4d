//! What differs between the files and the index.

use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tantivy::DocAddress;

use crate::error::Result;
use crate::files::{FileFacts, Within};
use crate::index::snapshot::Snapshot;

/// Fewer deletions than this are never a mass of them.
const MASS: usize = 20;
/// As many pages of the index as one of so many are a mass.
const MASS_SHARE: usize = 5;
/// Two writes that follow one another as fast as this may leave the same time on a file: file
/// systems go by the kernel's tick, which is at most 10 ms.
const SAME_TIME: Duration = Duration::from_millis(50);
/// Files that were touched and not changed that are kept in mind.
const MOST_TOUCHED: usize = 100_000;

/// A file with the page of it in the index.
pub(super) type IndexedFile = (FileFacts, DocAddress);

/// The difference between files and index.
#[derive(Default)]
pub(super) struct Difference {
    /// New or possibly changed; the address is that of the page now in the index.
    pub(super) dirty: Vec<(FileFacts, Option<DocAddress>)>,
    /// In the index and not among the files, in byte order.
    pub(super) removed: Vec<String>,
    /// By size and time as in the index, in byte order.
    pub(super) unchanged: Vec<IndexedFile>,
}

impl Difference {
    /// Compares the files that a scan within some paths found with the pages of the index there.
    pub(super) fn between(
        files: Vec<FileFacts>,
        within: &Within,
        snapshot: &Snapshot,
        touched: &Touched,
    ) -> Result<Self> {
        let mut known = FxHashMap::default();
        snapshot.for_each_page(|path, size, mtime, page| {
            if within.holds(path) {
                known.insert(path.to_owned(), (size, mtime, page));
            }
        })?;
        let mut difference = Self::default();
        for file in files {
            match known.remove(&file.path) {
                Some((size, mtime, page))
                    if (size == file.size && mtime == file.mtime_ns)
                        || touched.is_known(&file, page, snapshot)? =>
                {
                    difference.unchanged.push((file, page));
                }
                Some((_, _, page)) => difference.dirty.push((file, Some(page))),
                None => difference.dirty.push((file, None)),
            }
        }
        difference.removed = known.into_keys().collect();
        difference.removed.sort_unstable();
        Ok(difference)
    }

    /// Brings it up to a newer commit: whoever wrote that may have done the work.
    pub(super) fn refresh(&mut self, snapshot: &Snapshot) -> Result<()> {
        for (file, page) in &mut self.dirty {
            *page = snapshot.page_at(&file.path)?;
        }
        for path in std::mem::take(&mut self.removed) {
            if snapshot.page_at(&path)?.is_some() {
                self.removed.push(path);
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.dirty.is_empty() && self.removed.is_empty()
    }

    /// Whether so much is gone that the files are rather out of sight than deleted: an unmounted
    /// folder, a branch that is just being switched.
    pub(super) fn is_mass_deletion(&self, pages: u64) -> bool {
        let removed = self.removed.len();
        removed >= MASS && (removed * MASS_SHARE) as u64 >= pages
    }

    /// Bytes that are to be read.
    pub(super) fn bytes(&self) -> u64 {
        self.dirty.iter().map(|(facts, _)| facts.size).sum()
    }
}

/// Files whose size or time is not that of the index and whose bytes are, so that they are not read
/// by every sync. Kept in memory only: the index says what the files hold, and these hold it.
#[derive(Default)]
pub(crate) struct Touched(Mutex<FxHashMap<String, Touch>>);

struct Touch {
    size: u64,
    mtime_ns: i64,
    hash: [u8; 32],
}

impl Touched {
    /// Takes down that a file was read and found to be as indexed. One that was written this very
    /// moment is not: its next change may leave the same time.
    pub(super) fn note(&self, file: &FileFacts, hash: [u8; 32]) {
        if may_change_unseen(file.mtime_ns) {
            return;
        }
        let mut files = self.0.lock();
        if files.len() >= MOST_TOUCHED {
            files.clear();
        }
        let touch = Touch { size: file.size, mtime_ns: file.mtime_ns, hash };
        files.insert(file.path.clone(), touch);
    }

    fn is_known(&self, file: &FileFacts, page: DocAddress, snapshot: &Snapshot) -> Result<bool> {
        let files = self.0.lock();
        let Some(touch) = files.get(&file.path) else { return Ok(false) };
        let is_same_file = touch.size == file.size && touch.mtime_ns == file.mtime_ns;
        Ok(is_same_file && snapshot.record(page)?.hash == touch.hash)
    }
}

/// Whether a file of this time may be written again without a change of its time.
pub(super) fn may_change_unseen(mtime_ns: i64) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now_ns = now.map_or(0, |now| i64::try_from(now.as_nanos()).unwrap_or(i64::MAX));
    // A time ahead of the clock stays what it is when the file is written.
    mtime_ns <= now_ns && now_ns - mtime_ns <= SAME_TIME.as_nanos() as i64
}
