//! Stage 2: which sections are worth an exact score.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query as _, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, Term};

use super::filter::PathFilter;
use super::query::QueryTerm;
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::index::snapshot::Snapshot;

/// Sections taken by the composite field. With 100 the exact top page equals that of a full
/// evaluation for 99.9 % of 3,521 queries (`reference/native-spike.md` 2).
const SECTIONS: usize = 100;
/// Pages taken by title and path; all their sections become candidates.
const PAGES: usize = 20;
/// Sections taken of such a page.
const SECTIONS_OF_A_PAGE: usize = 48;

/// Candidate sections by segment, each list ascending and distinct.
pub(crate) fn candidates(
    snapshot: &Snapshot,
    terms: &[QueryTerm],
    filter: Option<&PathFilter>,
    cancel: &CancelToken,
) -> Result<Vec<Vec<DocId>>> {
    let mut found = vec![Vec::new(); snapshot.segments.len()];
    for (ordinal, doc) in
        best(snapshot, snapshot.fields.section_text, terms, SECTIONS, filter, cancel)?
    {
        found[ordinal].push(doc);
    }
    for (ordinal, page) in best(snapshot, snapshot.fields.page_name, terms, PAGES, filter, cancel)? {
        let facts = &snapshot.segments[ordinal];
        let end = snapshot.searcher.segment_readers()[ordinal].max_doc();
        let sections = (page + 1..end).take(SECTIONS_OF_A_PAGE);
        found[ordinal].extend(sections.take_while(|doc| facts.is_section(*doc)));
    }
    for docs in &mut found {
        docs.sort_unstable();
        docs.dedup();
    }
    Ok(found)
}

/// The `limit` best documents of a flat OR over one field, and those that tie with the last. Flat
/// and over one field, because only then tantivy prunes by blocks.
fn best(
    snapshot: &Snapshot,
    field: Field,
    terms: &[QueryTerm],
    limit: usize,
    filter: Option<&PathFilter>,
    cancel: &CancelToken,
) -> Result<Vec<(usize, DocId)>> {
    let clauses = terms.iter().map(|term| {
        let term = Term::from_field_text(field, &term.text);
        let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(query) as Box<dyn tantivy::query::Query>)
    });
    let query = BooleanQuery::new(clauses.collect());
    let weight = query.weight(EnableScoring::enabled_from_searcher(&snapshot.searcher))?;
    let mut all = Vec::new();
    for (ordinal, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        cancel.check()?;
        let facts = &snapshot.segments[ordinal];
        let filter = filter.map(|filter| filter.segment_filter(ordinal));
        let mut heap = BinaryHeap::with_capacity(limit + 1);
        let mut threshold = Score::MIN;
        weight.for_each_pruning(Score::MIN, reader, &mut |doc, score| {
            let is_live = reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
            if is_live && filter.is_none_or(|filter| filter.admits(facts, doc)) {
                let (path, order) = (facts.path_ordinal(doc), facts.order.first(doc));
                heap.push(Reverse(Ranked { score, place: Reverse((path, order)), doc }));
                if heap.len() > limit {
                    heap.pop();
                }
                if heap.len() == limit
                    && let Some(Reverse(worst)) = heap.peek()
                {
                    // Documents that tie with the worst must still be seen, or which of them is
                    // kept would depend on the order of documents in the segment.
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
