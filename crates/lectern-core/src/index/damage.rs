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
use super::store::wait_for_turn;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};

/// Up to this size every file is checked when the index is opened: some milliseconds. A larger one
/// is checked while it serves.
const CHECKED_AT_OPEN_BYTES: u64 = 64 * 1024 * 1024;
/// How long another process may write while its index is to be moved aside.
const PATIENCE: Duration = Duration::from_secs(10);

/// Names of the files of the commit whose checksums do not match, in byte order. Maps the files anew
/// and lets go of them: what is mapped already may be of another time.
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::IndexCorrupt`] when it cannot even be said which files there are;
/// [`Error::Io`].
pub(crate) fn damaged_files(folder: &Path, cancel: &CancelToken) -> Result<Vec<String>> {
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
    let are = if files == 1 { "file is" } else { "files are" };
    Error::IndexCorrupt { message: format!("{files} of its {are} not what was written") }
}

/// Moves a damaged index beside itself, unless `is_healthy` says, with the writer's turn taken, that
/// another process has. Only the newest copy is kept.
///
/// # Errors
/// [`Error::IndexBusy`] while another process writes; [`Error::Io`], also for a folder that cannot
/// be written.
pub(crate) fn set_aside(folder: &Path, is_healthy: impl FnOnce() -> bool) -> Result<()> {
    let directory = match IndexDirectory::open(folder) {
        // Another process is just replacing it.
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    wait_for_turn(&directory, PATIENCE, &CancelToken::new())?;
    if is_healthy() {
        return Ok(());
    }
    let earlier = damaged_copies(folder);
    let stamp =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let aside = folder.with_extension(format!("damaged-{stamp}"));
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result.map_err(Error::io("moving a damaged index aside"))?,
    }
    for copy in earlier.into_iter().filter(|copy| *copy != aside) {
        // Garbage that stays for another time is none worth failing for.
        let _ = fs::remove_dir_all(copy);
    }
    Ok(())
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
