//! The facade: one engine over some roots.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use lectern_analysis::Analyzer;
use parking_lot::{Mutex, RwLock};

use crate::cancel::CancelToken;
use crate::catalog::{BrowseAnswer, BrowseRequest, Catalog, Completions, FoundPage, PageList};
use crate::error::{Error, Result};
use crate::files::{Root, RootSet, Scanner};
use crate::index::fields::FORMAT_VERSION;
use crate::index::snapshot::{SegmentCache, Snapshot};
use crate::index::store::{Store, index_folder};
use crate::options::OpenOptions;
use crate::read::{Read, ReadAnswer, ReadRequest};
use crate::search::{Search, SearchAnswer, SearchRequest, Synonyms};
use crate::sync::{Sync, SyncProgress, SyncReport, WRITER_PATIENCE};
use crate::verify::{Verify, VerifyReport};

/// A root in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootFacts {
    /// Its name.
    pub name: String,
    /// What its paths begin with: the name and a slash, or nothing when it is the only root.
    pub prefix: String,
    /// Its folder, resolved: for the operator, never for a caller.
    pub folder: PathBuf,
}

/// State of the index as this engine reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The roots, as given.
    pub roots: Vec<RootFacts>,
    /// Folder of the index: for the operator, never for a caller.
    pub index_folder: PathBuf,
    /// When the newest commit was made. `None` while there is no index file.
    pub committed_at: Option<SystemTime>,
    /// Live pages.
    pub pages: u64,
    /// Live sections.
    pub sections: u64,
    /// Live links.
    pub links: u64,
    /// The commit.
    pub generation: u64,
    /// Bytes of the index folder.
    pub index_bytes: u64,
    /// Segments.
    pub segments: usize,
    /// Format of the index on disk.
    pub format_version: u32,
}

/// An index over some roots. Every method may be called from any thread at once.
pub struct Engine {
    options: OpenOptions,
    scanner: Scanner,
    synonyms: Synonyms,
    open: RwLock<Option<Arc<Open>>>,
    /// One sync at a time a process; the second finds nothing left to do.
    syncing: Mutex<()>,
}

/// What a call holds while it runs, so that closing never pulls anything from under it.
struct Open {
    store: Store,
    roots: RwLock<Arc<RootSet>>,
    cache: SegmentCache,
    snapshot: RwLock<Arc<Snapshot>>,
    /// A sync has ended in this process, so an empty index means an empty knowledge base.
    has_synced: std::sync::atomic::AtomicBool,
}

thread_local! {
    static ANALYZER: RefCell<Analyzer> = RefCell::new(Analyzer::new());
}

impl Engine {
    /// Opens the roots and their index, which is created empty where there is none. Reads no page.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::InvalidArgument`] (also for a synonyms file that cannot be
    /// read, with the line that says nothing), [`Error::LimitExceeded`] for a larger one than 16 MiB,
    /// [`Error::Io`].
    pub fn open(options: OpenOptions) -> Result<Self> {
        options.check()?;
        let scanner = Scanner::new(&options)?;
        let synonyms = match &options.synonyms_file {
            Some(file) => ANALYZER.with_borrow_mut(|analyzer| Synonyms::read(file, analyzer))?,
            None => Synonyms::default(),
        };
        let roots = RootSet::open(&options.roots)?;
        let store = Store::open(&options, &roots)?;
        let cache = SegmentCache::default();
        let snapshot = Snapshot::take(&store, &cache)?;
        let open = Open {
            store,
            roots: RwLock::new(Arc::new(roots)),
            cache,
            snapshot: RwLock::new(Arc::new(snapshot)),
            has_synced: false.into(),
        };
        let open = RwLock::new(Some(Arc::new(open)));
        Ok(Self { options, scanner, synonyms, open, syncing: Mutex::new(()) })
    }

    /// Folder in which [`Engine::open`] would keep the index of these settings. Touches nothing
    /// there.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::InvalidArgument`].
    pub fn locate(options: &OpenOptions) -> Result<PathBuf> {
        options.check()?;
        index_folder(options, &RootSet::open(&options.roots)?)
    }

