//! Syncs that are told where to look, and what they do when the files lie. Numbers are rows of the
//! fault catalogue.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::sync::mpsc;

use common::{Bench, paths, search, sync};
use lectern_core::{CancelToken, Engine, OpenOptions, SyncReport, SyncScope, SyncStage};

fn sync_at(engine: &Engine, paths: &[&str], rereads: bool) -> SyncReport {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    engine.sync(&SyncScope { paths, rereads }, &|_| {}, &CancelToken::new()).unwrap()
}

fn counts(report: &SyncReport) -> (usize, usize, usize) {
    (report.added, report.changed, report.removed)
}

#[test]
fn a_sync_of_some_paths_looks_nowhere_else() {
    let bench = Bench::with(&[("a/one.md", "# One\n"), ("a/two.md", "# Two\n"), ("b.md", "# B\n")]);
    let engine = bench.synced();
    bench.write("a/one.md", "# One\n\nkafka\n");
    bench.write("a/new/three.md", "# Three\n\nkafka\n");
    bench.remove("a/two.md");
    bench.write("b.md", "# B\n\nkafka\n");
    assert_eq!(counts(&sync_at(&engine, &["b.md"], false)), (0, 1, 0));
    assert_eq!(paths(&search(&engine, "kafka")), ["b.md"]);
    assert_eq!(counts(&sync_at(&engine, &["a/two.md", "gone.md"], false)), (0, 0, 1));
    assert_eq!(counts(&sync_at(&engine, &["a/"], false)), (1, 1, 0));
    assert_eq!(engine.stats().unwrap().pages, 3);
    assert_eq!(counts(&sync(&engine)), (0, 0, 0));
}

#[test]
fn a_folder_that_is_gone_takes_its_pages_along_and_a_renamed_one_brings_them() {
    let bench = Bench::with(&[("a/b/one.md", "# One\n"), ("a/bc.md", "# Other\n")]);
    let engine = bench.synced();
    fs::rename(bench.root().join("a/b"), bench.root().join("c")).unwrap();
    assert_eq!(counts(&sync_at(&engine, &["a/b", "c"], false)), (1, 0, 1));
    assert_eq!(paths(&search(&engine, "one")), ["c/one.md"]);
}

#[test]
fn a_sync_of_ignored_and_hidden_paths_indexes_nothing() {
    let bench = Bench::with(&[
        (".gitignore", "build/\n"),
        ("build/out.md", "# Out\n"),
        (".hidden/page.md", "# Hidden\n"),
        ("a.md", "# A\n"),
    ]);
    let engine = bench.synced();
    let report = sync_at(&engine, &["build/out.md", "build", ".hidden/page.md", "../a.md"], true);
    assert_eq!((counts(&report), report.pages), ((0, 0, 0), 1));
    assert_eq!(engine.folders(&[], &CancelToken::new()).unwrap(), [""]);
}

#[test]
fn folders_are_those_that_pages_may_lie_in() {
    let bench = Bench::with(&[
        ("a/b/one.md", "# One\n"),
        ("empty/.keep", ""),
        (".ignore", "node_modules\n"),
        ("node_modules/x/readme.md", "# X\n"),
    ]);
    let engine = bench.open();
    let at = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        engine.folders(&paths, &CancelToken::new()).unwrap()
    };
    assert_eq!(at(&[]), ["", "a", "a/b", "empty"]);
    assert_eq!(at(&["a"]), ["a", "a/b"]);
    assert_eq!(at(&["a/b/one.md", "node_modules", "gone"]), Vec::<String>::new());

    let parent = tempfile::tempdir().unwrap();
    for folder in ["x/sub", "y"] {
        fs::create_dir_all(parent.path().join(folder)).unwrap();
    }
    let mut options = OpenOptions::new([parent.path().join("x"), parent.path().join("y")]);
    options.index_dir = Some(parent.path().join("index"));
    let engine = Engine::open(options).unwrap();
    let at = |paths: &[String]| engine.folders(paths, &CancelToken::new()).unwrap();
    assert_eq!(at(&[]), ["x", "x/sub", "y"]);
    assert_eq!(at(&["x".to_owned()]), ["x", "x/sub"]);
}

