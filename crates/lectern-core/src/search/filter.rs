//! The `path` filter, part of retrieval: what it leaves out never takes a place among candidates.

use std::ops::Range;

use tantivy::DocId;
use tantivy::columnar::TermOrdHit;

use crate::error::{Error, Result};
use crate::files::nfc;
use crate::index::snapshot::{SegmentFacts, Snapshot};

/// Pages under a folder, or one page, as ordinals of each segment's path dictionary: a folder's
/// pages are neighbours in it.
pub(crate) struct PathFilter {
    segments: Vec<SegmentFilter>,
}

/// [`PathFilter`] of one segment.
#[derive(Clone, Debug)]
pub(crate) struct SegmentFilter {
    page: Option<u64>,
    below: Range<u64>,
}

impl SegmentFilter {
    pub(crate) fn admits(&self, facts: &SegmentFacts, doc: DocId) -> bool {
        facts
            .path_ordinal(doc)
            .is_some_and(|ordinal| self.page == Some(ordinal) || self.below.contains(&ordinal))
    }

    fn is_empty(&self) -> bool {
        self.page.is_none() && self.below.is_empty()
    }
}

impl PathFilter {
    /// # Errors
    /// [`Error::NotFound`] with the nearest folders when no live page is at or under `path`.
    pub(crate) fn new(path: &str, snapshot: &Snapshot) -> Result<Self> {
        let path = path.trim_start_matches("./").trim_matches('/');
        // The whole knowledge base, spelled as a folder.
        let everything = path.is_empty() || path == ".";
        let mut segments = Vec::with_capacity(snapshot.segments.len());
        for facts in &snapshot.segments {
            let filter = if everything {
                SegmentFilter { page: None, below: 0..u64::MAX }
            } else {
                Self::segment(path, facts).map_err(Error::io("index access"))?
            };
            segments.push(filter);
        }
        let filter = Self { segments };
        if everything || filter.segments.iter().any(|segment| !segment.is_empty()) {
            return Ok(filter);
        }
        // Spelled in the other Unicode form, on a system that keeps what it is given.
        if nfc(path) != path {
            return Self::new(&nfc(path), snapshot);
        }
        let nearest = snapshot.page_table()?.nearest(path, false);
        Err(Error::NotFound { message: format!("no page is at or under {path:?}"), nearest })
    }

    fn segment(path: &str, facts: &SegmentFacts) -> std::io::Result<SegmentFilter> {
        let dictionary = facts.paths.dictionary();
        let at_or_after = |key: &str| -> std::io::Result<u64> {
            Ok(match dictionary.term_ord_or_next(key)? {
                TermOrdHit::Exact(ordinal) | TermOrdHit::Next(ordinal) => {
                    ordinal.min(dictionary.num_terms() as u64)
                }
            })
        };
        // '0' is the character after '/'.
        let below = at_or_after(&format!("{path}/"))?..at_or_after(&format!("{path}0"))?;
        Ok(SegmentFilter { page: dictionary.term_ord(path)?, below })
    }

    pub(crate) fn segment_filter(&self, ordinal: usize) -> &SegmentFilter {
        &self.segments[ordinal]
    }
}
