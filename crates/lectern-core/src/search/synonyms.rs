//! Words that a team uses for one another, from a file of its own.
//!
//! The format is the one of Solr, which Elasticsearch and `OpenSearch` read as well: a line of words or
//! phrases with commas between them says that each stands for all others; `a, b => c, d` says that
//! `c` and `d` are looked for wherever `a` or `b` is asked for, and not the other way round. `#` begins
//! a comment.
//!
//! What a synonym stands for is not looked up in turn, so cycles are harmless and "a, b" beside
//! "b, c" does not make c of a.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use lectern_analysis::{Analyzer, TokenKind};
use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

/// What a term found by a synonym counts, beside one that was typed (Elastic's and Sigma's guides use
/// .3 to .5; on the development queries these are alike).
pub(super) const WEIGHT: f64 = 0.4;
/// Terms that one word or phrase of the query is expanded by. More make a question about everything.
const MOST_OF_A_PHRASE: usize = 8;
/// Terms that a query is expanded by.
const MOST_OF_A_QUERY: usize = 24;
/// Largest file in bytes: some 500,000 lines.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Longest phrase in terms that is looked for in a query.
const MAX_PHRASE_TERMS: usize = 8;

/// Synonyms, ready to be found in queries.
#[derive(Debug, Default)]
pub(crate) struct Synonyms {
    rules: Vec<Rule>,
    /// By first term, the phrases that begin with it: rule and place among what it is asked by.
    asked: FxHashMap<Box<str>, Vec<(u32, u32)>>,
}

#[derive(Debug)]
struct Rule {
    asked: Vec<Phrase>,
    /// What is looked for; `None` for all others of `asked`.
    meant: Option<Vec<Phrase>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Phrase {
    /// As written.
    text: Box<str>,
    /// Analyzed, compounds left out.
    terms: Box<[Box<str>]>,
}

/// A word or phrase of a query and what is looked for beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// As the synonyms file spells it.
    pub word: String,
    /// Words and phrases that were looked for as well, as the file spells them.
    pub synonyms: Vec<String>,
}

/// What is looked for beside a query's own words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    /// Distinct terms, with the query's terms that they stand for.
    pub(super) terms: Vec<String>,
    /// Terms of the query that have synonyms.
    pub(super) asked: Vec<String>,
    pub(super) expansions: Vec<Expansion>,
}

impl Synonyms {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when it cannot be read, is no UTF-8, or a line says nothing: with its
    /// number; [`Error::LimitExceeded`] for a larger one than [`MAX_FILE_BYTES`].
    pub(crate) fn read(file: &Path, analyzer: &mut Analyzer) -> Result<Self> {
        let unreadable = |error: std::io::Error| {
            let problem = match error.kind() {
                ErrorKind::NotFound => "there is none".to_owned(),
                ErrorKind::PermissionDenied => "permission denied".to_owned(),
                kind => kind.to_string(),
            };
            Error::invalid(format!("the synonyms file cannot be read: {problem}"))
        };
        let mut bytes = Vec::new();
        let opened = File::open(file).map_err(unreadable)?;
        opened.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Error::LimitExceeded {
                what: "the synonyms file",
                size: bytes.len(),
                limit: MAX_FILE_BYTES as usize,
            });
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            Error::invalid(format!("the synonyms file is not UTF-8 at line {line}"))
        })?;
        Self::parse(text.strip_prefix('\u{feff}').unwrap_or(text), analyzer)
    }

    fn parse(text: &str, analyzer: &mut Analyzer) -> Result<Self> {
        let mut synonyms = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let rule = Rule::parse(line, analyzer).map_err(|problem| {
                Error::invalid(format!("the synonyms file, line {number}: {problem}"))
            })?;
            synonyms.add(rule);
        }
        Ok(synonyms)
    }

    fn add(&mut self, rule: Rule) {
        let number = self.rules.len() as u32;
        for (place, phrase) in (0..).zip(&rule.asked) {
            if let Some(first) = phrase.terms.first() {
                self.asked.entry(first.clone()).or_default().push((number, place));
            }
        }
        self.rules.push(rule);
    }

    /// What to look for beside the terms of a query.
    pub(super) fn expand(&self, query: &str, analyzer: &mut Analyzer) -> Expanded {
        let mut expanded = Expanded::default();
        if self.rules.is_empty() {
            return expanded;
        }
        let terms = plain_terms(query, analyzer);
        for at in 0..terms.len() {
            for &(rule, place) in self.asked.get(&terms[at]).into_iter().flatten() {
                let rule = &self.rules[rule as usize];
                let asked = &rule.asked[place as usize];
                if terms[at..].starts_with(&asked.terms) {
                    expanded.add(asked, rule.meant_by(asked));
                }
            }
        }
        expanded
    }
}

impl Rule {
    fn parse(line: &str, analyzer: &mut Analyzer) -> std::result::Result<Self, String> {
        let mut sides = line.split("=>");
        let asked = phrases(sides.next().unwrap_or_default(), analyzer)?;
        let meant = sides.next().map(|side| phrases(side, analyzer)).transpose()?;
        if sides.next().is_some() {
            return Err("\"=>\" may stand once".to_owned());
        }
        if asked.is_empty() || meant.as_ref().is_some_and(Vec::is_empty) {
            return Err("words are needed on both sides of \"=>\"".to_owned());
        }
        if meant.is_none() && asked.len() < 2 {
            return Err(
                "at least two different words are needed, with a comma between them".to_owned()
            );
        }
        Ok(Self { asked, meant })
    }

