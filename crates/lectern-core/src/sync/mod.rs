//! Bringing the index up to the files.

mod apply;
mod difference;
mod report;

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(crate) use difference::Touched;
pub use report::{SyncProgress, SyncReport, SyncScope, SyncStage, SyncTimes};

use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::{RootSet, Scan, Scanner, Within};
use crate::index::segment_facts::SegmentCache;
use crate::index::snapshot::Snapshot;
use crate::index::store::Store;
use difference::{Difference, IndexedFile};

/// How long a sync waits for another writer before it gives up its turn.
pub(crate) const WRITER_PATIENCE: Duration = Duration::from_mins(10);
/// How long after a scan that missed many pages it is made again.
pub(crate) const CONFIRMING: Duration = Duration::from_secs(2);
/// What a sync of everything reads, beside what differs, of files that look as they were indexed:
/// a sixtieth, so that a sync a minute has read all of them in an hour, or at least this much.
const AUDIT_BYTES: u64 = 4 * 1024 * 1024;
const AUDIT_SHARE: u64 = 60;

/// One sync. Created a call; borrows what the engine holds.
pub(crate) struct Sync<'a> {
    pub(crate) scope: &'a SyncScope,
    /// A mass of deletions is believed.
    pub(crate) believes: bool,
    pub(crate) store: &'a Store,
    pub(crate) roots: &'a RootSet,
    pub(crate) scanner: &'a Scanner,
    pub(crate) cache: &'a SegmentCache,
    pub(crate) touched: &'a Touched,
    pub(crate) audit: &'a Audit,
    pub(crate) max_file_bytes: u64,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) progress: &'a (dyn Fn(SyncProgress) + std::marker::Sync),
}

/// What a sync came to.
pub(crate) enum Outcome {
    Done(Box<(Snapshot, SyncReport)>),
    /// So many pages seem to be gone that nothing was done.
    Doubtful,
}

/// How far the files have been read that look as they were indexed: the path of the last one.
/// `None` before the first sync, which has better things to do.
#[derive(Default)]
pub(crate) struct Audit(Mutex<Option<String>>);

/// A pool for so many files of one sync, so that its threads end with it: one for a page that was just
/// saved, however many cores there are.
fn pool(files: usize) -> Result<ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let pool = ThreadPoolBuilder::new().num_threads(files.clamp(1, cores)).build();
    pool.map_err(|error| Error::Internal { message: error.to_string() })
}

