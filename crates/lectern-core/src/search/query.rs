//! Stage 1: the query's terms and how rare they are.

use lectern_analysis::{Analyzer, TokenKind};

use super::correction::{self, Replacement};
use super::pipeline::Correction;
use super::signals::literal::Literals;
use super::signals::verbatim::Sentence;
use super::synonyms::{self, Expanded, Expansion, Synonyms};
use crate::error::{Error, Result};
use crate::index::snapshot::{Snapshot, idf};

/// Longest query in bytes of UTF-8; an error message of forty lines fits.
pub const MAX_QUERY_BYTES: usize = 8192;

/// Terms kept of a longer query, the rarest ones: a pasted log is about its rare words, and each
/// further term costs a posting list. With 48 the development queries have the same answers.
const MAX_TERMS: usize = 24;

/// What a word that stands nowhere counts as: rarer than most words that do.
const UNKNOWN_IDF: f64 = 9.0;

/// A term that no more sections hold is what the query is about, whatever its other words are: all
/// of these sections are candidates. Identifiers and numbers of error messages are such.
const RARE: u64 = 16;

/// A term that stands in at least one live section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryTerm {
    pub(crate) text: String,
    /// Live sections that hold it.
    pub(crate) frequency: u64,
    /// Over live sections.
    pub(crate) idf: f64,
    /// Over live pages.
    pub(crate) page_idf: f64,
    /// Over the titles of live pages.
    pub(crate) title_idf: f64,
    /// 1, or less for what the caller did not write: every gain of the term is multiplied by it.
    pub(crate) weight: f64,
    /// It stands beside a word of the query, and not for one of its own.
    pub(crate) is_synonym: bool,
}

impl QueryTerm {
    /// A term of which only this is known.
    #[cfg(test)]
    pub(crate) fn with_idf(text: &str, idf: f64) -> Self {
        let text = text.to_owned();
        let frequency = 1;
        Self { text, frequency, idf, page_idf: idf, title_idf: idf, weight: 1.0, is_synonym: false }
    }

    /// Whether all sections that hold it are worth an exact score.
    pub(crate) fn is_rare(&self) -> bool {
        self.frequency <= RARE && !self.is_synonym
    }

    /// `None` when no live section holds the term.
    fn new(text: &str, weight: f64, snapshot: &Snapshot) -> Result<Option<Self>> {
        let fields = snapshot.fields;
        let frequency = snapshot.live_frequency(fields.section_text, text)?;
        if frequency == 0 {
            return Ok(None);
        }
        let pages = snapshot.totals.pages;
        let over_pages =
            |field| -> Result<f64> { Ok(idf(pages, snapshot.live_frequency(field, text)?)) };
        Ok(Some(Self {
            text: text.to_owned(),
            frequency,
            idf: idf(snapshot.totals.sections, frequency),
            page_idf: over_pages(fields.page_text)?,
            title_idf: over_pages(fields.page_title)?,
            weight,
            is_synonym: false,
        }))
    }
}

/// A query, understood.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Distinct, in order of first occurrence.
    pub(crate) terms: Vec<QueryTerm>,
    /// Every distinct term of the query with its idf, stop words and unknown words included: what a
    /// heading is compared with.
    pub(crate) all_terms: Vec<(String, f64)>,
    /// Words as the caller spelled them that stand nowhere.
    pub(crate) unmatched: Vec<String>,
    /// Words that stand nowhere and what is searched for in their place.
    pub(crate) corrected: Vec<Correction>,
    /// Words that have synonyms, with these.
    pub(crate) expanded: Vec<Expansion>,
    /// What is to be found letter by letter.
    pub(crate) literals: Literals,
    /// The query as a sequence of words.
    pub(crate) sentence: Sentence,
}

