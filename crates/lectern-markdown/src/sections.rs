//! Sections: the partition of a page's lines.

use std::ops::Range;

use crate::outline::{Border, BorderKind, Outline};
use crate::slug::{Uniques, github_slug};
use crate::source::{LineRange, Source};
use crate::split;

/// A heading with what stands below it up to the next heading, or a part of that where it is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Unique in the page and the same as long as the headings above and this one stay: the heading's
    /// explicit `{#id}` or GitHub slug; `x-1`, `x-2` for its repetitions; `~preamble` for what stands
    /// before the first heading; `~section` for a heading without letters. Of a section split into
    /// parts the first keeps the id, the later ones are `x~2`, `x~3`.
    pub id: String,
    /// The heading's plain text, at most 500 bytes; empty for the preamble.
    pub heading: String,
    /// 1 to 6; 0 for the preamble.
    pub level: u8,
    /// Headings above it in the trail, outermost first. Parts have their section's.
    pub ancestors: Vec<String>,
    /// Number of the part, from 1.
    pub part: u32,
    /// Its lines.
    pub lines: LineRange,
    /// Its place in the original bytes; starts and ends at line starts.
    pub bytes: Range<usize>,
    /// Visible text without the heading and without code blocks: blocks end in `\n`, table cells are
    /// separated by a space.
    pub body: String,
    /// Text of code blocks: fenced, indented, `<pre>`.
    pub code: String,
    /// Explicit anchors (`<a id="x">`) inside it or directly before its heading, as [`github_slug`] makes
    /// them. Not unique in the page.
    ///
    /// [`github_slug`]: crate::github_slug
    pub anchors: Vec<String>,
}

/// Id of the text before the first heading.
const PREAMBLE: &str = "~preamble";

/// Cuts a page into sections. `matter` is the last line of the front matter, 0 without.
pub(crate) fn build(source: &Source<'_>, outline: &Outline, matter: u32) -> Vec<Section> {
    let count = source.line_count();
    if count == 0 {
        return Vec::new();
    }
    let mut builder = Builder {
        source,
        outline,
        ids: Uniques::default(),
        trail: Vec::new(),
        sections: Vec::with_capacity(outline.headings.len() + 1),
    };
    let borders = &outline.borders;
    let is_heading = |border: &Border| matches!(border.kind, BorderKind::Heading(_));
    let first = borders.iter().position(is_heading).unwrap_or(borders.len());
    let mut start = 1;
    if has_preamble(source, borders.get(first), matter) {
        let origin = Border { line: 1, body: 0, code: 0, kind: BorderKind::Block };
        let mut own = vec![origin];
        // Blank lines and front matter above the first block are no part of their own.
        own.extend(borders[..first].iter().skip(1));
        let next = borders.get(first).map_or(count + 1, |border| border.line);
        builder.add(None, &own, 1, next);
        start = next;
    }
    let mut at = first;
    while let Some(border) = borders.get(at) {
        let length = borders[at + 1..].iter().position(is_heading);
        let next = length.map_or(borders.len(), |length| at + 1 + length);
        let end = borders.get(next).map_or(count + 1, |border| border.line);
        if let BorderKind::Heading(index) = border.kind {
            builder.add(Some(index), &borders[at..next], start, end);
        }
        start = end;
        at = next;
    }
    builder.place_anchors();
    builder.sections
}

/// Front matter or text before the first heading; blank lines alone join the first heading's section.
fn has_preamble(source: &Source<'_>, first: Option<&Border>, matter: u32) -> bool {
    let Some(first) = first else { return true };
    matter > 0 || !source.text()[..source.text_start(first.line)].trim().is_empty()
}

struct Builder<'s> {
    source: &'s Source<'s>,
    outline: &'s Outline,
    ids: Uniques,
    /// Open headings: level and index.
    trail: Vec<(u8, usize)>,
    sections: Vec<Section>,
}

impl Builder<'_> {
    /// Adds the section that begins at the first of `borders` and covers the lines `start..next`.
    fn add(&mut self, heading: Option<usize>, borders: &[Border], start: u32, next: u32) {
        let outline = self.outline;
        let (id, text, level, ancestors) = match heading.map(|index| (index, &outline.headings[index])) {
            None => (PREAMBLE.to_owned(), String::new(), 0, Vec::new()),
            Some((index, heading)) => {
                let slug = github_slug(heading.id.as_deref().unwrap_or(&heading.text));
                let slug = if slug.is_empty() { "~section".to_owned() } else { slug };
                self.trail.retain(|(level, _)| *level < heading.level);
                let above = self.trail.iter().map(|(_, index)| outline.headings[*index].text.clone());
                let ancestors = above.collect();
                self.trail.push((heading.level, index));
                (self.ids.claim(slug), heading.text.clone(), heading.level, ancestors)
            }
        };
        let end = self.text_end(next);
        let cuts = split::cuts(outline, borders, end);
        let mut from = (start, borders[0].body, borders[0].code);
        for part in 1..=cuts.len() + 1 {
            let to = match cuts.get(part - 1) {
                Some(&cut) => (borders[cut].line, borders[cut].body, borders[cut].code),
                None => (next, end.0, end.1),
            };
            let lines = LineRange { start: from.0, end: to.0 - 1 };
            self.sections.push(Section {
                id: if part == 1 { id.clone() } else { format!("{id}~{part}") },
                heading: text.clone(),
                level,
                ancestors: ancestors.clone(),
                part: part as u32,
                lines,
                bytes: self.source.lines_bytes(lines),
                body: outline.body[from.1..to.1].trim().to_owned(),
                code: outline.code[from.2..to.2].trim_end().to_owned(),
                anchors: Vec::new(),
            });
            from = to;
        }
    }

    /// Lengths of the two texts where a line begins that is a border or the end.
    fn text_end(&self, line: u32) -> (usize, usize) {
        let borders = &self.outline.borders;
        let at = borders.partition_point(|border| border.line < line);
        borders
            .get(at)
            .map_or((self.outline.body.len(), self.outline.code.len()), |border| {
                (border.body, border.code)
            })
    }

    fn place_anchors(&mut self) {
        let borders = &self.outline.borders;
        for (line, id) in &self.outline.anchors {
            let after = borders.partition_point(|border| border.line <= *line);
            let mut line = *line;
            // An anchor in a block without text, directly before a heading, is the heading's.
            if let (Some(block), Some(next)) = (borders.get(after.wrapping_sub(1)), borders.get(after))
                && matches!(next.kind, BorderKind::Heading(_))
                && (block.body, block.code) == (next.body, next.code)
                && !matches!(block.kind, BorderKind::Heading(_))
            {
                line = next.line;
            }
            let slug = github_slug(id);
            let section = section_at(&self.sections, line);
            if let Some(section) = self.sections.get_mut(section)
                && !slug.is_empty()
            {
                section.anchors.push(slug);
            }
        }
    }
}

/// Index of the section that holds a line.
pub(crate) fn section_at(sections: &[Section], line: u32) -> usize {
    sections.partition_point(|section| section.lines.start <= line).saturating_sub(1)
}
