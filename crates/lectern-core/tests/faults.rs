//! Roots and files that are not as one would wish. Numbers are rows of the fault
//! catalogue.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use common::{Bench, paths, read, search, sync};
use lectern_core::{CancelToken, Engine, OpenOptions, SyncScope, SyncStage};

fn reasons(report: &lectern_core::SyncReport) -> Vec<(&str, &str)> {
    report.skipped.iter().map(|file| (file.path.as_str(), file.reason)).collect()
}

#[test]
fn roots_that_cannot_be_used_say_so_without_their_path() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    for (path, says) in [("gone", "does not exist"), ("docs/a.md", "is not a folder")] {
        let mut options = OpenOptions::new([bench.folder.path().join(path)]);
        options.index_dir = Some(bench.folder.path().join("index"));
        let error = Engine::open(options).err().unwrap();
        assert_eq!(error.code(), "INVALID_ARGUMENT");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.to_string().contains('/'), "{error}");
    }
}

#[test]
fn an_empty_root_is_an_empty_knowledge_base() {
    let bench = Bench::new();
    let engine = bench.open();
    let before = engine.search(&common::request("x"), &CancelToken::new()).unwrap_err();
    assert_eq!(before.code(), "INDEX_NOT_READY");
    assert_eq!(sync(&engine).pages, 0);
    let answer = search(&engine, "anything");
    assert_eq!((answer.hits.len(), answer.pages), (0, 0));
}

#[test]
fn a_root_that_vanishes_loses_no_page_of_the_index() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    let engine = bench.synced();
    fs::rename(bench.root(), bench.folder.path().join("away")).unwrap();
    let error = engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
    fs::rename(bench.folder.path().join("away"), bench.root()).unwrap();
    assert_eq!(sync(&engine).unchanged, 1);
}

#[test]
fn rows_33_34_links_are_never_followed() {
    let bench = Bench::with(&[("real/a.md", "# Real\n")]);
    fs::write(bench.folder.path().join("secret.md"), "# Secret\n").unwrap();
    symlink("../real", bench.root().join("real/loop")).unwrap();
    symlink("..", bench.root().join("real/up")).unwrap();
    symlink("../secret.md", bench.root().join("out.md")).unwrap();
    symlink("gone.md", bench.root().join("dangling.md")).unwrap();
    let engine = bench.open();
    let report = sync(&engine);
    assert_eq!(report.pages, 1);
    let skipped = ["dangling.md", "out.md", "real/loop", "real/up"].map(|path| (path, "symlink"));
    assert_eq!(reasons(&report), skipped);
    assert!(search(&engine, "secret").hits.is_empty());
    assert!(read(&engine, "out.md").is_err());
}

#[test]
fn row_34_a_page_swapped_for_a_link_is_gone() {
    let bench = Bench::with(&[("a.md", "# Kafka\n"), ("b.md", "# Kafka too\n")]);
    fs::write(bench.folder.path().join("secret.md"), "# Kafka secret\n").unwrap();
    let engine = bench.synced();
    bench.remove("a.md");
    symlink("../secret.md", bench.root().join("a.md")).unwrap();
    assert_eq!(paths(&search(&engine, "kafka")), ["b.md"]);
    assert_eq!(read(&engine, "a.md").unwrap_err().code(), "NOT_FOUND");
}

#[test]
fn row_34_a_page_swapped_for_a_link_within_the_root_is_gone() {
    let bench = Bench::with(&[
        ("a.md", "# Kafka\n"),
        ("dir/b.md", "# Kafka too\n"),
        (".private.md", "# Kafka token\n"),
        (".hidden/b.md", "# Kafka hidden\n"),
    ]);
    let engine = bench.synced();
    bench.remove("a.md");
    symlink(".private.md", bench.root().join("a.md")).unwrap();
    fs::remove_dir_all(bench.root().join("dir")).unwrap();
    symlink(".hidden", bench.root().join("dir")).unwrap();
    assert!(search(&engine, "kafka").hits.is_empty());
    assert_eq!(read(&engine, "a.md").unwrap_err().code(), "NOT_FOUND");
    assert_eq!(read(&engine, "dir/b.md").unwrap_err().code(), "NOT_FOUND");
}

#[test]
fn row_36_a_folder_swapped_for_a_link_is_gone() {
    let bench = Bench::with(&[("team/a.md", "# Kafka\n")]);
    let outside = bench.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.md"), "# Kafka secret\n").unwrap();
    let engine = bench.synced();
    fs::remove_dir_all(bench.root().join("team")).unwrap();
    symlink(&outside, bench.root().join("team")).unwrap();
    assert!(search(&engine, "kafka").hits.is_empty());
    assert!(read(&engine, "team/a.md").is_err());
}

