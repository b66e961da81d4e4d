//! Settings of an engine.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Files larger than this are skipped and reported, unless told otherwise: 8 MiB. The largest page
/// of the ten handbooks the project measures on has 0.9 MB.
pub const DEFAULT_MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// What is indexed unless told otherwise.
pub const DEFAULT_INCLUDE: &[&str] = &["*.md", "*.markdown", "*.mdx"];

/// A folder of Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootOptions {
    /// First segment of its paths when there are several roots. `None`: the folder's own name.
    pub name: Option<String>,
    /// The folder.
    pub path: PathBuf,
}

/// Which links lend their texts to the pages and sections they lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkTexts {
    /// All.
    #[default]
    All,
    /// All but those of some pages, by path: for measuring with questions that are link texts, since
    /// an index that holds them has seen the question.
    Without(Vec<String>),
    /// None: the other end of such a measurement.
    None,
}

/// Settings of [`crate::Engine::open`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// At least one; their names must differ.
    pub roots: Vec<RootOptions>,
    /// Folder under which indexes lie, each in a folder named by what shapes it. `None`: the
    /// platform's cache folder.
    pub index_dir: Option<PathBuf>,
    /// Globs of the files to index, matched against the path below the root, case ignored; a glob
    /// without `/` matches in every folder. Empty: [`DEFAULT_INCLUDE`].
    pub include: Vec<String>,
    /// Globs of files and folders to leave out, beside `.gitignore` and `.ignore`.
    pub exclude: Vec<String>,
    /// Larger files are skipped and reported.
    pub max_file_bytes: u64,
    /// File of words that stand for one another, in the format of Solr, read when the engine opens.
    pub synonyms_file: Option<PathBuf>,
    /// Which link texts count. The index is the same whatever it says.
    pub link_texts: LinkTexts,
}

impl OpenOptions {
    /// The defaults over `roots`.
    #[must_use]
    pub fn new(roots: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        let roots = roots
            .into_iter()
            .map(|path| RootOptions { name: None, path: path.as_ref().to_owned() })
            .collect();
        Self {
            roots,
            index_dir: None,
            include: Vec::new(),
            exclude: Vec::new(),
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            synonyms_file: None,
            link_texts: LinkTexts::All,
        }
    }

    /// The include globs in force.
    pub(crate) fn include_globs(&self) -> Vec<&str> {
        if self.include.is_empty() {
            DEFAULT_INCLUDE.to_vec()
        } else {
            self.include.iter().map(String::as_str).collect()
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.roots.is_empty() {
            return Err(Error::invalid("at least one root is needed"));
        }
        if self.max_file_bytes == 0 {
            return Err(Error::invalid("the file size limit must be at least 1 byte"));
        }
        Ok(())
    }
}
