//! A tolerant scanner for the HTML inside Markdown: text, start tags and end tags, in one pass.

use std::borrow::Cow;

/// A piece of HTML; comments, declarations, processing instructions, scripts and styles leave none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text with entities still in it.
    Text(&'a str),
    /// A start tag: its name as written and the text of its attributes.
    Open(&'a str, &'a str),
    /// An end tag's name as written.
    Close(&'a str),
}

/// Scans from left to right; each byte is looked at a bounded number of times.
pub(crate) struct Pieces<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self { html, at: 0 }
    }

    /// Offset of what comes next.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    fn skip_past(&mut self, from: usize, end: &str) {
        let rest = &self.html.as_bytes()[from..];
        let found = memchr::memmem::find(rest, end.as_bytes());
        self.at = found.map_or(self.html.len(), |at| from + at + end.len());
    }

    /// Passes over what a script or style holds, its end tag included.
    fn skip_raw(&mut self, name: &str) {
        let bytes = self.html.as_bytes();
        while let Some(at) = memchr::memmem::find(&bytes[self.at..], b"</") {
            self.at += at + 2;
            let end = self.at + name.len();
            if bytes.get(self.at..end).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
            {
                self.skip_past(end, ">");
                return;
            }
        }
        self.at = bytes.len();
    }

    fn text_to(&mut self, end: usize) -> Piece<'a> {
        let text = &self.html[self.at..end];
        self.at = end;
        Piece::Text(text)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let bytes = self.html.as_bytes();
        while self.at < bytes.len() {
            let Some(open) = memchr::memchr(b'<', &bytes[self.at..]).map(|at| self.at + at) else {
                return Some(self.text_to(bytes.len()));
            };
            if open > self.at {
                return Some(self.text_to(open));
            }
            match bytes.get(open + 1) {
                Some(b'!') if bytes[open..].starts_with(b"<!--") => self.skip_past(open + 4, "-->"),
                Some(b'!') => self.skip_past(open + 2, ">"),
                Some(b'?') => self.skip_past(open + 2, "?>"),
                Some(b'/') => {
                    let name = name_at(self.html, open + 2);
                    self.skip_past(open + 2, ">");
                    return Some(Piece::Close(name));
                }
                Some(byte) if byte.is_ascii_alphabetic() => {
                    let name = name_at(self.html, open + 1);
                    let attributes = open + 1 + name.len();
                    let Some(end) = tag_end(bytes, attributes) else {
                        return Some(self.text_to(bytes.len()));
                    };
                    self.at = end + 1;
                    if name.eq_ignore_ascii_case("script") || name.eq_ignore_ascii_case("style") {
                        self.skip_raw(name);
                        continue;
                    }
                    return Some(Piece::Open(name, &self.html[attributes..end]));
                }
                _ => return Some(self.text_to(open + 1)),
            }
        }
        None
    }
}

fn name_at(html: &str, start: usize) -> &str {
    let rest = &html[start..];
    let end =
        rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"-:_.".contains(&byte)));
    &rest[..end.unwrap_or(rest.len())]
}

/// The `>` that ends a tag, outside quotes.
fn tag_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        match bytes[at] {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(quote, &bytes[at + 1..])?,
        }
    }
}

/// The value of an attribute, entities decoded; `None` when it is absent or has no value.
pub(crate) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|ch: char| ch.is_ascii_whitespace() || ch == '/');
        let end = rest
            .find(|ch: char| ch.is_ascii_whitespace() || ch == '=' || ch == '/')
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if rest.is_empty() {
            return None;
        }
        let Some(value) = after.trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start)
        else {
            rest = after;
            continue;
        };
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value
                .split_at(value.find(|ch: char| ch.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(decode(value));
        }
        rest = after;
    }
}

/// Text with its entities decoded.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('&') { html_escape::decode_html_entities(text) } else { Cow::Borrowed(text) }
}

/// How a tag separates the texts on its two sides.
pub(crate) fn separator(name: &str) -> Option<char> {
    const INLINE: [&str; 28] = [
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup",
        "tt", "u", "wbr",
    ];
    const CELL: [&str; 4] = ["td", "th", "br", "input"];
    if INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name)) {
        None
    } else if CELL.iter().any(|cell| cell.eq_ignore_ascii_case(name)) {
        Some(' ')
    } else {
        Some('\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(html: &str) -> Vec<Piece<'_>> {
        Pieces::new(html).collect()
    }

    #[test]
    fn tags_and_text_are_told_apart() {
        assert_eq!(
            pieces("a<B class='x>y'>c</B >d<br/>"),
            [
                Piece::Text("a"),
                Piece::Open("B", " class='x>y'"),
                Piece::Text("c"),
                Piece::Close("B"),
                Piece::Text("d"),
                Piece::Open("br", "/"),
            ]
        );
    }

    #[test]
    fn what_is_not_shown_leaves_nothing() {
        let html = "<!-- <b> --><!DOCTYPE html><?php x ?><script>a < b</SCRIPT ><style>p{}</style>";
        assert_eq!(pieces(html), []);
    }

    #[test]
    fn what_is_never_closed_ends_with_the_text() {
        for html in ["<!-- a", "<?a", "<!a", "<script>a", "<script>a</scrip>", "<style>"] {
            assert_eq!(pieces(html), [], "{html}");
        }
        assert_eq!(pieces("<a href=\"x"), [Piece::Text("<a href=\"x")]);
        assert_eq!(pieces("a < b"), [Piece::Text("a "), Piece::Text("<"), Piece::Text(" b")]);
    }

    #[test]
    fn attributes_are_found_by_name() {
        let attributes = " disabled HREF = 'a&amp;b' id=x/y title=\"t\" empty=\"\" /";
        for (name, value) in [
            ("href", Some("a&b")),
            ("id", Some("x/y")),
            ("title", Some("t")),
            ("empty", Some("")),
            ("disabled", None),
            ("ref", None),
        ] {
            assert_eq!(attribute(attributes, name).as_deref(), value, "{name}");
        }
        assert_eq!(attribute("href='never closed", "href").as_deref(), Some("never closed"));
        assert_eq!(attribute("=a =b c", "c"), None);
    }

    #[test]
    fn tags_part_words_cells_or_blocks() {
        assert_eq!(separator("EM"), None);
        assert_eq!(separator("td"), Some(' '));
        assert_eq!(separator("div"), Some('\n'));
        assert_eq!(separator("my-element"), Some('\n'));
    }
}
