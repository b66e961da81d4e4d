//! What BM25 needs to know of the index as a whole, counted over live documents.

use rustc_hash::FxHashMap;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{TantivyError, Term};

use super::query::QueryTerm;
use crate::error::Result;
use crate::index::fields::TextField;
use crate::index::snapshot::Snapshot;

/// Statistics of some terms in one field, the same as in a fresh index of the same files. tantivy's own
/// count what was deleted until it is merged away, and a merge that does so estimates the tokens that
/// are left from rounded lengths; with them, which sections become candidates would depend on the
/// history of the index.
pub(super) struct LiveStatistics {
    documents: u64,
    tokens: u64,
    frequencies: FxHashMap<Term, u64>,
}

impl LiveStatistics {
    /// `field` is the composite of sections or the names of pages.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub(super) fn new(snapshot: &Snapshot, field: Field, terms: &[&QueryTerm]) -> Result<Self> {
        let Snapshot { fields, totals, .. } = snapshot;
        let is_of_sections = field == fields.section_text;
        let tokens = TextField::ALL.iter().map(|&part| match part {
            _ if is_of_sections => u64::from(part.repeats()) * totals.tokens[part as usize],
            TextField::Title | TextField::Path => totals.page_tokens[part as usize],
            _ => 0,
        });
        let mut frequencies = FxHashMap::default();
        for term in terms {
            let frequency = if is_of_sections {
                term.frequency
            } else {
                snapshot.live_frequency(field, &term.text)?
            };
            frequencies.insert(Term::from_field_text(field, &term.text), frequency);
        }
        Ok(Self {
            // All, and not those alone that have the field: so a segment counts when it notes which
            // document of a block scores highest, and by another average it would be another one.
            documents: totals.pages + totals.sections + totals.links,
            tokens: tokens.sum(),
            frequencies,
        })
    }
}

impl Bm25StatisticsProvider for LiveStatistics {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(self.tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.documents)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let unknown = || TantivyError::InternalError(format!("{term:?} is not of the query"));
        self.frequencies.get(term).copied().ok_or_else(unknown)
    }
}
