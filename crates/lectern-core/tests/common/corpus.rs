//! The pages that tests over many pages use.

use std::fs;
use std::path::{Path, PathBuf};

/// Pages on disk and questions about them.
pub struct Corpus {
    pub folder: PathBuf,
    pub queries: Vec<String>,
    /// Whether it is the development corpus.
    pub is_development: bool,
    /// Owns an unpacked corpus.
    _unpacked: Option<tempfile::TempDir>,
}

/// The corpus that `LECTERN_CORPUS` names, the development corpus beside the clone, or the sample
/// handbook, asked for the headings of its own pages.
pub fn corpus() -> Corpus {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = std::env::var_os("LECTERN_CORPUS")
        .map_or_else(|| workspace.join("../shared/corpus/dev"), PathBuf::from);
    if !source.exists() {
        assert!(
            std::env::var_os("LECTERN_REQUIRE_CORPUS").is_none_or(|value| value != "1"),
            "LECTERN_REQUIRE_CORPUS is set and there is no corpus"
        );
        println!("no corpus: the sample handbook stands in for it");
        return handbook(workspace.join("examples/handbook"));
    }
    let unpacked = tempfile::tempdir().unwrap();
    let archive = fs::File::open(source.join("dev-docs.tar.gz")).unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(archive)).unpack(unpacked.path()).unwrap();
    let queries = fs::read_to_string(source.join("queries.dev.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry["query"].as_str().unwrap().to_owned()
        })
        .collect();
    Corpus {
        folder: unpacked.path().to_owned(),
        queries,
        is_development: true,
        _unpacked: Some(unpacked),
    }
}

fn handbook(folder: PathBuf) -> Corpus {
    let mut queries = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
                queries.extend(headings.map(str::to_owned));
            }
        }
    }
    assert!(queries.len() > 50, "the handbook has headings");
    Corpus { folder, queries, is_development: false, _unpacked: None }
}
