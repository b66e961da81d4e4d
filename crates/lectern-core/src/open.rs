//! What an engine has open, from one rebuild to the next.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, RwLock};

use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::index::damage::{damaged_files, retried, set_aside};
use crate::index::location::index_folder;
use crate::index::segment_facts::SegmentCache;
use crate::index::snapshot::Snapshot;
use crate::index::store::Store;
use crate::lead::Leadership;
use crate::options::OpenOptions;

/// What a call holds while it runs, so that closing never pulls anything from under it.
pub(crate) struct Open {
    pub(crate) store: Store,
    pub(crate) roots: RwLock<Arc<RootSet>>,
    pub(crate) cache: SegmentCache,
    pub(crate) snapshot: RwLock<Arc<Snapshot>>,
    pub(crate) leadership: Leadership,
    /// A sync has ended in this process, so an empty index means an empty knowledge base.
    pub(crate) has_synced: AtomicBool,
    /// Why the index was started anew; told by the first sync.
    pub(crate) healed: Mutex<Option<String>>,
    /// Something of the index was found to be damaged.
    is_damaged: AtomicBool,
    /// Why the newest commit could not be read.
    behind: Mutex<Option<String>>,
}

impl Open {
    /// Opens or creates the index of these roots and settings. A damaged one is moved aside and
    /// replaced by an empty one.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`] for a damaged one in a folder that cannot be written;
    /// [`Error::IndexBusy`] while another process writes into a damaged one; [`Error::Io`].
    pub(crate) fn new(options: &OpenOptions, roots: RootSet) -> Result<Self> {
        let folder = index_folder(options, &roots)?;
        let roots = Arc::new(roots);
        let open = || {
            let at = || Self::at(&folder, options, Arc::clone(&roots));
            retried(&folder, at, |_| true)
        };
        match open() {
            Err(damage @ Error::IndexCorrupt { .. }) => {
                let is_anew = match set_aside(&folder, || open().is_ok()) {
                    Err(Error::Io { source, .. }) if is_refused(&source) => return Err(damage),
                    result => result?,
                };
                let opened = open()?;
                *opened.healed.lock() = is_anew.then(|| damage.to_string());
                Ok(opened)
            }
            opened => opened,
        }
    }

    fn at(folder: &Path, options: &OpenOptions, roots: Arc<RootSet>) -> Result<Self> {
        let store = Store::open(folder, &options.link_texts)?;
        let cache = SegmentCache::default();
        let snapshot = Snapshot::take(&store, &cache)?;
        Ok(Self {
            store,
            roots: RwLock::new(roots),
            cache,
            snapshot: RwLock::new(Arc::new(snapshot)),
            leadership: Leadership::new(folder),
            has_synced: AtomicBool::new(false),
            healed: Mutex::new(None),
            is_damaged: AtomicBool::new(false),
            behind: Mutex::new(None),
        })
    }

    /// Whether the index is damaged or gone, so that only building it anew helps.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_damaged.load(Ordering::Acquire) || !self.store.is_there()
    }

    /// The same once more, after [`Self::is_lost`].
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn anew(&self, options: &OpenOptions, roots: Arc<RootSet>) -> Result<Self> {
        let folder = self.store.folder();
        let is_damaged = self.is_damaged.load(Ordering::Acquire);
        if is_damaged {
            let is_whole =
                || damaged_files(folder, &CancelToken::new()).is_ok_and(|f| f.is_empty());
            let opens = || Self::at(folder, options, Arc::clone(&roots)).is_ok();
            set_aside(folder, || is_whole() && opens())?;
        }
        let opened = Self::at(folder, options, roots)?;
        let reason = if is_damaged { "the index was damaged" } else { "the index was deleted" };
        *opened.healed.lock() = Some(reason.to_owned());
        Ok(opened)
    }

    /// The newest commit; costs one `stat` while there is no newer one. Where it cannot be read the
    /// one before goes on answering: whatever it names is read from disk anyway.
    pub(crate) fn newest(&self) -> Arc<Snapshot> {
        let current = Arc::clone(&self.snapshot.read());
        let is_newest = |held: &Snapshot| {
            // A folder that was deleted has no newer one.
            self.store.commit_mark().is_none_or(|mark| Some(mark) == held.mark)
        };
        if is_newest(&current) {
            return current;
        }
        let mut held = self.snapshot.write();
        // Another call may have been quicker.
        if is_newest(&held) {
            return Arc::clone(&held);
        }
        let newer = self.noting_damage(Snapshot::take(&self.store, &self.cache));
        *self.behind.lock() = newer.as_ref().err().map(ToString::to_string);
        // One that was just started anew holds nothing yet.
        if let Ok(newer) = newer
            && (newer.generation > 0 || held.generation == 0)
        {
            *held = Arc::new(newer);
        }
        Arc::clone(&held)
    }

    pub(crate) fn is_ready(&self, snapshot: &Snapshot) -> bool {
        snapshot.generation > 0 || self.has_synced.load(Ordering::Acquire)
    }

    pub(crate) fn behind(&self) -> Option<String> {
        self.behind.lock().clone()
    }

    /// Has the next sync build the index anew.
    pub(crate) fn note_damage(&self) {
        self.is_damaged.store(true, Ordering::Release);
    }

    /// Passes a result on; notes when it tells of damage.
    pub(crate) fn noting_damage<T>(&self, result: Result<T>) -> Result<T> {
        if matches!(result, Err(Error::IndexCorrupt { .. })) {
            self.note_damage();
        }
        result
    }
}

fn is_refused(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}
