//! Words that stand on no page, taken for misspelt ones.
//!
//! Only a word without any posting is corrected, so that a query whose words all stand somewhere is
//! asked as it was written. Edits are made on the word as typed and then stemmed, since the index
//! holds stems: "deploymnet" is one edit from "deployment" and four from its stem "deploy".

use lectern_analysis::{Analyzer, TokenKind};
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

use crate::error::{Error, Result};
use crate::index::snapshot::Snapshot;

/// What a term found by correction counts, beside one that was typed.
pub(super) const WEIGHT: f64 = 0.7;
/// Shorter words are one edit from too many others.
const LEAST_LETTERS: usize = 4;
/// Longer ones are no words.
const MOST_LETTERS: usize = 32;
/// Replacements of a word: the most common that are one edit away.
const REPLACEMENTS: usize = 2;
/// Words of a query that are corrected. What has more unknown words is no prose.
pub(super) const MAX_WORDS: usize = 4;

/// A term one edit away, with a word that gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) term: String,
    pub(super) word: String,
}

/// The most common terms one edit (a letter more, less, other, or two swapped) from a word, that
/// live sections hold; `term` is the word analyzed.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn replacements(
    word: &str,
    term: &str,
    analyzer: &mut Analyzer,
    snapshot: &Snapshot,
) -> Result<Vec<Replacement>> {
    let letters: Vec<char> = word.to_lowercase().chars().collect();
    let is_word = letters.iter().all(|letter| letter.is_alphabetic());
    if !is_word || !(LEAST_LETTERS..=MOST_LETTERS).contains(&letters.len()) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(u64, Replacement)> = Vec::new();
    let mut add = |term: &str, word: &str| -> Result<()> {
        if found.iter().any(|(_, known)| known.term == term) {
            return Ok(());
        }
        let frequency = snapshot.live_frequency(snapshot.fields.section_text, term)?;
        if frequency > 0 {
            let replacement = Replacement { term: term.to_owned(), word: word.to_owned() };
            found.push((frequency, replacement));
        }
        Ok(())
    };
    let mut edited = String::new();
    let mut stemmed = String::new();
    for_each_edit(&letters, |letters| {
        edited.clear();
        edited.extend(letters);
        stemmed.clear();
        analyzer.analyze(&edited, |token| {
            if token.kind == TokenKind::Word && !token.is_stop_word {
                stemmed.push_str(token.term);
            }
        });
        if stemmed.is_empty() { Ok(()) } else { add(&stemmed, &edited) }
    })?;
    // Letters beyond a to z are not tried above; the dictionary knows which there are.
    for term in similar_terms(term, snapshot)? {
        add(&term, &term)?;
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.term.cmp(&b.1.term)));
    Ok(found.into_iter().take(REPLACEMENTS).map(|(_, replacement)| replacement).collect())
}

/// Calls `visit` with every word one edit away over a to z.
fn for_each_edit(
    letters: &[char],
    mut visit: impl FnMut(&mut dyn Iterator<Item = char>) -> Result<()>,
) -> Result<()> {
    let part = |range: std::ops::Range<usize>| letters[range].iter().copied();
    let end = letters.len();
    for at in 0..=end {
        for letter in 'a'..='z' {
            visit(&mut part(0..at).chain([letter]).chain(part(at..end)))?;
            if at < end && letters[at] != letter {
                visit(&mut part(0..at).chain([letter]).chain(part(at + 1..end)))?;
            }
        }
        if at < end {
            visit(&mut part(0..at).chain(part(at + 1..end)))?;
        }
        if at + 1 < end && letters[at] != letters[at + 1] {
            let swapped = [letters[at + 1], letters[at]];
            visit(&mut part(0..at).chain(swapped).chain(part(at + 2..end)))?;
        }
    }
    Ok(())
}

/// Terms of the dictionary one edit from `term`.
fn similar_terms(term: &str, snapshot: &Snapshot) -> Result<Vec<String>> {
    let field = snapshot.fields.section_text;
    let mut similar = Vec::new();
    for reader in snapshot.searcher.segment_readers() {
        let index = reader.inverted_index(field)?;
        let query = FuzzyTermQuery::new(Term::from_field_text(field, term), 1, true);
        let mut stream = index
            .terms()
            .search(query.automaton()?)
            .into_stream()
            .map_err(Error::io("index access"))?;
        while let Some((key, _)) = stream.next() {
            if let Ok(found) = std::str::from_utf8(key) {
                similar.push(found.to_owned());
            }
        }
    }
    Ok(similar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_is_tried_once_or_more() {
        let mut edits = std::collections::BTreeSet::new();
        for_each_edit(&['l', 'a', 'g'], |letters| {
            edits.insert(letters.collect::<String>());
            Ok(())
        })
        .unwrap();
        for edit in ["lg", "alg", "lga", "lagg", "tag", "flag", "leg", "lags"] {
            assert!(edits.contains(edit), "{edit}");
        }
        assert!(!edits.contains("lag"));
        // 26 letters in 4 places, of which one place and letter can be two; 25 others in 3; less one
        // letter, two swapped.
        assert_eq!(edits.len(), 26 * 4 - 3 + 25 * 3 + 3 + 2);
    }
}
