//! The walk over a page's CommonMark and GFM events.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::html::{self, Piece, Pieces};
use crate::outline::{
    BorderKind, Heading, Outline, RawCode, RawLink, label, push_visible, separate,
};
use crate::source::Source;

/// Paragraphs longer than this, in bytes, may be split at their lines.
const LONG_PARAGRAPH: usize = 6 * 1024;
/// Longer destinations are no page names; a reference definition could repeat them without end.
const MAX_DESTINATION: usize = 2 * 1024;

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_WIKILINKS
}

/// Walks the Markdown of a source from an offset of its text on. `prepared` is that rest of the text
/// as the parser shall see it, byte for byte in the same places.
pub(crate) fn walk(source: &Source<'_>, base: usize, prepared: &str) -> Outline {
    let edited = prepared.as_ptr() != source.text()[base..].as_ptr();
    let mut walker = Walker {
        source,
        base,
        edited: edited.then_some(prepared),
        out: Outline::default(),
        depth: 0,
        lines_are_borders: false,
        paragraph: (0, 0),
        heading: None,
        code: None,
        html: String::new(),
        html_line: 1,
        links: Vec::new(),
    };
    walker.out.body.reserve(prepared.len());
    for (event, range) in Parser::new_ext(prepared, options()).into_offset_iter() {
        walker.event(event, range);
    }
    walker.out
}

struct Walker<'s> {
    source: &'s Source<'s>,
    base: usize,
    /// The parser's text where it differs from the source's.
    edited: Option<&'s str>,
    out: Outline,
    /// Open blocks.
    depth: usize,
    lines_are_borders: bool,
    /// First line of the paragraph being read, and the length of the text before it.
    paragraph: (u32, usize),
    /// The heading at document level being read: line, level, text.
    heading: Option<(u32, u8, String)>,
    code: Option<RawCode>,
    /// The HTML block being read, and the line it begins on.
    html: String,
    html_line: u32,
    links: Vec<OpenLink>,
}

struct OpenLink {
    destination: String,
    kind: LinkKind,
    line: u32,
    /// Where its text begins in the sink.
    start: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkKind {
    Markdown,
    Wiki,
    Html,
}

impl Walker<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => {
                let text = original(self.edited, self.source, self.base, &text);
                push_visible(&mut self.out.code, text);
            }
            Event::Text(text) | Event::Code(text) => {
                let text = original(self.edited, self.source, self.base, &text);
                push_visible(self.sink(), text);
            }
            Event::Html(html) => self.html.push_str(&html),
            Event::InlineHtml(html) => {
                let line = self.line(range.start);
                self.html_pieces(&html, line);
            }
            Event::SoftBreak => {
                self.sink().push(' ');
                if self.lines_are_borders && self.depth == 1 && self.links.is_empty() {
                    let line = self.line(range.start) + 1;
                    self.out.border(line, BorderKind::Line);
                }
            }
            Event::HardBreak => self.sink().push(' '),
            Event::Rule => self.block_border(range.start),
            Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn line(&self, offset: usize) -> u32 {
        self.source.line_at(self.base + offset)
    }

    fn sink(&mut self) -> &mut String {
        match &mut self.heading {
            Some((_, _, text)) => text,
            None => &mut self.out.body,
        }
    }

