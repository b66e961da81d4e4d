//! Which page is called so: its title, by how rare a word is in titles.
//!
//! Without it the page that is about a thing loses to narrow sections elsewhere that mention it.

use super::counts::{Counts, PageLengths};
use super::page_bm25f::Scale;
use crate::index::fields::TextField;
use crate::search::query::QueryTerm;

/// Beside the section's own score. .06 to .1 are alike; without it link texts that are parts of titles
/// lose .027 of MRR.
const WEIGHT: f64 = 0.075;
const K1: f64 = 1.2;
const B: f64 = 0.4;
/// What others call it counts half of what it calls itself; as much costs parts of titles .004 of MRR.
pub(super) const LINK_WEIGHT: f64 = WEIGHT * 0.5;

/// What a term gives a page: BM25 of its title, with the idf over titles.
pub(super) fn gain(
    scales: &[Scale; TextField::COUNT],
    term: &QueryTerm,
    counts: &Counts,
    lengths: &PageLengths,
) -> f64 {
    let title = TextField::Title as usize;
    let relative_length = lengths[title] as f64 / scales[title].average_length;
    WEIGHT * term.weight * term.title_idf * saturated(f64::from(counts[title]), relative_length)
}

/// BM25 without its idf, of a count in a field so much longer than the average.
pub(super) fn saturated(count: f64, relative_length: f64) -> f64 {
    (K1 + 1.0) * count / (count + K1 * (1.0 - B + B * relative_length))
}
