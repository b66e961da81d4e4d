//! Every answer to every development query cites what is on disk.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::corpus::corpus;
use common::{assert_cited, request, sync};
use lectern_core::{CancelToken, Detail, Engine, OpenOptions};

#[test]
fn every_citation_is_what_is_on_disk_and_no_answer_is_empty() {
    let corpus = corpus();
    let index = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new([&corpus.folder]);
    options.index_dir = Some(index.path().to_owned());
    let engine = Engine::open(options).unwrap();
    let report = sync(&engine);
    assert_eq!(report.skipped, [], "every page is accounted for");
    let mut hits = 0;
    for query in &corpus.queries {
        let mut request = request(query);
        request.detail = Detail::Full;
        let answer = engine.search(&request, &CancelToken::new()).unwrap();
        assert!(!answer.hits.is_empty(), "no answer to {query:?}");
        assert!(answer.stale.is_empty());
        for hit in &answer.hits {
            assert!(hit.snippet.encode_utf16().count() <= lectern_core::MAX_SNIPPET_CHARS);
            assert_cited(&engine, &corpus.folder, hit);
            hits += 1;
        }
    }
    println!("{} pages, {} queries, {hits} hits, 0 mismatches", report.pages, corpus.queries.len());
}
