//! The `path` filter, part of retrieval: what it leaves out never takes a place among candidates.

use std::ops::Range;

use tantivy::DocId;
use tantivy::columnar::TermOrdHit;

use crate::error::{Error, Result};
use crate::files::nfc;
use crate::index::snapshot::{SegmentFacts, Snapshot};
use crate::path_scope::{PathPattern, PathScope};

/// Pages at or below some paths or matched by globs, as ordinals of each segment's path dictionary: a
/// folder's pages are neighbours in it.
pub(crate) struct PathFilter {
    segments: Vec<Ordinals>,
}

/// Ranges of ordinals, ascending and apart.
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
        let mut whole = vec![Ordinals::default(); snapshot.segments.len()];
        for (given, pattern) in paths.iter().zip(scope.patterns()) {
            for (whole, own) in whole.iter_mut().zip(Self::known(given, pattern, snapshot)?) {
                whole.0.extend(own.0);
            }
        }
        for ordinals in &mut whole {
            ordinals.merge();
        }
        Ok((!paths.is_empty()).then_some(Self { segments: whole }))
    }

    /// What one pattern admits.
    fn known(given: &str, pattern: &PathPattern, snapshot: &Snapshot) -> Result<Vec<Ordinals>> {
        let admitted = |pattern: &PathPattern| -> Result<Vec<Ordinals>> {
            let of_segment = |facts| Ordinals::of(pattern, facts);
            let found = snapshot.segments.iter().map(|facts| of_segment(facts));
            found.collect::<std::io::Result<_>>().map_err(Error::io("index access"))
        };
        let found = admitted(pattern)?;
        let is_live = |found: &[Ordinals]| {
            found.iter().zip(&snapshot.segments).any(|(ordinals, facts)| ordinals.are_live(facts))
        };
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

    pub(crate) fn admits(&self, segment: usize, facts: &SegmentFacts, doc: DocId) -> bool {
        facts.path_ordinal(doc).is_some_and(|ordinal| self.segments[segment].hold(ordinal))
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
        found.merge();
        Ok(found)
    }

    fn merge(&mut self) {
        self.0.retain(|range| !range.is_empty());
        self.0.sort_unstable_by_key(|range| range.start);
        self.0.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
    }

    fn hold(&self, ordinal: u64) -> bool {
        let at = self.0.partition_point(|range| range.end <= ordinal);
        self.0.get(at).is_some_and(|range| range.start <= ordinal)
    }

    /// Whether one of them is the path of a page that is not deleted.
    fn are_live(&self, facts: &SegmentFacts) -> bool {
        let is_held = |page| facts.path_ordinal(page).is_some_and(|ordinal| self.hold(ordinal));
        !self.0.is_empty() && (facts.deleted.is_empty() || facts.live_pages().any(is_held))
    }
}
