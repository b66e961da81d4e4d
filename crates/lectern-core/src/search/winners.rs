//! Stage 4: what the best sections hold at this moment.
//!
//! The index is never the source of a text. Each winner's file is read once through its root's
//! handle and hashed; where it has changed since it was indexed, the section is found again in the
//! new content by its id, or dropped.

use std::time::Duration;

use lectern_markdown::{LineRange, Source, parse};
use rustc_hash::FxHashMap;
use tantivy::DocAddress;

use crate::error::{Error, Result};
use crate::files::{FileBytes, RootSet, SETTLING, is_exhaustion};
use crate::index::document::page_record;
use crate::index::page_record::PageRecord;
use crate::index::snapshot::Snapshot;

/// A section with the text that is on disk now.
#[derive(Debug)]
pub(crate) struct Winner {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) section: String,
    pub(crate) trail: Vec<String>,
    pub(crate) lines: LineRange,
    pub(crate) revision: String,
    pub(crate) modified_ns: i64,
    /// Decoded, with line ends as in the file.
    pub(crate) text: String,
    /// Lines at its start that are front matter.
    pub(crate) front_matter_lines: u32,
    /// The file is not the one that was indexed.
    pub(crate) has_changed: bool,
}

/// Reads winners; keeps each page open until the answer is complete.
pub(crate) struct Winners<'a> {
    snapshot: &'a Snapshot,
    roots: &'a RootSet,
    max_file_bytes: u64,
    records: FxHashMap<DocAddress, PageRecord>,
    pages: FxHashMap<DocAddress, Option<OpenPage>>,
    /// How long may still be waited for files that are just being replaced.
    patience: Duration,
    /// Paths whose files are gone or changed.
    pub(crate) stale: Vec<String>,
}

struct OpenPage {
    record: PageRecord,
    file: FileBytes,
    has_changed: bool,
}

impl<'a> Winners<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, roots: &'a RootSet, max_file_bytes: u64) -> Self {
        Self {
            snapshot,
            roots,
            max_file_bytes,
            records: FxHashMap::default(),
            pages: FxHashMap::default(),
            patience: SETTLING,
            stale: Vec::new(),
        }
    }

    /// The page document of a section.
    pub(crate) fn page_of(&self, section: DocAddress) -> DocAddress {
        let facts = &self.snapshot.segments[section.segment_ord as usize];
        DocAddress::new(section.segment_ord, facts.page_of(section.doc_id).0)
    }

    /// Reads a section. `None` when its file or it itself is gone.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`] for the index and when the process is out of handles
    /// or memory; any other page that cannot be read is gone.
    pub(crate) fn read(&mut self, section: DocAddress) -> Result<Option<Winner>> {
        let facts = &self.snapshot.segments[section.segment_ord as usize];
        let (_, order) = facts.page_of(section.doc_id);
        let page = self.page_of(section);
        if !self.pages.contains_key(&page) {
            let opened = self.open(self.snapshot.record(page)?)?;
            self.pages.insert(page, opened);
        }
        let Some(Some(open)) = self.pages.get(&page) else {
            return Ok(None);
        };
        if !open.has_changed {
            return Ok(open.section(order));
        }
        let indexed = match self.records.remove(&page) {
            Some(record) => record,
            None => self.snapshot.record(page)?,
        };
        let id = indexed.sections.get(order).map(|section| section.id.clone());
        self.records.insert(page, indexed);
        let found = id.and_then(|id| open.record.sections.iter().position(|s| s.id == id));
        Ok(found.and_then(|order| open.section(order)))
    }

    fn open(&mut self, record: PageRecord) -> Result<Option<OpenPage>> {
        let file = if record.hash == *blake3::hash(b"").as_bytes() {
            self.roots.read(&record.path, self.max_file_bytes)
        } else {
            self.roots.read_settled(&record.path, self.max_file_bytes, &mut self.patience)
        };
        let file = match file {
            Ok(file) => file,
            // Nothing is wrong with the page, and an answer without it would be.
            Err(source) if is_exhaustion(&source) => {
                return Err(Error::Io { action: "reading a page", source });
            }
            Err(_) => {
                self.stale.push(record.path);
                return Ok(None);
            }
        };
        if file.hash() == record.hash {
            return Ok(Some(OpenPage { record, file, has_changed: false }));
        }
        self.stale.push(record.path.clone());
        let Ok(source) = Source::decode(&file.bytes) else { return Ok(None) };
        let page = parse(&record.path, &source);
        let record = page_record(&record.path, &page, &file, &source);
        Ok(Some(OpenPage { record, file, has_changed: true }))
    }
}

impl OpenPage {
    fn section(&self, order: usize) -> Option<Winner> {
        let section = self.record.sections.get(order)?;
        let lines = LineRange { start: section.first_line, end: section.last_line };
        let text = if self.record.is_utf8 {
            let range = section.first_byte as usize..section.end_byte as usize;
            let text = std::str::from_utf8(self.file.bytes.get(range)?).ok()?;
            text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()
        } else {
            Source::decode(&self.file.bytes).ok()?.lines_text(lines).to_owned()
        };
        Some(Winner {
            path: self.record.path.clone(),
            title: self.record.title.clone(),
            section: section.id.clone(),
            trail: self.record.trail(order),
            lines,
            revision: self.record.revision(),
            modified_ns: self.file.mtime_ns,
            text,
            front_matter_lines: if order == 0 { self.record.front_matter_lines } else { 0 },
            has_changed: self.has_changed,
        })
    }
}
