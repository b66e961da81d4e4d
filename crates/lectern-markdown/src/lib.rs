//! One Markdown file, bytes to meaning, without touching the disk.
//!
//! [`Source::decode`] turns bytes into text and keeps the line table of both, [`parse`] turns the text
//! into a [`Page`]: front matter, sections that partition the file exactly, links and code blocks.
//! [`page_keys()`] gives the names under which links of other pages may mean this page.
//!
//! Three promises hold for every input, however broken:
//!
//! * the byte ranges of the sections, concatenated, are the file, and every border is a line start;
//! * section ids are unique in the page and depend on nothing but the file;
//! * time and memory are linear in the file's size; where the CommonMark parser could not promise that,
//!   a plain-text sectioner takes its place and [`Page::fallback`] says why.

mod blocks;
mod budget;
mod encoding;
mod fallback;
mod front_matter;
mod html;
mod link_target;
mod outline;
mod page;
mod page_keys;
mod sections;
mod slug;
mod source;
mod split;
mod template;
mod yaml;

pub use encoding::NotText;
pub use front_matter::FrontMatter;
pub use link_target::{LinkTarget, TargetScope};
pub use page::{CodeBlock, Link, Page, parse};
pub use page_keys::{PageKey, file_name, is_folder_page, page_keys};
pub use sections::Section;
pub use slug::github_slug;
pub use source::{LineRange, Source};
