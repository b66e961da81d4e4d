//! The analyzer held against published figures: `beir FOLDER`, where `FOLDER` is a data set of BEIR
//! (`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`). One field of title and text, BM25 with k1 .9
//! and b .4 as Anserini has it; prints `{"dataset", "documents", "queries", "ndcg10"}`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a command for developers")]

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use lectern_analysis::Analyzer;
use serde_json::Value;

const K1: f64 = 0.9;
const B: f64 = 0.4;
const DEPTH: usize = 10;

fn main() {
    // `cargo bench` adds a flag of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [folder] = args.as_slice() else {
        println!("usage: beir FOLDER");
        return;
    };
    let folder = Path::new(folder);
    let mut analyzer = Analyzer::new();
    let index = Index::read(&folder.join("corpus.jsonl"), &mut analyzer);
    let judgements = judgements(&folder.join("qrels/test.tsv"));
    let mut gains = Vec::new();
    for entry in lines(&folder.join("queries.jsonl")) {
        let entry: Value = serde_json::from_str(&entry).unwrap();
        let Some(judged) = judgements.get(text(&entry, "_id")) else { continue };
        let found = index.search(text(&entry, "text"), &mut analyzer);
        gains.push(ndcg(&found, judged));
    }
    let mean = gains.iter().sum::<f64>() / gains.len().max(1) as f64;
    let report = serde_json::json!({
        "dataset": folder.file_name().and_then(|name| name.to_str()),
        "documents": index.names.len(),
        "queries": gains.len(),
        "ndcg10": mean,
    });
    println!("{report}");
}

/// Term to documents with counts.
struct Index {
    names: Vec<String>,
    lengths: Vec<f64>,
    postings: HashMap<String, Vec<(usize, f64)>>,
}

impl Index {
    fn read(file: &Path, analyzer: &mut Analyzer) -> Self {
        let (mut names, mut lengths) = (Vec::new(), Vec::new());
        let mut postings: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        for line in lines(file) {
            let entry: Value = serde_json::from_str(&line).unwrap();
            let mut counts: BTreeMap<String, f64> = BTreeMap::new();
            let whole = format!("{} {}", text(&entry, "title"), text(&entry, "text"));
            analyzer.analyze(&whole, |token| {
                if !token.is_stop_word {
                    *counts.entry(token.term.to_owned()).or_default() += 1.0;
                }
            });
            lengths.push(counts.values().sum());
            for (term, count) in counts {
                postings.entry(term).or_default().push((names.len(), count));
            }
            names.push(text(&entry, "_id").to_owned());
        }
        Self { names, lengths, postings }
    }

    /// Names of the best documents, best first, ties by name.
    fn search(&self, query: &str, analyzer: &mut Analyzer) -> Vec<&str> {
        let mut terms: BTreeMap<String, f64> = BTreeMap::new();
        analyzer.analyze(query, |token| {
            if !token.is_stop_word {
                *terms.entry(token.term.to_owned()).or_default() += 1.0;
            }
        });
        let count = self.names.len() as f64;
        let average = self.lengths.iter().sum::<f64>() / count;
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for (term, repeats) in &terms {
            let Some(postings) = self.postings.get(term) else { continue };
            let frequency = postings.len() as f64;
            let idf = (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln();
            for &(document, tf) in postings {
                let norm = K1 * (1.0 - B + B * self.lengths[document] / average);
                *scores.entry(document).or_default() += repeats * idf * tf / (tf + norm);
            }
        }
        let mut ranked: Vec<(&str, f64)> = scores
            .into_iter()
            .map(|(document, score)| (self.names[document].as_str(), score))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        ranked.into_iter().take(DEPTH).map(|(name, _)| name).collect()
    }
}

/// nDCG@10 with the grades as gains, as `trec_eval` has it.
fn ndcg(found: &[&str], judged: &HashMap<String, f64>) -> f64 {
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.take(DEPTH).zip(2_u32..).map(|(gain, place)| gain / f64::from(place).log2()).sum()
    };
    let mut ideal: Vec<f64> = judged.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = discounted(&mut ideal.into_iter());
    let own = discounted(&mut found.iter().map(|name| judged.get(*name).copied().unwrap_or(0.0)));
    if best > 0.0 { own / best } else { 0.0 }
}

/// Grades above 0 by query and document.
fn judgements(file: &Path) -> HashMap<String, HashMap<String, f64>> {
    let mut judgements: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in lines(file).skip(1) {
        let mut cells = line.split('\t');
        let (Some(query), Some(document), Some(grade)) = (cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let grade: f64 = grade.trim().parse().unwrap();
        if grade > 0.0 {
            judgements.entry(query.to_owned()).or_default().insert(document.to_owned(), grade);
        }
    }
    judgements
}

fn lines(file: &Path) -> impl Iterator<Item = String> {
    BufReader::new(File::open(file).unwrap()).lines().map(Result::unwrap)
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}
