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
        sink.extend(text.chars().map(|ch| if ch.is_ascii() && control(ch as u8) { ' ' } else { ch }));
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
