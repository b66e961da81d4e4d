//! Real pages and pages made of them: what [`lectern_markdown`] promises must hold for each.
//!
//! The pages are those of the development corpus where it is at hand (`LECTERN_CORPUS` or its usual
//! place), else of the handbook in `examples`. With `LECTERN_REQUIRE_CORPUS=1` only the former will do.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use lectern_markdown::{Link, Page, Source, TargetScope, page_keys, parse};

/// Pages of the development corpus.
const PAGES: usize = 2592;
const MUTATIONS: usize = 2000;
/// Least shares of links that find their page, and of their fragments that name a section or an
/// anchor of it.
const RESOLVED: f64 = 0.95;
const FRAGMENTS: f64 = 0.79;

struct Corpus {
    /// Paths and contents of the Markdown files, by path.
    files: Vec<(String, Vec<u8>)>,
    development: bool,
}

impl Corpus {
    fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::var_os("LECTERN_CORPUS")
            .map_or_else(|| root.join("../../../shared/corpus/dev"), PathBuf::from);
        let archive = folder.join("dev-docs.tar.gz");
        let development = archive.exists();
        let mut files = if development {
            unpack(&archive)
        } else {
            let required = std::env::var_os("LECTERN_REQUIRE_CORPUS").is_some_and(|it| it == "1");
            assert!(!required, "there is no {}", archive.display());
            let handbook = root.join("../../examples/handbook");
            println!("no development corpus, reading {} instead", handbook.display());
            let mut files = Vec::new();
            collect(&handbook, "", &mut files);
            files
        };
        files.sort();
        if development {
            assert_eq!(files.len(), PAGES);
        }
        Self { files, development }
    }
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

fn unpack(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let file = fs::File::open(archive).unwrap();
    let mut files = Vec::new();
    for entry in tar::Archive::new(flate2::read::GzDecoder::new(file)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        if entry.header().entry_type().is_file() && is_page(&path) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((path, bytes));
        }
    }
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if is_page(&path) {
            files.push((path, fs::read(entry.path()).unwrap()));
        }
    }
}

/// Sections are a partition of the bytes and of the lines, and their ids are unique.
fn check(path: &str, bytes: &[u8], source: &Source<'_>, page: &Page) {
    let mut joined = Vec::with_capacity(bytes.len());
    let (mut next_byte, mut next_line) = (0, 1);
    let mut ids = HashSet::new();
    for section in &page.sections {
        assert_eq!(section.bytes.start, next_byte, "{path}");
        assert_eq!(section.lines.start, next_line, "{path}");
        assert!(section.lines.start <= section.lines.end, "{path}");
        assert_eq!(section.bytes, source.lines_bytes(section.lines), "{path}");
        assert!(ids.insert(&section.id), "{path}: {} twice", section.id);
        joined.extend_from_slice(&bytes[section.bytes.clone()]);
        next_byte = section.bytes.end;
        next_line = section.lines.end + 1;
    }
    assert_eq!(next_line, source.line_count() + 1, "{path}");
    let marks = source.text().is_empty();
    assert!(joined == bytes || marks, "{path}: the sections are not the file");
}

/// A small generator with a fixed start, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// The file as some other editor, or a broken disk, would have left it.
fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    match random.below(4) {
        0 => bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]),
        1 => [b"\xef\xbb\xbf", bytes].concat(),
        2 => bytes[..random.below(bytes.len() + 1)].to_vec(),
        _ => {
            let mut bytes = bytes.to_vec();
            for _ in 0..=random.below(20) {
                let at = random.below(bytes.len());
                match (random.below(3), random.below(256) as u8) {
                    (0, byte) => bytes.insert(at, byte),
                    (1, byte) if at < bytes.len() => bytes[at] = byte,
                    _ if at < bytes.len() => drop(bytes.remove(at)),
                    _ => {}
                }
            }
            bytes
        }
    }
}

#[test]
fn sections_partition_every_page() {
    let corpus = Corpus::load();
    let (mut sections, mut links) = (0, 0);
    for (path, bytes) in &corpus.files {
        let source = Source::decode(bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        let page = parse(path, &source);
        assert_eq!(page.fallback, None, "{path}");
        check(path, bytes, &source, &page);
        sections += page.sections.len();
        links += page.links.len();
    }
    println!("{} pages, {sections} sections, {links} links", corpus.files.len());
}

#[test]
fn sections_partition_mutated_pages() {
    let corpus = Corpus::load();
    if corpus.files.is_empty() {
        println!("there are no pages");
        return;
    }
    let mut random = Random(20_261_125);
    let mut refused = 0;
    for _ in 0..MUTATIONS {
        let (path, bytes) = &corpus.files[random.below(corpus.files.len())];
        let bytes = mutate(bytes, &mut random);
        match Source::decode(&bytes) {
            Ok(source) => check(path, &bytes, &source, &parse(path, &source)),
            Err(_) => refused += 1,
        }
    }
    println!("{MUTATIONS} mutations, {refused} refused");
    assert!(refused * 100 < MUTATIONS, "{refused} pages no longer pass for text");
}

/// Where the links of some pages lead.
#[derive(Default)]
struct Leads {
    links: usize,
    resolved: usize,
    fragments: usize,
    found: usize,
}

#[test]
fn links_lead_to_pages_and_sections() {
    let corpus = Corpus::load();
    let pages: Vec<(&str, Page)> = corpus
        .files
        .iter()
        .map(|(path, bytes)| (path.as_str(), parse(path, &Source::decode(bytes).unwrap())))
        .collect();
    let mut by_key: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, (path, page)) in pages.iter().enumerate() {
        for key in page_keys(path, page) {
            by_key.entry((key.scope, key.key)).or_default().push(index);
        }
    }
    let mut scopes: HashMap<TargetScope, Leads> = HashMap::new();
    for Link { target, .. } in pages.iter().flat_map(|(_, page)| &page.links) {
        let leads = scopes.entry(target.scope).or_default();
        leads.links += 1;
        let Some(found) = by_key.get(&(target.scope, target.page.clone())) else { continue };
        leads.resolved += 1;
        if let Some(fragment) = &target.section {
            leads.fragments += 1;
            leads.found += usize::from(
                found
                    .iter()
                    .flat_map(|index| &pages[*index].1.sections)
                    .any(|section| section.id == *fragment || section.anchors.contains(fragment)),
            );
        }
    }
    let mut total = Leads::default();
    for (scope, leads) in &scopes {
        println!(
            "{scope:?}: {} of {} links, {} of {} fragments",
            leads.resolved, leads.links, leads.found, leads.fragments
        );
        total.links += leads.links;
        total.resolved += leads.resolved;
        total.fragments += leads.fragments;
        total.found += leads.found;
    }
    let resolved = total.resolved as f64 / total.links.max(1) as f64;
    let found = total.found as f64 / total.fragments.max(1) as f64;
    println!(
        "all: {resolved:.4} of {} links, {found:.4} of {} fragments",
        total.links, total.fragments
    );
    if corpus.development {
        assert!(resolved >= RESOLVED && found >= FRAGMENTS, "fewer links lead somewhere");
    }
}
