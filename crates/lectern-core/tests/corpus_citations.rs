//! Every answer to every development query cites what is on disk.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{assert_cited, request, sync};
use lectern_core::{CancelToken, Detail, Engine, OpenOptions};

struct Corpus {
    folder: PathBuf,
    queries: Vec<String>,
    /// Owns an unpacked corpus.
    _unpacked: Option<tempfile::TempDir>,
}

/// The corpus that `LECTERN_CORPUS` names, the development corpus beside the clone, or the sample
/// handbook, asked for the headings of its own pages.
fn corpus() -> Corpus {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = std::env::var_os("LECTERN_CORPUS")
        .map_or_else(|| workspace.join("../shared/corpus/dev"), PathBuf::from);
    if !source.exists() {
        assert!(
            std::env::var_os("LECTERN_REQUIRE_CORPUS").is_none_or(|value| value != "1"),
            "LECTERN_REQUIRE_CORPUS is set and there is no corpus"
        );
        println!("no corpus: the sample handbook stands in for it");
        return handbook(workspace.join("examples/handbook"));
    }
    let unpacked = tempfile::tempdir().unwrap();
    let archive = fs::File::open(source.join("dev-docs.tar.gz")).unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(archive)).unpack(unpacked.path()).unwrap();
    let queries = fs::read_to_string(source.join("queries.dev.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry["query"].as_str().unwrap().to_owned()
        })
        .collect();
    Corpus { folder: unpacked.path().to_owned(), queries, _unpacked: Some(unpacked) }
}

fn handbook(folder: PathBuf) -> Corpus {
    let mut queries = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
                queries.extend(headings.map(str::to_owned));
            }
        }
    }
    assert!(queries.len() > 50, "the handbook has headings");
    Corpus { folder, queries, _unpacked: None }
}

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
