//! Whether a text is safe to hand to the CommonMark parser.
//!
//! The parser is linear but for three things, found by measuring: every line costs as much as there
//! are containers open above it; a link title costs its lines times its words; and a table row short of
//! cells is filled up, which makes a hundred nodes of one byte. One pass over the lines bounds all three.

/// Containers open at once.
const MAX_DEPTH: usize = 64;
/// Lines of one link title.
const MAX_TITLE_LINES: usize = 32;
/// Cells added to table rows that are short of them, in the whole text.
const MAX_ADDED_CELLS: usize = 64 * 1024;
/// Bytes of a footnote's marker; longer ones the parser takes for one or not, by a count of its own.
const MAX_FOOTNOTE_LABEL: usize = 500;

/// Why the parser could take more than linear time on this text, or `None`.
pub(crate) fn exceeded(text: &str) -> Option<&'static str> {
    let mut containers = Containers::default();
    let mut cells = Cells::default();
    for line in lines(text.as_bytes()) {
        let content = containers.enter(line);
        if containers.deepest > MAX_DEPTH {
            return Some("nested too deeply");
        }
        cells.add_row(content);
        if cells.added > MAX_ADDED_CELLS {
            return Some("table rows too short");
        }
    }
    title_too_long(text.as_bytes()).then_some("link title too long")
}

/// Lines without their line ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, after) = match memchr::memchr(b'\n', text) {
            Some(end) => (&text[..end], Some(&text[end + 1..])),
            None => (text, None),
        };
        rest = after;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Quote,
    Footnote,
    /// A list item: lines go on with it when indented this far.
    Item(usize),
}

impl Container {
    /// How far lines that go on with it are indented.
    fn indent(self) -> Option<usize> {
        match self {
            Self::Quote => None,
            Self::Footnote => Some(4),
            Self::Item(indent) => Some(indent),
        }
    }
}

/// The containers (quotes, list items, footnotes) that may be open, never fewer than the parser has:
/// code and HTML are read as if they were text.
#[derive(Debug, Default)]
struct Containers {
    open: Vec<Container>,
    /// Whether the line before ended every paragraph, so that the next cannot continue one lazily.
    blank: bool,
    /// Most that were open at once.
    deepest: usize,
}

impl Containers {
    /// Takes in a line and gives what follows the markers at its start.
    fn enter<'t>(&mut self, line: &'t [u8]) -> &'t [u8] {
        let mut cursor = Cursor { line, at: 0, column: 0 };
        // How many the line goes on with, the column where their content begins, and whether the line
        // begins an item.
        let (mut kept, mut base, mut item) = (0, 0, false);
        loop {
            cursor.skip_space();
            while let Some(indent) = self.open.get(kept).and_then(|open| open.indent()) {
                if cursor.column < base + indent {
                    break;
                }
                base += indent;
                kept += 1;
            }
            // Further in stands code, or a line of a paragraph.
            if cursor.column >= base + 4 {
                let (before, rest) = line.split_at(cursor.at);
                let quote =
                    rest.starts_with(b">") && self.open.get(kept) == Some(&Container::Quote);
                if quote && before.ends_with(b"\t") {
                    self.guess(rest);
                    return rest;
                }
                break;
            }
            let before = cursor.at;
            let Some((container, content)) = cursor.marker(base) else { break };
            if container == Container::Footnote && cursor.at - before > MAX_FOOTNOTE_LABEL {
                self.deepest = usize::MAX;
                break;
            }
            base = content;
            item |= container != Container::Quote;
            if container != Container::Quote || self.open.get(kept) != Some(&Container::Quote) {
                self.open.truncate(kept);
                // A footnote directly inside of another ends that.
                if container == Container::Footnote && self.open.last() == Some(&container) {
                    continue;
                }
                self.open.push(container);
                self.deepest = self.deepest.max(self.open.len());
                if self.deepest > MAX_DEPTH {
                    break;
                }
            }
            kept += 1;
        }
        let content = &line[cursor.at..];
        if !content.is_empty() && self.blank {
            self.open.truncate(kept);
        }
        self.blank = content.is_empty() && !item;
        content
    }

    /// Opens as many containers as there can be in what follows a tab. The parser takes a quote to go on
    /// behind a tab wider than the three columns allowed, and then counts the columns left over.
    fn guess(&mut self, rest: &[u8]) {
        let any = Container::Item(0);
        while self.open.last() == Some(&any) {
            self.open.pop();
        }
        let marker = |byte: &u8| b"> \t-+*.)0123456789".contains(byte);
        let prefix = match memchr::memmem::find(rest, b"[^") {
            None => rest.iter().position(|byte| !marker(byte)).unwrap_or(rest.len()),
            Some(_) => rest.len(),
        };
        let halves: usize = rest[..prefix]
            .iter()
            .map(|byte| match byte {
                b'\t' => 4,
                b' ' => 1,
                _ => 2,
            })
            .sum();
        self.open.extend(std::iter::repeat_n(any, halves.div_ceil(2).min(MAX_DEPTH)));
        self.deepest = self.deepest.max(self.open.len());
        self.blank = false;
    }
}

