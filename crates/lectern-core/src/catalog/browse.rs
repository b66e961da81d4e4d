//! The folder tree with its counts, and the outline of a page.

use lectern_markdown::LineRange;

use super::Catalog;
use super::list::{ListedPage, check_limit, parsed};
use super::table::PageTable;
use crate::error::{Error, Result};
use crate::files::nfc;

/// Deepest tree of one answer.
pub const MAX_DEPTH: u32 = 10;
/// Most entries of one answer.
pub const MAX_ENTRIES: u32 = 500;

/// What to look into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowseRequest {
    /// A folder or a page; empty or `.` for everything.
    pub path: String,
    /// Levels of folders to list, 1 to [`MAX_DEPTH`]; of no meaning for a page.
    pub depth: u32,
    /// `next` of the listing that this one continues.
    pub after: Option<String>,
    /// 1 to [`MAX_ENTRIES`].
    pub limit: u32,
}

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowseAnswer {
    /// `path` is a folder.
    Folder(FolderListing),
    /// `path` is a page.
    Page(PageOutline),
}

/// Folders and pages of a folder, depth first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderListing {
    /// The folder, without a slash at its end; empty for everything.
    pub path: String,
    /// Pages below it, at any depth, as indexed.
    pub pages: u64,
    /// In byte order of their paths, where a folder's ends with `/`.
    pub entries: Vec<Entry>,
    /// Where the next listing goes on. `None` at the end.
    pub next: Option<String>,
}

/// A line of a folder's listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder {
        /// Its path, without a slash at its end.
        path: String,
        /// Pages below it, at any depth, as indexed.
        pages: u64,
    },
    /// A page that is there.
    Page(ListedPage),
}

/// Sections of a page, as its file is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageOutline {
    /// Path of the page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// First 12 hex digits of the content hash.
    pub revision: String,
    /// Lines of the page.
    pub total_lines: u32,
    /// Sections of the page, shown or not.
    pub total_sections: u64,
    /// In order of their lines.
    pub sections: Vec<OutlineSection>,
    /// Where the next listing goes on. `None` at the end.
    pub next: Option<String>,
}

/// A section of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineSection {
    /// Its id, unique in the page.
    pub id: String,
    /// Its heading; empty before the first.
    pub heading: String,
    /// 1 to 6; 0 before the first heading.
    pub level: u8,
    /// Its lines.
    pub lines: LineRange,
    /// Bytes of its text.
    pub bytes: u64,
}

