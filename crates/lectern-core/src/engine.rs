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
use crate::files::{Root, RootSet, Scanner, Within};
use crate::index::damage::damaged_files;
use crate::index::fields::FORMAT_VERSION;
use crate::index::location::index_folder;
use crate::lead::{Lead, Leadership};
use crate::open::Open;
use crate::options::OpenOptions;
use crate::read::{Read, ReadAnswer, ReadRequest};
use crate::search::{Search, SearchAnswer, SearchRequest, Synonyms};
use crate::sync::{
    Audit, CONFIRMING, Outcome, Sync, SyncProgress, SyncReport, SyncScope, Touched, WRITER_PATIENCE,
};
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
    /// Why the newest commit could not be read, where an older one answers in its place.
    pub behind: Option<String>,
    /// What the process that leads says of itself; `None` where none leads.
    pub leader: Option<String>,
}

/// An index over some roots. Every method may be called from any thread at once.
pub struct Engine {
    options: OpenOptions,
    scanner: Scanner,
    synonyms: Synonyms,
    open: RwLock<Option<Arc<Open>>>,
    /// One sync at a time a process; the second finds nothing left to do.
    syncing: Mutex<()>,
    touched: Touched,
    audit: Audit,
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
        let open = RwLock::new(Some(Arc::new(Open::new(&options, roots)?)));
        Ok(Self {
            options,
            scanner,
            synonyms,
            open,
            syncing: Mutex::new(()),
            touched: Touched::default(),
            audit: Audit::default(),
        })
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

    /// What the process that leads over the index of these settings says of itself; `None` where
    /// none leads. Touches nothing there.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::InvalidArgument`].
    pub fn leader(options: &OpenOptions) -> Result<Option<String>> {
        Ok(Leadership::new(&Self::locate(options)?).account())
    }

    /// Brings the index up to the files: what is new or differs is indexed, what is gone removed.
    /// Waits while another process writes. When a fifth of the pages seems to be gone it looks again
    /// after two seconds before it believes it. An index that was found damaged, or that somebody
    /// deleted, is built anew, while the pages known so far go on being found. `progress` is called
    /// from several threads.
    ///
    /// # Errors
    /// [`Error::RootUnusable`] when a root is gone (nothing is removed then), [`Error::IndexBusy`]
    /// when another process kept writing for ten minutes, [`Error::Cancelled`], [`Error::Io`],
    /// [`Error::IndexCorrupt`] for a damaged index that cannot be replaced, [`Error::Closed`].
    pub fn sync(
        &self,
        scope: &SyncScope,
        progress: &(dyn Fn(SyncProgress) + std::marker::Sync),
        cancel: &CancelToken,
    ) -> Result<SyncReport> {
        let _turn = self.syncing.lock();
        match self.sync_once(scope, progress, cancel) {
            // Now it is known, and started anew.
            Err(Error::IndexCorrupt { .. }) => self.sync_once(scope, progress, cancel),
            result => result,
        }
    }

    fn sync_once(
        &self,
        scope: &SyncScope,
        progress: &(dyn Fn(SyncProgress) + std::marker::Sync),
        cancel: &CancelToken,
    ) -> Result<SyncReport> {
        let mut open = self.opened()?;
        let is_anew = open.is_lost();
        if is_anew {
            let roots = RootSet::open(&self.options.roots)?;
            open = Arc::new(open.anew(&self.options, Arc::new(roots))?);
        }
        let whole = SyncScope::default();
        let run = |believes: bool| {
            cancel.check()?;
            // A root may have been replaced since its handle was taken.
            let roots = Arc::new(RootSet::open(&self.options.roots)?);
            *open.roots.write() = Arc::clone(&roots);
            let sync = Sync {
                scope: if is_anew { &whole } else { scope },
                believes,
                store: &open.store,
                roots: &roots,
                scanner: &self.scanner,
                cache: &open.cache,
                touched: &self.touched,
                audit: &self.audit,
                max_file_bytes: self.options.max_file_bytes,
                cancel,
                progress,
            };
            open.noting_damage(sync.run())
        };
        let mut believes = false;
        let (snapshot, mut report) = loop {
            match run(believes)? {
                Outcome::Done(done) => break *done,
                Outcome::Doubtful => {
                    cancel.wait(CONFIRMING)?;
                    believes = true;
                }
            }
        };
        report.healed = open.healed.lock().take();
        *open.snapshot.write() = Arc::new(snapshot);
        open.has_synced.store(true, std::sync::atomic::Ordering::Release);
        if is_anew && let Some(held) = self.open.write().as_mut() {
            held.leadership.resign();
            *held = open;
        }
        Ok(report)
    }

