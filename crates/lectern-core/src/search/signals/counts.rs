//! How often a term stands in each field of some documents, read off the positions of a composite.

use tantivy::postings::Postings as _;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, Term};

use crate::error::{Error, Result};
use crate::index::fields::TextField;
use crate::index::snapshot::Snapshot;

/// Count by field.
pub(in crate::search) type Counts = [u32; TextField::COUNT];

/// Tokens by field of a page.
pub(crate) type PageLengths = [u64; TextField::COUNT];

/// Calls `found` with the index and the counts of each of `docs`, which ascend, that holds `term`.
pub(super) fn for_each_match(
    snapshot: &Snapshot,
    field: Field,
    segment: usize,
    term: &str,
    docs: &[DocId],
    mut found: impl FnMut(usize, &Counts),
) -> Result<()> {
    let reader = &snapshot.searcher.segment_readers()[segment];
    let index = reader.inverted_index(field)?;
    let key = Term::from_field_text(field, term);
    let Some(info) = index.get_term_info(&key).map_err(Error::io("index access"))? else {
        return Ok(());
    };
    let mut postings = index
        .read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)
        .map_err(Error::io("index access"))?;
    let mut positions = Vec::new();
    for (at, &doc) in docs.iter().enumerate() {
        if postings.doc() < doc {
            postings.seek(doc);
        }
        if postings.doc() != doc {
            continue;
        }
        postings.positions(&mut positions);
        let mut counts = Counts::default();
        for &position in &positions {
            if let Some(count) = counts.get_mut(position as usize) {
                *count += 1;
            }
        }
        found(at, &counts);
    }
    Ok(())
}
