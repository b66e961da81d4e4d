//! Stage 2: which sections are worth an exact score.

use rustc_hash::FxHashSet;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, TERMINATED, Term};

use super::filter::PathFilter;
use super::query::QueryTerm;
use super::signals::link_text::LinkCounts;
use super::union::Union;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::index::links::PagePlace;
use crate::index::snapshot::Snapshot;

/// How many candidates a round takes from where.
#[derive(Clone, Copy, Debug)]
struct Counts {
    /// Sections by the composite field.
    sections: usize,
    /// Pages by title and path.
    named_pages: usize,
    /// Sections of such a page, from its first.
    sections_of_a_named_page: u32,
    /// Pages by what links call them.
    linked_pages: usize,
    /// Sections of such a page, from its first, beside those that the links name.
    sections_of_a_linked_page: u32,
}

impl Counts {
    /// What `limit` hits need: for 99 % of 3,521 queries the best pages, as many as asked for, are
    /// those of a full evaluation (docs/design/ranking/two-stages.md).
    fn enough_for(limit: usize) -> Self {
        Self {
            sections: (50 * limit).max(100),
            named_pages: 20,
            sections_of_a_named_page: 48,
            linked_pages: 10,
            sections_of_a_linked_page: 8,
        }
    }
}

/// Every section that holds a word of the query, or whose page's name or links do.
const ALL: Counts = Counts {
    sections: usize::MAX,
    named_pages: usize::MAX,
    sections_of_a_named_page: u32::MAX,
    linked_pages: usize::MAX,
    sections_of_a_linked_page: u32::MAX,
};

/// Terms that candidates are looked for by, the weightiest: of a pasted error message the rarest
/// words find it, and each further one costs its posting list. Every term counts in the exact score.
const RETRIEVAL_TERMS: usize = 12;
/// Rounds before an answer may stay short. The second and later ones are for a page that holds all
/// of the best sections, and for pages that are gone from disk.
const ROUNDS: usize = 8;

/// Candidate sections, a round at a time; a round holds no page of an earlier one.
pub(crate) struct Candidates<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) terms: &'a [QueryTerm],
    pub(crate) links: &'a LinkCounts<'a>,
    pub(crate) filter: Option<&'a PathFilter>,
    pub(crate) cancel: &'a CancelToken,
    counts: Counts,
    /// Path ordinals of the pages of earlier rounds and of those left out, by segment.
    seen: Vec<FxHashSet<u64>>,
    rounds: usize,
    are_exhausted: bool,
    are_some_out: bool,
}

impl<'a> Candidates<'a> {
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        terms: &'a [QueryTerm],
        links: &'a LinkCounts<'a>,
        filter: Option<&'a PathFilter>,
        limit: usize,
        cancel: &'a CancelToken,
    ) -> Self {
        let seen = vec![FxHashSet::default(); snapshot.segments.len()];
        Self {
            snapshot,
            terms,
            links,
            filter,
            cancel,
            counts: Counts::enough_for(limit),
            seen,
            rounds: 0,
            are_exhausted: false,
            are_some_out: false,
        }
    }

    /// Takes every section that can have a score, at once.
    pub(crate) fn take_all(&mut self) {
        self.counts = ALL;
    }

    /// Takes pages out of every round.
    pub(crate) fn leave_out(&mut self, paths: &[String]) -> Result<()> {
        for (facts, seen) in self.snapshot.segments.iter().zip(&mut self.seen) {
            for path in paths {
                let ordinal =
                    facts.paths.dictionary().term_ord(path).map_err(Error::io("index access"))?;
                seen.extend(ordinal);
            }
        }
        self.are_some_out = !paths.is_empty();
        Ok(())
    }

    /// The next candidates by segment, each list ascending and distinct; `None` when there are none.
    pub(crate) fn next_round(&mut self) -> Result<Option<Vec<Vec<DocId>>>> {
        if self.are_exhausted || self.rounds == ROUNDS {
            return Ok(None);
        }
        self.rounds += 1;
        let fields = self.snapshot.fields;
        let sections = self.best(fields.section_text, self.counts.sections)?;
        self.are_exhausted = sections.len() < self.counts.sections;
        let mut found = vec![Vec::new(); self.snapshot.segments.len()];
        for (ordinal, doc) in sections {
            found[ordinal].push(doc);
        }
        self.take_rare(&mut found)?;
        for (ordinal, page) in self.best(fields.page_name, self.counts.named_pages)? {
            let facts = &self.snapshot.segments[ordinal];
            let sections = facts.sections_of(page);
            let first = sections.start;
            let most = self.counts.sections_of_a_named_page;
            found[ordinal].extend(sections.take_while(|doc| doc - first < most));
        }
        let is_open = |page: PagePlace| self.admits(page.segment as usize, page.doc);
        for page in self.links.best_pages(self.snapshot, self.counts.linked_pages, is_open) {
            let segment = page.segment as usize;
            let sections = self.snapshot.segments[segment].sections_of(page.doc);
            let first = sections.start;
            found[segment].extend(sections.filter(|&doc| {
                doc - first < self.counts.sections_of_a_linked_page
                    || self.links.name_section(PagePlace { doc, ..page })
            }));
        }
        for (ordinal, docs) in found.iter_mut().enumerate() {
            docs.sort_unstable();
            docs.dedup();
            let facts = &self.snapshot.segments[ordinal];
            self.seen[ordinal].extend(docs.iter().filter_map(|doc| facts.path_ordinal(*doc)));
        }
        Ok(Some(found))
    }

    /// Adds every section that holds a rare term.
    fn take_rare(&self, found: &mut [Vec<DocId>]) -> Result<()> {
        let field = self.snapshot.fields.section_text;
        for term in self.terms.iter().filter(|term| term.is_rare()) {
            let key = Term::from_field_text(field, &term.text);
            for (ordinal, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
                let Some(mut postings) = reader
                    .inverted_index(field)?
                    .read_postings(&key, IndexRecordOption::Basic)
                    .map_err(Error::io("index access"))?
                else {
                    continue;
                };
                while postings.doc() != TERMINATED {
                    let doc = postings.doc();
                    if !reader.is_deleted(doc) && self.admits(ordinal, doc) {
                        found[ordinal].push(doc);
                    }
                    postings.advance();
                }
            }
        }
        Ok(())
    }

    fn best(&self, field: Field, limit: usize) -> Result<Vec<(usize, DocId)>> {
        let mut terms: Vec<&QueryTerm> = self.terms.iter().collect();
        terms.sort_by(|a, b| (b.weight * b.idf).total_cmp(&(a.weight * a.idf)));
        terms.truncate(RETRIEVAL_TERMS);
        let admits = |segment: usize, doc: DocId| self.admits(segment, doc);
        let union = Union { snapshot: self.snapshot, terms: &terms, filter: self.filter };
        union.best(field, limit, &admits, self.cancel)
    }

    /// Whether a document may take a place.
    fn admits(&self, ordinal: usize, doc: DocId) -> bool {
        let facts = &self.snapshot.segments[ordinal];
        self.filter.is_none_or(|filter| filter.admits(ordinal, doc))
            && ((self.rounds == 1 && !self.are_some_out)
                || facts.path_ordinal(doc).is_some_and(|path| !self.seen[ordinal].contains(&path)))
    }
}
