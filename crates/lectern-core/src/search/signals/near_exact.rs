//! A heading or title that says nearly what the query says, no more and no less.
//!
//! With Q the summed idf of the query's distinct terms, stop words included ("what is it" is not
//! "it"), H that of the name's and O that of the terms they share, the gain is a share of Q times
//! (O / (Q + H - O))^4: next to nothing until nearly everything agrees. A name is the section's
//! heading, the page's title, or the two together ("set-up: requirements"). The largest counts and
//! not their sum, since a page's first heading mostly is its title.

use rustc_hash::FxHashMap;
use tantivy::DocId;

use crate::error::Result;
use crate::index::snapshot::Snapshot;
use crate::search::query::Query;

/// On the development queries the two gain .042 on link texts that are titles and .102 on questions
/// that are headings (paired p .0002 each).
const HEADING_WEIGHT: f64 = 0.3;
const TITLE_WEIGHT: f64 = 0.15;
/// Who names both page and section can mean no other. .4 to .5 put the right section first for .014
/// more of the link texts that name one, and no kind of query loses (docs/design/ranking/signals.md).
const BOTH_WEIGHT: f64 = 0.45;
/// Below this share the gain is under two thousandths of Q, and the name need not be weighed.
const LEAST_SHARE: f64 = 0.25;

/// The query's terms as ordinals of each segment's names.
pub(super) struct NameMatcher<'a> {
    snapshot: &'a Snapshot,
    query_weight: f64,
    terms: Vec<FxHashMap<u64, f64>>,
}

impl<'a> NameMatcher<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, query: &Query) -> Result<Self> {
        let mut terms = Vec::with_capacity(snapshot.segments.len());
        for facts in &snapshot.segments {
            let mut ordinals = FxHashMap::default();
            for (term, idf) in &query.all_terms {
                if let Some(ordinal) = facts.name_ordinal(term)? {
                    ordinals.insert(ordinal, *idf);
                }
            }
            terms.push(ordinals);
        }
        let query_weight = query.all_terms.iter().map(|(_, idf)| idf).sum();
        Ok(Self { snapshot, query_weight, terms })
    }

    /// What the names of a section and its page give the section.
    pub(super) fn gain(&self, segment: usize, page: DocId, section: DocId) -> f64 {
        let facts = &self.snapshot.segments[segment];
        let title: Vec<u64> = facts.names(page).collect();
        let heading: Vec<u64> = facts.names(section).collect();
        let more = heading.iter().filter(|name| !title.contains(name));
        let both: Vec<u64> = title.iter().chain(more).copied().collect();
        let gain = |names: &[u64]| self.share_of_weight(segment, names);
        (TITLE_WEIGHT * gain(&title))
            .max(HEADING_WEIGHT * gain(&heading))
            .max(BOTH_WEIGHT * gain(&both))
    }

    fn share_of_weight(&self, segment: usize, names: &[u64]) -> f64 {
        let terms = &self.terms[segment];
        let shared: f64 = names.iter().filter_map(|ordinal| terms.get(ordinal)).sum();
        if shared < LEAST_SHARE * self.query_weight {
            return 0.0;
        }
        let name: f64 = names.iter().map(|ordinal| self.snapshot.name_idf(segment, *ordinal)).sum();
        let share = shared / (self.query_weight + name - shared);
        self.query_weight * share.powi(4)
    }
}
