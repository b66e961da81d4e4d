//! An open index: reading its newest commit, taking the writer's turn.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy};

use super::damage::{check_small, files_of_commit, retried};
use super::directory::{HALF_WRITTEN, IndexDirectory, META};
use super::fields::{Fields, schema};
use super::tagged_text::tokenizers;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::options::LinkTexts;

/// Buffer of the one indexing thread. A cold index of 14 MB of Markdown fits in it as one segment.
const WRITER_MEMORY_BYTES: usize = 160 * 1024 * 1024;
/// Buffer for an update of a few pages.
const UPDATE_MEMORY_BYTES: usize = 20 * 1024 * 1024;
/// Segments with more deleted documents than this are rewritten. tantivy's default is never, and
/// until then every search reads what was deleted and leaves it out.
const DELETED_RATIO_BEFORE_MERGE: f32 = 0.2;
/// How long another process may take to create an index.
const CREATING: Duration = Duration::from_secs(10);
/// How often a waiting writer looks whether the lock is free.
const LOCK_POLL: Duration = Duration::from_millis(15);
/// Decompressed 16 KiB blocks of page records kept by a reader: the table of about 2,500 pages.
const RECORD_CACHE_BLOCKS: usize = 64;

/// An open index folder.
pub(crate) struct Store {
    folder: PathBuf,
    directory: IndexDirectory,
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    pub(crate) fields: Fields,
    /// Which links count in what is read of it.
    pub(crate) link_texts: LinkTexts,
}

/// What changes when anybody commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitMark {
    inode: u64,
    len: u64,
    mtime: (i64, i64),
}

impl Store {
    /// Opens or creates the index in `folder`, which need not be writable when it holds one.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`] for a damaged one; [`Error::Io`] when the folder cannot be made or
    /// read. Lock, permission and disk errors never count as damage.
    pub(crate) fn open(folder: &Path, link_texts: &LinkTexts) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::io("creating the index folder"))?;
        let directory = IndexDirectory::open(folder)?;
        if !folder.join(META).exists() {
            // As everything that writes: whoever has the turn removes what is nobody's.
            let turn = IndexDirectory::open(folder)?;
            wait_for_turn(&turn, CREATING, &CancelToken::new())?;
            open_index(turn)?;
        }
        let index = open_index(directory.clone())?;
        check_small(folder, &index)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(RECORD_CACHE_BLOCKS)
            .try_into()?;
        let (_, fields) = schema();
        let link_texts = link_texts.clone();
        Ok(Self { folder: folder.to_owned(), directory, index, reader, fields, link_texts })
    }

    /// Whether the folder still holds an index: another program may have deleted it.
    pub(crate) fn is_there(&self) -> bool {
        self.commit_mark().is_some()
    }

    /// Reads the newest commit.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`]; [`Error::IndexBusy`] when there was a newer commit each
    /// time.
    pub(crate) fn reload(&self) -> Result<()> {
        retried(&self.folder, || Ok(self.reader.reload()?), |()| true)?;
        self.directory.forget_unmapped();
        Ok(())
    }

    /// A mark that differs after any commit by any process. `None` while there is no index file.
    pub(crate) fn commit_mark(&self) -> Option<CommitMark> {
        commit_mark(&self.folder)
    }

    /// Takes the writer's turn, waiting while another process has it, and removes what writers that
    /// were killed left behind.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::IndexBusy`] after `patience`; [`Error::IndexCorrupt`];
    /// [`Error::Io`], also for a folder that cannot be written.
    pub(crate) fn writer(
        &self,
        size: BatchSize,
        patience: Duration,
        cancel: &CancelToken,
    ) -> Result<IndexWriter> {
        let directory = IndexDirectory::open(&self.folder)?;
        wait_for_turn(&directory, patience, cancel)?;
        // Opened for the turn: tantivy keeps in memory which files are its own, and others have
        // written since this process looked.
        let index = open_index(directory)?;
        self.remove_orphans(&index)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(match size {
                BatchSize::Small => UPDATE_MEMORY_BYTES,
                BatchSize::Large => WRITER_MEMORY_BYTES,
            })
            .num_merge_threads(1)
            .build();
        let writer = index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_RATIO_BEFORE_MERGE);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Removes files that belong to no commit. Only with the writer's turn: nobody else can be about
    /// to commit one of them.
    fn remove_orphans(&self, index: &Index) -> Result<()> {
        let living: HashSet<PathBuf> = files_of_commit(index)?.into_iter().collect();
        let entries = fs::read_dir(&self.folder).map_err(Error::io("listing the index folder"))?;
        for entry in entries.flatten() {
            let name = PathBuf::from(entry.file_name());
            if is_of_a_segment(&name) && !living.contains(&name)
                || name.extension() == Some(OsStr::new(HALF_WRITTEN))
            {
                // What cannot be removed now is tried again with the next turn.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Merges all segments into one without the documents that were deleted.
    ///
    /// # Errors
    /// As [`Self::writer`].
    pub(crate) fn compact(&self, patience: Duration, cancel: &CancelToken) -> Result<()> {
        let mut writer = self.writer(BatchSize::Large, patience, cancel)?;
        let segments = writer.index().searchable_segment_ids()?;
        if !segments.is_empty() {
            writer.merge(&segments).wait()?;
        }
        writer.wait_merging_threads()?;
        Ok(())
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// When the newest commit was made.
    pub(crate) fn committed_at(&self) -> Option<SystemTime> {
        fs::metadata(self.folder.join(META)).ok()?.modified().ok()
    }

    /// Bytes of all files of the index.
    pub(crate) fn size_bytes(&self) -> u64 {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return 0;
        };
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|m| m.len()).sum()
    }
}

/// How much a writer is about to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BatchSize {
    Small,
    Large,
}

/// The mark of the commit in a folder, which differs after any commit by any process.
pub(super) fn commit_mark(folder: &Path) -> Option<CommitMark> {
    let metadata = fs::metadata(folder.join(META)).ok()?;
    Some(CommitMark {
        inode: metadata.ino(),
        len: metadata.len(),
        mtime: (metadata.mtime(), metadata.mtime_nsec()),
    })
}

/// Waits for the writer's turn.
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::IndexBusy`] after `patience`; [`Error::Io`].
pub(super) fn wait_for_turn(
    directory: &IndexDirectory,
    patience: Duration,
    cancel: &CancelToken,
) -> Result<()> {
    let started = Instant::now();
    while !directory.try_turn()? {
        cancel.check()?;
        if started.elapsed() >= patience {
            return Err(Error::IndexBusy);
        }
        std::thread::sleep(LOCK_POLL);
    }
    Ok(())
}

fn open_index(directory: IndexDirectory) -> Result<Index> {
    let (schema, _) = schema();
    let index = Index::builder()
        .schema(schema)
        .tokenizers(tokenizers())
        .settings(IndexSettings::default())
        .open_or_create(directory)?;
    Ok(index)
}

/// `<32 hex digits>.<what>`, as tantivy names the files of a segment.
fn is_of_a_segment(name: &Path) -> bool {
    let name = name.to_string_lossy();
    let id = name.split('.').next().unwrap_or_default();
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}
