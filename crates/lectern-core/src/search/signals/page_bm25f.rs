//! Which page is about it: BM25F over the page as a whole, each of its words counted once.
//!
//! A section may hold few of the query's words because the page said the others elsewhere.

use super::counts::{Counts, PageLengths};
use super::section_bm25f::{B, saturated};
use crate::index::fields::TextField;
use crate::index::snapshot::Snapshot;
use crate::search::query::QueryTerm;

/// Beside the section's own score. On the development queries .5 gains .021 on commit subjects and
/// .032 on questions whose headings were taken out (paired p .0002 each), and loses nowhere.
const WEIGHT: f64 = 0.5;

fn weight(field: TextField) -> f64 {
    match field {
        TextField::Title => 3.0,
        TextField::Heading => 2.0,
        TextField::Path => 1.5,
        TextField::Description | TextField::Body => 1.0,
        // Of a whole page code is much and says little.
        TextField::Code => 0.6,
        // Headings are counted as such, once.
        TextField::Ancestors => 0.0,
    }
}

/// Weight and average length of a field over pages.
pub(super) struct Scale {
    weight: f64,
    pub(super) average_length: f64,
}

/// One scale a field.
pub(super) fn scales(snapshot: &Snapshot) -> [Scale; TextField::COUNT] {
    TextField::ALL.map(|field| Scale {
        weight: weight(field),
        average_length: snapshot.average_page_length(field).max(f64::MIN_POSITIVE),
    })
}

/// What a term gives a page.
pub(super) fn gain(
    scales: &[Scale; TextField::COUNT],
    term: &QueryTerm,
    counts: &Counts,
    lengths: &PageLengths,
) -> f64 {
    let mut x = 0.0;
    for ((scale, &count), &length) in scales.iter().zip(counts).zip(lengths) {
        if count > 0 {
            let relative_length = length as f64 / scale.average_length;
            x += scale.weight * f64::from(count) / (1.0 - B + B * relative_length);
        }
    }
    WEIGHT * term.weight * term.page_idf * saturated(x)
}
