//! What a long-lived engine keeps does not grow with the commits it saw.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{Bench, paths, search, sync};
use lectern_core::{CancelToken, Engine};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Commits between two looks.
const COMMITS: usize = 200;
/// Caches fill. One path kept for each file of each commit would be several times as much.
const MOST_BYTES: usize = 64 * 1024;

#[test]
fn neither_who_writes_nor_who_follows_keeps_anything_of_commits_that_are_gone() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let bench = Bench::with(&[("a.md", "# A\n\nalpha\n"), ("b.md", "# B\n\nbeta\n")]);
    let (leader, follower) = (bench.synced(), bench.synced());
    commit_often(&bench, &leader, &follower);
    let before = dhat::HeapStats::get().curr_bytes;
    commit_often(&bench, &leader, &follower);
    let after = dhat::HeapStats::get().curr_bytes;
    assert!(after < before + MOST_BYTES, "{before} bytes before, {after} after");
}

/// Ends with one segment, so that two looks see the same index.
fn commit_often(bench: &Bench, leader: &Engine, follower: &Engine) {
    for commit in 0..COMMITS {
        let word = format!("gamma{commit}");
        bench.write("a.md", format!("# A\n\n{word}\n"));
        sync(leader);
        assert_eq!(paths(&search(follower, &word)), ["a.md"]);
    }
    leader.compact(&CancelToken::new()).unwrap();
    for engine in [leader, follower] {
        assert_eq!(paths(&search(engine, "beta")), ["b.md"]);
    }
}
