//! Stage 3: what a section is worth, one file a signal.
//!
//! The score of a section is the sum of its signals. Those of its page are the same for all its
//! sections, so inside a page sections are ordered by their own. Weights, their reasons and their
//! sources stand with each signal; the sum is that of the calibrated ranker R
//! (docs/design/ranking/signals.md).

pub(super) mod counts;
pub(super) mod literal;
mod navigation;
mod near_exact;
mod page_bm25f;
mod section_bm25f;
pub(super) mod verbatim;

use rustc_hash::FxHashMap;
use tantivy::{DocAddress, DocId};

use super::query::Query;
use crate::error::Result;
use crate::index::snapshot::Snapshot;
use counts::{PageLengths, for_each_match};

/// What each signal gives a section; they add up to its score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// BM25F over the fields of the section.
    pub section: f64,
    /// Title and path of the page, by how rare the words are there.
    pub navigation: f64,
    /// BM25F over the page as a whole.
    pub page: f64,
    /// Heading or title that says nearly what the query says.
    pub near_exact: f64,
    /// Identifiers and quoted parts that stand in the section letter by letter.
    pub literal: f64,
    /// Words of the query that stand in the section in the query's order.
    pub verbatim: f64,
}

impl Signals {
    /// Sum of all.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.section + self.navigation + self.page + self.near_exact + self.literal + self.verbatim
    }
}

/// A section with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scored {
    pub(super) section: DocAddress,
    pub(super) signals: Signals,
}

/// Scores every candidate by what the index knows; lists as [`super::candidates::Candidates`]
/// gives them.
pub(super) fn score(
    snapshot: &Snapshot,
    query: &Query,
    candidates: &[Vec<DocId>],
) -> Result<Vec<Scored>> {
    let section_scales = section_bm25f::scales(snapshot);
    let page_scales = page_bm25f::scales(snapshot);
    let names = near_exact::NameMatcher::new(snapshot, query)?;
    let mut all = Vec::new();
    for (ordinal, sections) in candidates.iter().enumerate() {
        let facts = &snapshot.segments[ordinal];
        let mut signals = vec![Signals::default(); sections.len()];
        for term in &query.terms {
            let field = snapshot.fields.section_text;
            for_each_match(snapshot, field, ordinal, &term.text, sections, |at, counts| {
                let x = section_bm25f::weighted_count(&section_scales, facts, sections[at], counts);
                signals[at].section += term.weight * term.idf * section_bm25f::saturated(x);
            })?;
        }

        let pages = pages_of(sections, |section| facts.page_of(section).0);
        let lengths: Vec<PageLengths> =
            pages.iter().map(|page| facts.page_lengths(*page)).collect();
        let mut of_pages = vec![Signals::default(); pages.len()];
        for term in &query.terms {
            let field = snapshot.fields.page_text;
            for_each_match(snapshot, field, ordinal, &term.text, &pages, |at, counts| {
                let page = &mut of_pages[at];
                page.page += page_bm25f::gain(&page_scales, term, counts, &lengths[at]);
                page.navigation += navigation::gain(&page_scales, term, counts, &lengths[at]);
            })?;
        }
        let titles: FxHashMap<DocId, (usize, f64)> = pages
            .iter()
            .enumerate()
            .map(|(at, page)| (*page, (at, names.title_gain(ordinal, *page))))
            .collect();

        for (&section, mut own) in sections.iter().zip(signals) {
            let (at, title) = titles[&facts.page_of(section).0];
            own.navigation = of_pages[at].navigation;
            own.page = of_pages[at].page;
            own.near_exact = title.max(names.heading_gain(ordinal, section));
            all.push(Scored { section: DocAddress::new(ordinal as u32, section), signals: own });
        }
    }
    Ok(all)
}

/// Distinct pages of ascending sections, ascending.
fn pages_of(sections: &[DocId], page_of: impl Fn(DocId) -> DocId) -> Vec<DocId> {
    let mut pages: Vec<DocId> = sections.iter().map(|section| page_of(*section)).collect();
    pages.dedup();
    pages
}