impl Catalog<'_> {
    /// # Errors
    /// [`Error::NotFound`] with the nearest folders and pages; [`Error::InvalidArgument`] for a
    /// depth or limit out of range and for an `after` that fits nothing any more;
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn browse(&self, request: &BrowseRequest) -> Result<BrowseAnswer> {
        check_limit(request.limit, MAX_ENTRIES)?;
        if !(1..=MAX_DEPTH).contains(&request.depth) {
            return Err(Error::invalid(format!(
                "depth must be an integer from 1 to {MAX_DEPTH} (got {})",
                request.depth
            )));
        }
        let asked = request.path.trim_start_matches("./").trim_matches('/');
        let asked = if asked == "." { "" } else { asked };
        let table = self.snapshot.page_table()?;
        let other = nfc(asked);
        for path in [asked, other.as_str()] {
            if let Some(outline) = self.outline(path, table, request)? {
                return Ok(BrowseAnswer::Page(outline));
            }
            let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
            if path.is_empty() || !table.below(&folder).is_empty() {
                return Ok(BrowseAnswer::Folder(self.listing(&folder, table, request)?));
            }
        }
        Err(absent(asked, table))
    }

    fn listing(
        &self,
        folder: &str,
        table: &PageTable,
        request: &BrowseRequest,
    ) -> Result<FolderListing> {
        let all = table.below(folder);
        let mut listing = FolderListing {
            path: folder.trim_end_matches('/').to_owned(),
            pages: all.len() as u64,
            ..FolderListing::default()
        };
        let after = request.after.as_deref().unwrap_or_default();
        if !after.is_empty() && !after.starts_with(folder) {
            return Err(stale());
        }
        // Entries come in the order of their keys, a folder's being its path with a slash: so the
        // entries below a folder follow it, and a listing goes on behind any key whatever has come
        // or gone meanwhile.
        let mut at = all.start + table.rows()[all.clone()].partition_point(|r| &*r.path <= after);
        let mut last = after.to_owned();
        while at < all.end {
            let path = &*table.rows()[at].path;
            // The outermost folder on the way to this page that has not been told yet.
            let untold = path[folder.len()..]
                .match_indices('/')
                .map(|(slash, _)| &path[..=folder.len() + slash])
                .enumerate()
                .find(|(_, key)| *key > last.as_str());
            let level = path[folder.len()..].matches('/').count() as u32 + 1;
            let (entry, key, next) = match untold {
                Some((outer, key)) if (outer as u32) < request.depth => {
                    let below = table.below(key);
                    let pages = below.len() as u64;
                    let is_deepest = outer as u32 + 1 == request.depth;
                    let path = key.trim_end_matches('/').to_owned();
                    let next = if is_deepest { below.end } else { at };
                    (Some(Entry::Folder { path, pages }), key, next)
                }
                _ if level <= request.depth => {
                    (self.listed(&table.rows()[at])?.map(Entry::Page), path, at + 1)
                }
                _ => (None, path, table.below(deepest(path, folder, request.depth)).end),
            };
            if let Some(entry) = entry {
                if listing.entries.len() == request.limit as usize {
                    listing.next = Some(last);
                    break;
                }
                listing.entries.push(entry);
                key.clone_into(&mut last);
            }
            at = next;
        }
        Ok(listing)
    }

    /// The outline of a page that is indexed or would be by the next sync.
    fn outline(
        &self,
        path: &str,
        table: &PageTable,
        request: &BrowseRequest,
    ) -> Result<Option<PageOutline>> {
        let row = table.page(path);
        if path.is_empty() || (row.is_none() && !self.scanner.admits(self.roots, path)) {
            return Ok(None);
        }
        let Some(file) = self.open(path) else { return Ok(None) };
        let record = match row {
            Some(row) => self.record(row, &file)?,
            None => parsed(path, &file),
        };
        let Some(record) = record else { return Ok(None) };
        let revision = record.revision();
        let start = match &request.after {
            None => 0,
            // Sections have no order but their lines', so a cursor holds for one content only.
            Some(after) => after
                .split_once(':')
                .filter(|(of, _)| *of == revision)
                .and_then(|(_, count)| count.parse::<usize>().ok())
                .ok_or_else(stale)?,
        };
        let sections: Vec<OutlineSection> = record
            .sections
            .iter()
            .skip(start)
            .take(request.limit as usize)
            .map(|section| OutlineSection {
                id: section.id.clone(),
                heading: section.heading.clone(),
                level: section.level,
                lines: LineRange { start: section.first_line, end: section.last_line },
                bytes: u64::from(section.end_byte - section.first_byte),
            })
            .collect();
        let end = start + sections.len();
        Ok(Some(PageOutline {
            next: (end < record.sections.len()).then(|| format!("{revision}:{end}")),
            path: record.path,
            title: record.title,
            revision,
            total_lines: record.line_count,
            total_sections: record.sections.len() as u64,
            sections,
        }))
    }
}

/// The folder, with its slash, `depth` levels below `folder` on the way to `path`.
fn deepest<'a>(path: &'a str, folder: &str, depth: u32) -> &'a str {
    path[folder.len()..]
        .match_indices('/')
        .nth(depth.saturating_sub(1) as usize)
        .map_or(path, |(slash, _)| &path[..=folder.len() + slash])
}

fn stale() -> Error {
    Error::invalid("the cursor is of another listing, or the page has changed: start without it")
}

fn absent(path: &str, table: &PageTable) -> Error {
    let message = format!("no folder or page at {path:?}");
    Error::NotFound { message, nearest: table.nearest(path, true) }
}