#[test]
fn row_37_pipes_and_sockets_are_skipped_and_never_waited_for() {
    let bench = Bench::with(&[("a.md", "# Kafka\n")]);
    let pipe = bench.root().join("pipe.md");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(bench.root().join("socket.md")).unwrap();
    let engine = bench.open();
    let report = sync(&engine);
    let reason = "not a regular file";
    assert_eq!(reasons(&report), [("pipe.md", reason), ("socket.md", reason)]);
    bench.remove("a.md");
    assert!(Command::new("mkfifo").arg(bench.root().join("a.md")).status().unwrap().success());
    assert!(search(&engine, "kafka").hits.is_empty());
    assert!(read(&engine, "a.md").is_err());
}

#[test]
fn rows_38_39_huge_files_are_skipped_and_long_lines_indexed() {
    let bench = Bench::new();
    let sparse = fs::File::create(bench.root().join("huge.md")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let line = format!("# Long\n\n{} needle {}", "hay ".repeat(500_000), "hay ".repeat(500_000));
    bench.write("line.md", line);
    let engine = bench.open();
    assert_eq!(reasons(&sync(&engine)), [("huge.md", "too large")]);
    let answer = search(&engine, "needle");
    assert!(answer.hits[0].snippet.contains("needle"));
    assert!(answer.hits[0].snippet.encode_utf16().count() <= lectern_core::MAX_SNIPPET_CHARS);
}

#[test]
fn row_35_a_hard_link_is_a_page_like_any_other() {
    let bench = Bench::with(&[("a.md", "# Kafka\n")]);
    let outside = bench.folder.path().join("outside.md");
    fs::write(&outside, "# Linked\n").unwrap();
    fs::hard_link(&outside, bench.root().join("linked.md")).unwrap();
    let engine = bench.open();
    assert_eq!(sync(&engine).pages, 2);
    assert_eq!(paths(&search(&engine, "linked")), ["linked.md"]);
}

#[test]
fn row_40_very_many_tiny_files_are_indexed_in_batches_that_survive_a_stop() {
    let bench = Bench::new();
    for page in 0..25_000 {
        bench.write(&format!("{}/{page}.md", page / 500), format!("# Page {page}\n"));
    }
    let engine = bench.open();
    let cancel = CancelToken::new();
    let stop_late = |at: lectern_core::SyncProgress| {
        if at.stage == SyncStage::Indexing && at.done > 22_000 {
            cancel.cancel();
        }
    };
    assert_eq!(
        engine.sync(&SyncScope::default(), &stop_late, &cancel).unwrap_err().code(),
        "CANCELLED"
    );
    let kept = engine.stats().unwrap().pages;
    assert!((20_000..25_000).contains(&kept), "{kept} pages were committed");
    let report = sync(&engine);
    assert_eq!((report.pages, report.added as u64), (25_000, 25_000 - kept));
    assert_eq!(paths(&search(&engine, "24999")), ["49/24999.md"]);
}

#[test]
fn row_41_pages_without_text_are_found_by_name() {
    let bench = Bench::with(&[
        ("zero-bytes.md", ""),
        ("white-space.md", " \n\t\n"),
        ("matter-only.md", "---\ntitle: Only matter\n---\n"),
    ]);
    let engine = bench.open();
    assert_eq!(sync(&engine).pages, 3);
    assert_eq!(paths(&search(&engine, "white space")), ["white-space.md"]);
    assert_eq!(paths(&search(&engine, "only matter")), ["matter-only.md"]);
    assert_eq!(read(&engine, "zero-bytes.md").unwrap().total_lines, 0);
}

#[test]
fn row_42_binaries_are_skipped_with_a_reason() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    bench
        .write("image.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06".repeat(20));
    let noise: Vec<u8> =
        (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    bench.write("noise.md", noise);
    let engine = bench.open();
    assert_eq!(reasons(&sync(&engine)), [("image.md", "binary"), ("noise.md", "binary")]);
    assert_eq!(read(&engine, "image.md").unwrap_err().code(), "NOT_FOUND");
}

#[test]
fn rows_43_44_45_other_encodings_are_read_and_reported() {
    let bench = Bench::new();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("# Größe\r\n\r\nsechzehn kafka\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    bench.write("utf16.md", utf16);
    bench.write("latin1.md", b"# Gr\xf6\xdfe\n\nlateinisch kafka \xfcber alles\n");
    bench.write(
        "broken.md",
        "# Größe\n\nfast gültig kafka ééé ".bytes().chain([0xff, b'\n']).collect::<Vec<_>>(),
    );
    bench.write("bom.md", "\u{feff}# Bom\n\nkafka mit marke\n");
    bench.write("nul.md", "# Nul\n\nkafka\0 und \u{7} steuerzeichen in einem langen satz\n");
    let engine = bench.open();
    let report = sync(&engine);
    assert_eq!((report.pages, report.skipped.len()), (5, 0));
    let read_as: Vec<_> = report.notices.iter().map(|(path, _)| path.as_str()).collect();
    assert!(["broken.md", "latin1.md", "utf16.md"].iter().all(|path| read_as.contains(path)));
    assert_eq!(search(&engine, "kafka").hits.len(), 5);
    for hit in search(&engine, "kafka").hits {
        let cited = read(&engine, &format!("{}:{}", hit.path, hit.lines)).unwrap();
        let pieces = hit.snippet.split('…').map(str::trim);
        assert!(pieces.into_iter().all(|piece| cited.text.contains(piece)), "{}", hit.path);
    }
    assert_eq!(read(&engine, "latin1.md").unwrap().title, "Größe");
    assert_eq!(read(&engine, "utf16.md:L3").unwrap().text, "sechzehn kafka\r\n");
}

#[test]
fn row_46_any_name_is_a_name() {
    let names = [
        "new\nline.md",
        "tab\t.md",
        "quote\".md",
        "emoji-🦀.md",
        "rtl-\u{5d0}\u{5d1}.md",
        "trailing .md",
        "dot..md",
        "per%20cent.md",
        "日本語/ページ.md",
        &format!("{}.md", "n".repeat(252)),
    ];
    let bench = Bench::new();
    for name in names {
        bench.write(name, format!("# Page\n\n{name:?} kafka\n"));
    }
    let engine = bench.open();
    assert_eq!(sync(&engine).pages, names.len() as u64);
    for name in names {
        let answer = read(&engine, &format!("{name}#page")).unwrap();
        assert_eq!(answer.path, name);
    }
}

#[test]
fn row_46_a_name_that_is_not_utf8_is_reported() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::with(&[("a.md", "# A\n")]);
    let name = std::ffi::OsStr::from_bytes(b"bad-\xff.md");
    if fs::write(bench.root().join(name), "# Bad\n").is_err() {
        return; // macOS refuses such names itself.
    }
    let report = sync(&bench.open());
    assert_eq!(reasons(&report), [("bad-\u{fffd}.md", "name is not UTF-8")]);
}

#[test]
fn row_48_names_that_differ_by_case_are_two_pages_where_the_disk_says_so() {
    let bench = Bench::with(&[("Case.md", "# Upper\n"), ("case.md", "# Lower\n")]);
    let on_disk = fs::read_dir(bench.root()).unwrap().count() as u64;
    assert_eq!(sync(&bench.open()).pages, on_disk);
}

#[test]
fn row_62_depth_beyond_path_max_ends_with_a_reason() {
    let bench = Bench::with(&[("a.md", "# A\n")]);
    let mut folder = Dir::open_ambient_dir(bench.root(), ambient_authority()).unwrap();
    for _ in 0..60 {
        let name = "d".repeat(100);
        folder.create_dir(&name).unwrap();
        folder = folder.open_dir(&name).unwrap();
    }
    folder.write("deep.md", "# Deep").unwrap();
    let report = sync(&bench.open());
    assert_eq!(report.pages, 1);
    assert_eq!(report.skipped.last().map(|file| file.reason), Some("unreadable"));
}

#[test]
fn row_64_hostile_markdown_is_indexed_whatever_it_is() {
    let bench = Bench::new();
    for (name, text) in [
        ("quotes", format!("{} kafka\n", ">".repeat(50_000))),
        ("lists", format!("{} kafka\n", "- ".repeat(50_000))),
        ("brackets", format!("{} kafka\n", "[".repeat(50_000))),
        ("emphasis", format!("{} kafka\n", "*a **b ".repeat(20_000))),
        ("ticks", format!("{} kafka\n", (1..300).map(|n| "`".repeat(n) + " ").collect::<String>())),
        ("html", format!("{} kafka\n", "<div ".repeat(20_000))),
        ("table", format!("|{}\n|{}\n kafka\n", "a|".repeat(5000), "-|".repeat(5000))),
        ("headings", "# kafka\n".repeat(10_000)),
    ] {
        bench.write(&format!("{name}.md"), text);
    }
    let engine = bench.open();
    let report = sync(&engine);
    assert_eq!((report.pages, report.skipped.len()), (8, 0));
    assert_eq!(search(&engine, "kafka").hits.len(), 5);
}

#[test]
fn row_66_front_matter_bombs_leave_the_page_searchable() {
    let bench = Bench::new();
    let bomb = (1..30).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, n| {
        let last = n - 1;
        format!("{text}a{n}: &a{n} [*a{last},*a{last},*a{last},*a{last},*a{last}]\n")
    });
    bench.write("bomb.md", format!("---\n{bomb}---\n\n# Bomb\n\nkafka\n"));
    bench.write("long.md", format!("---\n{}: x\n---\n\n# Long\n\nkafka\n", "k".repeat(1_000_000)));
    bench.write("open.md", "---\ntitle: never closed\n\n# Open\n\nkafka\n");
    let engine = bench.open();
    assert_eq!(sync(&engine).pages, 3);
    assert_eq!(search(&engine, "kafka").hits.len(), 3);
}
