//! Writing a difference into the index.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lectern_analysis::Analyzer;
use rayon::prelude::*;
use tantivy::indexer::UserOperation;
use tantivy::{DocAddress, IndexWriter, Term};

use super::difference::{Difference, may_change_unseen};
use super::report::{SyncReport, SyncStage};
use super::{Sync, pool};
use crate::error::{Error, Result};
use crate::files::{FileFacts, SETTLING, SkippedFile, is_exhaustion};
use crate::index::document::{PageDocuments, page_documents};
use crate::index::snapshot::Snapshot;
use crate::index::store::BatchSize;

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

/// How a file begins whose content git-lfs has not fetched, by its specification.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The writer that a difference needs.
pub(super) fn size_of(difference: &Difference) -> BatchSize {
    if difference.bytes() <= SMALL_BATCH_BYTES { BatchSize::Small } else { BatchSize::Large }
}

impl Sync<'_> {
    pub(super) fn apply(
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
        let pool = pool(difference.dirty.len())?;
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
                if let Err(error) = self.add(&writer, facts, known.is_some(), outcome, report) {
                    // The thread that indexes has ended; why, only a commit is told.
                    return Err(writer.commit().err().map_or(error, Error::from));
                }
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
        let mut patience = SETTLING;
        let file = match self.roots.read_settled(&facts.path, self.max_file_bytes, &mut patience) {
            Ok(file) => file,
            // Nothing is wrong with the file.
            Err(source) if is_exhaustion(&source) => {
                return Err(Error::Io { action: "reading a page", source });
            }
            Err(error) => return Ok(Outcome::Skipped(reason_of(&error))),
        };
        if let Some(page) = known {
            let hash = file.hash();
            if snapshot.record(page)?.hash == hash {
                self.touched.note(facts, hash);
                return Ok(Outcome::Same);
            }
        }
        if file.bytes.starts_with(LFS_POINTER) {
            return Ok(Outcome::Skipped("git-lfs pointer"));
        }
        let mut file = file;
        if may_change_unseen(file.mtime_ns) {
            // No file has this time, so the next sync reads it again.
            file.mtime_ns -= 1;
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
