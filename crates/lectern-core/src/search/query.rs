//! Stage 1: the query's terms and how rare they are.

use lectern_analysis::{Analyzer, TokenKind};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use crate::error::{Error, Result};
use crate::index::snapshot::Snapshot;

/// Longest query in bytes of UTF-8; an error message of forty lines fits.
pub const MAX_QUERY_BYTES: usize = 8192;

/// Terms kept of a longer query, the rarest ones: a pasted log is about its rare words, and each
/// further term costs a posting list.
const MAX_TERMS: usize = 48;

/// A term that stands in at least one live section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryTerm {
    pub(crate) text: String,
    /// ln(1 + (N - n + .5) / (n + .5)) over live sections.
    pub(crate) idf: f64,
}

/// A query, understood.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Distinct, in order of first occurrence.
    pub(crate) terms: Vec<QueryTerm>,
    /// Words as the caller spelled them that stand nowhere.
    pub(crate) unmatched: Vec<String>,
}

impl Query {
    /// # Errors
    /// [`Error::LimitExceeded`] above [`MAX_QUERY_BYTES`]; [`Error::Io`].
    pub(crate) fn understand(
        text: &str,
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
        let only_stop_words = words.iter().all(|word| word.is_stop);
        let sections = snapshot.totals.sections as f64;
        let mut query = Self::default();
        for word in words.into_iter().filter(|word| only_stop_words || !word.is_stop) {
            let df = live_document_frequency(&word.term, snapshot)? as f64;
            if df > 0.0 {
                let idf = (1.0 + (sections - df + 0.5) / (df + 0.5)).ln();
                query.terms.push(QueryTerm { text: word.term, idf });
            } else if !word.is_compound && !query.unmatched.contains(&word.spelled) {
                query.unmatched.push(word.spelled);
            }
        }
        query.keep_rarest();
        Ok(query)
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

/// Live sections that hold `term`. tantivy's own figure counts deleted documents until they are
/// merged away; with it an index grown by edits would rank unlike a fresh one.
fn live_document_frequency(term: &str, snapshot: &Snapshot) -> Result<u64> {
    let term = Term::from_field_text(snapshot.fields.section_text, term);
    let mut frequency = 0;
    for (reader, facts) in snapshot.searcher.segment_readers().iter().zip(&snapshot.segments) {
        let index = reader.inverted_index(snapshot.fields.section_text)?;
        let Some(info) = index.get_term_info(&term).map_err(Error::io("index access"))? else {
            continue;
        };
        frequency += u64::from(info.doc_freq);
        if facts.deleted.is_empty() {
            continue;
        }
        let mut postings = index
            .read_postings_from_terminfo(&info, IndexRecordOption::Basic)
            .map_err(Error::io("index access"))?;
        for &dead in &facts.deleted {
            if postings.doc() < dead {
                postings.seek(dead);
            }
            match postings.doc() {
                TERMINATED => break,
                doc if doc == dead => frequency -= 1,
                _ => {}
            }
        }
    }
    Ok(frequency)
}
