//! One index folder and who uses it: several engines at once, cancelled and closed ones, other settings,
//! damage. Numbers are rows of the fault catalogue.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::sync::Barrier;
use std::sync::mpsc::channel;

use common::{Bench, paths, read, search, sync};
use lectern_core::{CancelToken, Engine, SyncScope, SyncStage};

#[test]
fn row_15_two_engines_started_on_an_empty_index_both_answer() {
    let bench = Bench::new();
    for page in 0..300 {
        bench.write(&format!("{page}.md"), format!("# Page {page}\n\nkafka\n"));
    }
    let start = Barrier::new(2);
    let run = || {
        let engine = bench.open();
        start.wait();
        let report = sync(&engine);
        (report.pages, report.added, search(&engine, "kafka").hits.len())
    };
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(run);
        (run(), other.join().unwrap())
    });
    assert_eq!((one.0, one.2), (300, 5));
    assert_eq!((two.0, two.2), (300, 5));
    assert_eq!(one.1 + two.1, 300, "each page was indexed once");
}

#[test]
fn an_engine_reads_on_while_another_writes() {
    let bench = Bench::with(&[("a.md", "# Kafka\n")]);
    let reader = bench.synced();
    bench.write("b.md", "# Kafka too\n");
    let (entered, writing) = channel();
    let (release, go_on) = channel::<()>();
    let go_on = std::sync::Mutex::new(go_on);
    std::thread::scope(|scope| {
        let bench = &bench;
        scope.spawn(move || {
            let writer = bench.open();
            let progress = |at: lectern_core::SyncProgress| {
                if at.stage == SyncStage::Indexing {
                    entered.send(()).unwrap();
                    go_on.lock().unwrap().recv().unwrap();
                }
            };
            writer.sync(&SyncScope::default(), &progress, &CancelToken::new()).unwrap();
        });
        writing.recv().unwrap();
        assert_eq!(paths(&search(&reader, "kafka")), ["a.md"], "the lock is no reader's concern");
        let cancel = CancelToken::new();
        let waits = |at: lectern_core::SyncProgress| {
            if at.stage == SyncStage::Waiting {
                cancel.cancel();
            }
        };
        let given_up = reader.sync(&SyncScope::default(), &waits, &cancel).unwrap_err();
        assert_eq!(given_up.code(), "CANCELLED", "a waiting sync can be cancelled");
        release.send(()).unwrap();
        assert_eq!(sync(&reader).pages, 2, "its turn comes");
    });
    assert_eq!(search(&reader, "kafka").hits.len(), 2);
}

#[test]
fn a_cancelled_sync_commits_nothing_by_halves() {
    let bench = Bench::with(&[("a.md", "# A\n"), ("b.md", "# B\n")]);
    let engine = bench.open();
    let cancel = CancelToken::new();
    let stop = |at: lectern_core::SyncProgress| {
        if at.stage == SyncStage::Indexing {
            cancel.cancel();
        }
    };
    assert_eq!(engine.sync(&SyncScope::default(), &stop, &cancel).unwrap_err().code(), "CANCELLED");
    assert_eq!(engine.stats().unwrap().pages, 0);
    assert_eq!(sync(&engine).added, 2);
}

#[test]
fn a_closed_engine_says_so_and_closing_twice_is_nothing() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    let engine = bench.synced();
    engine.close();
    engine.close();
    assert_eq!(engine.stats().unwrap_err().code(), "CLOSED");
    assert_eq!(
        engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap_err().code(),
        "CLOSED"
    );
    assert_eq!(read(&engine, "a.md").unwrap_err().code(), "CLOSED");
    let searched = engine.search(&common::request("a"), &CancelToken::new());
    assert_eq!(searched.unwrap_err().code(), "CLOSED");
}

#[test]
fn row_22_other_settings_have_an_index_of_their_own() {
    let bench = Bench::with(&[("a.md", "# Kafka\n"), ("b.md", "# Kafka too\n")]);
    let all = bench.synced();
    let mut options = bench.options();
    options.exclude = vec!["b.md".to_owned()];
    let one = Engine::open(options).unwrap();
    sync(&one);
    assert_eq!(search(&all, "kafka").hits.len(), 2);
    assert_eq!(paths(&search(&one, "kafka")), ["a.md"]);
    let mut bad = bench.options();
    bad.include = vec!["[".to_owned()];
    assert_eq!(Engine::open(bad).err().unwrap().code(), "INVALID_ARGUMENT");
}

#[test]
fn a_damaged_index_is_moved_aside_and_rebuilt() {
    let bench = Bench::with(&[("a.md", "# Kafka\n")]);
    let folder = bench.synced().stats().unwrap().index_folder;
    for damage in ["", "{\"half\":", "not json at all"] {
        fs::write(folder.join("meta.json"), damage).unwrap();
        let engine = bench.open();
        assert_eq!(sync(&engine).added, 1, "{damage:?}");
        assert_eq!(paths(&search(&engine, "kafka")), ["a.md"]);
    }
    let aside = fs::read_dir(folder.parent().unwrap()).unwrap().count();
    assert_eq!(aside, 2, "one in use, the last one set aside");
}