    /// Brings the index up to the files: what is new or differs is indexed, what is gone removed.
    /// Waits while another process writes. `progress` is called from several threads.
    ///
    /// # Errors
    /// [`Error::RootUnusable`] when a root is gone (nothing is removed then), [`Error::IndexBusy`]
    /// when another process kept writing for ten minutes, [`Error::Cancelled`], [`Error::Io`],
    /// [`Error::Closed`].
    pub fn sync(
        &self,
        progress: &(dyn Fn(SyncProgress) + std::marker::Sync),
        cancel: &CancelToken,
    ) -> Result<SyncReport> {
        let open = self.opened()?;
        let _turn = self.syncing.lock();
        cancel.check()?;
        // A root may have been replaced since its handle was taken.
        let roots = Arc::new(RootSet::open(&self.options.roots)?);
        *open.roots.write() = Arc::clone(&roots);
        let sync = Sync {
            store: &open.store,
            roots: &roots,
            scanner: &self.scanner,
            cache: &open.cache,
            max_file_bytes: self.options.max_file_bytes,
            cancel,
            progress,
        };
        let (snapshot, report) = sync.run()?;
        *open.snapshot.write() = Arc::new(snapshot);
        open.has_synced.store(true, std::sync::atomic::Ordering::Release);
        Ok(report)
    }

    /// Merges the index into one segment and drops what was deleted. Answers are the same before and
    /// after; what was deleted no longer takes space and time.
    ///
    /// # Errors
    /// [`Error::IndexBusy`] when another process kept writing for ten minutes, [`Error::Cancelled`],
    /// [`Error::Io`], [`Error::Closed`].
    pub fn compact(&self, cancel: &CancelToken) -> Result<()> {
        let open = self.opened()?;
        let _turn = self.syncing.lock();
        open.store.compact(WRITER_PATIENCE, cancel)
    }

