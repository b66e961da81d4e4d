//! Inputs that have brought Markdown parsers down, or to a crawl: each must be read to its end in a
//! small stack, and its sections must be the file. Inputs on which the CommonMark parser takes more than
//! linear time must not be given to it. There are no clocks here: a quadratic reading of half a
//! megabyte would be noticed.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test that cannot go on fails")]

use std::thread;

use lectern_markdown::{Page, Source, parse};

const STACK: usize = 512 * 1024;
const SIZE: usize = 512 * 1024;
const DEEP: Option<&str> = Some("nested too deeply");
const TITLE: Option<&str> = Some("link title too long");
const ROWS: Option<&str> = Some("table rows too short");

/// Parses in a small stack, drops the page there too, and checks the partition.
fn read(name: &str, text: String) -> (Option<&'static str>, usize) {
    let name = name.to_owned();
    let run = move || {
        let source = Source::decode(text.as_bytes()).unwrap();
        let page = parse("docs/hostile.md", &source);
        check(&name, text.len(), &source, &page);
        (page.fallback, page.sections.len())
    };
    thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

fn check(name: &str, length: usize, source: &Source<'_>, page: &Page) {
    let (mut byte, mut line) = (0, 1);
    for section in &page.sections {
        assert_eq!((section.bytes.start, section.lines.start), (byte, line), "{name}");
        assert!(section.lines.start <= section.lines.end, "{name}");
        (byte, line) = (section.bytes.end, section.lines.end + 1);
    }
    assert_eq!((byte, line), (length, source.line_count() + 1), "{name}");
}

/// A text of about the same size as all others.
fn filled(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

#[test]
fn nested_containers() {
    for marker in
        ["> ", ">", "- ", "* ", "+ ", "1. ", "1) ", "> - ", "> 1. ", "[^a]: > ", "- [^a]: "]
    {
        let nested = marker.repeat(50_000);
        assert_eq!(read(marker, nested.clone() + "a").0, DEEP, "{marker}");
        // Lines that go on with all of it, lazily or not, and lines that do not.
        for tail in ["a\n", "\n", "\na\n", "> a\n", "2. a\n", "a\n---\n", "|a|\n|-|\n", "[a]: b\n"]
        {
            assert_eq!(
                read(marker, format!("{nested}a\n{}", filled(tail))).0,
                DEEP,
                "{marker}{tail}"
            );
        }
    }
    let stairs: String = (0..1000).map(|level| " ".repeat(2 * level) + "- a\n").collect();
    assert_eq!(read("stairs", format!("{stairs}{}", filled("b\n"))).0, DEEP);
    let quotes: String = (0..1000).map(|level| "> ".repeat(level) + "a\n").collect();
    assert_eq!(read("quotes", quotes).0, DEEP);
}

#[test]
fn containers_as_deep_as_allowed() {
    for marker in ["> ", "- ", "> - "] {
        let nested = marker.repeat(60 / marker.split_whitespace().count());
        for tail in ["a\n", "\n", "\na\n", "> a\n", "a\n---\n"] {
            let text = format!("{nested}a\n{}", filled(tail));
            assert_eq!(read(marker, text).0, None, "{marker}{tail}");
        }
    }
}

#[test]
fn nested_footnotes() {
    assert_eq!(read("one line", filled("[^a]: ")).0, None);
    assert_eq!(read("lines", filled("[^a]:\n")).0, None);
    assert_eq!(read("unclosed", filled("<a [^a\n[^")).0, None);
    assert_eq!(read("references", filled("[^a]") + "\n\n[^a]: b\n").0, None);
    let stairs: String = (0..1000).map(|level| " ".repeat(4 * level) + "[^a]: > b\n").collect();
    read("stairs", stairs);
}

#[test]
fn runs_of_inline_markers() {
    for piece in [
        "*",
        "_",
        "**a",
        "a**",
        "*a_",
        "a***",
        "*a **a ",
        "~",
        "~~a ",
        "~~~a",
        "*~~\u{a0}",
        "[",
        "]",
        "[]",
        "[a",
        "a]",
        "[a](",
        "[a](b",
        "[a](<b",
        "[a](<b>",
        "[ (](",
        "![",
        "![[",
        "[[",
        "]]",
        "[[a|",
        "[[a]]",
        "[*_a",
        "[^",
        "[^a",
        "![a](b \"c",
        "`",
        "``\\",
        "`a``",
        "\\`",
        "<",
        "<a ",
        "<a b=\"",
        "<a b='c\" ",
        "</",
        "<!",
        "<!A ",
        "<!--",
        "<!-- a -",
        "a<?",
        "a<![CDATA[",
        "<http:",
        "<a@",
        "&",
        "&#",
        "&amp",
        "\\",
        "!",
        "!-- <",
        "{",
        "{{",
        "{{<",
        "]({{",
        "=\"{{\"",
        "{%",
        "|",
        "| a ",
        ":",
        "\u{a0}",
        "\u{301}",
        "\r",
        "\0 and some words",
        "#",
        "# ",
        "=",
        "-",
        "+",
        "\t",
    ] {
        for text in [format!("a {}", filled(piece)), filled(&format!("{piece}\n"))] {
            let fallback = read(piece, text).0;
            assert!(fallback.is_none() || piece == "-" || piece == "+", "{piece:?} {fallback:?}");
        }
    }
}

#[test]
fn openers_then_closers() {
    for (open, close) in [
        ("[", "]"),
        ("[", "](a)"),
        ("[[", "]]"),
        ("[[a|", "]]"),
        ("![[a", "]]"),
        ("![", "](a)"),
        ("*a ", " a*"),
        ("**a ", " a_"),
        ("<b>", "</b>"),
        ("<div>\n", "</div>\n"),
        ("`a ", " ``"),
        ("\\[", "]"),
        ("<a href=\"b\">", "</a>"),
    ] {
        let half = |piece: &str| piece.repeat(SIZE / 2 / piece.len());
        assert_eq!(read(open, format!("{}a{}", half(open), half(close))).0, None, "{open}");
    }
    let runs: String = (1..1400).map(|length| "`".repeat(length) + " ").collect();
    assert_eq!(read("backticks", runs).0, None);
}

#[test]
fn link_titles_over_many_lines() {
    for open in ["[a](b \"", "![a](b '", "[a](b (", "[a](<b> \"", "[a](\nb\n\"", "- [a](b \""] {
        for line in ["x\n", "]\n", "<\n", "*a\n  "] {
            assert_eq!(read(open, format!("{open}{}", filled(line))).0, TITLE, "{open} {line}");
        }
    }
    assert_eq!(read("titles", filled("[a](b \"c\nd\")\n")).0, None);
    assert_eq!(read("unclosed", filled("[a](b \"c\n\n")).0, None);
    assert_eq!(read("long line", format!("[a](b \"{}", filled("*a "))).0, None);
}

#[test]
fn reference_definitions() {
    let many: String = (0..50_000).map(|n| format!("[a{n}]: b{n}\n")).collect();
    assert_eq!(read("many", many).0, None);
    let bomb = format!("[a]: {}\n\n{}", "x".repeat(SIZE / 2), "[a] ".repeat(SIZE / 8));
    assert_eq!(read("bomb", bomb).0, None);
    for piece in [
        "[a]: b\n",
        "[a]: <b\n",
        "[a]: b '\n",
        "[a]: b \"c\n",
        "[a\n",
        "[a]:\n",
        "[a]: b (",
        "[\\a\n]: ",
    ] {
        assert_eq!(read(piece, filled(piece)).0, None, "{piece}");
    }
    assert_eq!(read("label", format!("[{}]: b\n", filled("a\n"))).0, None);
    assert_eq!(read("title", format!("[a]: b \"{}", filled("c\n"))).0, None);
}

#[test]
fn tables() {
    let wide = |cell: &str, columns: usize| cell.repeat(columns) + "|\n";
    let head = |columns: usize| wide("|a", columns) + &wide("|-", columns);
    assert_eq!(read("short rows", head(362) + &"|a\n".repeat(100_000)).0, ROWS);
    assert_eq!(read("short tables", (head(362) + &"|a\n".repeat(724) + "\n").repeat(100)).0, ROWS);
    assert_eq!(read("columns", head(SIZE / 4)).0, None);
    assert_eq!(read("rows", head(5) + &wide("|b", 5).repeat(SIZE / 10)).0, None);
    assert_eq!(read("cells", head(500) + &wide("|b", 500).repeat(500)).0, None);
    assert_eq!(read("excess", head(1) + &wide("|b", 500).repeat(500)).0, None);
    assert_eq!(read("heads", filled("|a|\n|-|\n\n")).0, None);
    assert_eq!(read("no tables", filled("|a\n")).0, None);
}

#[test]
fn html_that_never_ends() {
    for piece in [
        "<!--\n",
        "<!--\n\n",
        "<div>\n\n",
        "<div>",
        "<pre>\n",
        "<script>\n",
        "<script></",
        "<style>\n\n",
        "<?\n",
        "<!A\n",
        "<![CDATA[\n",
        "<a\n",
        "<a href=\"\n",
        "a <a\nb",
        "<b><i><a href=x>",
        "</div>\n",
        "<p><pre>",
        "<a id=b>\n\n",
    ] {
        assert_eq!(read(piece, filled(piece)).0, None, "{piece}");
    }
}

#[test]
fn many_headings() {
    let (fallback, sections) = read("equal", "# A\n".repeat(10_000));
    assert_eq!((fallback, sections), (None, 10_000));
    let (fallback, sections) = read("empty", "#\n".repeat(100_000));
    assert_eq!((fallback, sections), (None, 100_000));
    let (_, sections) = read("setext", "a\n=\n".repeat(100_000));
    assert_eq!(sections, 100_000);
    let numbered: String = (0..10_000).map(|n| format!("# a-{n}\n# a\n")).collect();
    assert_eq!(read("numbered", numbered).1, 20_000);
    let long = format!("###### {}\n", "a".repeat(10_000));
    assert_eq!(read("long", long.repeat(100)).1, 100);
    let deep: String =
        (1..=6).map(|level| format!("{} {}\n", "#".repeat(level), "a".repeat(600))).collect();
    assert_eq!(read("deep", deep.repeat(200)).1, 1200);
}

#[test]
fn long_lines() {
    let line = 5 * 1024 * 1024;
    for piece in ["a", "word ", "ü", "a *b* [c](d) `e` ", "漢字", " ", "\t"] {
        assert_eq!(read(piece, piece.repeat(line / piece.len())).0, None, "{piece:?}");
    }
    assert_eq!(read("heading", format!("# {}", "a ".repeat(line / 2))).0, None);
    assert_eq!(read("code", format!("```\n{}", "a ".repeat(line / 2))).0, None);
}

#[test]
fn long_sections() {
    for piece in [
        "a\n",
        "a\n\n",
        "\u{a0}\n",
        "- a\n",
        "- a\n\n",
        "a:\n\n",
        "```\na\n```\n",
        "---\n",
        "    a\n\n",
        "> a\n\n",
    ] {
        let (fallback, sections) = read(piece, format!("# H\n\n{}", filled(piece)));
        assert_eq!(fallback, None, "{piece:?}");
        assert!(
            sections > 10 || piece.starts_with(['`', '-', '\u{a0}', ' ']),
            "{piece:?} {sections}"
        );
    }
}

#[test]
fn front_matter_bombs() {
    let size = 60 * 1024;
    for piece in [
        "[",
        "{a: ",
        "- ",
        "? ",
        "a: &a [*a]\n",
        "a: b\n",
        "b:",
        "'",
        "\"",
        "|\n",
        "!!a ",
        "&a ",
        "*a ",
    ] {
        let block = piece.repeat(size / piece.len());
        read(piece, format!("---\na: b\nc: {block}\n---\n"));
        read(piece, format!("---\na: b\nc:\n  {block}\n---\n# H\n"));
        read(piece, format!("---\n{}\n", filled(piece)));
    }
    for piece in ["[", "{a=", "a.", "[[a]]\n", "[a]\n", "a=1\n", "'", "= = =\n", "\"\"\""] {
        let block = piece.repeat(size / piece.len());
        read(piece, format!("+++\na = {block}\n+++\n"));
        read(piece, format!("+++\n{block}\n+++\n"));
    }
}
