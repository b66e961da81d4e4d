//! The plain-text sectioner for texts the CommonMark parser is not given: ATX headings and fences
//! only, in one pass over the lines.

use crate::outline::{BorderKind, Heading, Outline, RawCode, label, push_visible};
use crate::source::Source;

/// Walks a source from a line on.
pub(crate) fn walk(source: &Source<'_>, first: u32) -> Outline {
    let mut out = Outline::default();
    let mut fence: Option<(u8, usize, RawCode)> = None;
    let mut blank = true;
    for n in first..=source.line_count() {
        let line = source.line(n);
        if let Some((mark, length, code)) = &mut fence {
            code.end = n;
            if fence_of(line).is_some_and(|(other, run, info)| {
                other == *mark && run >= *length && info.is_empty()
            }) {
                out.code_blocks.extend(fence.take().map(|(_, _, code)| code));
            } else {
                push_visible(&mut out.code, line);
                out.code.push('\n');
            }
            blank = true;
        } else if let Some((mark, run, info)) = fence_of(line) {
            out.border(n, BorderKind::Block);
            let language = info.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase();
            let language = (!language.is_empty() && language.len() <= 40).then_some(language);
            fence = Some((mark, run, RawCode { language, start: n, end: n }));
        } else if let Some((level, text)) = heading_of(line) {
            out.heading(n, Heading { text: label(text), level, id: None });
            blank = true;
        } else if line.trim().is_empty() {
            blank = true;
        } else {
            if blank {
                out.border(n, BorderKind::Block);
            } else {
                out.border(n, BorderKind::Line);
            }
            push_visible(&mut out.body, line.trim());
            out.body.push('\n');
            blank = false;
        }
    }
    out.code_blocks.extend(fence.map(|(_, _, code)| code));
    out
}

/// A line's text after at most three spaces.
fn unindented(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ');
    (line.len() - rest.len() <= 3).then_some(rest)
}

/// The character, length and info string of a fence.
fn fence_of(line: &str) -> Option<(u8, usize, &str)> {
    let rest = unindented(line)?;
    let mark = *rest.as_bytes().first().filter(|byte| b"`~".contains(byte))?;
    let run = rest.bytes().take_while(|byte| *byte == mark).count();
    let info = rest[run..].trim();
    (run >= 3 && !(mark == b'`' && info.contains('`'))).then_some((mark, run, info))
}

/// The level and text of an ATX heading.
fn heading_of(line: &str) -> Option<(u8, &str)> {
    let rest = unindented(line)?;
    let level = rest.bytes().take_while(|byte| *byte == b'#').count();
    let text = &rest[level..];
    if !(1..=6).contains(&level) || !(text.is_empty() || text.starts_with([' ', '\t'])) {
        return None;
    }
    let text = text.trim();
    let bare = text.trim_end_matches('#');
    let closed = bare.is_empty() || bare.ends_with([' ', '\t']);
    Some((level as u8, if closed { bare.trim_end() } else { text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str, first: u32) -> Outline {
        walk(&Source::decode(text.as_bytes()).unwrap(), first)
    }

    #[test]
    fn headings_and_fences_are_read() {
        let outline = outline(
            "# One #\ntext\nmore\n\n  ## Two ##a\n#nope\n    # nope\n```Rust x\n# code\n~~~\n```\n\
             ####### seven\n#\n~~~\nnever closed\n",
            1,
        );
        let headings: Vec<_> =
            outline.headings.iter().map(|it| (it.level, it.text.as_str())).collect();
        assert_eq!(headings, [(1, "One"), (2, "Two ##a"), (1, "")]);
        assert_eq!(outline.code, "# code\n~~~\nnever closed\n");
        let blocks: Vec<_> = outline
            .code_blocks
            .iter()
            .map(|block| (block.language.as_deref(), block.start, block.end))
            .collect();
        assert_eq!(blocks, [(Some("rust"), 8, 11), (None, 14, 15)]);
        assert_eq!(outline.body, "text\nmore\n#nope\n# nope\n####### seven\n");
    }

    #[test]
    fn a_walk_may_begin_below_front_matter() {
        let outline = outline("---\n# no: heading\n---\n# Heading\n", 4);
        assert_eq!(outline.headings.len(), 1);
        assert_eq!(outline.borders[0].line, 4);
    }

    #[test]
    fn a_backtick_fence_has_no_backtick_in_its_info() {
        assert_eq!(outline("``` a`b\n# c\n", 1).headings.len(), 1);
        assert_eq!(outline("~~~ a`b\n# c\n", 1).headings.len(), 0);
    }

    #[test]
    fn a_fence_is_closed_by_one_as_long() {
        assert_eq!(outline("````\n```\n````\n# a\n", 1).headings.len(), 1);
        assert_eq!(outline("```\n``` x\n# a\n", 1).headings.len(), 0);
    }
}