    fn meant_by<'a>(&'a self, asked: &'a Phrase) -> impl Iterator<Item = &'a Phrase> {
        let meant = self.meant.as_ref().unwrap_or(&self.asked);
        meant.iter().filter(move |phrase| phrase.terms != asked.terms)
    }
}

impl Expanded {
    fn add<'a>(&mut self, asked: &Phrase, meant: impl Iterator<Item = &'a Phrase>) {
        let mut expansion = Expansion { word: asked.text.to_string(), synonyms: Vec::new() };
        let mut count = 0;
        for phrase in meant {
            let new: Vec<String> = phrase
                .terms
                .iter()
                .filter(|term| !self.terms.iter().any(|known| *known == ***term))
                .map(ToString::to_string)
                .collect();
            count += new.len();
            if count > MOST_OF_A_PHRASE || self.terms.len() + new.len() > MOST_OF_A_QUERY {
                break;
            }
            self.terms.extend(new);
            expansion.synonyms.push(phrase.text.to_string());
        }
        if !expansion.synonyms.is_empty() && !self.expansions.contains(&expansion) {
            self.asked.extend(asked.terms.iter().map(ToString::to_string));
            self.expansions.push(expansion);
        }
    }
}

/// The distinct phrases of one side.
fn phrases(side: &str, analyzer: &mut Analyzer) -> std::result::Result<Vec<Phrase>, String> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for text in side.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let terms: Box<[Box<str>]> = plain_terms(text, analyzer).into_iter().collect();
        if terms.is_empty() {
            return Err(format!("{text:?} holds no word"));
        }
        if terms.len() > MAX_PHRASE_TERMS {
            return Err(format!("{text:?} has more than {MAX_PHRASE_TERMS} words"));
        }
        if !phrases.iter().any(|known| known.terms == terms) {
            phrases.push(Phrase { text: text.into(), terms });
        }
    }
    Ok(phrases)
}

/// Terms in order; of a run that is split, its parts.
fn plain_terms(text: &str, analyzer: &mut Analyzer) -> Vec<Box<str>> {
    let mut terms = Vec::new();
    analyzer.analyze(text, |token| {
        if token.kind != TokenKind::Compound {
            terms.push(token.term.into());
        }
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(file: &str, query: &str) -> Expanded {
        let mut analyzer = Analyzer::new();
        Synonyms::parse(file, &mut analyzer).unwrap().expand(query, &mut analyzer)
    }

    fn problem(file: &str) -> String {
        Synonyms::parse(file, &mut Analyzer::new()).unwrap_err().to_string()
    }

    #[test]
    fn a_line_of_words_works_both_ways_and_an_arrow_one_way() {
        let file = "# ours\nk8s, kubernetes\npto => paid time off, vacation # people\n";
        assert_eq!(expand(file, "K8s upgrade").terms, ["kubernet"]);
        assert_eq!(expand(file, "kubernetes").expansions[0].synonyms, ["k8s"]);
        let pto = expand(file, "pto policy");
        assert_eq!(pto.terms, ["paid", "time", "off", "vacat"]);
        assert_eq!(pto.expansions[0].synonyms, ["paid time off", "vacation"]);
        assert_eq!(expand(file, "vacation"), Expanded::default());
    }

    #[test]
    fn phrases_are_found_as_a_whole() {
        let file = "on call, pager duty\n";
        assert_eq!(expand(file, "who is on-call today").terms, ["pager", "duti"]);
        assert_eq!(expand(file, "call me on"), Expanded::default());
    }

    #[test]
    fn cycles_and_duplicates_are_harmless() {
        let file = "a1 => b1\nb1 => c1\nc1 => a1\na1, b1\na1, b1\nb1, a1, A1\n";
        let expanded = expand(file, "a1");
        assert_eq!(expanded.terms, ["b1"]);
        assert_eq!(expanded.expansions.len(), 1, "{expanded:?}");
    }

    #[test]
    fn a_line_that_says_nothing_is_named() {
        for (file, said) in [
            ("k8s, kubernetes\nalone\n", "line 2: at least two"),
            ("\n\nk8s, K8S\n", "line 3: at least two"),
            ("a =>\n", "line 1: words are needed on both sides"),
            ("=> b\n", "line 1: words are needed on both sides"),
            ("a => b => c\n", "line 1: \"=>\" may stand once"),
            ("a, --\n", "line 1: \"--\" holds no word"),
            ("a, b c d e f g h i j\n", "line 1: \"b c d e f g h i j\" has more than 8 words"),
        ] {
            assert!(problem(file).contains(said), "{file:?}: {}", problem(file));
        }
    }

    #[test]
    fn a_hundred_thousand_lines_are_read_and_the_expansion_stays_small() {
        let many: Vec<String> = (0..1000).map(|n| format!("alias{n}")).collect();
        let mut lines: Vec<String> = (0..100_000).map(|n| format!("word{n}, term{n}")).collect();
        lines.push(format!("everything, {}", many.join(", ")));
        let file = lines.join("\n");
        let mut analyzer = Analyzer::new();
        let synonyms = Synonyms::parse(&file, &mut analyzer).unwrap();
        assert_eq!(
            synonyms.expand("word99999", &mut analyzer).expansions[0].synonyms,
            ["term99999"]
        );
        let expanded = synonyms.expand("everything about word1 and word2", &mut analyzer);
        assert!(expanded.terms.len() <= MOST_OF_A_QUERY, "{}", expanded.terms.len());
    }
}
