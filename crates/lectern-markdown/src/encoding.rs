//! From a file's bytes to text: which encoding they are in, whether they are text at all, and where
//! lines start in them.

use std::borrow::Cow;
use std::fmt;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The bytes are not a text file; the value says what gave it away, as a phrase for a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotText(pub &'static str);

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a text file: {}", self.0)
    }
}

impl std::error::Error for NotText {}

/// A file's text, how its bytes were read, and where its lines start in them.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// Without a byte order mark.
    pub(crate) text: Cow<'a, str>,
    /// As [`crate::Source::encoding`] tells it.
    pub(crate) encoding: &'static str,
    pub(crate) bytes: ByteLines,
}

/// Where lines start in the original bytes.
#[derive(Debug, Clone)]
pub(crate) enum ByteLines {
    /// As in the text, after a byte order mark of this many bytes.
    Shifted(usize),
    Table(Vec<usize>),
}

const MAGIC: [(&[u8], &str); 12] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "an executable"),
    (b"SQLite format 3\x00", "a database"),
];

/// Decodes as [`crate::Source::decode`] says.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, NotText> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(NotText(what));
    }
    let decoded =
        if let Some(wide) = Wide::detect(bytes) { wide.decode(bytes) } else { decode_bytes(bytes) };
    let legacy = !decoded.encoding.starts_with("utf-");
    if is_junk(&decoded.text, if legacy { 25 } else { 10 }) {
        return Err(NotText("control or undecodable characters"));
    }
    Ok(decoded)
}

fn decode_bytes(bytes: &[u8]) -> Decoded<'_> {
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let content = &bytes[bom..];
    if let Ok(text) = std::str::from_utf8(content) {
        let bytes = ByteLines::Shifted(bom);
        return Decoded { text: Cow::Borrowed(text), encoding: "utf-8", bytes };
    }
    if bom == 0
        && !mostly_utf8(content)
        && let Some((text, encoding, table)) = decode_legacy(content)
    {
        return Decoded { text: Cow::Owned(text), encoding, bytes: ByteLines::Table(table) };
    }
    let mut table = newline_starts(content, bom);
    if let Some(first) = table.first_mut() {
        *first = 0;
    }
    let text = String::from_utf8_lossy(content);
    Decoded { text, encoding: "utf-8 (lossy)", bytes: ByteLines::Table(table) }
}

/// Encodings of two or four bytes a unit.
struct Wide {
    bom: usize,
    unit: usize,
    little: bool,
}

impl Wide {
    fn detect(bytes: &[u8]) -> Option<Self> {
        let (bom, unit, little) = match bytes {
            [0xff, 0xfe, 0, 0, ..] if bytes.len().is_multiple_of(4) => (4, 4, true),
            [0, 0, 0xfe, 0xff, ..] => (4, 4, false),
            [0xff, 0xfe, ..] => (2, 2, true),
            [0xfe, 0xff, ..] => (2, 2, false),
            _ => (0, 2, Self::little_endian_without_bom(bytes)?),
        };
        Some(Self { bom, unit, little })
    }

    /// Western text in UTF-16 has a NUL in nearly every unit, always on the same side.
    fn little_endian_without_bom(bytes: &[u8]) -> Option<bool> {
        let sample = &bytes[..bytes.len().min(4096) & !1];
        memchr::memchr(0, sample)?;
        let mut nul = [0_usize; 2];
        for unit in sample.chunks_exact(2) {
            nul[0] += usize::from(unit[0] == 0);
            nul[1] += usize::from(unit[1] == 0);
        }
        let units = sample.len() / 2;
        let most = |a: usize, b: usize| units >= 4 && a * 10 >= units * 7 && b * 20 <= units;
        match nul {
            [even, odd] if most(odd, even) => Some(true),
            [even, odd] if most(even, odd) => Some(false),
            _ => None,
        }
    }

    fn decode<'a>(&self, bytes: &'a [u8]) -> Decoded<'a> {
        let content = &bytes[self.bom..];
        let (text, encoding) = match (self.unit, self.little) {
            (2, true) => (UTF_16LE.decode_without_bom_handling(content).0, "utf-16le"),
            (2, false) => (UTF_16BE.decode_without_bom_handling(content).0, "utf-16be"),
            (_, little) => (
                Cow::Owned(decode_utf32(content, little)),
                if little { "utf-32le" } else { "utf-32be" },
            ),
        };
        let mut newline = [0_u8; 4];
        newline[if self.little { 0 } else { self.unit - 1 }] = b'\n';
        let newline = &newline[..self.unit];
        let mut starts = Vec::new();
        if !content.is_empty() {
            starts.push(0);
        }
        for (index, unit) in content.chunks_exact(self.unit).enumerate() {
            let next = self.bom + (index + 1) * self.unit;
            if unit == newline && next < bytes.len() {
                starts.push(next);
            }
        }
        Decoded { text, encoding, bytes: ByteLines::Table(starts) }
    }
}