    fn block_border(&mut self, offset: usize) {
        if self.depth == 0 {
            let line = self.line(offset);
            self.out.border(line, BorderKind::Block);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Link { link_type, dest_url, .. } => {
                let kind = match link_type {
                    LinkType::WikiLink { .. } => LinkKind::Wiki,
                    _ => LinkKind::Markdown,
                };
                self.open_link(&dest_url, kind, self.line(range.start));
                return;
            }
            Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Image { .. } => return,
            _ => {}
        }
        separate(&mut self.out.body, if tag == Tag::TableCell { ' ' } else { '\n' });
        match tag {
            Tag::Heading { level, .. } if self.depth == 0 => {
                self.heading = Some((self.line(range.start), level as u8, String::new()));
            }
            Tag::Item if self.depth == 1 => {
                let line = self.line(range.start);
                self.out.border(line, BorderKind::Item);
            }
            _ => self.block_border(range.start),
        }
        match tag {
            Tag::Paragraph => {
                self.paragraph = (self.line(range.start), self.out.body.len());
                self.lines_are_borders = self.depth == 0 && range.len() > LONG_PARAGRAPH;
            }
            Tag::HtmlBlock => self.html_line = self.line(range.start),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => None,
                };
                let last = range.end.saturating_sub(1).max(range.start);
                let (start, end) = (self.line(range.start), self.line(last));
                self.code = Some(RawCode { language, start, end });
            }
            _ => {}
        }
        self.depth += 1;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => {
                self.drop_html_links();
                self.close_link();
                return;
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Image => return,
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
        match tag {
            TagEnd::Heading(_) if self.depth == 0 => {
                self.links.clear();
                if let Some((line, level, text)) = self.heading.take() {
                    let (text, id) = split_id(&text);
                    self.out.heading(line, Heading { text: label(text), level, id });
                }
                return;
            }
            TagEnd::CodeBlock => {
                separate(&mut self.out.code, '\n');
                self.out.code_blocks.extend(self.code.take());
            }
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                self.html_pieces(&html, self.html_line);
                self.html = html;
                self.html.clear();
            }
            TagEnd::Paragraph if self.depth == 0 => self.take_label(),
            TagEnd::TableCell => {
                separate(&mut self.out.body, ' ');
                self.links.clear();
                return;
            }
            _ => {}
        }
        self.links.clear();
        separate(&mut self.out.body, '\n');
    }

    /// A paragraph of nothing but `(name)=` is how Jupyter Book and its kin write an anchor.
    fn take_label(&mut self) {
        let (line, start) = self.paragraph;
        let text = self.out.body.get(start..).unwrap_or_default().trim();
        let name = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(")="));
        if let Some(name) = name
            && !name.is_empty()
            && !name.contains(|c: char| c.is_whitespace() || c == '(' || c == ')')
        {
            self.out.anchors.push((line, name.to_owned()));
            self.out.body.truncate(start);
        }
    }

    fn open_link(&mut self, destination: &str, kind: LinkKind, line: u32) {
        let destination = if destination.len() > MAX_DESTINATION { "" } else { destination };
        let start = self.sink().len();
        self.links.push(OpenLink { destination: destination.to_owned(), kind, line, start });
    }

    fn close_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        if link.destination.is_empty() {
            return;
        }
        let text = label(self.sink().get(link.start..).unwrap_or_default());
        let OpenLink { destination, kind, line, .. } = link;
        self.out.links.push(RawLink { text, destination, wiki: kind == LinkKind::Wiki, line });
    }

    fn drop_html_links(&mut self) {
        while self.links.last().is_some_and(|link| link.kind == LinkKind::Html) {
            self.links.pop();
        }
    }

    /// Takes in a run of HTML that begins on a line.
    fn html_pieces(&mut self, html: &str, mut line: u32) {
        let mut pieces = Pieces::new(html);
        let mut counted = 0;
        let mut preformatted = false;
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(text) if preformatted => {
                    push_visible(&mut self.out.code, &html::decode(text));
                }
                Piece::Text(text) => push_visible(self.sink(), &html::decode(text)),
                Piece::Open(name, attributes) => {
                    line += memchr::memchr_iter(b'\n', &html.as_bytes()[counted..pieces.offset()])
                        .count() as u32;
                    counted = pieces.offset();
                    self.open_tag(name, attributes, line);
                    preformatted |= name.eq_ignore_ascii_case("pre");
                }
                Piece::Close(name) => {
                    if name.eq_ignore_ascii_case("a") {
                        if self.links.last().is_some_and(|link| link.kind == LinkKind::Html) {
                            self.close_link();
                        }
                    } else if name.eq_ignore_ascii_case("pre") {
                        preformatted = false;
                        separate(&mut self.out.code, '\n');
                    }
                    if let Some(mark) = html::separator(name) {
                        separate(self.sink(), mark);
                    }
                }
            }
        }
        if preformatted {
            separate(&mut self.out.code, '\n');
        }
    }

    fn open_tag(&mut self, name: &str, attributes: &str, line: u32) {
        if let Some(mark) = html::separator(name) {
            separate(self.sink(), mark);
        }
        let anchor = name.eq_ignore_ascii_case("a");
        let named = anchor.then(|| html::attribute(attributes, "name")).flatten();
        if let Some(id) = html::attribute(attributes, "id").or(named) {
            self.out.anchors.push((line, label(&id)));
        }
        if anchor {
            self.drop_html_links();
            if let Some(href) = html::attribute(attributes, "href") {
                self.open_link(&href, LinkKind::Html, line);
            }
        } else if name.eq_ignore_ascii_case("img")
            && let Some(alt) = html::attribute(attributes, "alt")
        {
            push_visible(self.sink(), &alt);
        }
    }
}