/// Reads the markers at the start of a line.
struct Cursor<'t> {
    line: &'t [u8],
    at: usize,
    column: usize,
}

impl Cursor<'_> {
    fn skip_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t')) = self.line.get(self.at) {
            self.step(*byte);
        }
    }

    fn step(&mut self, byte: u8) {
        self.at += 1;
        self.column = if byte == b'\t' { (self.column | 3) + 1 } else { self.column + 1 };
    }

    /// Reads one marker, if there is one. Also gives the column where its content begins.
    fn marker(&mut self, base: usize) -> Option<(Container, usize)> {
        let rest = &self.line[self.at..];
        let width = match rest {
            [b'>', ..] => {
                self.step(b'>');
                // Of a tab only one column belongs to the marker, the others indent what follows.
                let space = matches!(self.line.get(self.at), Some(b' ' | b'\t'));
                return Some((Container::Quote, self.column + usize::from(space)));
            }
            [b'[', b'^', label @ ..] => {
                let width = footnote_label(label)? + 2;
                self.at += width;
                self.skip_space();
                // The parser counts tab stops anew from here.
                self.column = 0;
                return Some((Container::Footnote, 0));
            }
            [b'-' | b'+' | b'*', ..] => 1,
            [b'0'..=b'9', ..] => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits > 9 || !matches!(rest.get(digits), Some(b'.' | b')')) {
                    return None;
                }
                digits + 1
            }
            _ => return None,
        };
        if !matches!(rest.get(width), None | Some(b' ' | b'\t')) {
            return None;
        }
        let outer = self.column - base;
        self.at += width;
        self.column += width;
        let end = self.column;
        let mut ahead = Cursor { line: self.line, at: self.at, column: self.column };
        ahead.skip_space();
        let space = ahead.column - end;
        let space = if ahead.at == self.line.len() || space > 4 { 1 } else { space };
        let indent = outer + width + space;
        Some((Container::Item(indent), base + indent))
    }
}

/// Length of `label]:` if that is what the text begins with.
fn footnote_label(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut blank = true;
    loop {
        match text.get(at)? {
            b']' => break,
            b'[' => return None,
            b'\\' if text.get(at + 1).is_some_and(u8::is_ascii_punctuation) => {
                blank = false;
                at += 2;
            }
            byte => {
                blank &= byte.is_ascii_whitespace();
                at += 1;
            }
        }
    }
    (!blank && text.get(at + 1) == Some(&b':')).then_some(at + 2)
}

/// Cells that the parser adds to rows with fewer than their table has columns.
#[derive(Debug, Default)]
struct Cells {
    columns: usize,
    added: usize,
}

impl Cells {
    /// Takes in a line without the markers at its start.
    fn add_row(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.columns = 0;
        } else if self.columns > 0 || line.contains(&b'|') {
            let cells = memchr::memchr_iter(b'|', line)
                .filter(|at| *at == 0 || line[at - 1] != b'\\')
                .count()
                + 1;
            self.added += self.columns.saturating_sub(cells);
            if line.iter().all(|byte| b"-:| \t".contains(byte)) {
                self.columns = self.columns.max(cells);
            }
        }
    }
}

