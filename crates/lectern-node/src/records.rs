//! The records that cross the boundary, and their conversion from and to the core's types.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use lectern_core as core;
use napi_derive::napi;

/// A folder of Markdown.
#[napi(object)]
pub struct BindingRoot {
    /// First segment of its paths when there are several roots.
    pub name: Option<String>,
    /// The folder.
    pub path: String,
}

/// Settings of an engine.
#[napi(object)]
pub struct BindingOpenOptions {
    /// At least one.
    pub roots: Vec<BindingRoot>,
    /// Folder under which indexes lie.
    pub index_dir: Option<String>,
    /// Globs of files to index.
    pub include: Option<Vec<String>>,
    /// Globs of files to leave out.
    pub exclude: Option<Vec<String>>,
    /// Bytes above which a file is skipped.
    pub max_file_bytes: Option<f64>,
    /// File of words that stand for one another.
    pub synonyms_file: Option<String>,
    /// `false`: link texts count nowhere.
    pub has_link_texts: Option<bool>,
    /// Pages whose links do not count.
    pub ignore_links_from: Option<Vec<String>>,
}

impl From<BindingOpenOptions> for core::OpenOptions {
    fn from(options: BindingOpenOptions) -> Self {
        let link_texts = match (options.has_link_texts, options.ignore_links_from) {
            (Some(false), _) => core::LinkTexts::None,
            (_, Some(sources)) => core::LinkTexts::Without(sources),
            (_, None) => core::LinkTexts::All,
        };
        Self {
            roots: options
                .roots
                .into_iter()
                .map(|root| core::RootOptions { name: root.name, path: PathBuf::from(root.path) })
                .collect(),
            index_dir: options.index_dir.map(PathBuf::from),
            include: options.include.unwrap_or_default(),
            exclude: options.exclude.unwrap_or_default(),
            max_file_bytes: options
                .max_file_bytes
                .map_or(core::DEFAULT_MAX_FILE_BYTES, |bytes| bytes as u64),
            synonyms_file: options.synonyms_file.map(PathBuf::from),
            link_texts,
        }
    }
}

/// 1-based inclusive lines.
#[napi(object)]
pub struct BindingLineRange {
    /// First.
    pub start: u32,
    /// Last.
    pub end: u32,
}

impl From<core::LineRange> for BindingLineRange {
    fn from(lines: core::LineRange) -> Self {
        Self { start: lines.start, end: lines.end }
    }
}

/// Where a sync stands.
#[napi(object)]
pub struct BindingSyncProgress {
    /// `scanning`, `waiting`, `indexing` or `committing`.
    pub stage: String,
    /// Files done.
    pub done: u32,
    /// Files to do, 0 while unknown.
    pub total: u32,
}

impl From<core::SyncProgress> for BindingSyncProgress {
    fn from(progress: core::SyncProgress) -> Self {
        Self {
            stage: progress.stage.as_str().to_owned(),
            done: progress.done as u32,
            total: progress.total as u32,
        }
    }
}

/// A file and what there is to say of it.
#[napi(object)]
pub struct BindingSkippedFile {
    /// Its path.
    pub path: String,
    /// Why it was skipped, or how it was read.
    pub reason: String,
}

/// Wall times of a sync in milliseconds.
#[napi(object)]
pub struct BindingSyncTimes {
    /// Waiting for another writer.
    pub wait: f64,
    /// Listing and comparing.
    pub scan: f64,
    /// Reading, analysing, adding.
    pub index: f64,
    /// Committing and merging.
    pub commit: f64,
    /// All of it.
    pub total: f64,
}

/// What a sync looks at.
#[napi(object)]
pub struct BindingSyncScope {
    /// Only files at or below these; empty: everything.
    pub paths: Vec<String>,
    /// Read files that look unchanged too.
    pub rereads: bool,
}

impl From<BindingSyncScope> for core::SyncScope {
    fn from(scope: BindingSyncScope) -> Self {
        Self { paths: scope.paths, rereads: scope.rereads }
    }
}

/// Names of files or folders.
#[napi(object)]
pub struct BindingNames {
    /// In byte order.
    pub names: Vec<String>,
}

/// What trying to lead came to.
#[napi(object)]
pub struct BindingLead {
    /// `leads`, `follows` or `read-only`.
    pub lead: String,
}

impl From<core::Lead> for BindingLead {
    fn from(lead: core::Lead) -> Self {
        let lead = match lead {
            core::Lead::Leads => "leads",
            core::Lead::Follows => "follows",
            core::Lead::ReadOnly => "read-only",
        };
        Self { lead: lead.to_owned() }
    }
}

/// What a sync did.
#[napi(object)]
pub struct BindingSyncReport {
    /// Pages in the index.
    pub pages: f64,
    /// Sections in the index.
    pub sections: f64,
    /// Links in the index.
    pub links: f64,
    /// New pages.
    pub added: u32,
    /// Changed pages.
    pub changed: u32,
    /// Removed pages.
    pub removed: u32,
    /// Pages left alone.
    pub unchanged: u32,
    /// Files that are no pages.
    pub skipped: Vec<BindingSkippedFile>,
    /// Pages read in another way than plain UTF-8 Markdown.
    pub notices: Vec<BindingSkippedFile>,
    /// Why the index was started anew.
    pub healed: Option<String>,
    /// Size of the index.
    pub index_bytes: f64,
    /// The commit.
    pub generation: f64,
    /// Wall times.
    pub ms: BindingSyncTimes,
}

