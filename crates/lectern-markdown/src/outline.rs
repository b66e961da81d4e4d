//! What a walk over a page's text finds, before it is cut into sections.

/// Longest heading or link text kept, in bytes; more would be repeated in every trail below it.
pub(crate) const MAX_LABEL: usize = 500;

/// Everything found in document order, with the running lengths of the two texts at every border.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Visible text without headings and code blocks.
    pub(crate) body: String,
    /// Text of code blocks.
    pub(crate) code: String,
    pub(crate) headings: Vec<Heading>,
    /// Places where a section or a part may begin, by rising line.
    pub(crate) borders: Vec<Border>,
    pub(crate) links: Vec<RawLink>,
    pub(crate) code_blocks: Vec<RawCode>,
    /// Explicit anchors (`<a id>`) by line.
    pub(crate) anchors: Vec<(u32, String)>,
}

/// A heading at document level.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) text: String,
    pub(crate) level: u8,
    /// An id written out, `{#id}`.
    pub(crate) id: Option<String>,
}

/// A line on which a block begins, and how much text stood before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Border {
    pub(crate) line: u32,
    pub(crate) body: usize,
    pub(crate) code: usize,
    pub(crate) kind: BorderKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BorderKind {
    /// Index into the headings.
    Heading(usize),
    Block,
    /// An item of a list at document level.
    Item,
    /// A line inside a long paragraph at document level.
    Line,
}

/// A link as written.
#[derive(Debug)]
pub(crate) struct RawLink {
    pub(crate) text: String,
    pub(crate) destination: String,
    pub(crate) wiki: bool,
    pub(crate) line: u32,
}

/// A code block with its fences.
#[derive(Debug)]
pub(crate) struct RawCode {
    pub(crate) language: Option<String>,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Outline {
    /// Notes that a block begins on a line, unless something already begins there.
    pub(crate) fn border(&mut self, line: u32, kind: BorderKind) {
        if self.borders.last().is_none_or(|last| last.line < line) {
            let (body, code) = (self.body.len(), self.code.len());
            self.borders.push(Border { line, body, code, kind });
        }
    }

    /// Begins a section on a line. A line that already begins a heading keeps the first.
    pub(crate) fn heading(&mut self, line: u32, heading: Heading) {
        if let Some(last) = self.borders.last()
            && last.line == line
            && !matches!(last.kind, BorderKind::Heading(_))
        {
            self.borders.pop();
        }
        let count = self.borders.len();
        self.border(line, BorderKind::Heading(self.headings.len()));
        if self.borders.len() > count {
            self.headings.push(heading);
        }
    }
}

/// Appends visible text: control characters become spaces.
pub(crate) fn push_visible(sink: &mut String, text: &str) {
    let control = |byte: u8| (byte < b' ' && byte != b'\n' && byte != b'\t') || byte == 0x7f;
    if text.bytes().any(control) {
        sink.extend(
            text.chars().map(|ch| if ch.is_ascii() && control(ch as u8) { ' ' } else { ch }),
        );
    } else {
        sink.push_str(text);
    }
}

/// Ends the block or word run before: appends `mark` unless the sink is empty or already at one.
pub(crate) fn separate(sink: &mut String, mark: char) {
    match sink.as_bytes().last() {
        None | Some(b'\n') => {}
        Some(b' ') if mark == ' ' => {}
        _ => sink.push(mark),
    }
}

/// White space collapsed, cut to [`MAX_LABEL`] bytes at a character border.
pub(crate) fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len().min(MAX_LABEL));
    for word in text.split_whitespace() {
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(word);
        if label.len() > MAX_LABEL {
            label.truncate(label.floor_char_boundary(MAX_LABEL));
            label.truncate(label.trim_end().len());
            break;
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_one_thing() {
        let mut outline = Outline::default();
        let heading = |text: &str| Heading { text: text.to_owned(), level: 1, id: None };
        outline.border(1, BorderKind::Block);
        outline.heading(1, heading("first"));
        outline.heading(1, heading("second"));
        outline.border(1, BorderKind::Item);
        outline.border(2, BorderKind::Item);
        let kinds: Vec<_> =
            outline.borders.iter().map(|border| (border.line, border.kind)).collect();
        assert_eq!(kinds, [(1, BorderKind::Heading(0)), (2, BorderKind::Item)]);
        assert_eq!(outline.headings.len(), 1);
        assert_eq!(outline.headings[0].text, "first");
    }

    #[test]
    fn control_characters_become_spaces() {
        let mut sink = String::new();
        push_visible(&mut sink, "a\0b\x1b[31m\tc\nü\x7f");
        assert_eq!(sink, "a b [31m\tc\nü ");
    }

    #[test]
    fn separators_do_not_pile_up() {
        let mut sink = String::new();
        separate(&mut sink, '\n');
        assert_eq!(sink, "");
        sink.push('a');
        for mark in [' ', ' ', '\n', '\n', ' '] {
            separate(&mut sink, mark);
        }
        assert_eq!(sink, "a \n");
    }

    #[test]
    fn labels_are_short_and_on_one_line() {
        assert_eq!(label("  a \n\t b\u{a0}c "), "a b c");
        let long = label(&"ü".repeat(MAX_LABEL));
        assert_eq!(long, "ü".repeat(MAX_LABEL / 2));
        assert!(label(&"word ".repeat(1000)).len() <= MAX_LABEL);
    }
}
