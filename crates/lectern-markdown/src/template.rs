//! Making a text ready for the CommonMark parser without moving a byte of it.
//!
//! Two things are replaced by characters of the same length: a CR that ends no line, since the parser
//! would take it for a line end, and white space inside template calls that stand as a link's
//! destination (`[x]({{< ref "a.md" >}})`), which CommonMark would not read as a link.

use std::borrow::Cow;

/// Stands for a space inside a template call in a destination.
pub(crate) const SPACE: char = '+';

/// How far a template call may begin after its destination and end after its own start.
const REACH: usize = 512;

/// The text to parse: same length, same line ends.
pub(crate) fn prepare(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut edits: Vec<(usize, u8)> = memchr::memchr_iter(b'\r', bytes)
        .filter(|at| bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| (at, b' '))
        .collect();
    let mut words = Words::new(bytes);
    for open in memchr::memchr_iter(b'{', bytes) {
        let close: &[u8] = match bytes.get(open + 1) {
            Some(b'{') => b"}}",
            Some(b'%') => b"%}",
            _ => continue,
        };
        if open < words.at {
            continue;
        }
        if let Some(place) = words.place_of(open) {
            words.at = edit_call(bytes, open, close, place, &mut edits);
        }
    }
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut prepared = bytes.to_vec();
    for (at, byte) in edits {
        prepared[at] = byte;
    }
    String::from_utf8(prepared).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[derive(Clone, Copy)]
enum Place {
    Destination,
    /// Inside an attribute value in these quotes.
    Attribute(u8),
}

/// The word that ends where the reading has come to, of which edited calls are a part. Reads forward
/// only, so that many calls in one word cost no more than one.
struct Words<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Where the word begins, at most [`REACH`] back.
    start: usize,
    /// Where the last `](` in it begins.
    destination: Option<usize>,
    /// Where the last `="` or `='` in it begins.
    value: Option<usize>,
}

impl<'t> Words<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, at: 0, start: 0, destination: None, value: None }
    }

    /// Whether the template call at `open` begins a destination, or stands in one after other text.
    fn place_of(&mut self, open: usize) -> Option<Place> {
        let reach = open.saturating_sub(REACH);
        if reach > self.at {
            self.at = reach;
            self.start = reach;
        }
        while self.at < open {
            match &self.bytes[self.at..open] {
                [b']', b'(', ..] => self.destination = Some(self.at),
                [b'=', b'"' | b'\'', ..] => self.value = Some(self.at),
                [byte, ..] if byte.is_ascii_whitespace() => self.start = self.at + 1,
                _ => {}
            }
            self.at += 1;
        }
        let start = self.start.max(reach);
        let within = |at: &usize| *at >= start;
        if self.destination.as_ref().is_some_and(within)
            || (start == open && ends_label(&self.bytes[reach..open]))
        {
            return Some(Place::Destination);
        }
        self.value.filter(within).map(|at| Place::Attribute(self.bytes[at + 1]))
    }
}

/// Whether the text ends like `[label]: `, the start of a reference definition.
fn ends_label(before: &[u8]) -> bool {
    let line = before.trim_ascii_end();
    line.ends_with(b"]:") && !before[line.len()..].contains(&b'\n')
}

/// Edits the call that begins at `open` and tells where it ends, or `open` if it does not.
fn edit_call(
    bytes: &[u8],
    open: usize,
    close: &[u8],
    place: Place,
    edits: &mut Vec<(usize, u8)>,
) -> usize {
    let window = &bytes[open..bytes.len().min(open + REACH)];
    let line = memchr::memchr(b'\n', window).map_or(window, |end| &window[..end]);
    let Some(length) = memchr::memmem::find(line, close) else { return open };
    for (at, byte) in line[..length].iter().enumerate() {
        match (byte, place) {
            (b' ' | b'\t', _) => edits.push((open + at, SPACE as u8)),
            (b'"', Place::Attribute(b'"')) => edits.push((open + at, b'\'')),
            (b'\'', Place::Attribute(b'\'')) => edits.push((open + at, b'"')),
            _ => {}
        }
    }
    open + length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        let prepared = prepare(text);
        assert_eq!(prepared.len(), text.len());
        prepared.into_owned()
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in ["", "plain\r\ntext\n", "{{ call }} and { brace", "[a](b) {{< ref \"x\" >}}"] {
            assert!(matches!(prepare(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn a_cr_that_ends_no_line_is_a_space() {
        assert_eq!(prepared("a\rb\r\nc\r\rd\r\r\n\r"), "a b\r\nc  d \r\n ");
    }

    #[test]
    fn calls_in_destinations_hold_no_space() {
        for (text, expected) in [
            ("[x]({{< ref \"a.md\" >}})", "[x]({{<+ref+\"a.md\"+>}})"),
            ("[x](/top/{% link a.md %}#y)", "[x](/top/{%+link+a.md+%}#y)"),
            ("[x]: {{% relref \"a\" %}}", "[x]: {{%+relref+\"a\"+%}}"),
            ("<a href=\"{{ url \"a\" }}\">", "<a href=\"{{+url+'a'+}}\">"),
            ("<a href='{{ url 'a' }}'>", "<a href='{{+url+\"a\"+}}'>"),
            ("[x]({{ a }}/{{ b }})", "[x]({{+a+}}/{{+b+}})"),
        ] {
            assert_eq!(prepared(text), expected);
        }
    }

    #[test]
    fn calls_elsewhere_are_left_alone() {
        for text in [
            "[x](y) {{ a b }}",
            "[x]:\n{{ a b }}",
            "[x]({{ a\nb }})",
            "[x]({{ never closed",
            "[x]({ a b })",
            "a = {{ b c }}",
        ] {
            assert_eq!(prepared(text), text);
        }
    }

    #[test]
    fn a_call_far_from_its_destination_is_left_alone() {
        let text = format!("[x]({}{{{{ a b }}}})", "y".repeat(2 * REACH));
        assert_eq!(prepared(&text), text);
    }
}