impl Query {
    /// # Errors
    /// [`Error::LimitExceeded`] above [`MAX_QUERY_BYTES`]; [`Error::Io`].
    pub(crate) fn understand(
        text: &str,
        synonyms: &Synonyms,
        analyzer: &mut Analyzer,
        snapshot: &Snapshot,
    ) -> Result<Self> {
        if text.len() > MAX_QUERY_BYTES {
            return Err(Error::LimitExceeded {
                what: "the query",
                size: text.len(),
                limit: MAX_QUERY_BYTES,
            });
        }
        let words = distinct_words(text, analyzer);
        let expanded = synonyms.expand(text, analyzer);
        let only_stop_words = words.iter().all(|word| word.is_stop);
        let mut query = Self::default();
        let mut unknown = Vec::new();
        for word in words {
            if word.is_stop && !only_stop_words {
                let frequency =
                    snapshot.live_frequency(snapshot.fields.section_text, &word.term)?;
                let idf = idf(snapshot.totals.sections, frequency);
                query.all_terms.push((word.term, idf));
                continue;
            }
            if let Some(term) = QueryTerm::new(&word.term, 1.0, snapshot)? {
                query.all_terms.push((word.term, term.idf));
                query.terms.push(term);
                continue;
            }
            unknown.push(word);
        }
        for word in unknown {
            if expanded.asked.contains(&word.term) {
                // What it stands for is known; it is no misspelling.
                query.all_terms.push((word.term, UNKNOWN_IDF));
            } else {
                query.correct(word, analyzer, snapshot)?;
            }
        }
        query.add_synonyms(expanded, snapshot)?;
        query.keep_rarest();
        query.literals = Literals::of(text);
        let weight = query.terms.iter().map(|term| term.weight * term.idf).sum();
        query.sentence = Sentence::of(text, weight);
        Ok(query)
    }

    /// The share of the query's weight that some of its terms make up, given as bits by their places.
    /// Unknown words weigh as much as rare ones; a synonym weighs as what it stands for.
    pub(crate) fn share(&self, mask: u64) -> f64 {
        let own = self.terms.iter().filter(|term| !term.is_synonym);
        let known: f64 = own.map(|term| term.weight * term.idf).sum();
        let whole = known + UNKNOWN_IDF * self.unmatched.len() as f64;
        let found = self.terms.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1);
        let weight: f64 = found
            .map(|(_, term)| if term.is_synonym { term.idf } else { term.weight * term.idf })
            .sum();
        // A query of nothing but a word that stands nowhere and has synonyms has no weight itself.
        if weight > 0.0 { (weight / whole.max(f64::MIN_POSITIVE)).min(1.0) } else { 0.0 }
    }

    /// Takes in a word that stands nowhere, by what it may be a misspelling of.
    fn correct(&mut self, word: Word, analyzer: &mut Analyzer, snapshot: &Snapshot) -> Result<()> {
        let found = if self.corrected.len() < correction::MAX_WORDS {
            correction::replacements(&word.spelled, &word.term, analyzer, snapshot)?
        } else {
            Vec::new()
        };
        let mut replacements = Vec::new();
        for Replacement { term, word } in found {
            // One that was typed as well is searched for as it is.
            if self.terms.iter().any(|known| known.text == term) {
                continue;
            }
            if let Some(term) = QueryTerm::new(&term, correction::WEIGHT, snapshot)? {
                if replacements.is_empty() {
                    self.all_terms.push((term.text.clone(), term.idf));
                }
                self.terms.push(term);
                replacements.push(word);
            }
        }
        if !replacements.is_empty() {
            self.corrected.push(Correction { word: word.spelled, replacements });
            return Ok(());
        }
        self.all_terms.push((word.term, UNKNOWN_IDF));
        if !word.is_compound && !self.unmatched.contains(&word.spelled) {
            self.unmatched.push(word.spelled);
        }
        Ok(())
    }

    fn add_synonyms(&mut self, expanded: Expanded, snapshot: &Snapshot) -> Result<()> {
        for text in expanded.terms {
            if self.terms.iter().any(|known| known.text == text) {
                continue;
            }
            if let Some(term) = QueryTerm::new(&text, synonyms::WEIGHT, snapshot)? {
                self.terms.push(QueryTerm { is_synonym: true, ..term });
            }
        }
        self.expanded = expanded.expansions;
        Ok(())
    }

    fn keep_rarest(&mut self) {
        if self.terms.len() <= MAX_TERMS {
            return;
        }
        let mut idfs: Vec<f64> = self.terms.iter().map(|term| term.idf).collect();
        idfs.sort_by(|a, b| b.total_cmp(a));
        let least = idfs[MAX_TERMS - 1];
        self.terms.retain(|term| term.idf >= least);
        self.terms.truncate(MAX_TERMS);
    }
}

struct Word {
    term: String,
    spelled: String,
    is_stop: bool,
    is_compound: bool,
}

fn distinct_words(text: &str, analyzer: &mut Analyzer) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    analyzer.analyze(text, |token| {
        if seen.insert(token.term.to_owned()) {
            words.push(Word {
                term: token.term.to_owned(),
                spelled: text[token.start..token.end].to_owned(),
                is_stop: token.is_stop_word,
                is_compound: token.kind == TokenKind::Compound,
            });
        }
    });
    words
}