fn decode_utf32(content: &[u8], little: bool) -> String {
    let units = content.chunks(4).map(|unit| {
        let Ok(unit) = <[u8; 4]>::try_from(unit) else { return char::REPLACEMENT_CHARACTER };
        let code = if little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) };
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    units.collect()
}

/// Decodes by the detector's guess, or `None` if that would move line ends.
fn decode_legacy(content: &[u8]) -> Option<(String, &'static str, Vec<usize>)> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(content, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == UTF_8 {
        return None;
    }
    let text = encoding.decode_without_bom_handling(content).0.into_owned();
    let table = newline_starts(content, 0);
    (newline_starts(text.as_bytes(), 0).len() == table.len())
        .then(|| (text, lower_name(encoding), table))
}

fn lower_name(encoding: &'static Encoding) -> &'static str {
    const NAMES: [&str; 31] = [
        "big5",
        "euc-jp",
        "euc-kr",
        "gb18030",
        "gbk",
        "ibm866",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-8-i",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "koi8-r",
        "koi8-u",
        "shift_jis",
        "windows-874",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
    ];
    let name = encoding.name();
    NAMES.into_iter().find(|lower| lower.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// Whether sound multi-byte characters outnumber the broken places.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken
}

/// Characters that are no text but may stand in any file.
const FORGIVEN: usize = 4;

/// Whether more than one character in `share` is a control character or could not be decoded. A
/// handful is forgiven, so that a short file with a stray NUL is still a file of text.
fn is_junk(text: &str, share: usize) -> bool {
    // Nearly every file is told by its bytes alone: all that counts below begins with one of these.
    let suspect = |byte: &u8| {
        let control = *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c');
        u8::from(control || matches!(byte, 0x7f | 0xc2 | 0xef))
    };
    let suspects = |bytes: &[u8]| usize::from(bytes.iter().map(suspect).sum::<u8>());
    if text.as_bytes().chunks(128).map(suspects).sum::<usize>() <= FORGIVEN {
        return false;
    }
    let (mut junk, mut chars) = (0_usize, 0_usize);
    for ch in text.chars() {
        chars += 1;
        junk += usize::from(match ch {
            '\t' | '\n' | '\r' | '\x0c' => false,
            ch => {
                ch < ' ' || ('\x7f'..='\u{9f}').contains(&ch) || ch == char::REPLACEMENT_CHARACTER
            }
        });
    }
    junk > FORGIVEN && junk * share > chars
}

/// Line starts in bytes where LF is one byte, shifted by `base`.
pub(crate) fn newline_starts(bytes: &[u8], base: usize) -> Vec<usize> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
    starts.push(base);
    starts.extend(memchr::memchr_iter(b'\n', &bytes[..bytes.len() - 1]).map(|at| base + at + 1));
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LineRange, Source};

    fn decode(bytes: &[u8]) -> Source<'_> {
        Source::decode(bytes).unwrap()
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(unit).collect()
    }

    fn utf32(text: &str, little: bool) -> Vec<u8> {
        let unit = |ch: char| {
            let code = u32::from(ch);
            if little { code.to_le_bytes() } else { code.to_be_bytes() }
        };
        text.chars().flat_map(unit).collect()
    }

    /// The bytes of each line, which must be all bytes.
    fn byte_lines<'b>(source: &Source<'_>, bytes: &'b [u8]) -> Vec<&'b [u8]> {
        let ranges =
            (1..=source.line_count()).map(|n| source.lines_bytes(LineRange { start: n, end: n }));
        let lines: Vec<&[u8]> = ranges.map(|range| &bytes[range]).collect();
        assert_eq!(lines.concat(), bytes);
        lines
    }

    #[test]
    fn valid_utf8_is_borrowed() {
        for text in ["", "a\nb", "ünï → 漢字 🎉\r\n", "nul \0 inside"] {
            let source = decode(text.as_bytes());
            assert!(
                matches!(super::decode(text.as_bytes()).unwrap().text, Cow::Borrowed(_)),
                "{text:?}"
            );
            assert_eq!((source.text(), source.encoding()), (text, "utf-8"));
        }
        let bytes = b"\xef\xbb\xbfmarked";
        assert!(matches!(super::decode(bytes).unwrap().text, Cow::Borrowed("marked")));
    }

    #[test]
    fn a_mark_belongs_to_the_first_line() {
        let bytes = b"\xef\xbb\xbfa\nb\n";
        let source = decode(bytes);
        assert_eq!(source.text(), "a\nb\n");
        assert_eq!(byte_lines(&source, bytes), [&b"\xef\xbb\xbfa\n"[..], b"b\n"]);
    }

    #[test]
    fn a_mark_alone_is_an_empty_text() {
        for bytes in
            [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]
        {
            let source = decode(bytes);
            assert_eq!((source.text(), source.line_count()), ("", 0), "{bytes:?}");
            assert_eq!(source.lines_bytes(LineRange { start: 1, end: 1 }).len(), 0);
        }
    }

    #[test]
    fn wide_encodings_are_told_by_their_mark() {
        let text = "# Größe\r\n漢字 🎉\n";
        for (mark, bytes, encoding) in [
            (&b"\xff\xfe"[..], utf16(text, true), "utf-16le"),
            (b"\xfe\xff", utf16(text, false), "utf-16be"),
            (b"\xff\xfe\0\0", utf32(text, true), "utf-32le"),
            (b"\0\0\xfe\xff", utf32(text, false), "utf-32be"),
        ] {
            let bytes = [mark, &bytes].concat();
            let source = decode(&bytes);
            assert_eq!((source.text(), source.encoding()), (text, encoding));
            assert_eq!(source.line_count(), 2);
            let first =
                mark.len() + "# Größe\r\n".chars().count() * if mark.len() == 4 { 4 } else { 2 };
            assert_eq!(byte_lines(&source, &bytes)[0].len(), first);
        }
    }

    #[test]
    fn utf16_without_a_mark_is_told_by_its_nuls() {
        for (little, encoding) in [(true, "utf-16le"), (false, "utf-16be")] {
            let bytes = utf16("# Heading\n\nSome text.\n", little);
            let source = decode(&bytes);
            assert_eq!(source.text(), "# Heading\n\nSome text.\n");
            assert_eq!(source.encoding(), encoding);
            assert_eq!(byte_lines(&source, &bytes).len(), 3);
        }
    }

    #[test]
    fn broken_utf16_is_repaired() {
        let mut bytes = utf16("\u{feff}half a pair: ", true);
        bytes.extend(0xd83c_u16.to_le_bytes());
        bytes.extend(utf16("\nand half a unit", true));
        bytes.push(b'!');
        let source = decode(&bytes);
        assert_eq!(source.text(), "half a pair: \u{fffd}\nand half a unit\u{fffd}");
        assert_eq!(byte_lines(&source, &bytes).len(), 2);
    }

    #[test]
    fn legacy_encodings_are_guessed() {
        let latin = b"Caf\xe9 cr\xe8me, d\xe9j\xe0 vu, \xe0 bient\xf4t\nna\xefve\n";
        let source = decode(latin);
        assert_eq!(source.text(), "Café crème, déjà vu, à bientôt\nnaïve\n");
        assert_eq!(source.encoding(), "windows-1252");
        assert_eq!(byte_lines(&source, latin).len(), 2);

        let text = "これは日本語の文書です。\n見出しと本文があります。\n";
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(text);
        let source = decode(&bytes);
        assert_eq!((source.text(), source.encoding()), (text, "shift_jis"));
        assert_eq!(byte_lines(&source, &bytes).len(), 2);

        let text = "Привет, мир! Это документация.\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(decode(&bytes).text(), text);
    }

    #[test]
    fn mostly_sound_utf8_is_repaired() {
        for broken in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf5\x80\x80\x80"]
        {
            let bytes = [
                "Größe und Maß: öäü ÖÄÜ\n".as_bytes(),
                broken,
                "\nEnde, schöne Grüße\n".as_bytes(),
            ]
            .concat();
            let source = decode(&bytes);
            assert_eq!(source.encoding(), "utf-8 (lossy)", "{broken:?}");
            assert_eq!(source.line(1), "Größe und Maß: öäü ÖÄÜ");
            assert!(source.line(2).contains('\u{fffd}'));
            assert_eq!(source.line(3), "Ende, schöne Grüße");
            assert_eq!(byte_lines(&source, &bytes)[1].len(), broken.len() + 1);
        }
    }

    #[test]
    fn a_mark_makes_broken_text_utf8() {
        let bytes = b"\xef\xbb\xbfone \xe9\ntwo\n";
        let source = decode(bytes);
        assert_eq!((source.text(), source.encoding()), ("one \u{fffd}\ntwo\n", "utf-8 (lossy)"));
        assert_eq!(byte_lines(&source, bytes)[0], b"\xef\xbb\xbfone \xe9\n");
    }

    #[test]
    fn binary_files_are_refused() {
        for (bytes, what) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "a PNG image"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
            (b"%PDF-1.7\n", "a PDF file"),
            (b"PK\x03\x04\x14\0", "a zip archive"),
            (b"\x1f\x8b\x08\0", "a gzip archive"),
            (b"\x7fELF\x02\x01\x01", "an executable"),
            (b"SQLite format 3\0", "a database"),
        ] {
            assert_eq!(Source::decode(bytes).unwrap_err(), NotText(what));
        }
        assert_eq!(NotText("a PDF file").to_string(), "not a text file: a PDF file");
    }

    #[test]
    fn random_bytes_are_refused() {
        let mut state = 1_u64;
        for length in [100, 1000, 100_000] {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            assert!(Source::decode(&bytes).is_err(), "{length}");
        }
        assert!(Source::decode(&[0; 64]).is_err());
    }

    #[test]
    fn a_stray_nul_is_no_binary_file() {
        let source = decode(b"# A\n\nOne NUL \0 and a bell \x07.\n");
        assert_eq!(source.line(3), "One NUL \0 and a bell \x07.");
        assert_eq!(decode(b"\0").line_count(), 1);
    }
}
