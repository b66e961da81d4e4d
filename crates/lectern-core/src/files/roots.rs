//! Roots as handles: a file opened through one is inside it.

use std::io::Read;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata, MetadataExt, OpenOptions as CapOpenOptions, OpenOptionsExt};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::options::RootOptions;

/// How often a file is read that is written meanwhile.
const READS: usize = 3;

/// A folder of Markdown, held open.
pub(crate) struct Root {
    /// First segment of its paths, when there are several roots.
    pub(crate) name: String,
    /// Resolved; never part of a message.
    pub(crate) folder: PathBuf,
    handle: Dir,
}

/// All roots of an engine and the naming of their files.
pub(crate) struct RootSet {
    roots: Vec<Root>,
}

/// A file's content and the facts of the handle it was read through.
pub(crate) struct FileBytes {
    pub(crate) bytes: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
}

impl FileBytes {
    pub(crate) fn hash(&self) -> [u8; 32] {
        *blake3::hash(&self.bytes).as_bytes()
    }
}

impl RootSet {
    /// Opens every root.
    ///
    /// # Errors
    /// [`Error::RootUnusable`] for the first that does not exist, is not a folder or cannot be
    /// read; [`Error::InvalidArgument`] for equal names.
    pub(crate) fn open(options: &[RootOptions]) -> Result<Self> {
        let roots = options.iter().map(Root::open).collect::<Result<Vec<_>>>()?;
        for (index, root) in roots.iter().enumerate() {
            if let Some(twin) = roots[..index].iter().find(|other| other.name == root.name) {
                return Err(Error::invalid(format!(
                    "two roots are named {:?}: give one of them another name",
                    twin.name
                )));
            }
        }
        Ok(Self { roots })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Root> {
        self.roots.iter()
    }

    /// The path by which `relative`, a '/'-separated path below `root`, is known.
    pub(crate) fn public_path(&self, root: &Root, relative: &str) -> String {
        if self.roots.len() == 1 {
            relative.to_owned()
        } else {
            format!("{}/{relative}", root.name)
        }
    }

    /// The root of a public path and the path below it; `None` when it cannot name a file of any
    /// root, whatever is on disk.
    pub(crate) fn resolve<'a>(&self, path: &'a str) -> Option<(&Root, &'a str)> {
        let (root, relative) = match self.roots.as_slice() {
            [only] => (only, path),
            several => {
                let (name, relative) = path.split_once('/')?;
                (several.iter().find(|root| root.name == name)?, relative)
            }
        };
        is_plain(relative).then_some((root, relative))
    }

    /// Reads a file by its public path.
    ///
    /// # Errors
    /// The operating system's error; `NotFound` also for what lies outside, is not a regular file
    /// or is no name of a file, so that hidden and absent answer alike; `FileTooLarge` above
    /// `max_bytes`.
    pub(crate) fn read(&self, path: &str, max_bytes: u64) -> std::io::Result<FileBytes> {
        let (root, relative) = self.resolve(path).ok_or(std::io::ErrorKind::NotFound)?;
        root.read(relative, max_bytes)
    }

    /// When the file at a public path was last written, or where there is none its folder. `None`
    /// where that is not known either.
    pub(super) fn last_touched(&self, path: &str) -> Option<std::time::SystemTime> {
        let (root, relative) = self.resolve(path)?;
        root.last_touched(relative)
    }
}

impl Root {
    fn open(options: &RootOptions) -> Result<Self> {
        let given_name = options.name.clone();
        let shown = given_name.clone().unwrap_or_else(|| last_segment(&options.path));
        let unusable = |error: &std::io::Error| Error::RootUnusable {
            name: shown.clone(),
            problem: match error.kind() {
                std::io::ErrorKind::NotFound => "does not exist".to_owned(),
                std::io::ErrorKind::NotADirectory => "is not a folder".to_owned(),
                kind => format!("cannot be read: {kind}"),
            },
        };
        let folder = options.path.canonicalize().map_err(|error| unusable(&error))?;
        let handle = Dir::open_ambient_dir(&folder, ambient_authority())
            .map_err(|error| unusable(&error))?;
        // Opening a folder needs no permission to list it; a sync that lists nothing would look
        // like an empty knowledge base.
        handle.entries().map_err(|error| unusable(&error))?;
        let name = given_name.unwrap_or_else(|| last_segment(&folder));
        if name.is_empty() || name.contains('/') || name == "." || name == ".." {
            return Err(Error::invalid(format!("root name {name:?} must be one path segment")));
        }
        Ok(Self { name, folder, handle })
    }

    /// Reads a file below this root, following no link out of it.
    fn read(&self, relative: &str, max_bytes: u64) -> std::io::Result<FileBytes> {
        let mut reads = 1;
        loop {
            let mut file = self.open_file(relative)?;
            let before = file.metadata()?;
            if before.len() > max_bytes {
                return Err(std::io::ErrorKind::FileTooLarge.into());
            }
            let mut bytes = Vec::with_capacity(before.len() as usize + 1);
            // The file may grow between the two calls.
            let read = (&mut file).take(max_bytes + 1).read_to_end(&mut bytes)?;
            if read as u64 > max_bytes {
                return Err(std::io::ErrorKind::FileTooLarge.into());
            }
            let after = file.metadata()?;
            let facts = |of: &Metadata| (of.len(), mtime_ns(of));
            // Else its bytes may be of two versions. One that is written without end is taken as it is.
            if facts(&before) == facts(&after) || reads == READS {
                return Ok(FileBytes { bytes, size: before.len(), mtime_ns: mtime_ns(&before) });
            }
            reads += 1;
        }
    }

