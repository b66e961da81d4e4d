//! Reading a page, a section or lines from disk.

use std::time::Duration;

use lectern_markdown::{LineRange, Source, github_slug, parse};

use crate::error::{Error, Result};
use crate::files::{FileBytes, RootSet, SETTLING, Scanner, nfc};
use crate::index::document::page_record;
use crate::index::page_record::{PageRecord, SectionRecord};
use crate::index::snapshot::Snapshot;
use crate::nearest::nearest;
use crate::reference::{Part, parse_lines, readings};

/// What to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRequest {
    /// `path`, `path#section`, `path:L10-L42` or `path:L10`.
    pub reference: String,
    /// Section id, heading slug or heading; not when the reference names a part.
    pub section: Option<String>,
    /// `L10-L42`, `10-42`, `L10`; not when the reference names a part or `section` is given.
    pub lines: Option<String>,
    /// The text ends with the last whole line within this many bytes. `None`: no bound.
    pub max_bytes: Option<u32>,
}

/// Text of a page, as it is on disk now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAnswer {
    /// Path of the page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Id of the section, when one was asked for.
    pub section: Option<String>,
    /// Lines of the text; 1 to 0 for an empty page.
    pub lines: LineRange,
    /// Lines of the page.
    pub total_lines: u32,
    /// First 12 hex digits of the content hash.
    pub revision: String,
    /// Decoded, line ends as in the file.
    pub text: String,
    /// A reference to what follows, when `max_bytes` cut it off.
    pub next: Option<String>,
    /// The first line alone is longer than `max_bytes` and was cut inside.
    pub cut_inside_line: bool,
}

/// One read. Created a call.
pub(crate) struct Read<'a> {
    pub(crate) roots: &'a RootSet,
    pub(crate) scanner: &'a Scanner,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) max_file_bytes: u64,
}

impl Read<'_> {
    /// # Errors
    /// [`Error::InvalidArgument`] for bad lines or two parts at once; [`Error::NotFound`] for a page
    /// or section that is not there or not to be seen, with the nearest; [`Error::Io`].
    pub(crate) fn run(&self, request: &ReadRequest) -> Result<ReadAnswer> {
        let (path, file, part) = self.locate(request)?;
        let Ok(source) = Source::decode(&file.bytes) else {
            return Err(self.absent(&path));
        };
        let record = self.record(&path, &file, &source)?;
        let (lines, section) = match part {
            Part::Whole => (LineRange { start: 1, end: record.line_count }, None),
            Part::Lines(asked) => (within(asked, &record)?, None),
            Part::Section(asked) => {
                let section = find_section(&asked, &record)?;
                let lines = LineRange { start: section.first_line, end: section.last_line };
                (lines, Some(section.id.clone()))
            }
        };
        let text = if lines.end < lines.start { "" } else { source.lines_text(lines) };
        let cut = cut(text, lines, request.max_bytes);
        Ok(ReadAnswer {
            next: cut.next.map(|next| format!("{path}:{next}")),
            path,
            title: record.title.clone(),
            section,
            lines: cut.lines,
            total_lines: record.line_count,
            revision: record.revision(),
            text: cut.text.to_owned(),
            cut_inside_line: cut.inside_line,
        })
    }

    fn locate(&self, request: &ReadRequest) -> Result<(String, FileBytes, Part)> {
        let given = match (&request.section, &request.lines) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid("give either section or lines, not both"));
            }
            (Some(section), None) => Some(Part::Section(section.clone())),
            (None, Some(lines)) => Some(Part::Lines(parse_lines(lines)?)),
            (None, None) => None,
        };
        let reference = request.reference.trim_start_matches("./");
        for (path, named) in readings(reference) {
            let Some((path, file)) = self.open(path)? else {
                continue;
            };
            return match given {
                Some(_) if named != Part::Whole => Err(Error::invalid(
                    "the path already names a part: leave out section and lines",
                )),
                Some(part) => Ok((path, file, part)),
                None => Ok((path, file, named)),
            };
        }
        // Bad lines behind the name of a page that is there deserve to be told so.
        if let Some((path, lines)) = reference.rsplit_once(':')
            && self.open(path)?.is_some()
        {
            parse_lines(lines)?;
        }
        let bare = readings(reference).pop().map_or(reference, |(path, _)| path);
        Err(self.absent(bare))
    }

    /// Opens a page: one that is indexed, or that would be by the next sync.
    fn open(&self, path: &str) -> Result<Option<(String, FileBytes)>> {
        if let Some(file) = self.open_spelled(path)? {
            return Ok(Some((path.to_owned(), file)));
        }
        if path.is_ascii() {
            return Ok(None);
        }
        // The other Unicode spelling of the same name.
        let wanted = nfc(path);
        let mut twin = None;
        self.snapshot.for_each_page(|known, _, _, _| {
            if twin.is_none() && nfc(known) == wanted {
                twin = Some(known.to_owned());
            }
        })?;
        let Some(twin) = twin else { return Ok(None) };
        Ok(self.open_spelled(&twin)?.map(|file| (twin, file)))
    }

    fn open_spelled(&self, path: &str) -> Result<Option<FileBytes>> {
        let is_known = self.snapshot.page_at(path)?.is_some();
        if !is_known && !self.scanner.admits(self.roots, path) {
            return Ok(None);
        }
        // A name that may never have been one is not waited for.
        let mut patience = if is_known { SETTLING } else { Duration::ZERO };
        match self.roots.read_settled(path, self.max_file_bytes, &mut patience) {
            Ok(file) => Ok(Some(file)),
            Err(error) => match error.kind() {
                std::io::ErrorKind::NotFound
                | std::io::ErrorKind::NotADirectory
                | std::io::ErrorKind::FileTooLarge
                | std::io::ErrorKind::InvalidFilename => Ok(None),
                _ => Err(Error::Io { action: "reading the page", source: error }),
            },
        }
    }

    /// The section table of what was read: the stored one when the bytes are those indexed.
    fn record(&self, path: &str, file: &FileBytes, source: &Source<'_>) -> Result<PageRecord> {
        if let Some(page) = self.snapshot.page_at(path)? {
            let record = self.snapshot.record(page)?;
            if record.hash == file.hash() {
                return Ok(record);
            }
        }
        Ok(page_record(path, &parse(path, source), file, source))
    }

    fn absent(&self, path: &str) -> Error {
        let mut pages = Vec::new();
        // The hint is a courtesy: an index that cannot be listed must not hide what was asked.
        let listed = self.snapshot.for_each_page(|known, _, _, _| pages.push(known.to_owned()));
        let nearest = if listed.is_ok() { nearest(path, pages) } else { Vec::new() };
        Error::NotFound { message: format!("no page at {path:?}"), nearest }
    }
}

