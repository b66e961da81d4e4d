//! What others call it: the texts of links that lead to the page or the section.
//!
//! Words that people chose for a page while writing another are words they will search for it by
//! (Craswell, Hawking, Robertson 2001). They count as two more fields of a section, of its page and
//! of its own, and as a second one of navigation. A word counts by the square of the share of its
//! link's text that the query says: "managed services" is not what a link called "managed services
//! incident response" means. On the development queries link texts gain .005 of MRR by halves with it
//! (paired p .05), and without it parts of titles lose .019 (p .02).

use rustc_hash::FxHashMap;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, TERMINATED, Term, postings::Postings as _};

use super::navigation;
use super::section_bm25f::B;
use crate::error::{Error, Result};
use crate::index::links::{Link, LinkTable, PagePlace, SegmentLinks};
use crate::index::snapshot::{Snapshot, idf};
use crate::search::query::QueryTerm;

/// As much as the title; two distinct texts say more than one.
const WEIGHT: f64 = 3.0;

/// Live links that may say a term for it to count: more say nothing of which page is meant, and with
/// 100,000 pages counting them would be the longest part of a search. No term of the development
/// pages comes near.
const MOST_LINKS: u64 = 1_000;

/// How often each term of the query stands in the texts of links to each page and section.
pub(in crate::search) struct LinkCounts<'a> {
    table: &'a LinkTable,
    terms: Vec<TermCounts>,
}

#[derive(Default)]
struct TermCounts {
    pages: FxHashMap<PagePlace, f64>,
    sections: FxHashMap<PagePlace, f64>,
    /// What navigation multiplies by: the term's weight and its idf over pages that links call so.
    navigation: f64,
}

impl<'a> LinkCounts<'a> {
    /// Reads the postings of every term once.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::IndexCorrupt`].
    pub(in crate::search) fn read(snapshot: &'a Snapshot, terms: &[QueryTerm]) -> Result<Self> {
        let table = snapshot.links()?;
        let mut are_telling = Vec::with_capacity(terms.len());
        for term in terms {
            let links = snapshot.live_frequency(snapshot.fields.link_text, &term.text)?;
            are_telling.push((1..=MOST_LINKS).contains(&links));
        }
        let mut all: Vec<TermCounts> = terms.iter().map(|_| TermCounts::default()).collect();
        for segment in 0..snapshot.segments.len() {
            if let Some(links) = table.of_segment(segment) {
                count_segment(snapshot, segment, links, terms, &are_telling, &mut all)?;
            }
        }
        for (counts, term) in all.iter_mut().zip(terms) {
            let pages = idf(snapshot.totals.pages, counts.pages.len() as u64);
            counts.navigation = term.weight * pages;
        }
        Ok(Self { table, terms: all })
    }

    /// The pages that links call most as the query does, with the sections these links name, best
    /// first; equal ones in an order that is the same in every index of the same files.
    pub(in crate::search) fn best_pages(
        &self,
        snapshot: &Snapshot,
        limit: usize,
        admits: impl Fn(PagePlace) -> bool,
    ) -> Vec<PagePlace> {
        let mut gains: FxHashMap<PagePlace, f64> = FxHashMap::default();
        for term in &self.terms {
            for (&page, &count) in &term.pages {
                *gains.entry(page).or_default() +=
                    term.navigation * self.page_frequency(page, count);
            }
        }
        let mut ranked: Vec<(f64, u64, PagePlace)> = gains
            .into_iter()
            .filter(|(page, _)| admits(*page))
            .map(|(page, gain)| {
                let facts = &snapshot.segments[page.segment as usize];
                (gain, facts.link_keys(page.doc).next().unwrap_or_default(), page)
            })
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        ranked.truncate(limit);
        ranked.into_iter().map(|(_, _, page)| page).collect()
    }

