//! What must hold of every file, tried on text like Markdown and on any bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashSet;

use lectern_markdown::{LineRange, Page, Source, page_keys, parse};
use proptest::prelude::*;

/// Markdown by pieces: what opens, closes or breaks something.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = [
        "# A",
        "## B {#b}",
        "### ",
        "===",
        "---",
        "+++",
        "...",
        "title: x",
        "tags: [a, b]",
        "```",
        "```rust",
        "~~~",
        "    code",
        "> ",
        "- ",
        "* ",
        "1. ",
        "  ",
        "\t",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "| a | b |",
        "|---|---|",
        "[a](b.md)",
        "[a]",
        "[a]: b",
        "[[c#d|e]]",
        "![f](g)",
        "<http://h>",
        "<a href=\"i\">",
        "</a>",
        "<a id=j></a>",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<pre>",
        "<script>",
        "[^k]",
        "[^k]: ",
        "**",
        "_",
        "`",
        "\\",
        "&amp;",
        "{{<",
        ">}}",
        "](",
        "\"",
        "'",
        "word",
        "a long run of words, and a colon:",
        "漢字",
        "🎉",
        "e\u{301}",
        "\u{a0}",
        "\u{2028}",
        "\0",
        "\u{feff}",
        "~preamble",
        "a~2",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..80)
        .prop_map(|pieces| pieces.concat())
}

/// Text of many words, so that sections are cut into parts.
fn long_markdown() -> impl Strategy<Value = String> {
    let block = prop_oneof![
        (1_usize..120).prop_map(|words| "word ".repeat(words) + "\n\n"),
        (1_usize..120).prop_map(|lines| "some words on a line\n".repeat(lines) + "\n"),
        (1_usize..60).prop_map(|items| "- an item of some words\n".repeat(items) + "\n"),
        (1_usize..60)
            .prop_map(|rows| format!("| a | b |\n|---|---|\n{}\n", "| c | d |\n".repeat(rows))),
        (1_usize..60).prop_map(|lines| format!("```sh\n{}```\n\n", "some code\n".repeat(lines))),
        (1_usize..4).prop_map(|level| "#".repeat(level) + " Heading\n\n"),
    ];
    prop::collection::vec(block, 0..12).prop_map(|blocks| blocks.concat())
}

fn check(bytes: &[u8]) -> Result<Option<Page>, TestCaseError> {
    let Ok(source) = Source::decode(bytes) else { return Ok(None) };
    check_lines(bytes, &source)?;
    let page = parse("docs/page.md", &source);
    let (mut byte, mut line) = (0, 1);
    let mut ids = HashSet::new();
    prop_assert_eq!(page.sections.is_empty(), source.text().is_empty());
    for section in &page.sections {
        prop_assert_eq!((section.bytes.start, section.lines.start), (byte, line));
        prop_assert!(section.lines.start <= section.lines.end);
        prop_assert_eq!(&section.bytes, &source.lines_bytes(section.lines));
        prop_assert!(ids.insert(section.id.clone()), "{} twice", section.id);
        prop_assert!(!section.id.is_empty());
        prop_assert!(section.level <= 6 && section.part > 0);
        prop_assert!(section.ancestors.len() < 6);
        (byte, line) = (section.bytes.end, section.lines.end + 1);
    }
    if source.line_count() > 0 {
        prop_assert_eq!((byte, line), (bytes.len(), source.line_count() + 1));
    }
    prop_assert!(!page.title.is_empty() && page.title.len() <= 500);
    for link in &page.links {
        prop_assert!(!link.text.is_empty() && link.text.len() <= 500);
        let section = &page.sections[link.section as usize];
        prop_assert!((section.lines.start..=section.lines.end).contains(&link.line));
    }
    for block in &page.code_blocks {
        prop_assert!(
            block.lines.start <= block.lines.end && block.lines.end <= source.line_count()
        );
        let section = &page.sections[block.section as usize];
        prop_assert!((section.lines.start..=section.lines.end).contains(&block.lines.start));
    }
    prop_assert!(!page_keys("docs/page.md", &page).is_empty());
    prop_assert_eq!(&parse("docs/page.md", &source), &page);
    Ok(Some(page))
}

