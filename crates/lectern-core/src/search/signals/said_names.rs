//! Which terms of a name the query says, and how much they and the whole name tell.

use rustc_hash::FxHashSet;
use tantivy::DocId;

use crate::error::Result;
use crate::index::names::NameKind;
use crate::index::snapshot::Snapshot;
use crate::search::query::Query;

/// The query's terms as ordinals of each segment's names.
pub(super) struct SaidNames<'a> {
    snapshot: &'a Snapshot,
    /// Summed idf of the query's distinct terms, stop words included.
    pub(super) query_weight: f64,
    /// By kind and segment.
    said: [Vec<FxHashSet<u64>>; NameKind::COUNT],
}

impl<'a> SaidNames<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, query: &Query) -> Result<Self> {
        let mut said = NameKind::ALL.map(|_| Vec::with_capacity(snapshot.segments.len()));
        for facts in &snapshot.segments {
            for kind in NameKind::ALL {
                let mut ordinals = FxHashSet::default();
                for (term, _) in &query.all_terms {
                    ordinals.extend(facts.names.ordinal(kind, term)?);
                }
                said[kind as usize].push(ordinals);
            }
        }
        let query_weight = query.all_terms.iter().map(|(_, idf)| idf).sum();
        Ok(Self { snapshot, query_weight, said })
    }

    /// Distinct terms of the name that a page or section has of a kind, as ordinals.
    pub(super) fn terms(&self, kind: NameKind, segment: usize, doc: DocId) -> Vec<u64> {
        self.snapshot.segments[segment].names.terms(kind, doc).collect()
    }

    /// Summed idf of those of a name's terms that the query says.
    ///
    /// # Errors
    /// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
    pub(super) fn said(&self, kind: NameKind, segment: usize, name: &[u64]) -> Result<f64> {
        let said = &self.said[kind as usize][segment];
        let shared = name.iter().filter(|term| said.contains(term));
        shared.map(|term| self.snapshot.name_idf(kind, segment, *term)).sum()
    }

    /// Summed idf of all terms of a name.
    ///
    /// # Errors
    /// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
    pub(super) fn whole(&self, kind: NameKind, segment: usize, name: &[u64]) -> Result<f64> {
        name.iter().map(|term| self.snapshot.name_idf(kind, segment, *term)).sum()
    }
}
