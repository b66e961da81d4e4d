//! Scoring likely sections only finds what scoring all of them finds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::corpus::corpus;
use common::sync;
use lectern_core::{CancelToken, Engine, OpenOptions, SearchRequest};

const QUERIES: usize = 300;
/// Share of queries whose best pages, as many as asked for, must be the same.
const SAME: f64 = 0.98;

#[test]
fn the_best_pages_are_those_of_a_full_evaluation() {
    let corpus = corpus();
    let index = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new([&corpus.folder]);
    options.index_dir = Some(index.path().to_owned());
    let engine = Engine::open(options).unwrap();
    sync(&engine);
    // `LECTERN_ALL_QUERIES=1` gives the figure of the notes, in minutes.
    let step = match std::env::var("LECTERN_ALL_QUERIES").as_deref() {
        Ok("1") => 1,
        _ => (corpus.queries.len() / QUERIES).max(1),
    };
    let queries: Vec<&String> = corpus.queries.iter().step_by(step).collect();
    for limit in [5, 10] {
        let (mut same, mut first) = (0, 0);
        for query in &queries {
            let ask = |is_exhaustive| -> Vec<String> {
                let mut request = SearchRequest::new(query, limit);
                request.hits_of_a_page = 1;
                request.is_exhaustive = is_exhaustive;
                let answer = engine.search(&request, &CancelToken::new()).unwrap();
                answer.hits.into_iter().map(|hit| hit.path).collect()
            };
            let (quick, all) = (ask(false), ask(true));
            same += usize::from(quick == all);
            first += usize::from(quick.first() == all.first());
        }
        let count = queries.len();
        println!(
            "limit {limit}: {count} queries, {same} with the same pages, {first} with the same first"
        );
        assert!(same as f64 >= SAME * count as f64, "limit {limit}: {same} of {count}");
    }
}
