//! What a section's text is cut into before windows are laid over it.

use std::ops::Range;

use super::blocks::{Block, BlockKind, blocks, is_fence};
use super::{PIECE_SEPARATOR, WINDOW_CHARS};

/// A cut inside a long line prefers the end of a sentence to that of a word from this length on.
const SHORTEST_SENTENCE_CHARS: usize = 80;
/// Longest header of a table that is shown with rows of it, in UTF-16 code units.
const LONGEST_HEADER_CHARS: usize = 160;

/// A line without its end, a part of a long one, or a code block or table that fits a window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// From 0.
    pub(super) line: u32,
    /// UTF-16 length.
    pub(super) chars: usize,
    /// Bits of the terms that start in it.
    pub(super) mask: u64,
    /// A window holds units of one zone: 0 for text, else the number of the long block it is from.
    pub(super) zone: usize,
    /// Longest window that holds it, but for itself alone: a table's header takes its share.
    pub(super) limit: usize,
}

/// The first two lines of a table: header and delimiter row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) start: usize,
    pub(super) end: usize,
    /// UTF-16 length.
    chars: usize,
}

/// A section, cut.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub(super) all: Vec<Unit>,
    /// By zone less one, the header of a long table, where it is short enough to be shown with its
    /// rows.
    headers: Vec<Option<Header>>,
}

impl Units {
    /// Cuts a text. A code block or table that fits a window becomes one unit; of a longer block each
    /// line is one, in a zone of its own, without the fences.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut starts = Vec::new();
        let mut start = 0;
        for with_end in text.split_inclusive('\n') {
            lines.push(with_end.trim_end_matches(['\n', '\r']));
            starts.push(start);
            start += with_end.len();
        }
        let mut units = Self::default();
        let mut at = 0;
        for block in blocks(&lines) {
            units.add_lines(&lines, &starts, at..block.lines.start, 0);
            units.add_block(text, &lines, &starts, &block);
            at = block.lines.end;
        }
        units.add_lines(&lines, &starts, at..lines.len(), 0);
        units
    }

    /// The header that rows of a zone are shown with.
    pub(super) fn header(&self, zone: usize) -> Option<&Header> {
        self.headers.get(zone.checked_sub(1)?)?.as_ref()
    }

    fn add_lines(&mut self, lines: &[&str], starts: &[usize], range: Range<usize>, zone: usize) {
        let header = self.header(zone).map_or(0, |header| header.chars + PIECE_SEPARATOR.len());
        let limit = WINDOW_CHARS - header;
        for line in range {
            let template = Unit { line: line as u32, zone, limit, ..Unit::default() };
            cut_line(lines[line], starts[line], &template, &mut self.all);
        }
    }

    fn add_block(&mut self, text: &str, lines: &[&str], starts: &[usize], block: &Block) {
        let last = block.lines.end - 1;
        let end_of = |line: usize| starts[line] + lines[line].len();
        let (start, end) = (starts[block.lines.start], end_of(last));
        let chars = text[start..end].encode_utf16().count();
        if chars <= WINDOW_CHARS {
            let line = block.lines.start as u32;
            self.all.push(Unit { start, end, line, chars, limit: WINDOW_CHARS, ..Unit::default() });
            return;
        }
        match block.kind {
            BlockKind::Code { is_closed } => {
                let inside = block.lines.start + 1..block.lines.end - usize::from(is_closed);
                // What looks like a fence in there may be one, where another was mistyped.
                let mut from = inside.start;
                for line in inside.clone().filter(|line| is_fence(lines[*line])).chain([inside.end])
                {
                    self.headers.push(None);
                    self.add_lines(lines, starts, from..line, self.headers.len());
                    from = line + 1;
                }
            }
            BlockKind::Table => {
                let zone = self.headers.len() + 1;
                let rule = block.lines.start + 1;
                let end = end_of(rule);
                let chars = text[start..end].encode_utf16().count();
                let header = Header { start, end, chars };
                self.headers.push((chars <= LONGEST_HEADER_CHARS).then_some(header));
                self.add_lines(lines, starts, block.lines.start..rule, zone);
                self.add_lines(lines, starts, rule + 1..block.lines.end, zone);
            }
        }
    }
}

fn cut_line(content: &str, line_start: usize, template: &Unit, units: &mut Vec<Unit>) {
    let mut start = 0;
    let mut chars = 0;
    // Where the unit may be cut, with its length up to there.
    let mut sentence: Option<(usize, usize)> = None;
    let mut word: Option<(usize, usize)> = None;
    let mut previous = ' ';
    let mut push = |start: usize, end: usize, chars: usize| {
        let (start, end) = (line_start + start, line_start + end);
        units.push(Unit { start, end, chars, ..*template });
    };
    for (at, c) in content.char_indices() {
        if c == ' ' {
            word = Some((at, chars));
            if matches!(previous, '.' | '!' | '?' | ':' | ';') && chars >= SHORTEST_SENTENCE_CHARS {
                sentence = word;
            }
        }
        if chars + c.len_utf16() > WINDOW_CHARS {
            let (cut, length) =
                sentence.or(word.filter(|(_, length)| *length > 0)).unwrap_or((at, chars));
            push(start, cut, length);
            start = cut;
            chars -= length;
            (sentence, word) = (None, None);
        }
        chars += c.len_utf16();
        previous = c;
    }
    push(start, content.len(), chars);
}
