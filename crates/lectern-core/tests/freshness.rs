//! An answer never shows text that is no longer in the file.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{Bench, assert_cited, paths, read, search, sync};

#[test]
fn a_planted_token_is_first_with_its_exact_lines() {
    let bench = Bench::with(&[("a.md", "# A\n\nalpha\n"), ("b.md", "# B\n\nbeta\n")]);
    let engine = bench.synced();
    bench.write("new/page.md", "# New\n\nintro\n\n## Planted\n\nzqxjkvb7 stands here\n");
    sync(&engine);
    let answer = search(&engine, "zqxjkvb7");
    assert_eq!(answer.hits[0].path, "new/page.md");
    assert_eq!(answer.hits[0].lines.to_string(), "L5-L7");
    assert_cited(&engine, &bench.root(), &answer.hits[0]);
}

#[test]
fn a_deleted_page_is_dropped_at_once_and_its_place_refilled() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka kafka kafka\n"), ("b.md", "# B\n\nkafka\n")]);
    let engine = bench.synced();
    bench.remove("a.md");
    let mut one = common::request("kafka");
    one.limit = 1;
    let answer = engine.search(&one, &lectern_core::CancelToken::new()).unwrap();
    assert_eq!(paths(&answer), ["b.md"]);
    assert_eq!(answer.stale, ["a.md"]);
    assert!(read(&engine, "a.md").is_err());
}

#[test]
fn a_page_rewritten_with_the_same_size_and_mtime_shows_only_its_new_text() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka old words\n\n## Tail\n\nend\n")]);
    let engine = bench.synced();
    bench.rewrite_in_secret("a.md", "# A\n\nkafka new words\n\n## Tail\n\nend\n");
    let answer = search(&engine, "kafka");
    assert!(answer.hits[0].snippet.contains("new words"), "{:?}", answer.hits[0]);
    assert_eq!(answer.stale, ["a.md"]);
    assert_cited(&engine, &bench.root(), &answer.hits[0]);
}

#[test]
fn a_section_that_no_longer_holds_the_words_is_dropped() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka\n"), ("b.md", "# B\n\nkafka too\n")]);
    let engine = bench.synced();
    bench.rewrite_in_secret("a.md", "# A\n\nother\n");
    assert_eq!(paths(&search(&engine, "kafka")), ["b.md"]);
}

#[test]
fn a_section_that_moved_is_cited_where_it_is_now() {
    let bench = Bench::with(&[("a.md", "# A\n\n## One\n\nkafka\n")]);
    let engine = bench.synced();
    bench.write("a.md", "# A\n\nmore\nlines\nabove\n\n## One\n\nkafka\n");
    let answer = search(&engine, "kafka");
    assert_eq!(answer.hits[0].lines.to_string(), "L7-L9");
    assert_cited(&engine, &bench.root(), &answer.hits[0]);
}

#[test]
fn another_engine_sees_a_commit_at_its_next_call() {
    let bench = Bench::with(&[("a.md", "# A\n\nalpha\n")]);
    let (writer, reader) = (bench.synced(), bench.synced());
    bench.write("b.md", "# B\n\nbeta\n");
    sync(&writer);
    assert_eq!(paths(&search(&reader, "beta")), ["b.md"]);
}

#[test]
fn a_sync_touches_only_what_differs() {
    let bench = Bench::with(&[("a.md", "# A\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
    let engine = bench.synced();
    let again = sync(&engine);
    assert_eq!((again.added, again.changed, again.removed, again.unchanged), (0, 0, 0, 3));

    bench.write("a.md", "# A changed\n");
    bench.remove("b.md");
    bench.write("d.md", "# D\n");
    common::set_mtime(&bench.root().join("c.md"), common::long_ago());
    let report = sync(&engine);
    assert_eq!((report.added, report.changed, report.removed, report.unchanged), (1, 1, 1, 1));
    assert_eq!(report.pages, 3);
    assert!(report.generation > again.generation);
}

#[test]
fn a_page_is_read_before_it_is_indexed_and_a_hidden_one_never() {
    let bench = Bench::with(&[("a.md", "# A\n"), (".gitignore", "drafts/\n")]);
    let engine = bench.synced();
    bench.write("fresh.md", "# Fresh\n");
    bench.write("drafts/secret.md", "# Secret\n");
    bench.write("notes.txt", "not a page");
    assert_eq!(read(&engine, "fresh.md").unwrap().title, "Fresh");
    let hidden = read(&engine, "drafts/secret.md").unwrap_err();
    let absent = read(&engine, "drafts/absent.md").unwrap_err();
    assert_eq!(
        hidden.to_string().replace("secret", "absent"),
        absent.to_string(),
        "hidden and absent answer alike"
    );
    assert!(read(&engine, "notes.txt").is_err());
}
