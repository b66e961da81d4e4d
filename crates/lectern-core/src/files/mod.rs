//! The files under the roots: where they are, which of them are pages, and what they hold now.

mod roots;
mod scan;
mod settling;
mod within;

pub(crate) use roots::{FileBytes, Root, RootSet, is_exhaustion, nfc};
pub use scan::SkippedFile;
pub(crate) use scan::{FileFacts, Scan, Scanner};
pub(crate) use settling::SETTLING;
pub(crate) use within::Within;