fn within(asked: LineRange, record: &PageRecord) -> Result<LineRange> {
    if asked.start > record.line_count {
        return Err(Error::invalid(format!(
            "lines {asked} are not in the page: it has {} lines",
            record.line_count
        )));
    }
    Ok(LineRange { start: asked.start, end: asked.end.min(record.line_count) })
}

fn find_section<'a>(asked: &str, record: &'a PageRecord) -> Result<&'a SectionRecord> {
    let by = |matches: &dyn Fn(&SectionRecord) -> bool| record.sections.iter().find(|s| matches(s));
    let slug = github_slug(asked);
    by(&|section| section.id == asked)
        .or_else(|| by(&|section| !slug.is_empty() && section.anchors.contains(&slug)))
        .or_else(|| by(&|section| section.heading.eq_ignore_ascii_case(asked)))
        .or_else(|| by(&|section| !slug.is_empty() && section.id == slug))
        // Other generators of anchors keep other signs: `#nfs_servers` for "NFS servers".
        .or_else(|| {
            let asked = letters(asked);
            by(&|section| !asked.is_empty() && letters(&section.id) == asked)
        })
        .ok_or_else(|| {
            let ids = record.sections.iter().map(|section| section.id.clone());
            let mut nearest = nearest(asked, ids);
            if nearest.is_empty() {
                nearest = record.sections.iter().take(12).map(|s| s.id.clone()).collect();
            }
            Error::NotFound { message: format!("no section {asked:?} in {}", record.path), nearest }
        })
}

/// Letters and digits alone, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

struct Cut<'a> {
    text: &'a str,
    lines: LineRange,
    next: Option<String>,
    inside_line: bool,
}

/// Keeps the whole lines of `text` that fit, and at least part of the first.
fn cut(text: &str, lines: LineRange, max_bytes: Option<u32>) -> Cut<'_> {
    let limit = max_bytes.map_or(usize::MAX, |bytes| bytes as usize);
    if text.len() <= limit {
        return Cut { text, lines, next: None, inside_line: false };
    }
    let rest_after = |line: u32| {
        (line < lines.end).then(|| LineRange { start: line + 1, end: lines.end }.to_string())
    };
    let (mut kept, mut last) = (0, lines.start.saturating_sub(1));
    for line in text.split_inclusive('\n') {
        if kept + line.len() > limit {
            break;
        }
        kept += line.len();
        last += 1;
    }
    if kept > 0 {
        let lines = LineRange { start: lines.start, end: last };
        return Cut { text: &text[..kept], lines, next: rest_after(last), inside_line: false };
    }
    let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let only = LineRange { start: lines.start, end: lines.start };
    Cut { text: &text[..end], lines: only, next: rest_after(lines.start), inside_line: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_keeps_whole_lines_and_says_what_follows() {
        let lines = LineRange { start: 5, end: 7 };
        let found = cut("one\ntwo\nthree", lines, Some(9));
        assert_eq!((found.text, found.lines), ("one\ntwo\n", LineRange { start: 5, end: 6 }));
        assert_eq!(found.next.as_deref(), Some("L7-L7"));
        assert!(!found.inside_line);
    }

    #[test]
    fn a_line_over_the_bound_is_cut_on_a_character_border() {
        let found = cut("ééé\nx", LineRange { start: 1, end: 2 }, Some(3));
        assert_eq!(found.text, "é");
        assert!(found.inside_line);
        assert_eq!(found.next.as_deref(), Some("L2-L2"));
    }
}