    /// Answers a question from the newest commit of any process.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::LimitExceeded`], [`Error::NotFound`] for a `path` that
    /// no page is under, [`Error::IndexNotReady`] before the first sync, [`Error::Cancelled`],
    /// [`Error::Closed`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn search(&self, request: &SearchRequest, cancel: &CancelToken) -> Result<SearchAnswer> {
        let open = self.opened()?;
        cancel.check()?;
        let snapshot = open.newest()?;
        if !open.is_ready(&snapshot) {
            return Err(Error::IndexNotReady);
        }
        let roots = Arc::clone(&open.roots.read());
        let search = Search {
            snapshot: &snapshot,
            roots: &roots,
            synonyms: &self.synonyms,
            max_file_bytes: self.options.max_file_bytes,
            cancel,
        };
        ANALYZER.with_borrow_mut(|analyzer| search.run(request, analyzer))
    }

    /// Reads a page, a section or lines from disk. Needs no index.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::NotFound`], [`Error::Io`], [`Error::Closed`],
    /// [`Error::IndexCorrupt`].
    pub fn read(&self, request: &ReadRequest) -> Result<ReadAnswer> {
        let open = self.opened()?;
        let snapshot = open.newest()?;
        let roots = Arc::clone(&open.roots.read());
        Read {
            roots: &roots,
            scanner: &self.scanner,
            snapshot: &snapshot,
            max_file_bytes: self.options.max_file_bytes,
        }
        .run(request)
    }

    /// Folders and pages of a folder, or the outline of a page.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::InvalidArgument`], [`Error::IndexNotReady`],
    /// [`Error::Closed`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn browse(&self, request: &BrowseRequest) -> Result<BrowseAnswer> {
        self.with_catalog(|catalog| catalog.browse(request))
    }

    /// At most `limit` pages in order of their paths, from behind `after`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::IndexNotReady`], [`Error::Closed`],
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn list(&self, after: Option<&str>, limit: u32) -> Result<PageList> {
        self.with_catalog(|catalog| catalog.list(after, limit))
    }

    /// Pages called `name`, under `under` (folders, pages or globs; empty for everything).
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest names, [`Error::InvalidArgument`] for a bad glob,
    /// [`Error::IndexNotReady`], [`Error::Closed`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn find(&self, name: &str, under: &[String]) -> Result<Vec<FoundPage>> {
        self.with_catalog(|catalog| catalog.find(name, under))
    }

    /// The likeliest paths of pages for what was typed.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn complete_path(&self, typed: &str, limit: u32) -> Result<Completions> {
        self.with_catalog(|catalog| catalog.complete_path(typed, limit))
    }

    /// The likeliest names of pages under `under` for what was typed.
    ///
    /// # Errors
    /// As [`Self::find`], but for [`Error::NotFound`].
    pub fn complete_name(&self, typed: &str, under: &[String], limit: u32) -> Result<Completions> {
        self.with_catalog(|catalog| catalog.complete_name(typed, under, limit))
    }

    /// Path and mtime, in nanoseconds since 1970, of every page as indexed, by path.
    ///
    /// # Errors
    /// As [`Self::list`], but for arguments.
    pub fn page_times(&self) -> Result<Vec<(String, i64)>> {
        self.with_catalog(|catalog| {
            let mut times = Vec::with_capacity(catalog.snapshot.totals.pages as usize);
            // Not by the page table, which would read every record for what two columns tell.
            let take = |path: &str, _, mtime_ns, _| times.push((path.to_owned(), mtime_ns));
            catalog.snapshot.for_each_page(take)?;
            times.sort_unstable();
            Ok(times)
        })
    }

    fn with_catalog<T>(&self, work: impl FnOnce(&Catalog<'_>) -> Result<T>) -> Result<T> {
        let open = self.opened()?;
        let snapshot = open.newest()?;
        if !open.is_ready(&snapshot) {
            return Err(Error::IndexNotReady);
        }
        let roots = Arc::clone(&open.roots.read());
        work(&Catalog {
            snapshot: &snapshot,
            roots: &roots,
            scanner: &self.scanner,
            max_file_bytes: self.options.max_file_bytes,
        })
    }

    /// Reads every page and every file of the index and tells what differs.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::IndexNotReady`], [`Error::RootUnusable`], [`Error::Closed`],
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn verify(&self, cancel: &CancelToken) -> Result<VerifyReport> {
        let open = self.opened()?;
        let snapshot = open.newest()?;
        if !open.is_ready(&snapshot) {
            return Err(Error::IndexNotReady);
        }
        let roots = Arc::clone(&open.roots.read());
        Verify {
            store: &open.store,
            snapshot: &snapshot,
            roots: &roots,
            scanner: &self.scanner,
            max_file_bytes: self.options.max_file_bytes,
            cancel,
        }
        .run()
    }

    /// Counts of the newest commit.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn stats(&self) -> Result<Stats> {
        let open = self.opened()?;
        let snapshot = open.newest()?;
        let roots = Arc::clone(&open.roots.read());
        let facts = |root: &Root| RootFacts {
            name: root.name.clone(),
            prefix: roots.public_path(root, ""),
            folder: root.folder.clone(),
        };
        Ok(Stats {
            roots: roots.iter().map(facts).collect(),
            index_folder: open.store.folder().to_owned(),
            committed_at: open.store.committed_at(),
            pages: snapshot.totals.pages,
            sections: snapshot.totals.sections,
            links: snapshot.totals.links,
            generation: snapshot.generation,
            index_bytes: open.store.size_bytes(),
            segments: snapshot.segments.len(),
            format_version: FORMAT_VERSION,
        })
    }

    /// Ends the engine; calls under way finish, later ones answer [`Error::Closed`]. Idempotent.
    pub fn close(&self) {
        self.open.write().take();
    }

    fn opened(&self) -> Result<Arc<Open>> {
        self.open.read().clone().ok_or(Error::Closed)
    }
}

impl Open {
    /// The newest commit; costs one `stat` while there is no newer one.
    fn newest(&self) -> Result<Arc<Snapshot>> {
        let current = Arc::clone(&self.snapshot.read());
        if self.store.commit_mark() == current.mark {
            return Ok(current);
        }
        let mut held = self.snapshot.write();
        // Another call may have been quicker.
        if self.store.commit_mark() != held.mark {
            *held = Arc::new(Snapshot::take(&self.store, &self.cache)?);
        }
        Ok(Arc::clone(&held))
    }

    fn is_ready(&self, snapshot: &Snapshot) -> bool {
        snapshot.generation > 0 || self.has_synced.load(std::sync::atomic::Ordering::Acquire)
    }
}