#[test]
fn row_60_same_size_and_time_with_other_bytes_are_found_by_reading_again() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka old\n"), ("b.md", "# B\n\nother\n")]);
    common::set_mtime(&bench.root().join("a.md"), common::long_ago());
    common::set_mtime(&bench.root().join("b.md"), common::long_ago());
    let engine = bench.synced();
    bench.rewrite_in_secret("a.md", "# A\n\nkafka new\n");
    assert_eq!(counts(&sync_at(&engine, &["a.md"], false)), (0, 0, 0));
    assert_eq!(counts(&sync_at(&engine, &["a.md"], true)), (0, 1, 0));
    bench.rewrite_in_secret("a.md", "# A\n\nkafka odd\n");
    // The first sync of everything has other things to do; from the second on some are read again,
    // in turn: here all.
    let changed: usize = (0..3).map(|_| sync(&engine).changed).sum();
    assert_eq!(changed, 1);
    assert_eq!(paths(&search(&engine, "odd")), ["a.md"]);
}

#[test]
fn row_60_a_file_written_again_within_the_tick_of_its_time_is_read_again() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka one\n")]);
    let engine = bench.synced();
    bench.rewrite_in_secret("a.md", "# A\n\nkafka two\n");
    assert_eq!(counts(&sync(&engine)), (0, 1, 0));
    assert_eq!(paths(&search(&engine, "two")), ["a.md"]);
}

#[test]
fn files_that_were_only_touched_are_read_once_and_written_never() {
    let bench = Bench::with(&[("a.md", "# A\n"), ("b.md", "# B\n")]);
    let engine = bench.synced();
    let generation = sync(&engine).generation;
    common::set_mtime(&bench.root().join("a.md"), common::long_ago());
    let stages = |engine: &Engine| {
        let (tell, told) = mpsc::channel();
        let tell = std::sync::Mutex::new(tell);
        let progress =
            |at: lectern_core::SyncProgress| tell.lock().unwrap().send(at.stage).unwrap();
        let report = engine.sync(&SyncScope::default(), &progress, &CancelToken::new()).unwrap();
        assert_eq!((report.unchanged, report.generation), (2, generation));
        told.try_iter().collect::<Vec<_>>()
    };
    assert_eq!(stages(&engine), [SyncStage::Scanning]);
    assert_eq!(stages(&engine), [SyncStage::Scanning]);
    bench.write("a.md", "# Changed\n");
    assert_eq!(counts(&sync(&engine)), (0, 1, 0));
}

#[test]
fn row_55_a_mass_of_deletions_waits_for_a_second_look() {
    let bench = Bench::new();
    for page in 0..100 {
        bench.write(&format!("{page}.md"), format!("# Kafka {page}\n"));
    }
    let engine = bench.synced();
    let generation = engine.stats().unwrap().generation;
    let away = bench.folder.path().join("away");
    // As an unmounted folder: there, and empty.
    fs::rename(bench.root(), &away).unwrap();
    fs::create_dir(bench.root()).unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let tell = std::sync::Mutex::new(tell);
            let progress = |at: lectern_core::SyncProgress| {
                if at.stage == SyncStage::Confirming {
                    tell.lock().unwrap().send(at.total).unwrap();
                }
            };
            let report =
                engine.sync(&SyncScope::default(), &progress, &CancelToken::new()).unwrap();
            assert_eq!((report.removed, report.generation), (0, generation));
        });
        assert_eq!(told.recv().unwrap(), 100);
        fs::remove_dir(bench.root()).unwrap();
        fs::rename(&away, bench.root()).unwrap();
    });
    assert_eq!(search(&engine, "kafka").hits.len(), 5);
    for page in 0..60 {
        bench.remove(&format!("{page}.md"));
    }
    assert_eq!(counts(&sync(&engine)), (0, 0, 60));
}

#[test]
fn row_51_a_page_that_is_just_being_replaced_is_waited_for() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka\n"), ("b.md", "# B\n\nkafka too\n")]);
    let engine = bench.synced();
    let original = fs::read(bench.root().join("a.md")).unwrap();
    let both = std::sync::Barrier::new(2);
    let saves = 200;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            both.wait();
            let (page, backup) = (bench.root().join("a.md"), bench.root().join("a.md~"));
            for _ in 0..saves {
                // As vim saves: the old file away, the new one in its place, the old one deleted.
                fs::rename(&page, &backup).unwrap();
                fs::write(&page, &original).unwrap();
                fs::remove_file(&backup).unwrap();
            }
        });
        both.wait();
        let searches = 200;
        let missed =
            (0..searches).filter(|_| paths(&search(&engine, "kafka")) != ["a.md", "b.md"]).count();
        // A loaded machine may stop the editor for longer than anybody waits.
        assert!(missed * 20 <= searches, "{missed} of {searches} searches did not find the page");
    });
    bench.remove("a.md");
    assert_eq!(paths(&search(&engine, "kafka")), ["b.md"], "a page that is gone stays so");
}

