//! Stage 3: BM25F over the fields of a section (Robertson, Zaragoza, Taylor 2004).
//!
//! For each term, x = sum over fields of w * tf / (1 - b + b * len / avglen), and the section gets
//! idf * x / (k1 + x). Weights and constants were measured on the ten handbooks that
//! `npm run bench -- --only relevance` asks; they lie on a plateau, and ARCHITECTURE.md lists them.

use tantivy::postings::Postings as _;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet as _, Term};

use super::query::QueryTerm;
use crate::error::{Error, Result};
use crate::index::fields::TextField;
use crate::index::snapshot::Snapshot;

const K1: f64 = 1.2;
const B: f64 = 0.35;

fn weight(field: TextField) -> f64 {
    match field {
        TextField::Title => 3.0,
        TextField::Heading => 3.5,
        TextField::Path => 1.5,
        TextField::Ancestors | TextField::Description | TextField::Body | TextField::Code => 1.0,
    }
}

/// A section with its exact score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) section: DocAddress,
    pub(crate) score: f64,
}

/// Scores every candidate; lists as [`super::candidates::Candidates`] gives them.
pub(crate) fn score(
    snapshot: &Snapshot,
    terms: &[QueryTerm],
    candidates: &[Vec<DocId>],
) -> Result<Vec<Scored>> {
    let scales = TextField::ALL.map(|field| FieldScale::of(field, snapshot));
    let mut all = Vec::new();
    for (ordinal, docs) in candidates.iter().enumerate() {
        let mut scores = vec![0.0; docs.len()];
        for term in terms {
            add_term(snapshot, ordinal, term, &scales, docs, &mut scores)?;
        }
        all.extend(
            docs.iter().zip(scores).map(|(doc, score)| Scored {
                section: DocAddress::new(ordinal as u32, *doc),
                score,
            }),
        );
    }
    Ok(all)
}

/// What turns a field's raw count into its share of x.
struct FieldScale {
    field: TextField,
    /// Weight over the repeats that the composite field holds of each token.
    factor: f64,
    average_length: f64,
}

impl FieldScale {
    fn of(field: TextField, snapshot: &Snapshot) -> Self {
        Self {
            field,
            factor: weight(field) / f64::from(field.repeats()),
            average_length: snapshot.average_length(field).max(f64::MIN_POSITIVE),
        }
    }

    fn share(&self, count: u32, length: u64) -> f64 {
        let relative_length = length as f64 / self.average_length;
        self.factor * f64::from(count) / (1.0 - B + B * relative_length)
    }
}

fn add_term(
    snapshot: &Snapshot,
    ordinal: usize,
    term: &QueryTerm,
    scales: &[FieldScale; TextField::COUNT],
    docs: &[DocId],
    scores: &mut [f64],
) -> Result<()> {
    let reader = &snapshot.searcher.segment_readers()[ordinal];
    let facts = &snapshot.segments[ordinal];
    let index = reader.inverted_index(snapshot.fields.section_text)?;
    let key = Term::from_field_text(snapshot.fields.section_text, &term.text);
    let Some(info) = index.get_term_info(&key).map_err(Error::io("index access"))? else {
        return Ok(());
    };
    let mut postings = index
        .read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)
        .map_err(Error::io("index access"))?;
    let mut positions = Vec::new();
    for (&doc, score) in docs.iter().zip(scores) {
        if postings.doc() < doc {
            postings.seek(doc);
        }
        if postings.doc() != doc {
            continue;
        }
        postings.positions(&mut positions);
        let mut counts = [0_u32; TextField::COUNT];
        for &position in &positions {
            if let Some(count) = counts.get_mut(position as usize) {
                *count += 1;
            }
        }
        let x: f64 = scales
            .iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(scale, count)| {
                let length = facts.lengths[scale.field as usize].first(doc).unwrap_or_default();
                scale.share(count, length)
            })
            .sum();
        *score += term.idf * x / (K1 + x);
    }
    Ok(())
}
