//! Answers depend on the files as they are, not on the commits that led there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{Bench, paths, request, search, sync};
use lectern_core::{CancelToken, SearchRequest};
use proptest::prelude::*;

#[test]
fn equal_scores_are_ordered_by_path_whatever_the_index_went_through() {
    let names: Vec<String> = (0..40).map(|n| format!("{:02}.md", (n * 17) % 40)).collect();
    let bench = Bench::new();
    let engine = bench.open();
    for name in &names {
        bench.write(name, "# Same\n\nsame words\n");
        sync(&engine);
    }
    let mut request = request("same words");
    request.limit = 20;
    let answer = engine.search(&request, &CancelToken::new()).unwrap();
    let expected: Vec<String> = (0..20).map(|n| format!("{n:02}.md")).collect();
    assert_eq!(paths(&answer), expected);
}

/// Pages committed some at a time, in another order than that of their paths, answer as when they
/// came in one commit.
fn assert_order_of_commits_is_the_same(
    pages: &[(String, String)],
    pages_of_a_commit: usize,
    asked: &SearchRequest,
) {
    let bench = Bench::new();
    let grown = bench.open();
    let shuffled: Vec<_> = (0..pages.len()).map(|at| &pages[(at * 17) % pages.len()]).collect();
    for commit in shuffled.chunks(pages_of_a_commit) {
        for (name, text) in commit {
            bench.write(name, text);
        }
        sync(&grown);
    }
    let mut options = bench.options();
    options.index_dir = Some(bench.folder.path().join("fresh"));
    let fresh = lectern_core::Engine::open(options).unwrap();
    sync(&fresh);
    let ask = |engine: &lectern_core::Engine| engine.search(asked, &CancelToken::new()).unwrap();
    let (grown, fresh) = (ask(&grown), ask(&fresh));
    assert_eq!(grown.hits.len(), asked.limit as usize);
    assert_eq!(grown.hits, fresh.hits);
}

#[test]
fn which_of_equal_sections_are_read_does_not_depend_on_the_order_of_commits() {
    let pages: Vec<_> = (0..40)
        .map(|n| {
            let sentence =
                if n == 7 { "red green blue white black" } else { "black red blue green white" };
            (format!("{n:02}.md"), format!("# Same\n\n{sentence}\n"))
        })
        .collect();
    assert_order_of_commits_is_the_same(&pages, 1, &request("red green blue white black"));
}

#[test]
fn which_of_equal_sections_become_candidates_does_not_depend_on_the_order_of_commits() {
    // All tie while candidates are looked for; of those that are too many one would be the best.
    let pages: Vec<_> = (0..131)
        .map(|n| {
            let (heading, body) = if n == 103 { ("kafka", "topic") } else { ("topic", "kafka") };
            let body = [body; 3].join(" ");
            (format!("{n:03}.md"), format!("# Same\n\nwords\n\n## {heading}\n\n{body}\n"))
        })
        .collect();
    let mut asked = request("kafka");
    asked.limit = 1;
    assert_order_of_commits_is_the_same(&pages, 70, &asked);
}

#[derive(Clone, Debug)]
enum Edit {
    Write { page: u8, words: Vec<u8> },
    Remove { page: u8 },
}

fn edits() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    let edit = prop_oneof![
        3 => (0_u8..12, proptest::collection::vec(0_u8..30, 1..25))
            .prop_map(|(page, words)| Edit::Write { page, words }),
        1 => (0_u8..12).prop_map(|page| Edit::Remove { page }),
    ];
    proptest::collection::vec(proptest::collection::vec(edit, 1..6), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn an_index_grown_by_edits_answers_like_a_fresh_one(batches in edits()) {
        let bench = Bench::new();
        let grown = bench.open();
        for (round, batch) in batches.iter().enumerate() {
            for edit in batch {
                match edit {
                    Edit::Write { page, words } => {
                        let body: Vec<_> = words.iter().map(|word| format!("word{word}")).collect();
                        let (head, tail) = body.split_at(body.len() / 2);
                        let text = format!(
                            "# Page {round}\n\n{}\n\n## {}\n\n{}\n",
                            head.join(" "), body[0], tail.join(" ")
                        );
                        bench.write(&format!("{page}.md"), text);
                    }
                    Edit::Remove { page } => {
                        let _ = std::fs::remove_file(bench.root().join(format!("{page}.md")));
                    }
                }
            }
            sync(&grown);
        }
        let mut options = bench.options();
        options.index_dir = Some(bench.folder.path().join("fresh"));
        let fresh = lectern_core::Engine::open(options).unwrap();
        sync(&fresh);
        for word in 0..30 {
            let query = format!("word{word} word{} page", (word + 7) % 30);
            let (a, b) = (search(&grown, &query), search(&fresh, &query));
            prop_assert_eq!(a.hits, b.hits, "{}", query);
            prop_assert_eq!(a.unmatched, b.unmatched);
        }
    }
}

#[test]
fn link_texts_that_differ_by_case_alone_count_the_same_in_any_order_of_commits() {
    let texts = [("a.md", "PagerDuty"), ("b.md", "pagerduty"), ("c.md", "Pagerduty")];
    let scores = |order: [usize; 3]| {
        let bench = Bench::with(&[("target.md", "# On call\n\nHow it works.\n")]);
        let engine = bench.synced();
        for at in order {
            let (path, text) = texts[at];
            bench.write(path, format!("# Page\n\nSee [{text}](target.md).\n"));
            sync(&engine);
        }
        let answer = search(&engine, "pager duty works");
        answer.hits.iter().map(|hit| (hit.path.clone(), hit.score.to_bits())).collect::<Vec<_>>()
    };
    assert_eq!(scores([0, 1, 2]), scores([2, 1, 0]));
    assert_eq!(scores([0, 1, 2]), scores([1, 0, 2]));
}