    fn last_touched(&self, relative: &str) -> Option<std::time::SystemTime> {
        let folder = Path::new(relative).parent().filter(|folder| *folder != Path::new(""));
        let metadata = self.handle.symlink_metadata(relative).or_else(|_| match folder {
            Some(folder) => self.handle.metadata(folder),
            None => self.handle.dir_metadata(),
        });
        Some(metadata.ok()?.modified().ok()?.into_std())
    }

    fn open_file(&self, relative: &str) -> std::io::Result<cap_std::fs::File> {
        // A page swapped for a link to a hidden file of the same root would otherwise show it.
        if self.handle.canonicalize(relative).map_err(escape_is_absence)? != Path::new(relative) {
            return Err(std::io::ErrorKind::NotFound.into());
        }
        let mut options = CapOpenOptions::new();
        // Without it, opening a FIFO waits for a writer.
        options.read(true).custom_flags(NON_BLOCKING);
        let file = self.handle.open_with(relative, &options).map_err(escape_is_absence)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(std::io::ErrorKind::NotFound.into()) }
    }
}

/// Whether the process or the machine is out of something, which says nothing of the file.
pub(crate) fn is_exhaustion(error: &std::io::Error) -> bool {
    const ENOMEM: i32 = 12;
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    matches!(error.raw_os_error(), Some(ENOMEM | ENFILE | EMFILE))
}

/// cap-std answers an escape with `PermissionDenied` and no errno.
fn escape_is_absence(error: std::io::Error) -> std::io::Error {
    let is_escape =
        error.kind() == std::io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
    if is_escape { std::io::ErrorKind::NotFound.into() } else { error }
}

/// `O_NONBLOCK`.
#[cfg(target_os = "linux")]
const NON_BLOCKING: i32 = 0o4000;
#[cfg(target_os = "macos")]
const NON_BLOCKING: i32 = 0x0004;

fn mtime_ns(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

/// Whether `relative` is a relative path of plain segments, as the walk produces them.
fn is_plain(relative: &str) -> bool {
    !relative.is_empty()
        && !relative.contains('\0')
        && relative.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

fn last_segment(path: &Path) -> String {
    path.file_name().map_or_else(|| "root".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The form under which two spellings of a path are the same path.
pub(crate) fn nfc(path: &str) -> String {
    path.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_set(folders: &[&Path]) -> RootSet {
        let options: Vec<_> = folders
            .iter()
            .map(|path| RootOptions { name: None, path: (*path).to_owned() })
            .collect();
        RootSet::open(&options).unwrap()
    }

    #[test]
    fn paths_that_no_file_can_have_resolve_to_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let roots = root_set(&[folder.path()]);
        for path in ["", "/etc/passwd", "../x.md", "a/../b.md", "a//b.md", "./a.md", "a\0.md", "a/"]
        {
            assert!(roots.resolve(path).is_none(), "{path:?}");
        }
        assert!(roots.resolve("a/..b.md").is_some());
    }

    #[test]
    fn a_link_out_of_the_root_reads_as_absent() {
        let parent = tempfile::tempdir().unwrap();
        let docs = parent.path().join("docs");
        let secret = parent.path().join("docs-secret");
        std::fs::create_dir(&docs).unwrap();
        std::fs::create_dir(&secret).unwrap();
        std::fs::write(secret.join("s.md"), "secret").unwrap();
        std::os::unix::fs::symlink(secret.join("s.md"), docs.join("file.md")).unwrap();
        std::os::unix::fs::symlink(&secret, docs.join("folder")).unwrap();
        std::os::unix::fs::symlink("../docs-secret/s.md", docs.join("relative.md")).unwrap();
        let roots = root_set(&[&docs]);
        for path in ["file.md", "folder/s.md", "relative.md", "../docs-secret/s.md", "absent.md"] {
            let error = roots.read(path, 1000).err().unwrap();
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{path}");
        }
    }

    #[test]
    fn several_roots_are_told_apart_by_name() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
            std::fs::write(parent.path().join(name).join("x.md"), name).unwrap();
        }
        let roots = root_set(&[&parent.path().join("a"), &parent.path().join("b")]);
        assert_eq!(roots.read("b/x.md", 10).unwrap().bytes, b"b");
        assert!(roots.resolve("x.md").is_none() && roots.resolve("c/x.md").is_none());
    }

    #[test]
    fn equal_names_and_unusable_roots_are_refused() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file.md");
        std::fs::write(&file, "x").unwrap();
        let open = |paths: &[&Path]| {
            let options: Vec<_> =
                paths.iter().map(|p| RootOptions { name: None, path: (*p).to_owned() }).collect();
            RootSet::open(&options).err().unwrap().to_string()
        };
        assert!(open(&[parent.path(), parent.path()]).contains("two roots are named"));
        assert_eq!(open(&[&file]), "root \"file.md\" is not a folder");
        assert_eq!(open(&[&parent.path().join("gone")]), "root \"gone\" does not exist");
    }
}
