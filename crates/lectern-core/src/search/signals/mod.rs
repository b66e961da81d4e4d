//! Stage 3: what a section is worth, one file a signal.
//!
//! The score of a section is the sum of its signals. Those of its page are the same for all its
//! sections, so inside a page sections are ordered by their own. Weights, their reasons and their
//! sources stand with each signal; the sum is that of the calibrated ranker R
//! (docs/design/ranking/signals.md).

pub(super) mod counts;
mod folder_page;
pub(super) mod link_text;
pub(super) mod literal;
mod navigation;
mod near_exact;
mod page_bm25f;
mod said_names;
mod section_bm25f;
pub(super) mod verbatim;
mod whole_name;

use std::ops::Range;

use tantivy::{DocAddress, DocId};

use super::query::Query;
use crate::error::Result;
use crate::index::links::PagePlace;
use crate::index::names::NameKind;
use crate::index::snapshot::Snapshot;
use counts::{PageLengths, for_each_match};
use link_text::LinkCounts;
use said_names::SaidNames;

/// What each signal gives a section; they add up to its score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// BM25F over the fields of the section.
    pub section: f64,
    /// Title of the page, by how rare the words are in titles.
    pub navigation: f64,
    /// BM25F over the page as a whole.
    pub page: f64,
    /// What texts of links to the page or section add to its section and navigation scores.
    pub link_text: f64,
    /// Heading or title that says nearly what the query says.
    pub near_exact: f64,
    /// File name of the page or heading of the section that the query says among other words.
    pub whole_name: f64,
    /// A page that stands for its folder, where the query is short.
    pub folder_page: f64,
    /// Identifiers and quoted parts that stand in the section letter by letter.
    pub literal: f64,
    /// Words of the query that stand in the section in the query's order.
    pub verbatim: f64,
}

impl Signals {
    /// Sum of all.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.section
            + self.navigation
            + self.page
            + self.link_text
            + self.near_exact
            + self.whole_name
            + self.folder_page
            + self.literal
            + self.verbatim
    }
}

/// A section with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scored {
    pub(super) section: DocAddress,
    pub(super) signals: Signals,
    /// It holds a term that few sections hold.
    pub(super) is_rare: bool,
}

/// Scores every candidate by what the index knows; lists as [`super::candidates::Candidates`]
/// gives them.
pub(super) fn score(
    snapshot: &Snapshot,
    query: &Query,
    links: &LinkCounts<'_>,
    candidates: &[Vec<DocId>],
) -> Result<Vec<Scored>> {
    let section_scales = section_bm25f::scales(snapshot);
    let page_scales = page_bm25f::scales(snapshot);
    let names = SaidNames::new(snapshot, query)?;
    let mut all = Vec::new();
    for (ordinal, sections) in candidates.iter().enumerate() {
        let facts = &snapshot.segments[ordinal];
        let groups = by_page(sections, |section| facts.page_of(section).0);
        let place = |page| PagePlace { segment: ordinal as u32, doc: page };
        let linked: Vec<&(DocId, Range<usize>)> =
            groups.iter().filter(|(page, _)| links.name_page(place(*page))).collect();

        let mut signals = vec![Signals::default(); sections.len()];
        let mut are_rare = vec![false; sections.len()];
        let mut counted = vec![0.0; sections.len()];
        for (number, term) in query.terms.iter().enumerate() {
            counted.fill(0.0);
            let field = snapshot.fields.section_text;
            let weight = term.weight * term.idf;
            for_each_match(snapshot, field, ordinal, &term.text, sections, |at, counts| {
                counted[at] =
                    section_bm25f::weighted_count(&section_scales, facts, sections[at], counts);
                signals[at].section += weight * section_bm25f::saturated(counted[at]);
                are_rare[at] |= term.is_rare();
            })?;
            for (page, range) in &linked {
                for at in range.clone() {
                    let x = links.weighted_count(number, place(*page), sections[at]);
                    let without = section_bm25f::saturated(counted[at]);
                    signals[at].link_text +=
                        weight * (section_bm25f::saturated(counted[at] + x) - without);
                }
            }
        }

        let pages: Vec<DocId> = groups.iter().map(|(page, _)| *page).collect();
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

        for ((page, range), of_page) in groups.into_iter().zip(of_pages) {
            let called = links.navigation_gain(place(page));
            let title = names.terms(NameKind::Text, ordinal, page);
            let file = names.terms(NameKind::File, ordinal, page);
            let is_folder_page = facts.is_folder_page(page);
            let file_gain = whole_name::gain_of_file(&names, ordinal, &file)?;
            for at in range {
                let heading = names.terms(NameKind::Text, ordinal, sections[at]);
                let mut own = signals[at];
                own.navigation = of_page.navigation;
                own.page = of_page.page;
                own.link_text += called;
                own.near_exact = near_exact::gain(&names, ordinal, &title, &heading)?;
                own.whole_name =
                    file_gain + whole_name::gain_of_heading(&names, ordinal, &heading)?;
                if is_folder_page {
                    own.folder_page = folder_page::gain(own.score(), query.all_terms.len());
                }
                let section = DocAddress::new(ordinal as u32, sections[at]);
                all.push(Scored { section, signals: own, is_rare: are_rare[at] });
            }
        }
    }
    Ok(all)
}

/// The pages of ascending sections, ascending, each with its range of them.
fn by_page(sections: &[DocId], page_of: impl Fn(DocId) -> DocId) -> Vec<(DocId, Range<usize>)> {
    let mut start = 0;
    let groups = sections.chunk_by(|a, b| page_of(*a) == page_of(*b));
    groups
        .map(|group| {
            let range = start..start + group.len();
            start = range.end;
            (page_of(group[0]), range)
        })
        .collect()
}
