//! The index folder: where it is, opening it, taking the writer's turn.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError};

use super::fields::{FORMAT_VERSION, Fields, schema};
use super::tagged_text::tokenizers;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::options::{LinkTexts, OpenOptions};

/// Buffer of the one indexing thread. A cold index of 14 MB of Markdown fits in it as one segment.
const WRITER_MEMORY_BYTES: usize = 160 * 1024 * 1024;
/// Buffer for an update of a few pages.
const UPDATE_MEMORY_BYTES: usize = 20 * 1024 * 1024;
/// Segments with more deleted documents than this are rewritten. tantivy's default is never, and
/// deleted documents count in its first-stage statistics.
const DELETED_RATIO_BEFORE_MERGE: f32 = 0.2;
/// How often a waiting writer looks whether the lock is free.
const LOCK_POLL: Duration = Duration::from_millis(15);
/// Decompressed 16 KiB blocks of page records kept by a reader: the table of about 2,500 pages.
const RECORD_CACHE_BLOCKS: usize = 64;

/// An open index folder.
pub(crate) struct Store {
    folder: PathBuf,
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
    /// Opens or creates the index of these roots and settings. A damaged one is moved aside and
    /// replaced by an empty one.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made or read. Lock, permission and disk errors never
    /// count as damage.
    pub(crate) fn open(options: &OpenOptions, roots: &RootSet) -> Result<Self> {
        let folder = index_folder(options, roots)?;
        match Self::open_folder(&folder, &options.link_texts) {
            Err(Error::IndexCorrupt { .. }) => {
                move_aside(&folder)?;
                Self::open_folder(&folder, &options.link_texts)
            }
            opened => opened,
        }
    }

    fn open_folder(folder: &Path, link_texts: &LinkTexts) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::io("creating the index folder"))?;
        let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
        let (schema, fields) = schema();
        let index = Index::builder()
            .schema(schema)
            .tokenizers(tokenizers())
            .settings(IndexSettings::default())
            .open_or_create(directory)
            .map_err(damage_at_open)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(RECORD_CACHE_BLOCKS)
            .try_into()
            .map_err(damage_at_open)?;
        let link_texts = link_texts.clone();
        Ok(Self { folder: folder.to_owned(), index, reader, fields, link_texts })
    }

    /// A mark that differs after any commit by any process. `None` while there is no index file.
    pub(crate) fn commit_mark(&self) -> Option<CommitMark> {
        let metadata = fs::metadata(self.folder.join("meta.json")).ok()?;
        Some(CommitMark {
            inode: metadata.ino(),
            len: metadata.len(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }

    /// Takes the writer's turn, waiting while another process has it.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::IndexBusy`] after `patience`; [`Error::Io`].
    pub(crate) fn writer(
        &self,
        size: BatchSize,
        patience: Duration,
        cancel: &CancelToken,
    ) -> Result<IndexWriter> {
        let started = Instant::now();
        loop {
            cancel.check()?;
            match self.try_writer(size) {
                Err(TantivyError::LockFailure(..)) if started.elapsed() < patience => {
                    std::thread::sleep(LOCK_POLL);
                }
                result => return Ok(result?),
            }
        }
    }

    /// Merges all segments into one without the documents that were deleted.
    ///
    /// # Errors
    /// As [`Self::writer`].
    pub(crate) fn compact(&self, patience: Duration, cancel: &CancelToken) -> Result<()> {
        let mut writer = self.writer(BatchSize::Large, patience, cancel)?;
        let segments = self.index.searchable_segment_ids()?;
        if !segments.is_empty() {
            writer.merge(&segments).wait()?;
        }
        writer.wait_merging_threads()?;
        Ok(())
    }

    fn try_writer(&self, size: BatchSize) -> tantivy::Result<IndexWriter> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(match size {
                BatchSize::Small => UPDATE_MEMORY_BYTES,
                BatchSize::Large => WRITER_MEMORY_BYTES,
            })
            .num_merge_threads(1)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_RATIO_BEFORE_MERGE);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// When the newest commit was made.
    pub(crate) fn committed_at(&self) -> Option<SystemTime> {
        fs::metadata(self.folder.join("meta.json")).ok()?.modified().ok()
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

/// `<cache>/lectern/<hash of canonical roots and the settings that shape the index>/v<format>`.
pub(crate) fn index_folder(options: &OpenOptions, roots: &RootSet) -> Result<PathBuf> {
    let base = match &options.index_dir {
        Some(folder) => folder.clone(),
        None => dirs::cache_dir()
            .ok_or_else(|| Error::invalid("no cache folder is known: name an index folder"))?
            .join("lectern"),
    };
    let mut key = blake3::Hasher::new();
    let mut part = |tag: &str, bytes: &[u8]| {
        key.update(tag.as_bytes());
        key.update(&(bytes.len() as u64).to_le_bytes());
        key.update(bytes);
    };
    for root in roots.iter() {
        part("name", root.name.as_bytes());
        part("root", root.folder.as_os_str().as_encoded_bytes());
    }
    for glob in options.include_globs() {
        part("include", glob.as_bytes());
    }
    for glob in &options.exclude {
        part("exclude", glob.as_bytes());
    }
    part("max", &options.max_file_bytes.to_le_bytes());
    Ok(base.join(&key.finalize().to_hex()[..16]).join(format!("v{FORMAT_VERSION}")))
}

/// Sorts errors of opening into damage, which a rebuild heals, and everything else. `meta.json`
/// has no checksum: what does not parse surfaces as an I/O error of kind "other" or invalid data.
fn damage_at_open(error: TantivyError) -> Error {
    if let TantivyError::IoError(source) = &error
        && matches!(
            source.kind(),
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
        )
    {
        return Error::IndexCorrupt { message: "its table of contents cannot be read".to_owned() };
    }
    error.into()
}

fn move_aside(folder: &Path) -> Result<()> {
    let stamp =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let aside = folder.with_extension(format!("damaged-{stamp}"));
    match fs::rename(folder, aside) {
        // Another process was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::io("moving a damaged index aside")),
    }
}
