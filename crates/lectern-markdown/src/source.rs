//! A file's text by lines: the line tables of its bytes and of the decoded text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::encoding::{self, ByteLines, Decoded, NotText, newline_starts};

/// A range of lines, 1-based and inclusive at both ends; `start <= end` in every range this crate makes.
///
/// Displays as `L10-L42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineRange {
    /// First line, from 1.
    pub start: u32,
    /// Last line, included.
    pub end: u32,
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}-L{}", self.start, self.end)
    }
}

/// One file's bytes decoded, with the line table of the original bytes and of the decoded text.
///
/// Lines end in LF or CRLF; a lone CR, U+2028, form feed and their kin are ordinary characters. Line
/// `i` of the text is line `i` of the bytes, whatever the encoding.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    text: Cow<'a, str>,
    encoding: &'static str,
    /// Offset in the text of each line's first byte.
    text_starts: Vec<usize>,
    bytes: ByteLines,
    byte_len: usize,
}

impl<'a> Source<'a> {
    /// Decodes a file.
    ///
    /// A byte order mark decides (UTF-8, UTF-16, UTF-32); without one, NUL bytes in every other place mean
    /// UTF-16. The mark is not in the text but belongs to the bytes of line 1. Else valid UTF-8 is taken
    /// as it is, invalid UTF-8 with more sound multi-byte characters than broken ones is repaired with
    /// U+FFFD, and anything else is decoded as the legacy encoding it most resembles.
    ///
    /// # Errors
    ///
    /// [`NotText`] for well-known binary formats, and when more than a tenth of the characters (a
    /// twenty-fifth in a legacy encoding, where random bytes decode to letters) are control characters
    /// or could not be decoded.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, NotText> {
        let Decoded { text, encoding, bytes: byte_lines } = encoding::decode(bytes)?;
        let text_starts = newline_starts(text.as_bytes(), 0);
        Ok(Self { text, encoding, text_starts, bytes: byte_lines, byte_len: bytes.len() })
    }

    /// The decoded text, without a byte order mark, line ends as in the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the bytes were decoded: `utf-8`, `utf-8 (lossy)`, `utf-16le`, `utf-32be`, or the WHATWG name of
    /// a legacy encoding in lower case, such as `windows-1252`.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// Number of lines: 0 for an empty text; a final line end does not open another line.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.text_starts.len() as u32
    }

    /// Line `n` (from 1) without its line end; empty when there is no such line.
    #[must_use]
    pub fn line(&self, n: u32) -> &str {
        let line = self.lines_text(LineRange { start: n, end: n });
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The decoded text of a range of lines, line ends included; what lies outside the file is left out.
    #[must_use]
    pub fn lines_text(&self, lines: LineRange) -> &str {
        let start = self.text_start(lines.start);
        let end = self.text_start(lines.end.saturating_add(1));
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where a range of lines stands in the original bytes, line ends included; what lies outside the file
    /// is left out, and a range wholly outside is empty.
    #[must_use]
    pub fn lines_bytes(&self, lines: LineRange) -> Range<usize> {
        let start = self.byte_start(lines.start);
        start..self.byte_start(lines.end.saturating_add(1)).max(start)
    }

    /// The line (from 1) that holds an offset of the text; the last line for offsets at the end.
    pub(crate) fn line_at(&self, offset: usize) -> u32 {
        self.text_starts.partition_point(|&start| start <= offset).max(1) as u32
    }

    /// Offset in the text of the first byte of line `n` (from 1), or the text's length past the end.
    pub(crate) fn text_start(&self, n: u32) -> usize {
        let index = n.max(1) as usize - 1;
        self.text_starts.get(index).copied().unwrap_or(self.text.len())
    }

    fn byte_start(&self, n: u32) -> usize {
        let index = n.max(1) as usize - 1;
        match &self.bytes {
            ByteLines::Table(table) => table.get(index).copied().unwrap_or(self.byte_len),
            ByteLines::Shifted(bom) => match self.text_starts.get(index) {
                Some(0) => 0,
                Some(start) => start + bom,
                None => self.byte_len,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Source<'_> {
        Source::decode(bytes).unwrap()
    }

    #[test]
    fn lines_end_in_lf_or_crlf_only() {
        let source = decode("a\r\nb\rc\u{2028}d\x0ce\n\nf".as_bytes());
        let lines: Vec<&str> = (1..=source.line_count()).map(|n| source.line(n)).collect();
        assert_eq!(lines, ["a", "b\rc\u{2028}d\x0ce", "", "f"]);
    }

    #[test]
    fn a_final_line_end_opens_no_line() {
        for (text, count) in [("", 0), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("\n", 1), ("\r\n", 1)] {
            assert_eq!(decode(text.as_bytes()).line_count(), count, "{text:?}");
        }
    }

    #[test]
    fn ranges_outside_the_file_are_cut() {
        let source = decode(b"a\nb\n");
        assert_eq!(source.lines_text(LineRange { start: 2, end: 9 }), "b\n");
        assert_eq!(source.lines_bytes(LineRange { start: 2, end: u32::MAX }), 2..4);
        assert_eq!(source.lines_bytes(LineRange { start: 7, end: 9 }), 4..4);
        assert_eq!(source.lines_text(LineRange { start: 2, end: 1 }), "");
        assert_eq!((source.line(0), source.line(3)), ("", ""));
        assert_eq!(LineRange { start: 10, end: 42 }.to_string(), "L10-L42");
    }

    #[test]
    fn offsets_find_their_line() {
        let source = decode(b"a\nbc\n");
        let lines: Vec<u32> = (0..=6).map(|offset| source.line_at(offset)).collect();
        assert_eq!(lines, [1, 1, 2, 2, 2, 2, 2]);
        assert_eq!(decode(b"").line_at(0), 1);
    }
}
