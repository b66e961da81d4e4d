//! References to text, and what becomes of bad ones.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{Bench, read};
use lectern_core::ReadRequest;

const PAGE: &str = "intro\n\n# Title\n\ntext\n\n## Same\n\none\n\n## Same\n\ntwo";

#[test]
fn every_form_of_reference_reads_its_part() {
    let bench = Bench::with(&[("dir/a.md", PAGE)]);
    let engine = bench.synced();
    for (reference, text, lines) in [
        ("dir/a.md", PAGE, "L1-L13"),
        ("./dir/a.md", PAGE, "L1-L13"),
        ("dir/a.md:L3-L5", "# Title\n\ntext\n", "L3-L5"),
        ("dir/a.md:L5", "text\n", "L5-L5"),
        ("dir/a.md:L11-L999", "## Same\n\ntwo", "L11-L13"),
        ("dir/a.md#same-1", "## Same\n\ntwo", "L11-L13"),
        ("dir/a.md#Title", "# Title\n\ntext\n\n", "L3-L6"),
        ("dir/a.md#same_1", "## Same\n\ntwo", "L11-L13"),
        ("dir/a.md#-title-", "# Title\n\ntext\n\n", "L3-L6"),
    ] {
        let answer = read(&engine, reference).unwrap();
        assert_eq!((answer.text.as_str(), answer.lines.to_string().as_str()), (text, lines));
        assert_eq!((answer.path.as_str(), answer.total_lines), ("dir/a.md", 13));
    }
}

#[test]
fn explicit_anchors_lead_to_their_sections() {
    let text = "# A\n\n<a id=\"Retired\"></a>\n\n## B\n\nb\n\n(set:up)=\n## C\n\nc\n";
    let bench = Bench::with(&[("a.md", text)]);
    let engine = bench.synced();
    for (reference, section) in [("a.md#Retired", "b"), ("a.md#set:up", "c"), ("a.md#b", "b")] {
        assert_eq!(read(&engine, reference).unwrap().section.as_deref(), Some(section));
    }
}

#[test]
fn names_that_look_like_references_are_names_first() {
    let bench = Bench::with(&[("a#b.md", "# Hash\n"), ("c:L1", "x"), ("c:L2.md", "# Colon\n")]);
    let engine = bench.synced();
    assert_eq!(read(&engine, "a#b.md").unwrap().title, "Hash");
    assert_eq!(read(&engine, "a#b.md#hash").unwrap().section.as_deref(), Some("hash"));
    assert_eq!(read(&engine, "c:L2.md").unwrap().title, "Colon");
}

#[test]
fn bad_parts_are_refused_with_what_would_be_right() {
    let bench = Bench::with(&[("a.md", PAGE)]);
    let engine = bench.synced();
    for (section, lines, says) in [
        (None, Some("0-3"), "counted from 1"),
        (None, Some("9-3"), "first before last"),
        (None, Some("x"), "L10-L42"),
        (None, Some("L14-L20"), "it has 13 lines"),
        (Some("nope"), None, "no section"),
        (Some("same"), Some("L1"), "not both"),
    ] {
        let request = ReadRequest {
            reference: "a.md".to_owned(),
            section: section.map(str::to_owned),
            lines: lines.map(str::to_owned),
            max_bytes: None,
        };
        let error = engine.read(&request).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    for (reference, code) in [
        ("a.md:L0-L4", "INVALID_ARGUMENT"),
        ("a.md:9-3", "INVALID_ARGUMENT"),
        ("a.md#gone", "NOT_FOUND"),
    ] {
        assert_eq!(read(&engine, reference).unwrap_err().code(), code, "{reference}");
    }
    let stale = read(&engine, "a.md#sane").unwrap_err();
    assert!(stale.hint().unwrap().contains("same"), "{:?}", stale.hint());
}

#[test]
fn what_is_no_page_is_absent_however_it_is_spelled() {
    let bench = Bench::with(&[("docs/a.md", "# A\n")]);
    std::fs::write(bench.folder.path().join("secret.md"), "secret").unwrap();
    let engine = bench.synced();
    for path in [
        "../secret.md",
        "docs/../../secret.md",
        "..%2fsecret.md",
        "%2e%2e/secret.md",
        "..\\secret.md",
        "/etc/passwd",
        "C:\\secret.md",
        "\\\\host\\share",
        "file:///etc/passwd",
        "~/secret.md",
        "docs",
        "docs/",
        "a\0.md",
        "",
        ".",
        "..",
        "docs/a.md/",
        "docs/a.md/x",
        "docs//a.md",
        "-rf",
        &"x/".repeat(5000),
        &"y".repeat(300),
    ] {
        let error = read(&engine, path).unwrap_err();
        assert_eq!(error.code(), "NOT_FOUND", "{path:?}: {error}");
        assert!(!error.to_string().contains(bench.folder.path().to_str().unwrap()));
    }
    let near = read(&engine, "doc/a.md").unwrap_err();
    assert_eq!(near.hint().as_deref(), Some("nearest: docs/a.md"));
}

#[test]
fn a_bound_cuts_at_a_line_and_says_what_continues_until_nothing_does() {
    let lines = std::array::from_fn::<_, 50, _>(|n| format!("line {n} of the page\n")).concat();
    let bench = Bench::with(&[("a.md", &lines)]);
    let engine = bench.synced();
    let mut whole = String::new();
    let mut next = Some("a.md".to_owned());
    let mut calls = 0;
    while let Some(reference) = next {
        let request = ReadRequest { reference, max_bytes: Some(200), ..ReadRequest::default() };
        let answer = engine.read(&request).unwrap();
        assert!(answer.text.len() <= 200 && !answer.cut_inside_line);
        whole.push_str(&answer.text);
        next = answer.next;
        calls += 1;
    }
    assert_eq!(whole, lines);
    assert!(calls > 4);
}

#[test]
fn either_unicode_spelling_of_a_name_finds_the_page() {
    let (nfc, nfd) = ("caf\u{e9}.md", "cafe\u{301}.md");
    let bench = Bench::with(&[(nfd, "# Coffee\n")]);
    assert_eq!(read(&bench.synced(), nfc).unwrap().title, "Coffee");
    let twins = Bench::with(&[(nfd, "# Decomposed\n"), (nfc, "# Composed\n")]);
    let engine = twins.synced();
    assert_eq!(read(&engine, nfc).unwrap().title, "Composed");
    assert_eq!(read(&engine, nfd).unwrap().title, "Decomposed");
}

#[test]
fn an_empty_page_reads_as_no_lines() {
    let bench = Bench::with(&[("empty.md", "")]);
    let engine = bench.synced();
    let answer = read(&engine, "empty.md").unwrap();
    assert_eq!((answer.text.as_str(), answer.total_lines, answer.title.as_str()), ("", 0, "Empty"));
    assert_eq!((answer.lines.start, answer.lines.end), (1, 0));
}
