//! Records of the catalog and of verification, and their conversion from the core's types.

use lectern_core as core;
use napi_derive::napi;

use crate::records::BindingLineRange;

/// What to look into.
#[napi(object)]
pub struct BindingBrowseRequest {
    /// A folder or a page; empty for everything.
    pub path: String,
    /// Levels of folders.
    pub depth: u32,
    /// `next` of the listing that this one continues.
    pub after: Option<String>,
    /// Most entries or sections.
    pub limit: u32,
}

impl From<BindingBrowseRequest> for core::BrowseRequest {
    fn from(request: BindingBrowseRequest) -> Self {
        let BindingBrowseRequest { path, depth, after, limit } = request;
        Self { path, depth, after, limit }
    }
}

/// Either a folder or a page.
#[napi(object)]
pub struct BindingBrowseAnswer {
    /// `path` is a folder.
    pub folder: Option<BindingFolderListing>,
    /// `path` is a page.
    pub page: Option<BindingPageOutline>,
}

/// Folders and pages of a folder.
#[napi(object)]
pub struct BindingFolderListing {
    /// The folder; empty for everything.
    pub path: String,
    /// Pages below it.
    pub pages: f64,
    /// By path.
    pub entries: Vec<BindingEntry>,
    /// Where the next listing goes on.
    pub next: Option<String>,
}

/// A folder, which has `pages`, or a page, which has `title`, `bytes` and `modifiedMs`.
#[napi(object)]
pub struct BindingEntry {
    /// Its path.
    pub path: String,
    /// Pages below the folder.
    pub pages: Option<f64>,
    /// Title of the page.
    pub title: Option<String>,
    /// Bytes of the page.
    pub bytes: Option<f64>,
    /// When its file was last written, in milliseconds since 1970.
    pub modified_ms: Option<f64>,
}

/// Sections of a page.
#[napi(object)]
pub struct BindingPageOutline {
    /// Path of the page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Of its bytes.
    pub revision: String,
    /// Lines of the page.
    pub total_lines: u32,
    /// Sections of the page.
    pub total_sections: f64,
    /// In order of their lines.
    pub sections: Vec<BindingOutlineSection>,
    /// Where the next listing goes on.
    pub next: Option<String>,
}

/// A section of an outline.
#[napi(object)]
pub struct BindingOutlineSection {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// 1 to 6; 0 before the first heading.
    pub level: u32,
    /// Its lines.
    pub lines: BindingLineRange,
    /// Bytes of its text.
    pub bytes: f64,
}

impl From<core::BrowseAnswer> for BindingBrowseAnswer {
    fn from(answer: core::BrowseAnswer) -> Self {
        match answer {
            core::BrowseAnswer::Folder(listing) => {
                Self { folder: Some(listing.into()), page: None }
            }
            core::BrowseAnswer::Page(outline) => Self { folder: None, page: Some(outline.into()) },
        }
    }
}

impl From<core::FolderListing> for BindingFolderListing {
    fn from(listing: core::FolderListing) -> Self {
        Self {
            path: listing.path,
            pages: listing.pages as f64,
            entries: listing.entries.into_iter().map(Into::into).collect(),
            next: listing.next,
        }
    }
}

impl From<core::Entry> for BindingEntry {
    fn from(entry: core::Entry) -> Self {
        match entry {
            core::Entry::Folder { path, pages } => Self {
                path,
                pages: Some(pages as f64),
                title: None,
                bytes: None,
                modified_ms: None,
            },
            core::Entry::Page(page) => Self {
                path: page.path,
                pages: None,
                title: Some(page.title),
                bytes: Some(page.bytes as f64),
                modified_ms: Some(milliseconds(page.modified_ns)),
            },
        }
    }
}

impl From<core::PageOutline> for BindingPageOutline {
    fn from(outline: core::PageOutline) -> Self {
        Self {
            path: outline.path,
            title: outline.title,
            revision: outline.revision,
            total_lines: outline.total_lines,
            total_sections: outline.total_sections as f64,
            sections: outline.sections.into_iter().map(Into::into).collect(),
            next: outline.next,
        }
    }
}

