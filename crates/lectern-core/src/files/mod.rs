//! The files under the roots: where they are, which of them are pages, and what they hold now.

mod roots;
mod scan;

pub(crate) use roots::{FileBytes, Root, RootSet, nfc};
pub use scan::SkippedFile;
pub(crate) use scan::{FileFacts, Scan, Scanner};
