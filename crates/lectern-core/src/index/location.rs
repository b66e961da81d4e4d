//! Where an index lies.

use std::path::PathBuf;

use super::fields::FORMAT_VERSION;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::options::OpenOptions;

/// `<cache>/lectern/<hash of canonical roots and the settings that shape the index>/v<format>`.
///
/// # Errors
/// [`Error::InvalidArgument`] where the platform has no cache folder and none is named.
pub(crate) fn index_folder(options: &OpenOptions, roots: &RootSet) -> Result<PathBuf> {
    let base = match &options.index_dir {
        Some(folder) => folder.clone(),
        None => dirs::cache_dir()
            .ok_or_else(|| Error::invalid("no cache folder is known: name an index folder"))?
            .join("lectern"),
    };
    let mut key = blake3::Hasher::new();
    let mut part = |tag: &str, bytes: &[u8]| {
        key.update(tag.as_bytes());
        key.update(&(bytes.len() as u64).to_le_bytes());
        key.update(bytes);
    };
    for root in roots.iter() {
        part("name", root.name.as_bytes());
        part("root", root.folder.as_os_str().as_encoded_bytes());
    }
    for glob in options.include_globs() {
        part("include", glob.as_bytes());
    }
    for glob in &options.exclude {
        part("exclude", glob.as_bytes());
    }
    part("max", &options.max_file_bytes.to_le_bytes());
    Ok(base.join(&key.finalize().to_hex()[..16]).join(format!("v{FORMAT_VERSION}")))
}
