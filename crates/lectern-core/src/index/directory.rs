//! The folder of an index as tantivy sees it: files mapped into memory, with three things of ours.
//!
//! - `meta.json`, which says what the commit is, gets a checksum; tantivy gives one to every other
//!   file it writes.
//! - Readers take no lock. tantivy's own, which keeps files from being deleted between reading
//!   `meta.json` and opening what it names, needs a folder that can be written, and a stopped
//!   process that holds it would stop every other reader. [`super::store::Store::reload`] reads
//!   again instead.
//! - The writer's turn is taken before anything is read, so that what is written goes by the state
//!   of the turn and not by an older one.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, INDEX_WRITER_LOCK, Lock, META_LOCK, MmapDirectory, WatchCallback,
    WatchHandle, WritePtr,
};
use tantivy::{Directory, TantivyError};

/// What says which segments make up the commit.
pub(crate) const META: &str = "meta.json";
/// Ends the name of a file that is to replace another.
pub(crate) const HALF_WRITTEN: &str = "new";
/// tantivy's list of the files it wrote, for deleting them.
const MANAGED: &str = ".managed.json";
/// Stands before the checksum, on a line of its own behind the content.
const CHECKSUM_MARK: &str = "\n#";
/// Hex digits of the checksum.
const CHECKSUM_DIGITS: usize = 16;

/// A folder of index files.
#[derive(Clone)]
pub(crate) struct IndexDirectory {
    folder: PathBuf,
    files: MmapDirectory,
    /// The writer's lock, until tantivy asks for it.
    turn: Arc<Mutex<Option<DirectoryLock>>>,
}

impl fmt::Debug for IndexDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

impl IndexDirectory {
    /// # Errors
    /// [`crate::Error::Io`] when the folder is not there or cannot be looked into.
    pub(crate) fn open(folder: &Path) -> crate::error::Result<Self> {
        let files = MmapDirectory::open(folder).map_err(TantivyError::from)?;
        Ok(Self { folder: folder.to_owned(), files, turn: Arc::default() })
    }

    /// Takes the writer's turn for one writer made over this directory; `false` while another
    /// process or another writer of this one has it. Ends when the directory is dropped, or the
    /// writer that was made.
    ///
    /// # Errors
    /// [`crate::Error::Io`], also for a folder that cannot be written.
    pub(crate) fn try_turn(&self) -> crate::error::Result<bool> {
        match self.files.acquire_lock(&INDEX_WRITER_LOCK) {
            Ok(lock) => {
                *self.turn.lock() = Some(lock);
                Ok(true)
            }
            Err(LockError::LockBusy) => Ok(false),
            Err(LockError::IoError(error)) => Err(crate::Error::Io {
                action: "taking the writer's turn",
                source: crate::error::shared(&error),
            }),
        }
    }

    /// Forgets the files that are mapped no more. tantivy remembers the path of every file it ever
    /// mapped, to share mappings, and leaves those out that ended only where it is asked for its
    /// figures: a kilobyte a commit, for as long as a process lives.
    pub(crate) fn forget_unmapped(&self) {
        let _figures = self.files.get_cache_info();
    }
}

impl Directory for IndexDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let content = self.files.atomic_read(path)?;
        match checked(&content) {
            Some(length) => Ok(content[..length].to_vec()),
            // Without it files are only found later to be nobody's.
            None if path == Path::new(MANAGED) => {
                Err(OpenReadError::FileDoesNotExist(path.to_owned()))
            }
            None => {
                Err(OpenReadError::wrap_io_error(io::ErrorKind::InvalidData.into(), path.into()))
            }
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        // By a name that does not change: whoever has the turn is alone, and a writer that is killed
        // leaves at most one such file.
        let target = self.folder.join(path);
        let new = target.with_added_extension(HALF_WRITTEN);
        let mut file = File::create(&new)?;
        file.write_all(&with_checksum(data))?;
        file.sync_data()?;
        fs::rename(new, target)?;
        // Files of the commit before are deleted next; they must not be gone while it is the one
        // that a power loss leaves.
        if path == Path::new(META) { self.files.sync_directory() } else { Ok(()) }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        if lock.filepath == META_LOCK.filepath {
            return Ok(DirectoryLock::from(Box::new(())));
        }
        if lock.filepath == INDEX_WRITER_LOCK.filepath {
            return self.turn.lock().take().ok_or(LockError::LockBusy);
        }
        self.files.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(watch_callback)
    }
}

fn with_checksum(data: &[u8]) -> Vec<u8> {
    let checksum = &blake3::hash(data).to_hex()[..CHECKSUM_DIGITS];
    [data, CHECKSUM_MARK.as_bytes(), checksum.as_bytes()].concat()
}

/// Length of the content before its checksum; `None` when they do not agree.
fn checked(content: &[u8]) -> Option<usize> {
    let length = content.len().checked_sub(CHECKSUM_MARK.len() + CHECKSUM_DIGITS)?;
    (with_checksum(&content[..length]) == content).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_of_the_meta_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let directory = IndexDirectory::open(folder.path()).unwrap();
        let path = Path::new(META);
        directory.atomic_write(path, b"{\"opstamp\":7}").unwrap();
        assert_eq!(directory.atomic_read(path).unwrap(), b"{\"opstamp\":7}");
        let whole = std::fs::read(folder.path().join(META)).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(folder.path().join(META), &changed).unwrap();
            assert!(directory.atomic_read(path).is_err(), "byte {at}");
            std::fs::write(folder.path().join(META), &whole[..at]).unwrap();
            assert!(directory.atomic_read(path).is_err(), "the first {at} bytes");
        }
    }

    #[test]
    fn the_turn_is_one_process_wide_and_one_writer_long() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| IndexDirectory::open(folder.path()).unwrap());
        assert!(first.try_turn().unwrap());
        assert!(!second.try_turn().unwrap());
        assert!(matches!(second.acquire_lock(&INDEX_WRITER_LOCK), Err(LockError::LockBusy)));
        let lock = first.acquire_lock(&INDEX_WRITER_LOCK).unwrap();
        assert!(!second.try_turn().unwrap());
        drop(lock);
        assert!(second.try_turn().unwrap());
    }
}
