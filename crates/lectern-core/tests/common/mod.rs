//! Folders of pages and engines over them.

// Each test binary uses its own part, and there is no crate outside to reach it.
#![allow(dead_code, unreachable_pub)]

pub mod corpus;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lectern_core::{
    CancelToken, Engine, Hit, OpenOptions, ReadAnswer, ReadRequest, Result, SearchAnswer,
    SearchRequest, SyncReport, SyncScope,
};
use tempfile::TempDir;

/// A root and an index folder, both temporary.
pub struct Bench {
    pub folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(bench.root()).unwrap();
        bench
    }

    pub fn with(pages: &[(&str, &str)]) -> Self {
        let bench = Self::new();
        for (path, text) in pages {
            bench.write(path, text);
        }
        bench
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("docs")
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let at = self.root().join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, content).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap();
    }

    /// Replaces a page's content; size and mtime stay what they were.
    pub fn rewrite_in_secret(&self, path: &str, content: &str) {
        let at = self.root().join(path);
        let before = fs::metadata(&at).unwrap();
        assert_eq!(before.len(), content.len() as u64, "the test wants the same size");
        fs::write(&at, content).unwrap();
        set_mtime(&at, before.modified().unwrap());
    }

    pub fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new([self.root()]);
        options.index_dir = Some(self.folder.path().join("index"));
        options
    }

    pub fn open(&self) -> Engine {
        Engine::open(self.options()).unwrap()
    }

    /// An engine whose index is up to date.
    pub fn synced(&self) -> Engine {
        let engine = self.open();
        sync(&engine);
        engine
    }
}

pub fn set_mtime(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

pub fn sync(engine: &Engine) -> SyncReport {
    engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap()
}

pub fn request(query: &str) -> SearchRequest {
    SearchRequest::new(query, 5)
}

pub fn search(engine: &Engine, query: &str) -> SearchAnswer {
    engine.search(&request(query), &CancelToken::new()).unwrap()
}

pub fn paths(answer: &SearchAnswer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.path.as_str()).collect()
}

pub fn read(engine: &Engine, reference: &str) -> Result<ReadAnswer> {
    engine.read(&ReadRequest { reference: reference.to_owned(), ..ReadRequest::default() })
}

/// What must hold of any hit against the files of `root`, which are UTF-8.
pub fn assert_cited(engine: &Engine, root: &Path, hit: &Hit) {
    let bytes = fs::read(root.join(&hit.path)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let cited: String = text
        .split_inclusive('\n')
        .skip(hit.lines.start as usize - 1)
        .take((hit.lines.end - hit.lines.start + 1) as usize)
        .collect();
    assert!(!cited.is_empty(), "{}:{} names no lines", hit.path, hit.lines);
    for piece in hit.snippet.split('…') {
        assert!(cited.contains(piece.trim()), "{}:{} lacks {piece:?}", hit.path, hit.lines);
    }
    if let Some(text) = &hit.text {
        assert_eq!(text, &cited, "{}:{}", hit.path, hit.lines);
    }
    for reference in
        [format!("{}:{}", hit.path, hit.lines), format!("{}#{}", hit.path, hit.section)]
    {
        let read = read(engine, &reference).unwrap_or_else(|error| panic!("{reference}: {error}"));
        assert_eq!(read.text, cited, "{reference}");
        assert_eq!(read.lines, hit.lines, "{reference}");
        assert_eq!(read.revision, hit.revision, "{reference}");
    }
}

/// A time that no file of a test has by chance.
pub fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}