    /// Whether a link that says a word of the query names the section.
    pub(in crate::search) fn name_section(&self, section: PagePlace) -> bool {
        self.terms.iter().any(|term| term.sections.contains_key(&section))
    }

    /// What a term's link texts add to x of BM25F for a section of a page.
    pub(super) fn weighted_count(&self, term: usize, page: PagePlace, section: DocId) -> f64 {
        let counts = &self.terms[term];
        let Some(&of_page) = counts.pages.get(&page) else { return 0.0 };
        let tokens = f64::from(self.table.tokens_of_page(page));
        let x = WEIGHT * relative(of_page, tokens, self.table.average_of_sections_page);
        let section = PagePlace { segment: page.segment, doc: section };
        let Some(&of_section) = counts.sections.get(&section) else { return x };
        let tokens = f64::from(self.table.tokens_of_section(section));
        x + WEIGHT * relative(of_section, tokens, self.table.average_of_section)
    }

    /// What the link texts of a page add to its navigation.
    pub(super) fn navigation_gain(&self, page: PagePlace) -> f64 {
        let gain = |term: &TermCounts| {
            let count = term.pages.get(&page)?;
            Some(term.navigation * self.page_frequency(page, *count))
        };
        navigation::LINK_WEIGHT * self.terms.iter().filter_map(gain).sum::<f64>()
    }

    /// Bits of the terms, by their places, that links to the page say.
    pub(in crate::search) fn mask_of(&self, page: PagePlace) -> u64 {
        let said = self.terms.iter().enumerate().filter(|(_, term)| term.pages.contains_key(&page));
        said.fold(0, |mask, (place, _)| mask | 1 << place)
    }

    /// Whether a link that says a word of the query leads to the page.
    pub(super) fn name_page(&self, page: PagePlace) -> bool {
        self.terms.iter().any(|term| term.pages.contains_key(&page))
    }

    fn page_frequency(&self, page: PagePlace, count: f64) -> f64 {
        let tokens = f64::from(self.table.tokens_of_page(page));
        navigation::saturated(count, tokens / self.table.average_of_page)
    }
}

/// Adds what the links of one segment say to the counts of each term.
fn count_segment(
    snapshot: &Snapshot,
    segment: usize,
    links: &SegmentLinks,
    terms: &[QueryTerm],
    are_telling: &[bool],
    all: &mut [TermCounts],
) -> Result<()> {
    if !are_telling.contains(&true) {
        return Ok(());
    }
    let field = snapshot.fields.link_text;
    let index = snapshot.searcher.segment_readers()[segment].inverted_index(field)?;
    // By place of the link, the tokens of its text that the query says.
    let mut said = vec![0_u32; links.len()];
    // Term, place and count of every match.
    let mut matches = Vec::new();
    for (number, term) in terms.iter().enumerate().filter(|(number, _)| are_telling[*number]) {
        let key = Term::from_field_text(field, &term.text);
        let Some(mut postings) = index
            .read_postings(&key, IndexRecordOption::WithFreqs)
            .map_err(Error::io("index access"))?
        else {
            continue;
        };
        let mut from = 0;
        while postings.doc() != TERMINATED {
            if let Some(place) = links.place(postings.doc(), &mut from) {
                said[place] += postings.term_freq();
                matches.push((number, place, postings.term_freq()));
            }
            postings.advance();
        }
    }
    for (number, place, count) in matches {
        let Link { target, tokens } = *links.link(place);
        let share = f64::from(said[place]) / f64::from(tokens.max(1));
        let count = f64::from(count) * share.min(1.0).powi(2);
        let counts = &mut all[number];
        *counts.pages.entry(target.page).or_default() += count;
        if let Some(section) = target.section {
            let section = PagePlace { segment: target.page.segment, doc: section.get() };
            *counts.sections.entry(section).or_default() += count;
        }
    }
    Ok(())
}

fn relative(count: f64, tokens: f64, average: f64) -> f64 {
    count / (1.0 - B + B * tokens / average)
}
