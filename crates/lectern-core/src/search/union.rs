//! The best documents of a flat OR over one field.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use rustc_hash::FxHashMap;
use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, TermQuery, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, Score, SegmentReader, TERMINATED, Term};

use super::filter::PathFilter;
use super::query::QueryTerm;
use super::statistics::LiveStatistics;
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::index::snapshot::Snapshot;

/// A filter that admits at most one document of so many is met by looking at its documents only;
/// a wider one by looking at all and leaving out the others, which lets whole blocks be skipped.
const NARROW: u32 = 8;

/// Any of some terms.
pub(super) struct Union<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) terms: &'a [&'a QueryTerm],
    pub(super) filter: Option<&'a PathFilter>,
}

impl Union<'_> {
    /// The `limit` best documents of `field` that `admits` admits, with their segments; of those that
    /// tie, the first by path and place in the page. Scores are BM25 with tantivy's constants.
    ///
    /// # Errors
    /// [`crate::Error::Cancelled`], [`crate::Error::Io`].
    pub(super) fn best(
        &self,
        field: Field,
        limit: usize,
        admits: &dyn Fn(usize, DocId) -> bool,
        cancel: &CancelToken,
    ) -> Result<Vec<(usize, DocId)>> {
        let searcher = &self.snapshot.searcher;
        let statistics = LiveStatistics::new(self.snapshot, field, self.terms)?;
        let scoring = EnableScoring::enabled_from_statistics_provider(&statistics, searcher);
        let terms: Vec<TermQuery> = self.terms.iter().map(|term| one(field, term)).collect();
        let mut all: Vec<(usize, Ranked)> = Vec::new();
        // What a document must exceed to be among the best of the segments so far: a later segment
        // skips from its first block on what cannot.
        let mut floor = Score::MIN;
        for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
            cancel.check()?;
            let mut best = Best::new(self.snapshot, ordinal, limit, floor);
            let mut offer = |doc, score| {
                let is_live = reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
                if is_live && admits(ordinal, doc) { best.add(doc, score) } else { best.threshold }
            };
            match self.filter.map(|filter| filter.documents(ordinal)) {
                Some(documents) if is_narrow(documents, reader) => {
                    let weights = terms.iter().map(|term| term.weight(scoring));
                    let weights = weights.collect::<tantivy::Result<Vec<_>>>()?;
                    for (doc, score) in scores_within(documents, &weights, reader)? {
                        offer(doc, score);
                    }
                }
                _ => {
                    // Flat and over one field, because only then tantivy skips by blocks.
                    let clauses = terms.iter().map(|term| -> (Occur, Box<dyn Query>) {
                        (Occur::Should, Box::new(term.clone()))
                    });
                    let weight = BooleanQuery::new(clauses.collect()).weight(scoring)?;
                    weight.for_each_pruning(floor, reader, &mut offer)?;
                }
            }
            all.extend(best.heap.into_iter().map(|Reverse(ranked)| (ordinal, ranked)));
            all.sort_unstable_by(|a, b| b.1.score.total_cmp(&a.1.score));
            if let Some((_, last)) = all.get(limit.saturating_sub(1)) {
                let worst = last.score;
                all.truncate(all.partition_point(|(_, ranked)| ranked.score >= worst));
                // Those that tie with the worst must still be seen, or which of them is kept would
                // depend on their order in the index.
                floor = worst.next_down();
            }
        }
        if all.len() > limit {
            self.cut_ties(&mut all, limit)?;
        }
        Ok(all.into_iter().map(|(ordinal, ranked)| (ordinal, ranked.doc)).collect())
    }

    /// Leaves `limit` of what is sorted by score, choosing among those that tie with the last.
    fn cut_ties(&self, all: &mut Vec<(usize, Ranked)>, limit: usize) -> Result<()> {
        let worst = all[limit - 1].1.score;
        let above = all.partition_point(|(_, ranked)| ranked.score > worst);
        let ties = all.split_off(above);
        let documents: Vec<DocAddress> =
            ties.iter().map(|(ordinal, tie)| DocAddress::new(*ordinal as u32, tie.doc)).collect();
        let mut ties: Vec<_> = self.snapshot.places(&documents)?.into_iter().zip(ties).collect();
        ties.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        all.extend(ties.into_iter().take(limit - above).map(|(_, tie)| tie));
        Ok(())
    }
}

fn one(field: Field, term: &QueryTerm) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, &term.text), IndexRecordOption::WithFreqs)
}

fn is_narrow(documents: &[Range<DocId>], reader: &SegmentReader) -> bool {
    let count: u32 = documents.iter().map(|range| range.end - range.start).sum();
    count <= reader.max_doc() / NARROW
}

/// Documents of ascending ranges that hold a term, with their scores.
fn scores_within(
    documents: &[Range<DocId>],
    terms: &[Box<dyn Weight>],
    reader: &SegmentReader,
) -> Result<FxHashMap<DocId, Score>> {
    let mut scores = FxHashMap::default();
    for term in terms {
        let mut postings = term.scorer(reader, 1.0)?;
        for range in documents {
            if postings.doc() < range.start {
                postings.seek(range.start);
            }
            while postings.doc() < range.end {
                *scores.entry(postings.doc()).or_default() += postings.score();
                postings.advance();
            }
            if postings.doc() == TERMINATED {
                break;
            }
        }
    }
    Ok(scores)
}

/// The best of one segment so far.
struct Best<'a> {
    snapshot: &'a Snapshot,
    segment: usize,
    limit: usize,
    heap: BinaryHeap<Reverse<Ranked>>,
    /// What a document must exceed to be looked at.
    threshold: Score,
}

impl<'a> Best<'a> {
    fn new(snapshot: &'a Snapshot, segment: usize, limit: usize, threshold: Score) -> Self {
        Self { snapshot, segment, limit, heap: BinaryHeap::new(), threshold }
    }

    fn add(&mut self, doc: DocId, score: Score) -> Score {
        let facts = &self.snapshot.segments[self.segment];
        let place = Reverse((facts.path_ordinal(doc), facts.order.first(doc)));
        self.heap.push(Reverse(Ranked { score, place, doc }));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
        if self.heap.len() == self.limit
            && let Some(Reverse(worst)) = self.heap.peek()
        {
            // As between segments, for those that tie.
            self.threshold = worst.score.next_down();
        }
        self.threshold
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
