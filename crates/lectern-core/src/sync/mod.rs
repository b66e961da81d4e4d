//! Bringing the index up to the files.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lectern_analysis::Analyzer;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tantivy::indexer::UserOperation;
use tantivy::{DocAddress, IndexWriter, Term};

use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::{FileFacts, RootSet, Scan, Scanner, SkippedFile};
use crate::index::document::{PageDocuments, page_documents};
use crate::index::snapshot::{SegmentCache, Snapshot};
use crate::index::store::{BatchSize, Store};

/// A commit is made after this much Markdown, which bounds memory and what a crash loses.
const BATCH_BYTES: u64 = 64 * 1024 * 1024;
/// Or after this many files, since tiny ones cost more than their bytes.
const BATCH_FILES: usize = 20_000;
/// Files read and analysed at a time, between two looks at the cancel token.
const CHUNK_FILES: usize = 128;
/// Bytes of such a chunk.
const CHUNK_BYTES: u64 = 4 * 1024 * 1024;
/// Updates up to this size use the small writer.
const SMALL_BATCH_BYTES: u64 = 1024 * 1024;
/// How long a sync waits for another writer before it gives up its turn.
pub(crate) const WRITER_PATIENCE: Duration = Duration::from_mins(10);

/// Where a running sync stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    /// What is being done.
    pub stage: SyncStage,
    /// Files done.
    pub done: usize,
    /// Files to do; 0 while it is not known.
    pub total: usize,
}

/// Stages of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStage {
    /// Listing the files.
    Scanning,
    /// Waiting for another writer.
    Waiting,
    /// Reading and analysing.
    Indexing,
    /// Making it durable.
    Committing,
}

impl SyncStage {
    /// Lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Waiting => "waiting",
            Self::Indexing => "indexing",
            Self::Committing => "committing",
        }
    }
}

/// What a sync did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncReport {
    /// Pages in the index now.
    pub pages: u64,
    /// Sections in the index now.
    pub sections: u64,
    /// Links in the index now.
    pub links: u64,
    /// Pages that were not in the index.
    pub added: usize,
    /// Pages whose content differs from what was indexed.
    pub changed: usize,
    /// Pages that are gone.
    pub removed: usize,
    /// Pages left as they were.
    pub unchanged: usize,
    /// Files seen that are no pages, sorted by path.
    pub skipped: Vec<SkippedFile>,
    /// Pages added or changed by this sync that were read in another way than plain UTF-8 Markdown,
    /// with how; sorted by path.
    pub notices: Vec<(String, String)>,
    /// Size of the index in bytes.
    pub index_bytes: u64,
    /// The commit that holds all this.
    pub generation: u64,
    /// Wall time.
    pub times: SyncTimes,
}

/// Wall times of the stages of a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SyncTimes {
    /// Waiting for another writer.
    pub wait: Duration,
    /// Listing files and comparing them with the index.
    pub scan: Duration,
    /// Reading, analysing, adding.
    pub index: Duration,
    /// Committing and merging.
    pub commit: Duration,
    /// All of it.
    pub total: Duration,
}

/// The difference between files and index.
struct Difference {
    /// New or possibly changed; the address is that of the page now in the index.
    dirty: Vec<(FileFacts, Option<DocAddress>)>,
    removed: Vec<String>,
    unchanged: usize,
}

/// One sync. Created a call; borrows what the engine holds.
pub(crate) struct Sync<'a> {
    pub(crate) store: &'a Store,
    pub(crate) roots: &'a RootSet,
    pub(crate) scanner: &'a Scanner,
    pub(crate) cache: &'a SegmentCache,
    pub(crate) max_file_bytes: u64,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) progress: &'a (dyn Fn(SyncProgress) + std::marker::Sync),
}