/// The source's own text for a piece of the parser's text, which may have been edited in place.
fn original<'t>(
    edited: Option<&str>,
    source: &'t Source<'_>,
    base: usize,
    text: &'t CowStr<'_>,
) -> &'t str {
    if let (Some(edited), CowStr::Borrowed(piece)) = (edited, text) {
        let offset = (piece.as_ptr() as usize).wrapping_sub(edited.as_ptr() as usize);
        if offset <= edited.len()
            && let Some(end) = (base + offset).checked_add(piece.len())
        {
            return source.text().get(base + offset..end).unwrap_or(piece);
        }
    }
    text
}

/// The first word of a fence's info string, in lower case: `rust,ignore` and `{.rust}` are `rust`.
fn language(info: &str) -> Option<String> {
    let info = info.trim_start_matches(['{', '.', ' ']);
    let word = info.split(|ch: char| ch.is_whitespace() || ",{}".contains(ch)).next()?;
    (!word.is_empty() && word.len() <= 40).then(|| word.to_lowercase())
}

/// Takes `{#id}` or `{: #id .class}` off a heading's end.
fn split_id(text: &str) -> (&str, Option<String>) {
    let whole = (text, None);
    let trimmed = text.trim_end();
    let Some((before, attributes)) =
        trimmed.strip_suffix('}').and_then(|rest| rest.rsplit_once('{'))
    else {
        return whole;
    };
    let attributes = attributes.trim_start_matches(':').trim();
    if attributes.is_empty()
        || !attributes.split_whitespace().all(|word| word.starts_with(['#', '.']))
    {
        return whole;
    }
    let id = attributes.split_whitespace().find_map(|word| word.strip_prefix('#'));
    (before, id.filter(|id| !id.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Outline {
        let source = Source::decode(text.as_bytes()).unwrap();
        walk(&source, 0, &crate::template::prepare(source.text()))
    }

    /// Headings as `level text`.
    fn headings(text: &str) -> Vec<String> {
        let headings = outline(text).headings;
        headings.iter().map(|heading| format!("{} {}", heading.level, heading.text)).collect()
    }

    fn links(text: &str) -> Vec<(String, String)> {
        outline(text).links.into_iter().map(|link| (link.text, link.destination)).collect()
    }

    fn pair(text: &str, destination: &str) -> (String, String) {
        (text.to_owned(), destination.to_owned())
    }

    #[test]
    fn headings_of_both_kinds_are_read() {
        assert_eq!(
            headings(
                "# One #\n\nTwo\n===\n\nThree\nlines\n---\n   ###### Six\n#\n#nope\n####### nope\n"
            ),
            ["1 One", "1 Two", "2 Three lines", "6 Six", "1 "]
        );
    }

    #[test]
    fn headings_keep_only_what_is_seen() {
        assert_eq!(
            headings("# A *b* `c` [d](e) <i>f</i> &amp; ![g](h) \\* <!-- i -->\n"),
            ["1 A b c d f & g *"]
        );
    }

    #[test]
    fn what_looks_like_a_heading_inside_of_something_is_none() {
        for text in [
            "```\n# a\n```\n",
            "~~~ md\n# a\nb\n===\n~~~\n",
            "    # a\n",
            "<!--\n# a\n-->\n",
            "<pre>\n# a\n</pre>\n",
            "> # a\n> b\n> ===\n",
            "- # a\n",
            "1. a\n\n   # b\n",
            "[^a]: # b\n",
            "| # a |\n|---|\n| # b |\n",
            "```\n# never closed\n",
        ] {
            assert_eq!(headings(text), [] as [&str; 0], "{text:?}");
        }
    }

    #[test]
    fn a_heading_after_html_without_a_blank_line_is_html() {
        assert_eq!(headings("<div>\n# a\n</div>\n\n# b\n"), ["1 b"]);
    }

    #[test]
    fn ids_written_out_are_taken_off() {
        for (text, id) in [
            ("# A {#own}\n", Some("own")),
            ("# A {: #own .class }\n", Some("own")),
            ("# A {.class}\n", None),
        ] {
            let heading = &outline(text).headings[0];
            assert_eq!((heading.text.as_str(), heading.id.as_deref()), ("A", id), "{text}");
        }
        for text in ["# A {b}\n", "# A {}\n", "# A {#b} c\n"] {
            assert_eq!(outline(text).headings[0].id, None, "{text}");
        }
        assert_eq!(headings("# A {b}\n"), ["1 A {b}"]);
    }

    #[test]
    fn body_and_code_are_apart() {
        let outline = outline(
            "# H\n\nA *b*\n`c` d\\\ne.\n\n| f | g |\n|---|---|\n| h | i |\n\n- j\n  - k\n\n```Rust,ignore\nl\n\
             ```\n\n    m\n\n<p>n</p>o<br>p\n\n<pre>q</pre>\n\n> r ![s](t)\n\n[^u]: v\n",
        );
        let body: Vec<&str> =
            outline.body.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        assert_eq!(body, ["A b c d e.", "f g", "h i", "j", "k", "n", "o p", "r s", "v"]);
        assert_eq!(outline.code, "l\nm\nq\n");
        let blocks: Vec<_> = outline
            .code_blocks
            .iter()
            .map(|block| (block.language.as_deref(), block.start, block.end))
            .collect();
        assert_eq!(blocks, [(Some("rust"), 14, 16), (None, 18, 18)]);
    }

    #[test]
    fn languages_are_the_first_word() {
        for (info, expected) in [
            ("rust", Some("rust")),
            ("{.Python .numberLines}", Some("python")),
            ("sh {linenos=true}", Some("sh")),
            ("js{1,3}", Some("js")),
            ("", None),
            ("{}", None),
        ] {
            assert_eq!(language(info).as_deref(), expected, "{info}");
        }
        assert_eq!(language(&"x".repeat(41)), None);
    }

    #[test]
    fn links_of_every_form_are_read() {
        let text = "[inline](a.md \"title\") [angle](<b c.md>) [full][r] [collapsed][] [shortcut]\n\
                    [[Wiki Page]] [[Other#Part|said]] <http://e.f> [*em* `code`](g)\n\n\
                    [r]: r.md\n[collapsed]: c.md 'title'\n[shortcut]: <s.md>\n";
        assert_eq!(
            links(text),
            [
                pair("inline", "a.md"),
                pair("angle", "b c.md"),
                pair("full", "r.md"),
                pair("collapsed", "c.md"),
                pair("shortcut", "s.md"),
                pair("Wiki Page", "Wiki Page"),
                pair("said", "Other#Part"),
                pair("http://e.f", "http://e.f"),
                pair("em code", "g"),
            ]
        );
        let wiki: Vec<bool> = outline(text).links.iter().map(|link| link.wiki).collect();
        assert_eq!(wiki.iter().filter(|wiki| **wiki).count(), 2);
    }

    #[test]
    fn html_anchors_are_links_and_targets() {
        let text = "A <a href=\"b.md\">c <b>d</b></a> e.\n\n<p>\n<a href='f.md'>g</a>\n<a id=\"h\"></a>\n</p>\n\n\
                    <a name=i></a>\n";
        assert_eq!(links(text), [pair("c d", "b.md"), pair("g", "f.md")]);
        let outline = outline(text);
        assert_eq!(outline.links[1].line, 4);
        assert_eq!(outline.anchors, [(5, "h".to_owned()), (8, "i".to_owned())]);
    }

    #[test]
    fn html_anchors_end_with_their_block() {
        assert_eq!(links("<a href=\"a\">b\n\nc</a>\n"), []);
        assert_eq!(links("<a href=\"a\">b <a href=\"c\">d</a>\n"), [pair("d", "c")]);
        assert_eq!(links("[a <a href=\"b\">c](d) e</a>\n"), [pair("a c", "d")]);
    }

    #[test]
    fn images_and_code_are_no_links() {
        assert_eq!(links("![a](b.png) `[c](d)` \\[e](f)\n\n```\n[g](h)\n```\n"), []);
        assert_eq!(links("[![a](b.png)](c.md)\n"), [pair("a", "c.md")]);
    }

    #[test]
    fn links_know_their_line() {
        let lines: Vec<u32> =
            outline("[a](b)\n[c](d)\n\n- [e](f)\n\n| [g](h) |\n|---|\n| [i](j) |\n")
                .links
                .iter()
                .map(|link| link.line)
                .collect();
        assert_eq!(lines, [1, 2, 4, 6, 8]);
    }

    #[test]
    fn a_destination_repeated_by_reference_is_bounded() {
        let text = format!("{}\n\n[a]: {}\n", "[a] ".repeat(1000), "x".repeat(MAX_DESTINATION + 1));
        assert_eq!(links(&text), []);
    }

    #[test]
    fn text_edited_for_the_parser_reads_as_written() {
        let outline = outline("# A\rB\n\nC\rD [e]({{< ref \"f g\" >}}) `{{ h }}`\n");
        assert_eq!(outline.headings[0].text, "A B");
        assert!(outline.body.contains("C D e {{ h }}"), "{}", outline.body);
        assert_eq!(outline.links[0].destination, "{{<+ref+\"f+g\"+>}}");
    }
}
