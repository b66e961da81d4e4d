//! Which page is called so: title and path, by how rare a word is in titles and in paths.
//!
//! Without it the page that is about a thing loses to narrow sections elsewhere that mention it.

use super::counts::{Counts, PageLengths};
use super::page_bm25f::Scale;
use crate::index::fields::TextField;
use crate::search::query::QueryTerm;

/// Beside the section's own score; .1 to .2 are alike.
const WEIGHT: f64 = 0.15;
const K1: f64 = 1.2;
const B: f64 = 0.4;
const PATH_WEIGHT: f64 = 0.5;
/// What others call it counts as much as its path.
pub(super) const LINK_WEIGHT: f64 = WEIGHT * 0.5;

/// What a term gives a page: BM25 of each of the two fields, with the field's own idf.
pub(super) fn gain(
    scales: &[Scale; TextField::COUNT],
    term: &QueryTerm,
    counts: &Counts,
    lengths: &PageLengths,
) -> f64 {
    let of = |field: TextField, idf: f64| {
        let length = lengths[field as usize] as f64;
        idf * saturated(
            f64::from(counts[field as usize]),
            length / scales[field as usize].average_length,
        )
    };
    let title = of(TextField::Title, term.title_idf);
    let path = of(TextField::Path, term.path_idf);
    WEIGHT * term.weight * (title + PATH_WEIGHT * path)
}

/// BM25 without its idf, of a count in a field so much longer than the average.
pub(super) fn saturated(count: f64, relative_length: f64) -> f64 {
    (K1 + 1.0) * count / (count + K1 * (1.0 - B + B * relative_length))
}