impl Sync<'_> {
    /// Runs the sync and returns the snapshot of its commit.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::Io`], [`Error::IndexBusy`], [`Error::Cancelled`]. Batches
    /// committed before an error stay.
    pub(crate) fn run(&self) -> Result<(Snapshot, SyncReport)> {
        let started = Instant::now();
        self.tell(SyncStage::Scanning, 0, 0);
        let Scan { files, skipped } = self.scanner.scan(self.roots, self.cancel)?;
        let mut report = SyncReport { skipped, ..SyncReport::default() };
        let mut snapshot = Snapshot::take(self.store, self.cache)?;
        let mut difference = compare(&files, &snapshot)?;
        report.times.scan = started.elapsed();

        if !difference.is_empty() {
            self.tell(SyncStage::Waiting, 0, difference.dirty.len());
            let waiting = Instant::now();
            let writer = self.store.writer(difference.size(), WRITER_PATIENCE, self.cancel)?;
            report.times.wait = waiting.elapsed();
            // Whoever wrote before us may have done our work.
            snapshot = Snapshot::take(self.store, self.cache)?;
            difference = compare(&files, &snapshot)?;
            self.apply(writer, &difference, &snapshot, &mut report)?;
            snapshot = Snapshot::take(self.store, self.cache)?;
        }
        report.unchanged += difference.unchanged;
        report.skipped.sort_unstable();
        report.pages = snapshot.totals.pages;
        report.sections = snapshot.totals.sections;
        report.links = snapshot.totals.links;
        report.generation = snapshot.generation;
        report.index_bytes = self.store.size_bytes();
        report.times.total = started.elapsed();
        Ok((snapshot, report))
    }

    fn tell(&self, stage: SyncStage, done: usize, total: usize) {
        (self.progress)(SyncProgress { stage, done, total });
    }

    fn apply(
        &self,
        mut writer: IndexWriter,
        difference: &Difference,
        snapshot: &Snapshot,
        report: &mut SyncReport,
    ) -> Result<()> {
        let indexing = Instant::now();
        let mut committing = Duration::ZERO;
        for path in &difference.removed {
            writer.delete_term(Term::from_field_text(self.store.fields.path, path));
            report.removed += 1;
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .build()
            .map_err(|error| Error::Internal { message: error.to_string() })?;
        let done = AtomicUsize::new(0);
        let total = difference.dirty.len();
        let (mut uncommitted_bytes, mut uncommitted_files) = (0, 0);
        for chunk in chunks(&difference.dirty) {
            self.cancel.check()?;
            let prepared: Vec<_> = pool.install(|| {
                chunk
                    .par_iter()
                    .map_init(Analyzer::new, |analyzer, (facts, known)| {
                        let outcome = self.prepare(analyzer, facts, *known, snapshot);
                        self.tell(
                            SyncStage::Indexing,
                            done.fetch_add(1, Ordering::Relaxed) + 1,
                            total,
                        );
                        outcome
                    })
                    .collect::<Result<_>>()
            })?;
            for ((facts, known), outcome) in chunk.iter().zip(prepared) {
                uncommitted_bytes += facts.size;
                uncommitted_files += 1;
                self.add(&writer, facts, known.is_some(), outcome, report)?;
            }
            if uncommitted_bytes >= BATCH_BYTES || uncommitted_files >= BATCH_FILES {
                let commit = Instant::now();
                writer.commit()?;
                committing += commit.elapsed();
                (uncommitted_bytes, uncommitted_files) = (0, 0);
            }
        }
        self.cancel.check()?;
        self.tell(SyncStage::Committing, total, total);
        let commit = Instant::now();
        writer.commit()?;
        writer.wait_merging_threads()?;
        committing += commit.elapsed();
        report.times.commit = committing;
        report.times.index = indexing.elapsed().saturating_sub(committing);
        report.notices.sort_unstable();
        Ok(())
    }

    fn prepare(
        &self,
        analyzer: &mut Analyzer,
        facts: &FileFacts,
        known: Option<DocAddress>,
        snapshot: &Snapshot,
    ) -> Result<Outcome> {
        let file = match self.roots.read(&facts.path, self.max_file_bytes) {
            Ok(file) => file,
            Err(error) => return Ok(Outcome::Skipped(reason_of(&error))),
        };
        if let Some(page) = known
            && snapshot.record(page)?.hash == file.hash()
        {
            return Ok(Outcome::Same);
        }
        let documents = page_documents(&self.store.fields, analyzer, &facts.path, &file)?;
        Ok(documents.map_or(Outcome::Skipped("binary"), Outcome::Page))
    }

    fn add(
        &self,
        writer: &IndexWriter,
        facts: &FileFacts,
        is_known: bool,
        outcome: Outcome,
        report: &mut SyncReport,
    ) -> Result<()> {
        let key = Term::from_field_text(self.store.fields.path, &facts.path);
        match outcome {
            Outcome::Same => report.unchanged += 1,
            Outcome::Skipped(reason) => {
                report.skipped.push(SkippedFile { path: facts.path.clone(), reason });
                if is_known {
                    writer.delete_term(key);
                    report.removed += 1;
                }
            }
            Outcome::Page(page) => {
                if let Some(notice) = page.notice {
                    report.notices.push((page.path, notice));
                }
                if is_known {
                    report.changed += 1;
                } else {
                    report.added += 1;
                }
                let delete = is_known.then_some(UserOperation::Delete(key));
                let adds = page.documents.into_iter().map(UserOperation::Add);
                writer.run(delete.into_iter().chain(adds).collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }
}

enum Outcome {
    Page(PageDocuments),
    /// The stat differed, the bytes do not.
    Same,
    Skipped(&'static str),
}

impl Difference {
    fn is_empty(&self) -> bool {
        self.dirty.is_empty() && self.removed.is_empty()
    }

    fn size(&self) -> BatchSize {
        let bytes: u64 = self.dirty.iter().map(|(facts, _)| facts.size).sum();
        if bytes <= SMALL_BATCH_BYTES { BatchSize::Small } else { BatchSize::Large }
    }
}

fn compare(files: &[FileFacts], snapshot: &Snapshot) -> Result<Difference> {
    let mut known = FxHashMap::default();
    snapshot.for_each_page(|path, size, mtime, page| {
        known.insert(path.to_owned(), (size, mtime, page));
    })?;
    let mut difference = Difference { dirty: Vec::new(), removed: Vec::new(), unchanged: 0 };
    for file in files {
        match known.remove(&file.path) {
            Some((size, mtime, _)) if size == file.size && mtime == file.mtime_ns => {
                difference.unchanged += 1;
            }
            Some((_, _, page)) => difference.dirty.push((file.clone(), Some(page))),
            None => difference.dirty.push((file.clone(), None)),
        }
    }
    difference.removed = known.into_keys().collect();
    difference.removed.sort_unstable();
    Ok(difference)
}

/// Cuts the work into chunks bounded in files and bytes.
fn chunks<T: Clone>(dirty: &[(FileFacts, T)]) -> impl Iterator<Item = &[(FileFacts, T)]> {
    let mut rest = dirty;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let within = rest.iter().take(CHUNK_FILES).take_while(|(facts, _)| {
            let fits = bytes == 0 || bytes + facts.size <= CHUNK_BYTES;
            bytes += facts.size;
            fits
        });
        let (chunk, after) = rest.split_at(within.count());
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn reason_of(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "vanished",
        std::io::ErrorKind::FileTooLarge => "too large",
        _ => "unreadable",
    }
}
