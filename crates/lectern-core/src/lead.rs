//! Which process leads: watches the folders and sweeps them, so that others need not.
//!
//! The lead is a kernel lock on a file beside the index, held for as long as its process lives and
//! let go by the kernel whatever ends it. That the file is there means nothing. What it holds is
//! what its leader says of itself, for people.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::error::{Error, Result};

const LOCK_FILE: &str = "leader.lock";
/// Longest account of a leader that is read, in bytes.
const MOST_ACCOUNT: u64 = 16 * 1024;

/// What trying to lead came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// This process leads.
    Leads,
    /// Another does.
    Follows,
    /// Nobody can, since the folder of the index cannot be written.
    ReadOnly,
}

/// This process's part in leading.
pub(crate) struct Leadership {
    file: PathBuf,
    held: Mutex<Option<Held>>,
}

struct Held {
    file: File,
    account: String,
}

impl Leadership {
    pub(crate) fn new(index_folder: &Path) -> Self {
        Self { file: index_folder.join(LOCK_FILE), held: Mutex::new(None) }
    }

    /// Takes the lead where nobody has it, or keeps it; leaves `account` beside the index while it
    /// has it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn lead(&self, account: &str) -> Result<Lead> {
        let mut held = self.held.lock();
        // Another program may have deleted the folder, and another process made it anew.
        held.take_if(|held| !self.is_in_place(&held.file));
        if held.is_none() {
            let file = match OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&self.file)
            {
                Ok(file) => file,
                Err(error) => return refusal(error),
            };
            match file.try_lock() {
                Ok(()) if self.is_in_place(&file) => {}
                Ok(()) | Err(TryLockError::WouldBlock) => return Ok(Lead::Follows),
                Err(TryLockError::Error(error)) => return refusal(error),
            }
            *held = Some(Held { file, account: String::new() });
        }
        if let Some(held) = held.as_mut().filter(|held| held.account != account) {
            held.tell(account).map_err(Error::io("writing the leader's account"))?;
        }
        Ok(Lead::Leads)
    }

    /// What the process that leads says of itself; `None` where none does. A process that leads
    /// itself reads its own.
    pub(crate) fn account(&self) -> Option<String> {
        if let Some(held) = self.held.lock().as_ref() {
            return Some(held.account.clone());
        }
        let mut file = File::open(&self.file).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            // Nobody's; the lock just taken ends with the file.
            _ => return None,
        }
        let mut account = String::new();
        (&mut file).take(MOST_ACCOUNT).read_to_string(&mut account).ok()?;
        Some(account)
    }

    /// Lets go of the lead.
    pub(crate) fn resign(&self) {
        self.held.lock().take();
    }

    fn is_in_place(&self, file: &File) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let held = file.metadata().map(identity);
        let named = std::fs::metadata(&self.file).map(identity);
        matches!((held, named), (Ok(held), Ok(named)) if held == named)
    }
}

impl Held {
    fn tell(&mut self, account: &str) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(account.as_bytes())?;
        self.file.set_len(account.len() as u64)?;
        account.clone_into(&mut self.account);
        Ok(())
    }
}

fn refusal(error: std::io::Error) -> Result<Lead> {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Ok(Lead::ReadOnly),
        // The folder is gone, and back with the next sync.
        ErrorKind::NotFound => Ok(Lead::Follows),
        _ => Err(Error::Io { action: "taking the lead", source: error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_leads_until_it_resigns_and_says_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| Leadership::new(folder.path()));
        assert_eq!(second.account(), None);
        assert_eq!(first.lead("the first, at length").unwrap(), Lead::Leads);
        assert_eq!(second.lead("the second").unwrap(), Lead::Follows);
        assert_eq!(second.account().unwrap(), "the first, at length");
        assert_eq!(first.lead("the first").unwrap(), Lead::Leads);
        assert_eq!(second.account().unwrap(), "the first");
        first.resign();
        assert_eq!(second.account(), None);
        assert_eq!(second.lead("the second").unwrap(), Lead::Leads);
        assert_eq!(first.lead("the first").unwrap(), Lead::Follows);
        assert_eq!(first.account().unwrap(), "the second");
    }

    #[test]
    fn a_lead_over_a_folder_that_was_deleted_is_none() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("index");
        std::fs::create_dir(&folder).unwrap();
        let [first, second] = [(); 2].map(|()| Leadership::new(&folder));
        assert_eq!(first.lead("1").unwrap(), Lead::Leads);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(first.lead("1").unwrap(), Lead::Follows);
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(second.lead("2").unwrap(), Lead::Leads);
        assert_eq!(first.lead("1").unwrap(), Lead::Follows);
    }
}
