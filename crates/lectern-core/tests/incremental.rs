//! An index grown by edits ranks like one built from the files as they are.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::corpus::corpus;
use common::sync;
use lectern_core::{CancelToken, Engine, OpenOptions, SearchAnswer, SearchRequest};

/// Edits of the development corpus; of a small one fewer.
const EDITS: usize = 2_000;
const QUERIES: usize = 500;
/// Edits between two commits.
const EDITS_OF_A_COMMIT: usize = 20;
/// Share of queries whose ten best pages must be the same before what was deleted is merged away.
const SAME: f64 = 0.995;

/// Seed of the edits, unless `LECTERN_SEED` gives another.
const SEED: u64 = 20_261_126;

/// Numbers that are the same in every run (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// The pages of a folder under edit.
struct Pages {
    folder: PathBuf,
    paths: BTreeSet<PathBuf>,
    random: Random,
    made: usize,
}

impl Pages {
    fn of(folder: &Path) -> Self {
        let mut paths = BTreeSet::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    paths.insert(path);
                }
            }
        }
        Self {
            folder: folder.to_owned(),
            paths,
            random: Random(
                std::env::var("LECTERN_SEED").map_or(SEED, |seed| seed.parse().unwrap()),
            ),
            made: 0,
        }
    }

    fn any(&mut self) -> PathBuf {
        let at = self.random.below(self.paths.len());
        self.paths.iter().nth(at).unwrap().clone()
    }

    fn edit(&mut self) {
        let page = self.any();
        match self.random.below(8) {
            // A few words changed.
            0 | 1 => {
                let text = fs::read_to_string(&page).unwrap();
                let number = self.random.below(1000);
                fs::write(&page, format!("{text}\nEdited rotation {number} of the gateway.\n"))
                    .unwrap();
            }
            // A section moved to another page.
            2 | 3 => {
                let other = self.any();
                let mut from = sections(&page);
                if from.len() > 1 && other != page {
                    let section = from.remove(1 + self.random.below(from.len() - 1));
                    fs::write(&page, from.concat()).unwrap();
                    let text = fs::read_to_string(&other).unwrap();
                    fs::write(&other, format!("{text}\n{section}")).unwrap();
                }
            }
            // A section deleted.
            4 => {
                let mut sections = sections(&page);
                if sections.len() > 1 {
                    sections.remove(1 + self.random.below(sections.len() - 1));
                    fs::write(&page, sections.concat()).unwrap();
                }
            }
            // Renamed, or moved to the folder of another page.
            5 => {
                self.made += 1;
                let beside = self.any();
                let target = beside.with_file_name(format!("moved-{}.md", self.made));
                fs::rename(&page, &target).unwrap();
                self.paths.remove(&page);
                self.paths.insert(target);
            }
            // A new page that links to one there is.
            6 => {
                self.made += 1;
                let target = self.folder.join(format!("new-{}.md", self.made));
                let text = fs::read_to_string(&page).unwrap();
                let place = page.strip_prefix(&self.folder).unwrap().display().to_string();
                fs::write(&target, format!("[copied from {place}]({place})\n\n{text}")).unwrap();
                self.paths.insert(target);
            }
            _ => {
                if self.paths.len() > 10 {
                    fs::remove_file(&page).unwrap();
                    self.paths.remove(&page);
                }
            }
        }
    }
}

/// Text before the first heading of the second level, and such sections.
fn sections(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let mut sections = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with("## ") {
            sections.push(String::new());
        }
        sections.last_mut().unwrap().push_str(line);
    }
    sections
}

fn ask(engine: &Engine, query: &str) -> SearchAnswer {
    let mut request = SearchRequest::new(query, 10);
    request.hits_of_a_page = 1;
    engine.search(&request, &CancelToken::new()).unwrap()
}

/// How many queries have the same ten best pages, and the largest difference in score of a hit that
/// both have.
fn compare(grown: &Engine, fresh: &Engine, queries: &[String]) -> (usize, f64) {
    let mut same = 0;
    let mut largest: f64 = 0.0;
    for query in queries {
        let (a, b) = (ask(grown, query), ask(fresh, query));
        let places = |answer: &SearchAnswer| -> Vec<(String, String)> {
            answer.hits.iter().map(|hit| (hit.path.clone(), hit.section.clone())).collect()
        };
        let is_same = places(&a) == places(&b);
        if !is_same {
            println!("differs: {query}");
        }
        same += usize::from(is_same);
        for hit in &a.hits {
            let other = b.hits.iter().find(|h| h.path == hit.path && h.section == hit.section);
            largest = largest.max(other.map_or(0.0, |other| (other.score - hit.score).abs()));
        }
    }
    (same, largest)
}

#[test]
fn an_index_grown_by_many_edits_ranks_like_a_fresh_one() {
    let corpus = corpus();
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("docs");
    copy(&corpus.folder, &folder);
    let open = |index: &str| {
        let mut options = OpenOptions::new([&folder]);
        options.index_dir = Some(scratch.path().join(index));
        Engine::open(options).unwrap()
    };
    let grown = open("grown");
    sync(&grown);
    let mut pages = Pages::of(&folder);
    let edits = if corpus.is_development { EDITS } else { EDITS / 10 };
    for edit in 1..=edits {
        pages.edit();
        if edit % EDITS_OF_A_COMMIT == 0 {
            sync(&grown);
        }
    }
    sync(&grown);
    let fresh = open("fresh");
    sync(&fresh);
    assert_eq!(grown.stats().unwrap().pages, pages.paths.len() as u64);

    // `LECTERN_ALL_QUERIES=1` asks all of them, in minutes.
    let most = if std::env::var("LECTERN_ALL_QUERIES").is_ok() { usize::MAX } else { QUERIES };
    let step = (corpus.queries.len() / most).max(1);
    let queries: Vec<String> = corpus.queries.iter().step_by(step).take(most).cloned().collect();
    let (same, largest) = compare(&grown, &fresh, &queries);
    let segments = grown.stats().unwrap().segments;
    grown.compact(&CancelToken::new()).unwrap();
    let (compacted, compacted_largest) = compare(&grown, &fresh, &queries);
    println!(
        "{edits} edits, {segments} segments, {} queries: {same} with the same ten best, scores within \
         {largest:e}; in one segment {compacted}, {compacted_largest:e}",
        queries.len()
    );
    assert!(segments > 1, "the edits left one segment, so nothing was compared");
    assert!(same as f64 >= SAME * queries.len() as f64);
    assert!(largest <= 1e-6 && compacted_largest <= 1e-6);
    assert_eq!(compacted, queries.len());
    assert_eq!(grown.stats().unwrap().segments, 1);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