    /// Checks every file of the commit. An index of which one is damaged is built anew by the next
    /// sync.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Closed`], [`Error::Io`].
    pub fn scrub(&self, cancel: &CancelToken) -> Result<Vec<String>> {
        let open = self.opened()?;
        match open.noting_damage(damaged_files(open.store.folder(), cancel)) {
            Err(Error::IndexCorrupt { message }) => Ok(vec![message]),
            Ok(damaged) => {
                if !damaged.is_empty() {
                    open.note_damage();
                }
                Ok(damaged)
            }
            result => result,
        }
    }

    /// Takes the lead over the index where no process has it, or keeps it: whoever leads watches and
    /// sweeps the folders. `account` is what it says of itself to [`Engine::stats`] of any process.
    /// The lead ends with the engine, or with its process whatever ends that.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Closed`].
    pub fn lead(&self, account: &str) -> Result<Lead> {
        self.opened()?.leadership.lead(account)
    }

    /// Folders that pages may lie in, at or below `paths` (of folders; everything where there are
    /// none), by path, in byte order; ignored and hidden ones are left out. A root is its prefix
    /// without the slash.
    ///
    /// # Errors
    /// [`Error::RootUnusable`], [`Error::Cancelled`], [`Error::Closed`], [`Error::Io`].
    pub fn folders(&self, paths: &[String], cancel: &CancelToken) -> Result<Vec<String>> {
        let open = self.opened()?;
        let roots = Arc::clone(&open.roots.read());
        let within = Arc::new(Within::new(paths));
        let mut folders = self.scanner.scan(&roots, &within, cancel)?.folders;
        folders.retain(|folder| within.holds(folder));
        Ok(folders)
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
        let snapshot = open.newest();
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
        open.noting_damage(ANALYZER.with_borrow_mut(|analyzer| search.run(request, analyzer)))
    }

    /// Reads a page, a section or lines from disk. Needs no index.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`], [`Error::NotFound`], [`Error::Io`], [`Error::Closed`],
    /// [`Error::IndexCorrupt`].
    pub fn read(&self, request: &ReadRequest) -> Result<ReadAnswer> {
        let open = self.opened()?;
        let snapshot = open.newest();
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
        let snapshot = open.newest();
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

    /// Reads every page and every file of the index and tells what differs. Of an index whose damage was
    /// met when it was opened it tells that damage alone: what it held was moved aside.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::IndexNotReady`], [`Error::RootUnusable`], [`Error::Closed`],
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn verify(&self, cancel: &CancelToken) -> Result<VerifyReport> {
        let open = self.opened()?;
        let snapshot = open.newest();
        if !open.is_ready(&snapshot) {
            // One whose damage was met when it was opened lies beside this one, which holds nothing.
            let damage = open.healed.lock().clone().ok_or(Error::IndexNotReady)?;
            return Ok(VerifyReport { damaged: vec![damage], ..VerifyReport::default() });
        }
        let roots = Arc::clone(&open.roots.read());
        let report = Verify {
            store: &open.store,
            snapshot: &snapshot,
            roots: &roots,
            scanner: &self.scanner,
            max_file_bytes: self.options.max_file_bytes,
            cancel,
        }
        .run()?;
        if !report.damaged.is_empty() {
            open.note_damage();
        }
        Ok(report)
    }

    /// Counts of the newest commit.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::IndexCorrupt`], [`Error::Io`].
    pub fn stats(&self) -> Result<Stats> {
        let open = self.opened()?;
        let snapshot = open.newest();
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
            behind: open.behind(),
            leader: open.leadership.account(),
        })
    }

    /// Ends the engine; calls under way finish, later ones answer [`Error::Closed`]. Idempotent.
    pub fn close(&self) {
        if let Some(open) = self.open.write().take() {
            open.leadership.resign();
        }
    }

    fn opened(&self) -> Result<Arc<Open>> {
        self.open.read().clone().ok_or(Error::Closed)
    }
}
