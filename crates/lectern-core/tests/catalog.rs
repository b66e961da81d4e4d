//! Browsing, listing, finding and completing: always what is on disk now.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::Bench;
use lectern_core::{
    BrowseAnswer, BrowseRequest, CancelToken, Engine, Entry, Error, FolderListing, PageOutline,
};
use proptest::prelude::*;

fn request(path: &str, depth: u32) -> BrowseRequest {
    BrowseRequest { path: path.to_owned(), depth, after: None, limit: 100 }
}

fn folder(engine: &Engine, request: &BrowseRequest) -> FolderListing {
    match engine.browse(request).unwrap() {
        BrowseAnswer::Folder(listing) => listing,
        BrowseAnswer::Page(page) => panic!("a page: {page:?}"),
    }
}

fn page(engine: &Engine, request: &BrowseRequest) -> PageOutline {
    match engine.browse(request).unwrap() {
        BrowseAnswer::Page(outline) => outline,
        BrowseAnswer::Folder(listing) => panic!("a folder: {listing:?}"),
    }
}

fn shown(listing: &FolderListing) -> Vec<String> {
    let line = |entry: &Entry| match entry {
        Entry::Folder { path, pages } => format!("{path}/ {pages}"),
        Entry::Page(page) => format!("{} {}", page.path, page.title),
    };
    listing.entries.iter().map(line).collect()
}

fn wiki() -> Bench {
    Bench::with(&[
        ("a.md", "# Top\n"),
        ("a/b.md", "# B\n"),
        ("a/c/d.md", "# D\n"),
        ("a/c/e/f.md", "# F\n"),
        ("a-z/g.md", "# G\n"),
        ("ü/h.md", "# H\n"),
    ])
}

#[test]
fn a_folder_is_listed_depth_first_with_counts() {
    let bench = wiki();
    let engine = bench.synced();
    let all = folder(&engine, &request("", 1));
    assert_eq!(all.pages, 6);
    assert_eq!(shown(&all), ["a-z/ 1", "a.md Top", "a/ 3", "ü/ 1"]);
    let deep = folder(&engine, &request(".", 3));
    assert_eq!(
        shown(&deep),
        [
            "a-z/ 1",
            "a-z/g.md G",
            "a.md Top",
            "a/ 3",
            "a/b.md B",
            "a/c/ 2",
            "a/c/d.md D",
            "a/c/e/ 1",
            "ü/ 1",
            "ü/h.md H",
        ]
    );
    assert_eq!(deep.next, None);
    let below = folder(&engine, &request("./a/c/", 1));
    assert_eq!((below.path.as_str(), below.pages), ("a/c", 2));
    assert_eq!(shown(&below), ["a/c/d.md D", "a/c/e/ 1"]);
    // The other Unicode spelling of the same folder.
    assert_eq!(shown(&folder(&engine, &request("u\u{308}", 1))), ["ü/h.md H"]);
}

#[test]
fn a_listing_goes_on_from_a_path_whatever_came_and_went() {
    let bench = wiki();
    let engine = bench.synced();
    let first = folder(&engine, &BrowseRequest { limit: 3, ..request("", 2) });
    assert_eq!(shown(&first), ["a-z/ 1", "a-z/g.md G", "a.md Top"]);
    assert_eq!(first.next.as_deref(), Some("a.md"));
    bench.remove("a.md");
    bench.write("a/a.md", "# New\n");
    engine.sync(&lectern_core::SyncScope::default(), &|_| (), &CancelToken::new()).unwrap();
    let rest = folder(&engine, &BrowseRequest { after: first.next, ..request("", 2) });
    assert_eq!(shown(&rest), ["a/ 4", "a/a.md New", "a/b.md B", "a/c/ 2", "ü/ 1", "ü/h.md H"]);
    let error = engine.browse(&BrowseRequest { after: Some("a.md".into()), ..request("ü", 1) });
    assert!(error.unwrap_err().to_string().contains("another listing"));
}

