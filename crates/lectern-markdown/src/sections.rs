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
    /// Explicit anchors (`<a id="x">`, `(x)=`) inside it or directly before its heading, as [`github_slug`] makes
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
        let (id, text, level, ancestors) =
            match heading.map(|index| (index, &outline.headings[index])) {
                None => (PREAMBLE.to_owned(), String::new(), 0, Vec::new()),
                Some((index, heading)) => {
                    let slug = github_slug(heading.id.as_deref().unwrap_or(&heading.text));
                    let slug = if slug.is_empty() { "~section".to_owned() } else { slug };
                    self.trail.retain(|(level, _)| *level < heading.level);
                    let above =
                        self.trail.iter().map(|(_, index)| outline.headings[*index].text.clone());
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
        borders.get(at).map_or((self.outline.body.len(), self.outline.code.len()), |border| {
            (border.body, border.code)
        })
    }

    fn place_anchors(&mut self) {
        let borders = &self.outline.borders;
        for (line, id) in &self.outline.anchors {
            let after = borders.partition_point(|border| border.line <= *line);
            let mut line = *line;
            // An anchor in a block without text, directly before a heading, is the heading's.
            if let (Some(block), Some(next)) =
                (borders.get(after.wrapping_sub(1)), borders.get(after))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Vec<Section> {
        crate::parse("a.md", &Source::decode(text.as_bytes()).unwrap()).sections
    }

    fn ids(text: &str) -> Vec<String> {
        sections(text).into_iter().map(|section| section.id).collect()
    }

    fn lines(text: &str) -> Vec<(u32, u32)> {
        sections(text).iter().map(|section| (section.lines.start, section.lines.end)).collect()
    }

    #[test]
    fn an_empty_file_has_no_section() {
        assert_eq!(sections(""), []);
        assert_eq!(sections("\u{feff}"), []);
    }

    #[test]
    fn a_file_without_headings_is_a_preamble() {
        for text in
            ["\n", " \n\t\n", "text", "text\n\nmore", "---\ntitle: A\n---\n", "\u{feff}\n", "\r"]
        {
            let sections = sections(text);
            assert_eq!(sections.len(), 1, "{text:?}");
            assert_eq!((sections[0].id.as_str(), sections[0].level), (PREAMBLE, 0));
            assert_eq!(sections[0].bytes, 0..text.len());
        }
    }

    #[test]
    fn a_preamble_is_what_says_something_before_the_first_heading() {
        assert_eq!(ids("text\n# A\n"), [PREAMBLE, "a"]);
        assert_eq!(ids("---\ntitle: A\n---\n# A\n"), [PREAMBLE, "a"]);
        assert_eq!(ids("# A\n"), ["a"]);
        assert_eq!(lines("\n\n# A\n\ntext"), [(1, 5)]);
        assert_eq!(lines("---\na: b\n---\n\ntext\n\n# A\n"), [(1, 6), (7, 7)]);
    }

    #[test]
    fn headings_in_front_matter_are_none() {
        assert_eq!(ids("---\ntitle: A\n# comment\n---\ntext\n"), [PREAMBLE]);
    }

    #[test]
    fn sections_hold_their_heading_and_what_is_below() {
        let sections = sections("# A\n\none\n\n## B\n\n```\ntwo\n```\n");
        assert_eq!(sections[0].heading, "A");
        assert_eq!((sections[0].body.as_str(), sections[0].code.as_str()), ("one", ""));
        assert_eq!((sections[1].body.as_str(), sections[1].code.as_str()), ("", "two"));
        assert_eq!((sections[1].level, &sections[1].ancestors), (2, &vec!["A".to_owned()]));
    }

    #[test]
    fn a_setext_heading_begins_on_its_first_line() {
        assert_eq!(lines("text\n\nA\nB\n===\n\nmore\n"), [(1, 2), (3, 7)]);
    }

    #[test]
    fn missing_levels_leave_no_gap_in_the_trail() {
        let trails: Vec<Vec<String>> = sections("### A\n# B\n#### C\n## D\n### E\n# F\n")
            .into_iter()
            .map(|section| section.ancestors)
            .collect();
        assert_eq!(trails, [vec![], vec![], vec!["B"], vec!["B"], vec!["B", "D"], vec![]]);
    }

    #[test]
    fn line_ends_of_any_kind_make_the_same_sections() {
        let text = "intro\n\n# A\n\none\n\nB\n---\n\ntwo";
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(lines(text), lines(&crlf));
        let texts = |text: &str| -> Vec<(String, String)> {
            sections(text).into_iter().map(|section| (section.id, section.body)).collect()
        };
        assert_eq!(texts(text), texts(&crlf));
        assert_eq!(ids("# A\r# B\r"), ["a--b"]);
    }

    #[test]
    fn repeated_headings_are_numbered() {
        assert_eq!(ids("# A\n# A\n# a!\n# A-1\n"), ["a", "a-1", "a-2", "a-1-1"]);
        assert_eq!(ids("# A {#x}\n# X\n# ...\n# !\n"), ["x", "x-1", "~section", "~section-1"]);
    }

    #[test]
    fn headings_named_like_parts_or_the_preamble_do_not_clash() {
        let long = "word ".repeat(200) + "\n\n";
        let text = format!("intro\n\n# ~preamble\n\n# A\n\n{}# A~2\n\n# a-2\n", long.repeat(3));
        let ids = ids(&text);
        assert_eq!(ids, [PREAMBLE, "preamble", "a", "a~2", "a2", "a-2"]);
    }

    #[test]
    fn parts_share_their_heading() {
        let long = "word ".repeat(200) + "\n\n";
        let sections = sections(&format!("# A\n## B\n\n{}# C\n", long.repeat(2)));
        let parts: Vec<_> = sections
            .iter()
            .map(|section| (section.id.as_str(), section.part, section.heading.as_str()))
            .collect();
        assert_eq!(parts, [("a", 1, "A"), ("b", 1, "B"), ("b~2", 2, "B"), ("c", 1, "C")],);
        assert!(sections[1..3].iter().all(|section| section.ancestors == ["A"]));
    }

    #[test]
    fn a_long_preamble_is_cut_into_parts_below_its_front_matter() {
        let long = "word ".repeat(200) + "\n\n";
        let text = format!("---\na: b\n---\n\n{}", long.repeat(2));
        assert_eq!(ids(&text), ["~preamble", "~preamble~2"]);
        assert_eq!(lines(&text), [(1, 6), (7, 8)]);
    }

    #[test]
    fn anchors_are_of_the_heading_they_stand_before() {
        let text = "intro <a id=\"here\"></a>\n\n<a id=\"One Two\"></a>\n\n# A\n\ntext\n\n\
                    <a name=\"in\"></a>\nmore\n\n## B <a id=\"own\"></a>\n";
        let anchors: Vec<Vec<String>> =
            sections(text).into_iter().map(|section| section.anchors).collect();
        assert_eq!(anchors, [vec!["here"], vec!["one-two", "in"], vec!["own"]]);
    }

    #[test]
    fn labels_of_myst_are_anchors_and_no_text() {
        let text = "# A\n\n(set-up)=\n\n## B\n\nIn (text)= it is none.\n\n(on-it)=\n## C\n\n\
                    (a b)=\n";
        let sections = sections(text);
        let anchors: Vec<&[String]> = sections.iter().map(|s| s.anchors.as_slice()).collect();
        assert_eq!(anchors, [[].as_slice(), &["set-up".to_owned()], &["on-it".to_owned()]]);
        assert!(!sections[0].body.contains("set-up"), "{}", sections[0].body);
        assert_eq!(sections[2].body.trim(), "(a b)=");
    }
}
