//! Latency of searches inside Rust: `search FOLDER INDEX_FOLDER QUERIES`, where `QUERIES` is a JSON
//! list of texts. Prints the milliseconds of each, in order, as a JSON list of `[whole, understand,
//! retrieve, rescore, verify, snippet]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a command for developers")]

use std::time::{Duration, Instant};

use lectern_core::{CancelToken, Engine, OpenOptions, SearchRequest, SyncScope};

fn main() {
    // `cargo bench` adds a flag of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [folder, index, queries] = args.as_slice() else {
        println!("usage: search FOLDER INDEX_FOLDER QUERIES");
        return;
    };
    let mut options = OpenOptions::new([folder]);
    options.index_dir = Some(index.into());
    let engine = Engine::open(options).unwrap();
    engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap();
    let queries: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(queries).unwrap()).unwrap();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let pass = || -> Vec<[f64; 6]> {
        let timed = queries.iter().map(|query| {
            let request = SearchRequest::new(query, 5);
            let started = Instant::now();
            let times = engine.search(&request, &CancelToken::new()).unwrap().times;
            let whole = started.elapsed();
            [whole, times.understand, times.retrieve, times.rescore, times.verify, times.snippet]
                .map(milliseconds)
        });
        timed.collect()
    };
    // The first pass fills the page cache.
    pass();
    println!("{}", serde_json::to_string(&pass()).unwrap());
}
