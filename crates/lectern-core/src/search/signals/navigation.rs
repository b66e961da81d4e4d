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

/// What a term gives a page: BM25 of each of the two fields, with the field's own idf.
pub(super) fn gain(
    scales: &[Scale; TextField::COUNT],
    term: &QueryTerm,
    counts: &Counts,
    lengths: &PageLengths,
) -> f64 {
    let of = |field: TextField, idf: f64| {
        let count = f64::from(counts[field as usize]);
        let relative_length =
            lengths[field as usize] as f64 / scales[field as usize].average_length;
        idf * (K1 + 1.0) * count / (count + K1 * (1.0 - B + B * relative_length))
    };
    let title = of(TextField::Title, term.title_idf);
    let path = of(TextField::Path, term.path_idf);
    WEIGHT * term.weight * (title + PATH_WEIGHT * path)
}