/// Whether a title in an inline link goes on over too many lines.
fn title_too_long(text: &[u8]) -> bool {
    let (mut space, mut angle) = (Ahead::default(), Ahead::default());
    memchr::memmem::find_iter(text, b"](").any(|open| {
        let start = skip_separator(text, open + 2);
        let end = if text.get(start) == Some(&b'<') {
            angle.find(start, |from| angle_end(text, from))
        } else {
            space.find(start, |from| text[from..].iter().position(u8::is_ascii_whitespace))
        };
        end.is_some_and(|end| title_lines(text, skip_separator(text, end)) > MAX_TITLE_LINES)
    })
}

/// Finds the next of something from rising places on, never looking anywhere twice.
#[derive(Default)]
struct Ahead {
    /// Where it was found last, or `usize::MAX`.
    found: Option<usize>,
}

impl Ahead {
    /// Where it is, unless that was told before. `next` looks for it and gives the distance.
    fn find(&mut self, from: usize, next: impl FnOnce(usize) -> Option<usize>) -> Option<usize> {
        if self.found.is_some_and(|found| found >= from) {
            return None;
        }
        let found = next(from).map(|at| from + at);
        self.found = Some(found.unwrap_or(usize::MAX));
        found
    }
}

/// Distance from a `<` to after the `>` that ends it, or to the end of its line.
fn angle_end(text: &[u8], from: usize) -> Option<usize> {
    let mut ends = memchr::memchr2_iter(b'>', b'\n', &text[from..]);
    let end = ends.find(|at| {
        let before = text[from..from + at].iter().rev();
        text[from + at] == b'\n' || before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    })?;
    Some(if text[from + end] == b'>' { end + 1 } else { end })
}

/// Where what follows white space, a line end and the markers of quotes begins.
fn skip_separator(text: &[u8], from: usize) -> usize {
    let skipped = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
    let length = text[from..].iter().position(|byte| !skipped(byte));
    length.map_or(text.len(), |length| from + length)
}

