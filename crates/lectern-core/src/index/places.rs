//! Where documents stand among the pages: what decides between equal scores, since it is the same in
//! every index of the same files.

use tantivy::DocAddress;

use super::snapshot::Snapshot;
use crate::error::{Error, Result};

/// Path of the page and place in it, 0 for its first section.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    path: String,
    order: u64,
}

impl Snapshot {
    /// The places of pages or sections, in their order.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn places(&self, documents: &[DocAddress]) -> Result<Vec<Place>> {
        let path = |document: DocAddress| {
            let facts = &self.segments[document.segment_ord as usize];
            (document.segment_ord, facts.path_ordinal(document.doc_id))
        };
        let mut places = vec![Place::default(); documents.len()];
        let mut ascending: Vec<usize> = (0..documents.len()).collect();
        ascending.sort_unstable_by_key(|at| path(documents[*at]));
        for of_a_segment in
            ascending.chunk_by(|a, b| path(documents[*a]).0 == path(documents[*b]).0)
        {
            let facts = &self.segments[documents[of_a_segment[0]].segment_ord as usize];
            let known = of_a_segment.iter().filter_map(|&at| Some((path(documents[at]).1?, at)));
            let (ordinals, known): (Vec<u64>, Vec<usize>) = known.unzip();
            let mut next = known.into_iter();
            // Ordinals ascend, so each block of the dictionary is decoded once.
            let decoded = facts.paths.dictionary().sorted_ords_to_term_cb(&ordinals, |bytes| {
                if let (Some(at), Ok(path)) = (next.next(), std::str::from_utf8(bytes)) {
                    let order = facts.order.first(documents[at].doc_id).unwrap_or_default();
                    places[at] = Place { path: path.to_owned(), order };
                }
            });
            decoded.map_err(Error::io("index access"))?;
        }
        Ok(places)
    }
}