#[test]
fn row_50_a_file_that_is_written_while_it_is_read_is_never_mixed() {
    let bench = Bench::with(&[("a.md", "")]);
    let text = |mark: &str| format!("# Page\n\n{}", format!("kafka {mark}\n").repeat(20_000));
    bench.write("a.md", text("one"));
    let engine = bench.synced();
    let both = std::sync::Barrier::new(2);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            both.wait();
            for turn in 0..60 {
                // By rename: what an editor that takes care does.
                let mark = if turn % 2 == 0 { "two" } else { "one" };
                bench.write("next", text(mark));
                fs::rename(bench.root().join("next"), bench.root().join("a.md")).unwrap();
            }
            is_over.store(true, std::sync::atomic::Ordering::Release);
        });
        both.wait();
        while !is_over.load(std::sync::atomic::Ordering::Acquire) {
            let page = common::read(&engine, "a.md").unwrap().text;
            assert!(!(page.contains("one") && page.contains("two")), "two versions in one");
        }
    });
}

#[test]
fn row_61_any_time_is_a_time() {
    let bench = Bench::with(&[("a.md", "# A\n\nkafka\n"), ("b.md", "# B\n\nkafka\n")]);
    let far = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1 << 33);
    for (path, time) in [("a.md", far), ("b.md", std::time::UNIX_EPOCH)] {
        let file = fs::File::options().write(true).open(bench.root().join(path)).unwrap();
        file.set_modified(time).unwrap();
    }
    let engine = bench.synced();
    assert_eq!(search(&engine, "kafka").hits.len(), 2);
    assert_eq!(counts(&sync(&engine)), (0, 0, 0));
}

#[test]
fn row_63_ignore_rules_that_change_let_pages_leave_and_enter() {
    let bench = Bench::with(&[("drafts/a.md", "# Kafka\n"), ("b.md", "# Kafka\n")]);
    let engine = bench.synced();
    bench.write(".gitignore", "drafts/\n");
    assert_eq!(counts(&sync_at(&engine, &[""], false)), (0, 0, 1));
    bench.write(".gitignore", "b.md\n");
    assert_eq!(counts(&sync(&engine)), (1, 0, 1));
    assert_eq!(paths(&search(&engine, "kafka")), ["drafts/a.md"]);
}

#[test]
fn row_49_a_rename_that_changes_only_case_is_one_move() {
    let bench = Bench::with(&[("Guide.md", "# Kafka\n"), ("b.md", "# B\n")]);
    let engine = bench.synced();
    fs::rename(bench.root().join("Guide.md"), bench.root().join("guide.md")).unwrap();
    // As events tell it, in either order.
    sync_at(&engine, &["guide.md"], false);
    sync_at(&engine, &["Guide.md"], false);
    assert_eq!(paths(&search(&engine, "kafka")), ["guide.md"]);
    assert_eq!(engine.stats().unwrap().pages, 2);
}

#[test]
fn row_53_a_page_with_a_merge_conflict_is_indexed_and_told() {
    let conflict = "# Kafka\n\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n";
    let bench = Bench::with(&[("a.md", conflict), ("b.md", "# Kafka\n\n=======\nheading\n")]);
    let report = sync(&bench.open());
    assert_eq!(report.pages, 2);
    let told = ("a.md".to_owned(), "holds the markers of a merge conflict".to_owned());
    assert_eq!(report.notices, [told]);
}

#[test]
fn row_54_a_git_lfs_pointer_is_skipped_until_its_content_is_there() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let bench = Bench::with(&[("a.md", "# Kafka\n"), ("large.md", pointer)]);
    let engine = bench.open();
    let report = sync(&engine);
    assert_eq!((report.pages, report.skipped[0].reason), (1, "git-lfs pointer"));
    bench.write("large.md", "# Kafka at length\n");
    assert_eq!(counts(&sync(&engine)), (1, 0, 0));
    bench.write("large.md", pointer);
    assert_eq!(counts(&sync(&engine)), (0, 0, 1));
}

#[test]
fn row_21_an_index_of_another_format_is_left_alone() {
    let bench = Bench::with(&[("a.md", "# Kafka\n")]);
    let folder = bench.open().stats().unwrap().index_folder;
    for format in ["v4", "v99"] {
        let other = folder.with_file_name(format);
        fs::create_dir(&other).unwrap();
        fs::write(other.join("meta.json"), "of another version").unwrap();
    }
    let engine = bench.synced();
    assert_eq!(paths(&search(&engine, "kafka")), ["a.md"]);
    for format in ["v4", "v99"] {
        let meta = folder.with_file_name(format).join("meta.json");
        assert_eq!(fs::read_to_string(meta).unwrap(), "of another version");
    }
}
