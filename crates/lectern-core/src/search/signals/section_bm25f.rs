//! Which section says it: BM25F over the fields of a section (Robertson, Zaragoza, Taylor 2004).
//!
//! For each term, x = sum over fields of w * tf / (1 - b + b * len / avglen), and the section gets
//! idf * x / (k1 + x). Weights and constants were measured on ten handbooks and lie on a plateau;
//! with b = .75, which engines default to, long sections lose what they answer.

use tantivy::DocId;

use super::counts::Counts;
use crate::index::fields::TextField;
use crate::index::segment_facts::SegmentFacts;
use crate::index::snapshot::Snapshot;

pub(super) const K1: f64 = 1.2;
pub(super) const B: f64 = 0.35;

fn weight(field: TextField) -> f64 {
    match field {
        TextField::Title => 3.0,
        TextField::Heading => 3.5,
        TextField::Path => 1.5,
        TextField::Ancestors | TextField::Description | TextField::Body | TextField::Code => 1.0,
    }
}

/// What turns a field's raw count into its share of x.
pub(super) struct Scale {
    field: TextField,
    /// Weight over the repeats that the composite field holds of each token.
    factor: f64,
    average_length: f64,
}

/// One scale a field.
pub(super) fn scales(snapshot: &Snapshot) -> [Scale; TextField::COUNT] {
    TextField::ALL.map(|field| Scale {
        field,
        factor: weight(field) / f64::from(field.repeats()),
        average_length: snapshot.average_length(field).max(f64::MIN_POSITIVE),
    })
}

/// x of one term.
pub(super) fn weighted_count(
    scales: &[Scale; TextField::COUNT],
    facts: &SegmentFacts,
    section: DocId,
    counts: &Counts,
) -> f64 {
    let mut x = 0.0;
    for (scale, &count) in scales.iter().zip(counts) {
        if count > 0 {
            let length = facts.lengths[scale.field as usize].first(section).unwrap_or_default();
            let relative_length = length as f64 / scale.average_length;
            x += scale.factor * f64::from(count) / (1.0 - B + B * relative_length);
        }
    }
    x
}

/// A further mention counts for less than the one before.
pub(super) fn saturated(x: f64) -> f64 {
    x / (K1 + x)
}