#[test]
fn what_is_shown_is_what_the_files_hold_now() {
    let bench = Bench::with(&[("a.md", "# Old\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
    let engine = bench.synced();
    bench.write("a.md", "# New\n");
    bench.remove("b.md");
    assert_eq!(shown(&folder(&engine, &request("", 1))), ["a.md New", "c.md C"]);
    let listed = engine.list(None, 10).unwrap();
    let titles: Vec<&str> = listed.pages.iter().map(|page| page.title.as_str()).collect();
    assert_eq!(titles, ["New", "C"]);
    assert_eq!(page(&engine, &request("a.md", 1)).title, "New");
    assert!(matches!(engine.browse(&request("b.md", 1)), Err(Error::NotFound { .. })));
    bench.write("new.md", "# Not indexed yet\n");
    assert_eq!(page(&engine, &request("new.md", 1)).title, "Not indexed yet");
}

#[test]
fn an_outline_gives_lines_and_sizes_that_partition_the_page() {
    let text = "intro\n\n# One\n\ntext\n\n## Two\n\nmore\n";
    let bench = Bench::with(&[("p.md", text)]);
    let engine = bench.synced();
    let whole = page(&engine, &request("p.md", 1));
    let sections: Vec<_> = whole
        .sections
        .iter()
        .map(|s| (s.id.as_str(), s.heading.as_str(), s.level, s.lines.to_string()))
        .collect();
    assert_eq!(
        sections,
        [
            ("~preamble", "", 0, "L1-L2".to_owned()),
            ("one", "One", 1, "L3-L6".to_owned()),
            ("two", "Two", 2, "L7-L9".to_owned()),
        ]
    );
    assert_eq!(whole.sections.iter().map(|s| s.bytes).sum::<u64>(), text.len() as u64);
    assert_eq!((whole.total_lines, whole.total_sections), (9, 3));

    let first = page(&engine, &BrowseRequest { limit: 2, ..request("p.md", 1) });
    let rest = page(&engine, &BrowseRequest { after: first.next.clone(), ..request("p.md", 1) });
    assert_eq!(rest.sections.len(), 1);
    assert_eq!(rest.next, None);
    // A cursor holds for the content it was made of.
    bench.write("p.md", "# Other\n");
    let stale = BrowseRequest { after: first.next, ..request("p.md", 1) };
    assert_eq!(engine.browse(&stale).unwrap_err().code(), "INVALID_ARGUMENT");
}

#[test]
fn bad_requests_are_refused_with_what_would_be_right() {
    let bench = wiki();
    let engine = bench.synced();
    for (bad, says) in [
        (request("", 0), "depth must be an integer from 1 to 10 (got 0)"),
        (request("", 11), "depth must be an integer from 1 to 10 (got 11)"),
        (BrowseRequest { limit: 0, ..request("", 1) }, "limit must be an integer from 1 to 500"),
        (BrowseRequest { limit: 501, ..request("", 1) }, "limit must be an integer from 1 to 500"),
    ] {
        let error = engine.browse(&bad).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let absent = engine.browse(&request("a/x", 1)).unwrap_err();
    assert_eq!(absent.to_string(), "no folder or page at \"a/x\"");
    assert!(absent.hint().unwrap().contains('a'));
    for outside in ["../docs", "/etc", "a/../a", "a//b", "..", "a\0", "a/c/../../../x"] {
        let error = engine.browse(&request(outside, 1)).unwrap_err();
        assert_eq!(error.code(), "NOT_FOUND", "{outside}");
    }
    assert!(matches!(
        Bench::with(&[("a.md", "x")]).open().browse(&request("", 1)),
        Err(Error::IndexNotReady)
    ));
}

#[test]
fn pages_are_listed_in_pieces_that_make_the_whole() {
    let bench = Bench::new();
    for n in 0..23 {
        bench.write(&format!("f{}/p{n}.md", n % 3), format!("# Page {n}\n"));
    }
    let engine = bench.synced();
    let whole = engine.list(None, 500).unwrap();
    assert_eq!((whole.pages.len(), whole.next), (23, None));
    let mut pieces = Vec::new();
    let mut after = None;
    loop {
        let piece = engine.list(after.as_deref(), 5).unwrap();
        pieces.extend(piece.pages);
        after = piece.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pieces, whole.pages);
    assert!(pieces.iter().all(|page| page.bytes > 0 && page.modified_ns > 0));
    assert_eq!(engine.page_times().unwrap().len(), 23);
}

#[test]
fn a_runbook_is_found_by_any_of_its_names_in_any_spelling() {
    let bench = Bench::with(&[
        ("runbooks/KubePodCrashLooping.md", "# What to do\n"),
        ("runbooks/lag.md", "---\naliases: [KafkaLag]\nalerts:\n  - KafkaStalled\n---\n# Lag\n"),
        ("runbooks/disk/README.md", "# Disk Filling Up\n"),
        ("runbooks/many.md", "# Many\n\n## NodeDown\n\ntext\n\n## NodeSlow\n"),
        ("notes/crash.md", "# Kube pod crash looping\n"),
    ]);
    let engine = bench.synced();
    for (name, path, section) in [
        ("KubePodCrashLooping", "runbooks/KubePodCrashLooping.md", None),
        ("kube pod crash looping", "runbooks/KubePodCrashLooping.md", None),
        ("kube-pod-crash-looping", "runbooks/KubePodCrashLooping.md", None),
        ("kafka lag runbook", "runbooks/lag.md", None),
        ("KafkaStalled", "runbooks/lag.md", None),
        ("disk", "runbooks/disk/README.md", None),
        ("DiskFillingUp", "runbooks/disk/README.md", None),
        ("node down", "runbooks/many.md", Some("nodedown")),
    ] {
        let found = engine.find(name, &[]).unwrap();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert_eq!((found[0].path.as_str(), found[0].section.as_deref()), (path, section));
    }
    let absent = engine.find("KafkaLog", &["runbooks".to_owned()]).unwrap_err();
    assert_eq!(absent.code(), "NOT_FOUND");
    for hostile in ["", "../../etc/passwd", "\0", "*", "a/b", "%2e%2e"] {
        assert_eq!(engine.find(hostile, &[]).unwrap_err().code(), "NOT_FOUND", "{hostile}");
    }
}

#[test]
fn an_ambiguous_name_gives_all_it_may_mean_and_folders_narrow_it() {
    let bench = Bench::with(&[
        ("east/Lag.md", "# East\n"),
        ("west/lag.md", "# West\n"),
        ("west/old/lag.md", "# Old\n"),
    ]);
    let engine = bench.synced();
    let paths = |under: &[&str]| -> Vec<String> {
        let under: Vec<String> = under.iter().map(|&folder| folder.to_owned()).collect();
        engine.find("lag", &under).unwrap().into_iter().map(|page| page.path).collect()
    };
    assert_eq!(paths(&[]), ["east/Lag.md", "west/lag.md", "west/old/lag.md"]);
    assert_eq!(paths(&["west"]), ["west/lag.md", "west/old/lag.md"]);
    assert_eq!(paths(&["*/old/**"]), ["west/old/lag.md"]);
    assert_eq!(paths(&["wes", "east/"]), ["east/Lag.md"]);
    let bad = engine.find("lag", &["[".to_owned()]).unwrap_err();
    assert!(bad.to_string().contains("bad glob"), "{bad}");
    // A page that is gone makes nothing ambiguous.
    bench.remove("west/lag.md");
    bench.remove("west/old/lag.md");
    assert_eq!(paths(&[]), ["east/Lag.md"]);
}

#[test]
fn completions_begin_with_what_was_typed_before_they_hold_it() {
    let bench = Bench::with(&[
        ("ops/kafka.md", "x"),
        ("kafka/lag.md", "x"),
        ("dev/mykafka.md", "x"),
        ("dev/other.md", "x"),
    ]);
    let engine = bench.synced();
    let found = engine.complete_path("KAF", 100).unwrap();
    assert_eq!(found.values, ["kafka/lag.md", "ops/kafka.md", "dev/mykafka.md"]);
    assert_eq!(found.total, 3);
    let cut = engine.complete_path("", 2).unwrap();
    assert_eq!((cut.values.len(), cut.total), (2, 4));
    let names = engine.complete_name("kafk", &["ops".into(), "dev".into()], 100).unwrap();
    assert_eq!(names.values, ["kafka", "mykafka"]);
    assert_eq!(engine.complete_path("\0", 100).unwrap().total, 0);
}

#[test]
fn verification_names_what_differs() {
    let bench = Bench::with(&[("a.md", "# A\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
    let engine = bench.synced();
    let clean = engine.verify(&CancelToken::new()).unwrap();
    assert!(clean.is_clean() && clean.pages == 3, "{clean:?}");
    bench.rewrite_in_secret("a.md", "# Z\n");
    bench.remove("b.md");
    bench.write("d.md", "# D\n");
    let report = engine.verify(&CancelToken::new()).unwrap();
    assert_eq!(report.changed, ["a.md"]);
    assert_eq!(report.gone, ["b.md"]);
    assert_eq!(report.unindexed, ["d.md"]);
    assert_eq!(report.damaged, Vec::<String>::new());

    let folder = engine.stats().unwrap().index_folder;
    let store = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "store"))
        .unwrap();
    let mut bytes = fs::read(&store).unwrap();
    bytes[10] ^= 1;
    // As a new file: the open one stays mapped.
    fs::remove_file(&store).unwrap();
    fs::write(&store, bytes).unwrap();
    let damaged = engine.verify(&CancelToken::new()).unwrap().damaged;
    assert_eq!(damaged, [store.file_name().unwrap().to_str().unwrap()]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the tree, the depth and the size of the pieces: the pieces make the whole, and the
    /// whole is the tree as a walk by hand gives it.
    #[test]
    fn any_tree_is_listed_whole_in_pieces_of_any_size(
        paths in prop::collection::btree_set("([a-c.-]{1,2}/){0,3}[a-c0]{1,2}", 1..25),
        depth in 1_u32..5,
        limit in 1_u32..6,
    ) {
        let bench = Bench::new();
        let mut pages = BTreeSet::new();
        for path in paths {
            let is_plain = path.split('/').all(|segment| !segment.starts_with('.'));
            if is_plain {
                let path = format!("{path}.md");
                bench.write(&path, "x");
                pages.insert(path);
            }
        }
        let engine = bench.synced();
        let mut expected = BTreeSet::new();
        for path in &pages {
            for (level, (slash, _)) in path.match_indices('/').enumerate() {
                if level < depth as usize {
                    expected.insert(path[..=slash].to_owned());
                }
            }
            if path.matches('/').count() < depth as usize {
                expected.insert(path.clone());
            }
        }
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let asked = BrowseRequest { after, limit, ..request("", depth) };
            let piece = folder(&engine, &asked);
            prop_assert!(piece.entries.len() <= limit as usize);
            found.extend(piece.entries.iter().map(|entry| match entry {
                Entry::Folder { path, .. } => format!("{path}/"),
                Entry::Page(page) => page.path.clone(),
            }));
            after = piece.next;
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
}
