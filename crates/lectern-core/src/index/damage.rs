//! Files of an index that are not what was written: finding them, and taking them out of the way.
//!
//! An index is derived from the pages, so damage is not repaired: the folder is moved aside and the
//! index built anew. Only what a rebuild can heal counts: never a lock, a permission, a full disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tantivy::Index;
use tantivy::index::SegmentComponent;

use super::directory::IndexDirectory;
use super::store::{commit_mark, wait_for_turn};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};

/// Up to this size every file is checked when the index is opened: some milliseconds. A larger one
/// is checked while it serves.
const CHECKED_AT_OPEN_BYTES: u64 = 64 * 1024 * 1024;
/// How often a commit may come in between while another is looked at.
const RETRIES: usize = 20;
/// How long another process may write while its index is to be moved aside.
const PATIENCE: Duration = Duration::from_secs(10);

/// Names of the files of the commit whose checksums do not match, in byte order. Maps the files anew
/// and lets go of them: what is mapped already may be of another time.
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::IndexCorrupt`] when it cannot even be said which files there are;
/// [`Error::Io`].
pub(crate) fn damaged_files(folder: &Path, cancel: &CancelToken) -> Result<Vec<String>> {
    retried(folder, || damaged_now(folder, cancel), Vec::is_empty)
}

/// Does `work` again when it found damage in a commit that another one has replaced meanwhile: what
/// the newer one does not name any more is being deleted.
///
/// # Errors
/// As `work`; [`Error::IndexBusy`] when there was a newer commit each time.
pub(crate) fn retried<T>(
    folder: &Path,
    work: impl Fn() -> Result<T>,
    is_well: impl Fn(&T) -> bool,
) -> Result<T> {
    for _ in 0..RETRIES {
        let before = commit_mark(folder);
        match work() {
            Ok(found) if is_well(&found) || commit_mark(folder) == before => return Ok(found),
            Err(Error::IndexCorrupt { .. }) if commit_mark(folder) != before => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Err(Error::IndexBusy)
}

fn damaged_now(folder: &Path, cancel: &CancelToken) -> Result<Vec<String>> {
    let index = Index::open(IndexDirectory::open(folder)?)?;
    let mut damaged = Vec::new();
    for file in files_of_commit(&index)? {
        cancel.check()?;
        match index.directory().validate_checksum(&file) {
            Ok(true) => {}
            Ok(false) => damaged.push(file.to_string_lossy().into_owned()),
            Err(error) => match Error::from(tantivy::TantivyError::from(error)) {
                Error::IndexCorrupt { .. } => damaged.push(file.to_string_lossy().into_owned()),
                other => return Err(other),
            },
        }
    }
    damaged.sort_unstable();
    Ok(damaged)
}

/// Files that the commit is made of.
///
/// # Errors
/// [`Error::IndexCorrupt`], [`Error::Io`].
pub(crate) fn files_of_commit(index: &Index) -> Result<Vec<PathBuf>> {
    let always = [
        SegmentComponent::Postings,
        SegmentComponent::Positions,
        SegmentComponent::Terms,
        SegmentComponent::FieldNorms,
        SegmentComponent::FastFields,
        SegmentComponent::Store,
    ];
    let metas = index.load_metas()?;
    let files = metas.segments.iter().flat_map(|segment| {
        let deletes = segment.delete_opstamp().map(|_| SegmentComponent::Delete);
        always.iter().cloned().chain(deletes).map(|component| segment.relative_path(component))
    });
    Ok(files.collect())
}

/// Fails for an index of which a file is damaged, where checking takes no time worth naming.
///
/// # Errors
/// [`Error::IndexCorrupt`], [`Error::Io`].
pub(crate) fn check_small(folder: &Path, index: &Index) -> Result<()> {
    let sizes = files_of_commit(index)?.into_iter().map(|file| {
        // What is missing is met in a moment.
        fs::metadata(folder.join(file)).map_or(0, |metadata| metadata.len())
    });
    if sizes.sum::<u64>() > CHECKED_AT_OPEN_BYTES {
        return Ok(());
    }
    let damaged = damaged_files(folder, &CancelToken::new())?;
    if damaged.is_empty() { Ok(()) } else { Err(corrupt(damaged.len())) }
}

/// The error for so many damaged files.
pub(crate) fn corrupt(files: usize) -> Error {
    let are = if files == 1 { "is" } else { "are" };
    Error::IndexCorrupt { message: format!("{files} of its files {are} not what was written") }
}

/// Moves a damaged index beside itself, unless `is_healthy` says, with the writer's turn taken, that
/// another process has or that it is none; tells whether it did. Only the newest copy is kept.
///
/// # Errors
/// [`Error::IndexBusy`] while another process writes; [`Error::Io`], also for a folder that cannot
/// be written.
pub(crate) fn set_aside(folder: &Path, is_healthy: impl FnOnce() -> bool) -> Result<bool> {
    let directory = match IndexDirectory::open(folder) {
        // Another process is just replacing it.
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(false);
        }
        opened => opened?,
    };
    wait_for_turn(&directory, PATIENCE, &CancelToken::new())?;
    if is_healthy() {
        return Ok(false);
    }
    let earlier = damaged_copies(folder);
    let stamp =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let aside = folder.with_extension(format!("damaged-{stamp}"));
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        result => result.map_err(Error::io("moving a damaged index aside"))?,
    }
    for copy in earlier.into_iter().filter(|copy| *copy != aside) {
        // Garbage that stays for another time is none worth failing for.
        let _ = fs::remove_dir_all(copy);
    }
    Ok(true)
}

fn damaged_copies(folder: &Path) -> Vec<PathBuf> {
    let (Some(parent), Some(stem)) = (folder.parent(), folder.file_stem()) else {
        return Vec::new();
    };
    let start = format!("{}.damaged-", stem.to_string_lossy());
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let is_copy = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&start);
    entries.flatten().filter(is_copy).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::index::directory::META;

    fn damage() -> Error {
        Error::IndexCorrupt { message: "a file is missing".to_owned() }
    }

    #[test]
    fn what_a_newer_commit_took_away_is_no_damage() {
        let folder = tempfile::tempdir().unwrap();
        let commit = |text: &str| fs::write(folder.path().join(META), text).unwrap();
        commit("first");
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            if looks.get() > 3 {
                return Ok(Vec::new());
            }
            // Another process commits while we look.
            commit(&"another ".repeat(looks.get()));
            if looks.get() == 1 { Err(damage()) } else { Ok(vec!["gone".to_owned()]) }
        };
        assert_eq!(retried(folder.path(), look, Vec::is_empty).unwrap(), Vec::<String>::new());
        assert_eq!(looks.get(), 4);
    }

    #[test]
    fn damage_of_the_commit_that_stands_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let found = retried(folder.path(), || Ok(vec!["damaged"]), Vec::is_empty);
        assert_eq!(found.unwrap(), ["damaged"]);
        let corrupt: Result<()> = retried(folder.path(), || Err(damage()), |()| true);
        assert!(matches!(corrupt, Err(Error::IndexCorrupt { .. })));
    }
}