/// Lines of the text and of the bytes are as many, and together are all.
fn check_lines(bytes: &[u8], source: &Source<'_>) -> Result<(), TestCaseError> {
    let count = source.line_count();
    let (mut next, mut text) = (0, String::new());
    for n in 1..=count {
        let line = LineRange { start: n, end: n };
        let range = source.lines_bytes(line);
        prop_assert_eq!(range.start, next);
        prop_assert!(range.start < range.end);
        next = range.end;
        text.push_str(source.lines_text(line));
        prop_assert!(!source.line(n).contains('\n'));
        if source.encoding() == "utf-8" {
            let own = &bytes[range];
            let own = own.strip_prefix(b"\xef\xbb\xbf").filter(|_| n == 1).unwrap_or(own);
            prop_assert_eq!(own, source.lines_text(line).as_bytes());
        }
    }
    prop_assert_eq!(text, source.text());
    if count > 0 {
        prop_assert_eq!(next, bytes.len());
        prop_assert_eq!(source.lines_bytes(LineRange { start: 1, end: count }), 0..bytes.len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn text_like_markdown(text in markdown()) {
        check(text.as_bytes())?;
    }

    #[test]
    fn front_matter_like_text(text in markdown(), fence in "(---|\\+\\+\\+)") {
        check(format!("{fence}\n{text}\n{fence}\n{text}").as_bytes())?;
    }

    #[test]
    fn any_text(text in "\\PC{0,100}") {
        check(text.as_bytes())?;
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes)?;
    }

    #[test]
    fn text_in_wide_encodings(text in markdown(), little: bool, mark: bool) {
        let text = if mark { format!("\u{feff}{text}") } else { text };
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        check(&bytes)?;
    }

    #[test]
    fn text_with_broken_bytes(text in markdown(), edits in prop::collection::vec(any::<(u16, u8)>(), 1..8)) {
        let mut bytes = text.into_bytes();
        for (at, byte) in edits {
            let at = at as usize % (bytes.len() + 1);
            bytes.insert(at, byte);
        }
        check(&bytes)?;
    }

    #[test]
    fn a_byte_order_mark_changes_nothing_but_places(text in markdown()) {
        prop_assume!(!text.starts_with('\u{feff}'));
        let marked = format!("\u{feff}{text}");
        if let (Some(plain), Some(marked)) = (check(text.as_bytes())?, check(marked.as_bytes())?) {
            let ids = |page: &Page| -> Vec<String> {
                page.sections.iter().map(|section| section.id.clone()).collect()
            };
            prop_assert_eq!(ids(&plain), ids(&marked));
            prop_assert_eq!(plain.links, marked.links);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn long_text_is_cut_outside_of_tables_and_fences(text in long_markdown()) {
        let page = check(text.as_bytes())?.unwrap();
        prop_assert_eq!(page.fallback, None);
        let source = Source::decode(text.as_bytes()).unwrap();
        for section in page.sections.iter().skip(1) {
            let first = source.line(section.lines.start);
            prop_assert!(!first.starts_with("some code") && !first.starts_with("|---"), "{}", first);
            prop_assert!(!first.starts_with("| c"), "{}", first);
            prop_assert_eq!(section.part == 1, first.starts_with('#'));
        }
        for block in &page.code_blocks {
            let section = &page.sections[block.section as usize];
            prop_assert!(block.lines.end <= section.lines.end);
        }
    }

    #[test]
    fn sections_do_not_depend_on_what_follows(text in long_markdown(), more in long_markdown()) {
        let page = check(text.as_bytes())?.unwrap();
        let longer = check(format!("{text}# Next\n\n{more}").as_bytes())?.unwrap();
        let heads = |page: &Page| -> Vec<(String, String)> {
            page.sections.iter().map(|section| (section.id.clone(), section.body.clone())).collect()
        };
        prop_assert!(heads(&longer).starts_with(&heads(&page)));
    }
}
