//! A small knowledge base, an edit of it, and what an index of it must say.

// Each test binary uses its own part.
#![allow(dead_code, unreachable_pub)]

pub mod scenario;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lectern_core::{CancelToken, Engine, OpenOptions, SearchRequest, SyncScope, VerifyReport};
use tempfile::TempDir;

/// Pages by path.
pub type Pages = BTreeMap<String, String>;

const WORDS: &[&str] = &[
    "kafka", "broker", "lag", "restart", "replica", "quorum", "disk", "alert", "failover", "queue",
    "index", "commit", "segment", "merge", "token", "rotate", "backup", "restore", "snapshot",
    "node",
];

/// Says of the test that calls it that it cannot be made on this machine, and why: `npm test` counts
/// these lines. Written past the harness, which shows nothing that a test prints before it passes.
pub fn skipped(reason: &str) {
    let thread = std::thread::current();
    let line = format!("\nskipped: {}: {reason}\n", thread.name().unwrap());
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// Pages on disk, and folders for indexes of them.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.root()).unwrap();
        place
    }

    /// Makes the files those, and leaves alone what is as it is to be.
    pub fn write(&self, pages: &Pages) {
        for path in files_below(&self.root()) {
            let known = path.strip_prefix(self.root()).unwrap().to_str().unwrap();
            if !pages.contains_key(known) {
                fs::remove_file(path).unwrap();
            }
        }
        for (path, text) in pages {
            let file = self.root().join(path);
            if fs::read_to_string(&file).is_ok_and(|there| there == *text) {
                continue;
            }
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("docs")
    }

    pub fn index(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn open(&self, index: &str) -> lectern_core::Result<Engine> {
        let mut options = OpenOptions::new([self.root()]);
        options.index_dir = Some(self.index(index));
        Engine::open(options)
    }

    /// The folder that holds the files of an index.
    pub fn files_of(&self, index: &str) -> PathBuf {
        let mut options = OpenOptions::new([self.root()]);
        options.index_dir = Some(self.index(index));
        Engine::locate(&options).unwrap()
    }

    pub fn copy(&self, from: &str, to: &str) {
        let _ = fs::remove_dir_all(self.index(to));
        copy_folder(&self.index(from), &self.index(to));
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `count` pages of three sections that link to one another.
pub fn pages(count: usize) -> Pages {
    let word = |n: usize| WORDS[n % WORDS.len()];
    let page = |n: usize| {
        let text = format!(
            "# {} {n}\n\nThe {} of [{} {}](p{}.md) is {}.\n\n## {}\n\n{} {} {}\n\n## {}\n\n`{}_{n}`\n",
            word(n),
            word(n * 3),
            word(n + 1),
            n + 1,
            (n + 1) % count,
            word(n * 7),
            word(n + 5),
            word(n * 11),
            word(n + 2),
            word(n * 13),
            word(n + 8),
            word(n),
        );
        (format!("{}/p{n}.md", word(n % 4)), text)
    };
    (0..count).map(page).collect()
}

/// Changes every third page, deletes every seventh, adds as many.
pub fn edited(before: &Pages) -> Pages {
    let mut after = Pages::new();
    for (n, (path, text)) in before.iter().enumerate() {
        match n {
            _ if n % 7 == 3 => {
                after.insert(format!("new/{n}.md"), format!("# Added {n}\n\nquorum {n}\n"));
            }
            _ if n % 3 == 0 => {
                after.insert(path.clone(), format!("{text}\n## Later\n\nrestore {n}\n"));
            }
            _ => {
                after.insert(path.clone(), text.clone());
            }
        }
    }
    after
}

pub fn sync(engine: &Engine) {
    engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap();
}

/// What `verify` finds when the files are `after` and the index is of `before`.
pub fn difference(before: &Pages, after: &Pages) -> VerifyReport {
    let of = |take: &dyn Fn(&str) -> bool, pages: &Pages| {
        pages.keys().filter(|path| take(path)).cloned().collect()
    };
    VerifyReport {
        pages: before.len() as u64,
        changed: of(&|path| after.get(path).is_some_and(|text| *text != before[path]), before),
        gone: of(&|path| !after.contains_key(path), before),
        unindexed: of(&|path| !before.contains_key(path), after),
        damaged: Vec::new(),
    }
}

/// Answers to every word: path, lines and score of each hit.
pub fn answers(engine: &Engine) -> Vec<Vec<(String, String, String)>> {
    let ask = |query: String| {
        let answer = engine.search(&SearchRequest::new(&query, 10), &CancelToken::new()).unwrap();
        let hit = |hit: &lectern_core::Hit| {
            (hit.path.clone(), hit.lines.to_string(), format!("{:.6}", hit.score))
        };
        answer.hits.iter().map(hit).collect()
    };
    let pairs = WORDS.iter().zip(WORDS.iter().cycle().skip(7));
    let queries = pairs.map(|(a, b)| format!("{a} {b}"));
    queries.chain(WORDS.iter().map(|word| (*word).to_owned())).map(ask).collect()
}

/// Names of files in the folder of an index that belong to no commit.
pub fn leftovers(folder: &Path) -> Vec<String> {
    // Its last line is a checksum.
    let meta = fs::read_to_string(folder.join("meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_str(meta.rsplit_once('\n').unwrap().0).unwrap();
    let living: Vec<String> = meta["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| segment["segment_id"].as_str().unwrap().replace('-', ""))
        .collect();
    let known = ["meta.json", ".managed.json", "leader.lock", ".tantivy-writer.lock"];
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !known.contains(&name.as_str()))
        .filter(|name| !living.iter().any(|id| name.starts_with(id)))
        .collect()
}

/// The library that makes calls fail, as cargo builds it beside the tests.
pub fn fault_library() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    let beside = folder.join("liblectern_faults.so");
    if beside.exists() { beside } else { folder.parent().unwrap().join("liblectern_faults.so") }
}