impl From<core::SyncReport> for BindingSyncReport {
    fn from(report: core::SyncReport) -> Self {
        Self {
            pages: report.pages as f64,
            sections: report.sections as f64,
            links: report.links as f64,
            added: report.added as u32,
            changed: report.changed as u32,
            removed: report.removed as u32,
            unchanged: report.unchanged as u32,
            skipped: report
                .skipped
                .into_iter()
                .map(|file| BindingSkippedFile { path: file.path, reason: file.reason.to_owned() })
                .collect(),
            notices: report
                .notices
                .into_iter()
                .map(|(path, reason)| BindingSkippedFile { path, reason })
                .collect(),
            healed: report.healed,
            index_bytes: report.index_bytes as f64,
            generation: report.generation as f64,
            ms: BindingSyncTimes {
                wait: milliseconds(report.times.wait),
                scan: milliseconds(report.times.scan),
                index: milliseconds(report.times.index),
                commit: milliseconds(report.times.commit),
                total: milliseconds(report.times.total),
            },
        }
    }
}

/// To the microsecond: more digits are noise in a report.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// What to read.
#[napi(object)]
pub struct BindingReadRequest {
    /// `path`, `path#section`, `path:L10-L42`, `path:L10`.
    pub reference: String,
    /// Section id.
    pub section: Option<String>,
    /// Lines.
    pub lines: Option<String>,
    /// Bound of the text in bytes.
    pub max_bytes: Option<u32>,
}

impl From<BindingReadRequest> for core::ReadRequest {
    fn from(request: BindingReadRequest) -> Self {
        Self {
            reference: request.reference,
            section: request.section,
            lines: request.lines,
            max_bytes: request.max_bytes,
        }
    }
}

/// Text of a page.
#[napi(object)]
pub struct BindingReadAnswer {
    /// Path of the page.
    pub path: String,
    /// Title of the page.
    pub title: String,
    /// Id of the section, when one was asked for.
    pub section: Option<String>,
    /// Lines of the text.
    pub lines: BindingLineRange,
    /// Lines of the page.
    pub total_lines: u32,
    /// Of the bytes it was read from.
    pub revision: String,
    /// The text.
    pub text: String,
    /// What continues it.
    pub next: Option<String>,
    /// The first line was too long and cut.
    pub cut_inside_line: bool,
}

impl From<core::ReadAnswer> for BindingReadAnswer {
    fn from(answer: core::ReadAnswer) -> Self {
        Self {
            path: answer.path,
            title: answer.title,
            section: answer.section,
            lines: answer.lines.into(),
            total_lines: answer.total_lines,
            revision: answer.revision,
            text: answer.text,
            next: answer.next,
            cut_inside_line: answer.cut_inside_line,
        }
    }
}

/// A root in use.
#[napi(object)]
pub struct BindingRootFacts {
    /// Its name.
    pub name: String,
    /// What its paths begin with.
    pub prefix: String,
    /// Its folder, resolved.
    pub folder: String,
}

impl From<core::RootFacts> for BindingRootFacts {
    fn from(root: core::RootFacts) -> Self {
        let folder = root.folder.to_string_lossy().into_owned();
        Self { name: root.name, prefix: root.prefix, folder }
    }
}

/// State of the index.
#[napi(object)]
pub struct BindingStats {
    /// The roots, as given.
    pub roots: Vec<BindingRootFacts>,
    /// Folder of the index.
    pub index_folder: String,
    /// When the newest commit was made, in milliseconds since 1970.
    pub committed_ms: Option<f64>,
    /// Live pages.
    pub pages: f64,
    /// Live sections.
    pub sections: f64,
    /// Live links.
    pub links: f64,
    /// The commit.
    pub generation: f64,
    /// Bytes on disk.
    pub index_bytes: f64,
    /// Segments.
    pub segments: u32,
    /// Format on disk.
    pub format_version: u32,
    /// Why the newest commit could not be read.
    pub behind: Option<String>,
    /// What the process that leads says of itself.
    pub leader: Option<String>,
}

impl From<core::Stats> for BindingStats {
    fn from(stats: core::Stats) -> Self {
        let committed = stats.committed_at.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Self {
            roots: stats.roots.into_iter().map(Into::into).collect(),
            index_folder: stats.index_folder.to_string_lossy().into_owned(),
            committed_ms: committed.map(|since| since.as_millis() as f64),
            pages: stats.pages as f64,
            sections: stats.sections as f64,
            links: stats.links as f64,
            generation: stats.generation as f64,
            index_bytes: stats.index_bytes as f64,
            segments: stats.segments as u32,
            format_version: stats.format_version,
            behind: stats.behind,
            leader: stats.leader,
        }
    }
}

/// What `open` found.
#[napi(object)]
pub struct BindingOpened {
    /// The commit; 0 before the first.
    pub generation: f64,
}

/// Where an index lies or would.
#[napi(object)]
pub struct BindingIndexFolder {
    /// Absolute.
    pub folder: String,
    /// What the process that leads there says of itself.
    pub leader: Option<String>,
}
