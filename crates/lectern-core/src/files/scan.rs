//! Which files are pages.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::{DirEntry, WalkBuilder};

use super::roots::{Root, RootSet, is_exhaustion};
use super::within::Within;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::options::OpenOptions;

/// A file that was seen and is no page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedFile {
    /// Its path; lossy where the name is not UTF-8.
    pub path: String,
    /// Why: `symlink`, `not a regular file`, `too large`, `unreadable`, `name is not UTF-8`,
    /// `binary`, `git-lfs pointer`, `vanished`.
    pub reason: &'static str,
}

/// A page's file as the walk saw it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileFacts {
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
}

/// What a walk over all roots found, each list sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) files: Vec<FileFacts>,
    pub(crate) skipped: Vec<SkippedFile>,
    /// Folders that were listed, each root as the empty path or its name.
    pub(crate) folders: Vec<String>,
}

/// The rules by which files are pages, compiled.
pub(crate) struct Scanner {
    include: GlobSet,
    exclude: GlobSet,
    max_file_bytes: u64,
}

impl Scanner {
    /// # Errors
    /// [`Error::InvalidArgument`] for a glob that cannot be read.
    pub(crate) fn new(options: &OpenOptions) -> Result<Self> {
        Ok(Self {
            include: glob_set(options.include_globs().into_iter())?,
            exclude: glob_set(options.exclude.iter().map(String::as_str))?,
            max_file_bytes: options.max_file_bytes,
        })
    }

    /// Walks every root, as far as what is looked for lies in it.
    ///
    /// # Errors
    /// [`Error::RootUnusable`] when a root's own folder cannot be listed: an unmounted root must
    /// not look like an empty one. [`Error::Cancelled`].
    pub(crate) fn scan(
        &self,
        roots: &RootSet,
        within: &Arc<Within>,
        cancel: &CancelToken,
    ) -> Result<Scan> {
        let mut found = Scan::default();
        for root in roots.iter() {
            let prefix = roots.public_path(root, "");
            if !within.leads_to(prefix.trim_end_matches('/')) {
                continue;
            }
            let exclude = self.exclude.clone();
            let folder = root.folder.clone();
            let within = Arc::clone(within);
            let keep = move |entry: &DirEntry| {
                let relative = below(&folder, entry.path());
                !exclude.is_match(relative)
                    // Skipped files have lossy paths too.
                    && within.leads_to(format!("{prefix}{}", relative.to_string_lossy()).trim_end_matches('/'))
            };
            for entry in walk(root, keep) {
                cancel.check()?;
                self.take(roots, root, entry, &mut found)?;
            }
        }
        found.files.sort_unstable();
        found.skipped.sort_unstable();
        found.folders.sort_unstable();
        Ok(found)
    }

    /// Whether the walk would take the file at `relative` below `root` now. Looks only at the
    /// folders above it.
    pub(crate) fn admits(&self, roots: &RootSet, path: &str) -> bool {
        let Some((root, relative)) = roots.resolve(path) else {
            return false;
        };
        let target = root.folder.join(relative);
        let (exclude, folder) = (self.exclude.clone(), root.folder.clone());
        let wanted = target.clone();
        let keep = move |entry: &DirEntry| {
            wanted.starts_with(entry.path()) && !exclude.is_match(below(&folder, entry.path()))
        };
        let mut found = Scan::default();
        for entry in walk(root, keep) {
            if self.take(roots, root, entry, &mut found).is_err() {
                return false;
            }
        }
        found.files.iter().any(|file| file.path == path)
    }

    fn take(
        &self,
        roots: &RootSet,
        root: &Root,
        entry: std::result::Result<DirEntry, ignore::Error>,
        found: &mut Scan,
    ) -> Result<()> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                if let Some(source) = error.io_error().filter(|source| is_exhaustion(source)) {
                    // A folder that is not listed for want of a handle would look empty.
                    let source = source.raw_os_error().map(std::io::Error::from_raw_os_error);
                    let source = source.unwrap_or_else(|| std::io::ErrorKind::Other.into());
                    return Err(Error::Io { action: "listing a folder", source });
                }
                let Some(path) = path_of(&error) else {
                    return Ok(());
                };
                if path == root.folder {
                    return Err(Error::RootUnusable {
                        name: root.name.clone(),
                        problem: format!("cannot be read: {}", io_kind(&error)),
                    });
                }
                found.skip(roots, root, &path, "unreadable");
                return Ok(());
            }
        };
        let Some(file_type) = entry.file_type() else {
            return Ok(());
        };
        let relative = below(&root.folder, entry.path());
        if file_type.is_dir() {
            // One that is not UTF-8 holds no page, as no path in it is.
            let path = relative.to_str().map(|relative| roots.public_path(root, relative));
            found.folders.extend(path.map(|path| path.trim_end_matches('/').to_owned()));
            return Ok(());
        }
        if file_type.is_symlink() {
            // A link to a folder may lead to pages whatever its own name.
            let is_page_name = self.include.is_match(relative);
            if is_page_name || entry.path().is_dir() {
                found.skip(roots, root, entry.path(), "symlink");
            }
            return Ok(());
        }
        if !self.include.is_match(relative) {
            return Ok(());
        }
        if !file_type.is_file() {
            found.skip(roots, root, entry.path(), "not a regular file");
            return Ok(());
        }
        let Some(relative) = relative.to_str() else {
            found.skip(roots, root, entry.path(), "name is not UTF-8");
            return Ok(());
        };
        let Ok(metadata) = entry.metadata() else {
            found.skip(roots, root, entry.path(), "unreadable");
            return Ok(());
        };
        if metadata.len() > self.max_file_bytes {
            found.skip(roots, root, entry.path(), "too large");
            return Ok(());
        }
        found.files.push(FileFacts {
            path: roots.public_path(root, relative),
            size: metadata.len(),
            mtime_ns: mtime_ns(&metadata),
        });
        Ok(())
    }
}

impl Scan {
    fn skip(&mut self, roots: &RootSet, root: &Root, path: &Path, reason: &'static str) {
        let relative = below(&root.folder, path).to_string_lossy();
        self.skipped.push(SkippedFile { path: roots.public_path(root, &relative), reason });
    }
}

fn walk(root: &Root, keep: impl Fn(&DirEntry) -> bool + Send + Sync + 'static) -> ignore::Walk {
    WalkBuilder::new(&root.folder)
        // Ignore files count whether or not the folder is a git clone, so that a copy of a clone
        // holds the same pages; a user's global git settings do not, so that colleagues agree.
        .require_git(false)
        .git_global(false)
        .filter_entry(keep)
        .build()
}

fn below<'a>(folder: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(folder).unwrap_or(path)
}

fn mtime_ns(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

fn glob_set<'a>(globs: impl Iterator<Item = &'a str>) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let anywhere = if glob.contains('/') {
            glob.trim_start_matches('/').to_owned()
        } else {
            format!("**/{glob}")
        };
        let compiled = GlobBuilder::new(&anywhere)
            .case_insensitive(true)
            .literal_separator(true)
            .build()
            .map_err(|error| Error::invalid(format!("glob {glob:?}: {}", error.kind())))?;
        set.add(compiled);
    }
    set.build().map_err(|error| Error::invalid(format!("globs: {}", error.kind())))
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

fn io_kind(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| "unknown error".to_owned(), |io| io.kind().to_string())
}