impl From<core::OutlineSection> for BindingOutlineSection {
    fn from(section: core::OutlineSection) -> Self {
        Self {
            id: section.id,
            heading: section.heading,
            level: section.level.into(),
            lines: section.lines.into(),
            bytes: section.bytes as f64,
        }
    }
}

/// A page that is there.
#[napi(object)]
pub struct BindingListedPage {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Bytes of its file.
    pub bytes: f64,
    /// When its file was last written, in milliseconds since 1970.
    pub modified_ms: f64,
}

/// Pages by path.
#[napi(object)]
pub struct BindingPageList {
    /// In byte order of their paths.
    pub pages: Vec<BindingListedPage>,
    /// Where the next listing goes on.
    pub next: Option<String>,
}

impl From<core::PageList> for BindingPageList {
    fn from(list: core::PageList) -> Self {
        let pages = list.pages.into_iter().map(|page| BindingListedPage {
            path: page.path,
            title: page.title,
            bytes: page.bytes as f64,
            modified_ms: milliseconds(page.modified_ns),
        });
        Self { pages: pages.collect(), next: list.next }
    }
}

/// Pages called as asked.
#[napi(object)]
pub struct BindingFoundPages {
    /// More than one when the name is ambiguous.
    pub found: Vec<BindingFoundPage>,
}

/// A page, or a section of one.
#[napi(object)]
pub struct BindingFoundPage {
    /// Path of the page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Id of the section.
    pub section: Option<String>,
}

impl From<Vec<core::FoundPage>> for BindingFoundPages {
    fn from(found: Vec<core::FoundPage>) -> Self {
        let found = found.into_iter().map(|page| BindingFoundPage {
            path: page.path,
            title: page.title,
            section: page.section,
        });
        Self { found: found.collect() }
    }
}

/// What a caller may be about to type.
#[napi(object)]
pub struct BindingCompletions {
    /// The likeliest first.
    pub values: Vec<String>,
    /// All that match.
    pub total: f64,
}

impl From<core::Completions> for BindingCompletions {
    fn from(completions: core::Completions) -> Self {
        Self { values: completions.values, total: completions.total as f64 }
    }
}

/// Every page as indexed: two lists of one length, which cross the boundary at a fraction of what
/// as many records cost.
#[napi(object)]
pub struct BindingPageTimes {
    /// In byte order.
    pub paths: Vec<String>,
    /// When each file was last written, in milliseconds since 1970.
    pub modified_ms: Vec<f64>,
}

impl From<Vec<(String, i64)>> for BindingPageTimes {
    fn from(pages: Vec<(String, i64)>) -> Self {
        let (paths, times): (Vec<String>, Vec<i64>) = pages.into_iter().unzip();
        Self { paths, modified_ms: times.into_iter().map(milliseconds).collect() }
    }
}

/// What a verification found.
#[napi(object)]
pub struct BindingVerifyReport {
    /// Pages in the index.
    pub pages: f64,
    /// Pages whose files hold other bytes.
    pub changed: Vec<String>,
    /// Pages whose files are gone.
    pub gone: Vec<String>,
    /// Files not indexed yet.
    pub unindexed: Vec<String>,
    /// Files of the index whose checksums do not match, or what was wrong with one that was moved aside
    /// when it was opened.
    pub damaged: Vec<String>,
}

impl From<core::VerifyReport> for BindingVerifyReport {
    fn from(report: core::VerifyReport) -> Self {
        let core::VerifyReport { pages, changed, gone, unindexed, damaged } = report;
        Self { pages: pages as f64, changed, gone, unindexed, damaged }
    }
}

/// Of nanoseconds; JavaScript's own times have no finer grain.
pub(crate) fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds.div_euclid(1_000_000) as f64
}
