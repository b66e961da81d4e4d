//! The `path` filter, part of retrieval: what it leaves out never takes a place among candidates.

use std::ops::Range;

use tantivy::DocId;
use tantivy::columnar::TermOrdHit;

use crate::error::{Error, Result};
use crate::files::nfc;
use crate::index::segment_facts::SegmentFacts;
use crate::index::snapshot::Snapshot;
use crate::path_scope::{PathPattern, PathScope};

/// Pages at or below some paths or matched by globs, as documents of each segment: a page is followed
/// by its sections and links, and in most segments by the page that comes next by path.
pub(crate) struct PathFilter {
    /// Ranges of documents by segment, ascending and apart.
    segments: Vec<Vec<Range<DocId>>>,
}

/// Ranges of a segment's path ordinals: a folder's pages are neighbours in its dictionary.
#[derive(Clone, Debug, Default)]
struct Ordinals(Vec<Range<u64>>);

impl PathFilter {
    /// `None` when everything is admitted.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a bad glob or too many paths; [`Error::NotFound`] with the nearest
    /// folders when one of `paths` admits no live page.
    pub(crate) fn new(paths: &[String], snapshot: &Snapshot) -> Result<Option<Self>> {
        let scope = PathScope::new(paths)?;
        if scope.patterns().iter().any(|pattern| matches!(pattern, PathPattern::All)) {
            return Ok(None);
        }
        let mut segments = vec![Vec::new(); snapshot.segments.len()];
        for (given, pattern) in paths.iter().zip(scope.patterns()) {
            for (whole, own) in segments.iter_mut().zip(Self::known(given, pattern, snapshot)?) {
                whole.extend(own);
            }
        }
        for documents in &mut segments {
            merge(documents);
        }
        Ok((!paths.is_empty()).then_some(Self { segments }))
    }

    /// The live documents that one pattern admits.
    fn known(
        given: &str,
        pattern: &PathPattern,
        snapshot: &Snapshot,
    ) -> Result<Vec<Vec<Range<DocId>>>> {
        let admitted = |pattern: &PathPattern| -> Result<Vec<Vec<Range<DocId>>>> {
            let of_segment =
                |facts: &SegmentFacts| Ok(Ordinals::of(pattern, facts)?.documents(facts));
            let found = snapshot.segments.iter().map(|facts| of_segment(facts));
            found.collect::<std::io::Result<_>>().map_err(Error::io("index access"))
        };
        let is_live = |found: &[Vec<Range<DocId>>]| found.iter().any(|ranges| !ranges.is_empty());
        let found = admitted(pattern)?;
        if is_live(&found) {
            return Ok(found);
        }
        // Spelled in the other Unicode form, on a system that keeps what it is given.
        let other = nfc(given);
        if other != given {
            let found = admitted(&PathPattern::new(&other)?)?;
            if is_live(&found) {
                return Ok(found);
            }
        }
        let (wanted, message) = match pattern {
            PathPattern::Glob { prefix, .. } => {
                (prefix.trim_end_matches('/'), format!("no page matches {given:?}"))
            }
            _ => (given.trim_matches('/'), format!("no page is at or under {given:?}")),
        };
        Err(Error::NotFound { message, nearest: snapshot.page_table()?.nearest(wanted, false) })
    }

    pub(crate) fn admits(&self, segment: usize, doc: DocId) -> bool {
        let documents = &self.segments[segment];
        let at = documents.partition_point(|range| range.end <= doc);
        documents.get(at).is_some_and(|range| range.start <= doc)
    }

    /// What it admits of a segment: ranges of documents, ascending and apart.
    pub(crate) fn documents(&self, segment: usize) -> &[Range<DocId>] {
        &self.segments[segment]
    }
}

impl Ordinals {
    fn of(pattern: &PathPattern, facts: &SegmentFacts) -> std::io::Result<Self> {
        let dictionary = facts.paths.dictionary();
        let at_or_after = |key: &str| -> std::io::Result<u64> {
            Ok(match dictionary.term_ord_or_next(key)? {
                TermOrdHit::Exact(ordinal) | TermOrdHit::Next(ordinal) => {
                    ordinal.min(dictionary.num_terms() as u64)
                }
            })
        };
        // '0' is the character after '/'.
        let below = |folder: &str| -> std::io::Result<Range<u64>> {
            Ok(at_or_after(&format!("{folder}/"))?..at_or_after(&format!("{folder}0"))?)
        };
        let mut found = Self::default();
        match pattern {
            PathPattern::All => found.0.push(0..dictionary.num_terms() as u64),
            PathPattern::At(path) => {
                found.0.extend(dictionary.term_ord(path)?.map(|page| page..page + 1));
                found.0.push(below(path)?);
            }
            PathPattern::Glob { globs, prefix } => {
                let mut paths = dictionary.prefix_range(prefix).into_stream()?;
                while paths.advance() {
                    let path = std::str::from_utf8(paths.key()).unwrap_or_default();
                    if globs.is_match(path) {
                        found.0.push(paths.term_ord()..paths.term_ord() + 1);
                    }
                }
            }
        }
        merge(&mut found.0);
        Ok(found)
    }

    /// The documents of the live pages.
    fn documents(&self, facts: &SegmentFacts) -> Vec<Range<DocId>> {
        let pages = facts.documents_by_path();
        let of_range = |range: &Range<u64>| range.start as usize..range.end as usize;
        let mut documents: Vec<Range<DocId>> = self
            .0
            .iter()
            .flat_map(|range| pages.get(of_range(range)).into_iter().flatten().cloned())
            .collect();
        merge(&mut documents);
        documents
    }
}

/// Sorts ranges and joins those that touch.
fn merge<T: Ord + Copy>(ranges: &mut Vec<Range<T>>) {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
}