impl Sync<'_> {
    /// Runs the sync and returns the snapshot of its commit with its report.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::Io`], [`Error::IndexBusy`], [`Error::Cancelled`],
    /// [`Error::IndexCorrupt`]. Batches committed before an error stay.
    pub(crate) fn run(&self) -> Result<Outcome> {
        let started = Instant::now();
        let within = Arc::new(Within::new(&self.scope.paths));
        let mut report = SyncReport::default();
        let mut snapshot = Snapshot::take(self.store, self.cache)?;
        self.tell(SyncStage::Scanning, 0, 0);
        let mut difference = self.look(&within, &snapshot, &mut report)?;
        if !self.believes && difference.is_mass_deletion(snapshot.totals.pages) {
            self.tell(SyncStage::Confirming, 0, difference.removed.len());
            return Ok(Outcome::Doubtful);
        }
        self.reread(&mut difference, &snapshot, &within)?;
        report.times.scan = started.elapsed();

        if !difference.is_empty() {
            self.tell(SyncStage::Waiting, 0, difference.dirty.len());
            let waiting = Instant::now();
            let size = apply::size_of(&difference);
            let writer = self.store.writer(size, WRITER_PATIENCE, self.cancel)?;
            report.times.wait = waiting.elapsed();
            if self.store.commit_mark() != snapshot.mark {
                snapshot = Snapshot::take(self.store, self.cache)?;
                difference.refresh(&snapshot)?;
            }
            self.spare_returned(&mut difference)?;
            self.apply(writer, &difference, &snapshot, &mut report)?;
            snapshot = Snapshot::take(self.store, self.cache)?;
        }
        report.unchanged += difference.unchanged.len();
        report.skipped.sort_unstable();
        report.pages = snapshot.totals.pages;
        report.sections = snapshot.totals.sections;
        report.links = snapshot.totals.links;
        report.generation = snapshot.generation;
        report.index_bytes = self.store.size_bytes();
        report.times.total = started.elapsed();
        Ok(Outcome::Done(Box::new((snapshot, report))))
    }

    fn tell(&self, stage: SyncStage, done: usize, total: usize) {
        (self.progress)(SyncProgress { stage, done, total });
    }

    fn look(
        &self,
        within: &Arc<Within>,
        snapshot: &Snapshot,
        report: &mut SyncReport,
    ) -> Result<Difference> {
        let Scan { files, skipped, .. } = self.scanner.scan(self.roots, within, self.cancel)?;
        report.skipped = skipped;
        Difference::between(files, within, snapshot, self.touched)
    }

    /// Reads the files that may differ from the index, with some or all of those that seem not to,
    /// and leaves only those that do. Before the writer's turn, which is nothing to wait for when
    /// there is nothing to write.
    fn reread(
        &self,
        difference: &mut Difference,
        snapshot: &Snapshot,
        within: &Within,
    ) -> Result<()> {
        let unchanged = std::mem::take(&mut difference.unchanged);
        let (suspect, unchanged) = self.suspects(unchanged, within);
        difference.unchanged = unchanged;
        let dirty = std::mem::take(&mut difference.dirty);
        let (known, new): (Vec<_>, Vec<_>) =
            dirty.into_iter().partition(|(_, page)| page.is_some());
        difference.dirty = new;
        let known = known.into_iter().filter_map(|(file, page)| Some((file, page?)));
        let doubtful: Vec<IndexedFile> = known.chain(suspect).collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let is_same = |(file, page): &IndexedFile| -> Result<bool> {
            self.cancel.check()?;
            // What cannot be read is looked at again under the writer's turn.
            let Ok(read) = self.roots.read(&file.path, self.max_file_bytes) else {
                return Ok(false);
            };
            let hash = read.hash();
            let is_same = snapshot.record(*page)?.hash == hash;
            if is_same {
                self.touched.note(file, hash);
            }
            Ok(is_same)
        };
        let same: Vec<bool> = if let [one] = doubtful.as_slice() {
            vec![is_same(one)?]
        } else {
            pool(doubtful.len())?
                .install(|| doubtful.par_iter().map(is_same).collect::<Result<_>>())?
        };
        for ((file, page), is_same) in doubtful.into_iter().zip(same) {
            if is_same {
                difference.unchanged.push((file, page));
            } else {
                difference.dirty.push((file, Some(page)));
            }
        }
        difference.dirty.sort_unstable_by(|a, b| a.0.path.cmp(&b.0.path));
        Ok(())
    }

    /// Takes out of the unchanged files those that are to be read all the same.
    fn suspects(
        &self,
        unchanged: Vec<IndexedFile>,
        within: &Within,
    ) -> (Vec<IndexedFile>, Vec<IndexedFile>) {
        if self.scope.rereads {
            return (unchanged, Vec::new());
        }
        if !within.is_everything() {
            return (Vec::new(), unchanged);
        }
        let mut last = self.audit.0.lock();
        let Some(after) = last.replace(String::new()) else {
            return (Vec::new(), unchanged);
        };
        let all: u64 = unchanged.iter().map(|(file, _)| file.size).sum();
        let most = (all / AUDIT_SHARE).max(AUDIT_BYTES);
        let mut bytes = 0;
        let (suspects, rest) = unchanged.into_iter().partition(|(file, _)| {
            let is_next = file.path > after && bytes < most;
            if is_next {
                bytes += file.size;
                *last = Some(file.path.clone());
            }
            is_next
        });
        (suspects, rest)
    }

    /// Takes out of the removed pages those that are there again: an editor that replaces a file
    /// leaves none for a moment.
    fn spare_returned(&self, difference: &mut Difference) -> Result<()> {
        if difference.removed.is_empty() {
            return Ok(());
        }
        let within = Arc::new(Within::new(&difference.removed));
        let Scan { files, .. } = self.scanner.scan(self.roots, &within, self.cancel)?;
        difference
            .removed
            .retain(|path| files.binary_search_by(|file| file.path.as_str().cmp(path)).is_err());
        Ok(())
    }
}
