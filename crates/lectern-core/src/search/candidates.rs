//! Stage 2: which sections are worth an exact score.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rustc_hash::FxHashSet;
use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query as _, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, Term};

use super::filter::PathFilter;
use super::query::QueryTerm;
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::index::snapshot::Snapshot;

/// Sections taken by the composite field. With 100 the exact top page equals that of a full
/// evaluation for 99.9 % of 3,521 queries (docs/decisions/0002-composite-field.md).
const SECTIONS: usize = 100;
/// Pages taken by title and path; all their sections become candidates.
const PAGES: usize = 20;
/// Sections taken of such a page.
const SECTIONS_OF_A_PAGE: usize = 48;
/// Rounds before an answer may stay short. The second and later ones are for a page that holds all
/// of the best sections, and for pages that are gone from disk.
const ROUNDS: usize = 8;

/// Candidate sections, a round at a time; a round holds no page of an earlier one.
pub(crate) struct Candidates<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) terms: &'a [QueryTerm],
    pub(crate) filter: Option<&'a PathFilter>,
    pub(crate) cancel: &'a CancelToken,
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
        filter: Option<&'a PathFilter>,
        cancel: &'a CancelToken,
    ) -> Self {
        let seen = vec![FxHashSet::default(); snapshot.segments.len()];
        Self {
            snapshot,
            terms,
            filter,
            cancel,
            seen,
            rounds: 0,
            are_exhausted: false,
            are_some_out: false,
        }
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
        let sections = self.best(fields.section_text, SECTIONS)?;
        self.are_exhausted = sections.len() < SECTIONS;
        let mut found = vec![Vec::new(); self.snapshot.segments.len()];
        for (ordinal, doc) in sections {
            found[ordinal].push(doc);
        }
        for (ordinal, page) in self.best(fields.page_name, PAGES)? {
            let facts = &self.snapshot.segments[ordinal];
            let end = self.snapshot.searcher.segment_readers()[ordinal].max_doc();
            let sections = (page + 1..end).take(SECTIONS_OF_A_PAGE);
            found[ordinal].extend(sections.take_while(|doc| facts.is_section(*doc)));
        }
        for (ordinal, docs) in found.iter_mut().enumerate() {
            docs.sort_unstable();
            docs.dedup();
            let facts = &self.snapshot.segments[ordinal];
            self.seen[ordinal].extend(docs.iter().filter_map(|doc| facts.path_ordinal(*doc)));
        }
        Ok(Some(found))
    }

    /// Whether a document may take a place.
    fn admits(&self, ordinal: usize, doc: DocId) -> bool {
        let facts = &self.snapshot.segments[ordinal];
        self.filter.is_none_or(|filter| filter.segment_filter(ordinal).admits(facts, doc))
            && ((self.rounds == 1 && !self.are_some_out)
                || facts.path_ordinal(doc).is_some_and(|path| !self.seen[ordinal].contains(&path)))
    }

    /// The `limit` best documents of a flat OR over one field, and those that tie with the last.
    /// Flat and over one field, because only then tantivy prunes by blocks.
    fn best(&self, field: Field, limit: usize) -> Result<Vec<(usize, DocId)>> {
        let clauses = self.terms.iter().map(|term| {
            let term = Term::from_field_text(field, &term.text);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(query) as Box<dyn tantivy::query::Query>)
        });
        let query = BooleanQuery::new(clauses.collect());
        let searcher = &self.snapshot.searcher;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut all = Vec::new();
        for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
            self.cancel.check()?;
            let facts = &self.snapshot.segments[ordinal];
            let mut heap = BinaryHeap::with_capacity(limit + 1);
            let mut threshold = Score::MIN;
            weight.for_each_pruning(Score::MIN, reader, &mut |doc, score| {
                let is_live = reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
                if is_live && self.admits(ordinal, doc) {
                    let place = Reverse((facts.path_ordinal(doc), facts.order.first(doc)));
                    heap.push(Reverse(Ranked { score, place, doc }));
                    if heap.len() > limit {
                        heap.pop();
                    }
                    if heap.len() == limit
                        && let Some(Reverse(worst)) = heap.peek()
                    {
                        // Documents that tie with the worst must still be seen, or which of them
                        // is kept would depend on their order in the segment.
                        threshold = worst.score.next_down();
                    }
                }
                threshold
            })?;
            all.extend(heap.into_iter().map(|Reverse(ranked)| (ordinal, ranked)));
        }
        all.sort_unstable_by(|a, b| b.1.score.total_cmp(&a.1.score));
        let kept = match all.get(limit.saturating_sub(1)) {
            Some((_, last)) => all.iter().take_while(|(_, r)| r.score >= last.score).count(),
            None => all.len(),
        };
        all.truncate(kept);
        Ok(all.into_iter().map(|(ordinal, ranked)| (ordinal, ranked.doc)).collect())
    }
}

/// Orders by score, then by place in the segment's sorted paths, which is the same in every index
/// of the same files.
struct Ranked {
    score: Score,
    place: Reverse<(Option<u64>, Option<u64>)>,
    doc: DocId,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| self.place.cmp(&other.place))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}