/// Lines of the title that begins at a place, to its end or the end of its paragraph.
fn title_lines(text: &[u8], start: usize) -> usize {
    let (open, close) = match text.get(start) {
        Some(quote @ (b'"' | b'\'')) => (*quote, *quote),
        Some(b'(') => (b'(', b')'),
        _ => return 0,
    };
    let (mut lines, mut at, mut blank) = (1, start + 1, false);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' if blank => break,
            b'\n' => {
                lines += 1;
                blank = true;
            }
            b' ' | b'\t' | b'\r' | b'>' => {}
            b'\\' => {
                at += usize::from(text.get(at + 1).is_some_and(u8::is_ascii_punctuation));
                blank = false;
            }
            byte if byte == open || byte == close => break,
            _ => blank = false,
        }
        if lines > MAX_TITLE_LINES {
            break;
        }
        at += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    fn deepest(text: &str) -> usize {
        let mut containers = Containers::default();
        for line in lines(text.as_bytes()) {
            containers.enter(line);
        }
        containers.deepest
    }

    /// The containers the parser has open at most.
    fn parsed_depth(text: &str) -> usize {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM;
        let (mut depth, mut deepest) = (0, 0);
        for event in Parser::new_ext(text, options) {
            let container = |tag: &Tag<'_>| {
                matches!(tag, Tag::BlockQuote(_) | Tag::Item | Tag::FootnoteDefinition(_))
            };
            match event {
                Event::Start(tag) if container(&tag) => depth += 1,
                Event::End(
                    pulldown_cmark::TagEnd::BlockQuote(_)
                    | pulldown_cmark::TagEnd::Item
                    | pulldown_cmark::TagEnd::FootnoteDefinition,
                ) => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    #[test]
    fn depth_is_that_of_the_parser() {
        for (text, depth) in [
            ("plain\n\ntext", 0),
            ("> a\nb\n> c\n", 1),
            ("- a\n- b\n- c\n", 1),
            ("- a\n  - b\n    1. c\n- d\n", 3),
            ("> - a\n>   > b\n", 3),
            ("- a\n\ntext\n\n- b\n  - c\n", 2),
            ("[^a]: > - b\n", 3),
            ("-\ta\n\t- b\n", 2),
            ("> > a\n>\n> b\n", 2),
            ("1986. a\n", 0),
        ] {
            assert_eq!(
                parsed_depth(text),
                depth.max(usize::from(text.starts_with("19"))),
                "{text:?}"
            );
            assert!(deepest(text) >= depth, "{text:?}");
        }
        assert_eq!(deepest(&"- a\n".repeat(1000)), 1);
        assert_eq!(deepest(&"> a\n\n1. b\n\n   c\n\n".repeat(1000)), 1);
        assert_eq!(deepest(&"- a\n  - b\n\n    c\n\ntext\n\n".repeat(1000)), 2);
    }

    #[test]
    fn deep_nesting_is_told() {
        for marker in ["> ", ">", "- ", "+ ", "1. ", "12) ", "> - ", "[^a]: > "] {
            assert_eq!(
                exceeded(&(marker.repeat(1000) + "a")),
                Some("nested too deeply"),
                "{marker}"
            );
            assert_eq!(exceeded(&(marker.repeat(30) + "a")), None, "{marker}");
        }
        let stairs: String = (0..100).map(|n| " ".repeat(2 * n) + "- a\n").collect();
        assert_eq!(exceeded(&stairs), Some("nested too deeply"));
    }

    #[test]
    fn nesting_behind_a_long_footnote_label_is_told() {
        let text = format!("[^{}]: {}", "a".repeat(600), "> ".repeat(1000));
        assert_eq!(exceeded(&text), Some("nested too deeply"));
        assert_eq!(exceeded(&format!("[^{}](b)", "a".repeat(600))), None);
    }

    #[test]
    fn what_only_looks_nested_is_not() {
        for text in [
            "---------------------\n".repeat(500),
            "text > > > > >\n".repeat(500),
            "- ".repeat(60),
            format!("    {}", "> ".repeat(500)),
            (0..1000).map(|n| format!("{n}. item\n")).collect::<Vec<_>>().concat(),
        ] {
            assert_eq!(exceeded(&text), None);
        }
    }

    #[test]
    fn a_title_of_many_lines_is_told() {
        for open in [
            "[a](b \"",
            "![a](b '",
            "[a](b (",
            "[a](<b c> \"",
            "[a](\n b\n \"",
            "> [a](b\n> '",
            "[a](<\\>> \"",
        ] {
            let text = format!("{open}{}", "x\n".repeat(1000));
            assert_eq!(exceeded(&text), Some("link title too long"), "{open:?}");
            assert_eq!(exceeded(&text.replace("x\n", "\n")), None, "{open:?}");
        }
        assert_eq!(exceeded(&"[a](b \"c\")\n".repeat(1000)), None);
        assert_eq!(exceeded(&format!("[a](b \"c\n{}", "[d](e \"f\")\n".repeat(1000))), None);
        assert_eq!(exceeded(&format!("[a](b) \"c\"\n{}", "d\n".repeat(1000))), None);
    }

    #[test]
    fn rows_much_shorter_than_their_table_are_told() {
        let wide = format!("{}|\n{}|\n", "|a".repeat(400), "|-".repeat(400));
        assert_eq!(
            exceeded(&format!("{wide}{}", "|b\n".repeat(1000))),
            Some("table rows too short")
        );
        assert_eq!(
            exceeded(&format!("> {}", wide.replace('\n', "\n> ") + &"|b\n> ".repeat(1000))),
            Some("table rows too short")
        );
        assert_eq!(
            exceeded(&format!("{wide}{}", format!("{}|\n", "|b".repeat(400)).repeat(1000))),
            None
        );
        assert_eq!(exceeded(&format!("{wide}\n{}", "|b\n".repeat(1000))), None);
    }

    fn blocks() -> impl Strategy<Value = String> {
        let pieces = [
            "> ",
            ">",
            "- ",
            "-",
            "* ",
            "+\t",
            "1. ",
            "2. ",
            "10) ",
            "[^a]: ",
            "[^\\]]:",
            "[^ ]:",
            " ",
            "  ",
            "   ",
            "    ",
            "\t",
            "\n",
            "\n",
            "\n\n",
            "a",
            "a\n",
            "```\n",
            "<!--\n",
            "-->\n",
            "<div>\n",
            "# a\n",
            "---\n",
            "|a|\n|-|\n",
            "[ ] ",
            "\r\n",
            "[!NOTE]\n",
            "===\n",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60)
            .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn depth_is_never_below_the_parser(text in blocks()) {
            prop_assert!(deepest(&text) >= parsed_depth(&text));
        }

        #[test]
        fn any_text_is_judged(text in "\\PC{0,80}") {
            prop_assert_eq!(exceeded(&text), None);
        }
    }
}
