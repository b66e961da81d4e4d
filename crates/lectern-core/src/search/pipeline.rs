//! The way of a query through the stages.

use std::cmp::Ordering;

use lectern_analysis::Analyzer;
use lectern_markdown::LineRange;
use rustc_hash::FxHashMap;
use tantivy::DocId;

use super::bm25f::{Scored, score};
use super::candidates::Candidates;
use super::filter::PathFilter;
use super::query::Query;
use super::snippet::{SnippetTerms, snippet};
use super::winners::{Winner, Winners};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::index::snapshot::Snapshot;

/// Most hits of an answer.
pub const MAX_LIMIT: u32 = 20;
/// Hits of one page in an answer.
const HITS_OF_A_PAGE: u32 = 2;

/// How much of each section an answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The snippet.
    #[default]
    Concise,
    /// The snippet and the whole text.
    Full,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// Any text of at most [`super::MAX_QUERY_BYTES`] bytes; nothing in it is an operator.
    pub query: String,
    /// 1 to [`MAX_LIMIT`].
    pub limit: u32,
    /// Only pages at or under this path.
    pub path: Option<String>,
    /// How much of each section to give.
    pub detail: Detail,
}

/// A section that answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Path of the page.
    pub path: String,
    /// The section's id, unique in the page.
    pub section: String,
    /// Title of the page.
    pub title: String,
    /// Headings from the outermost to the section's own; empty before the first heading.
    pub heading: Vec<String>,
    /// Lines of the section.
    pub lines: LineRange,
    /// At most [`super::MAX_SNIPPET_CHARS`] characters; pieces of the section's text, verbatim,
    /// with [`super::PIECE_SEPARATOR`] where something was left out between them.
    pub snippet: String,
    /// Higher is better; comparable within one answer.
    pub score: f64,
    /// First 12 hex digits of the hash of the bytes it was read from.
    pub revision: String,
    /// When the file was last written, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The section's text, with [`Detail::Full`].
    pub text: Option<String>,
}

/// Hits, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchAnswer {
    /// Ordered by score, then path, then line.
    pub hits: Vec<Hit>,
    /// Words of the query that stand in no section.
    pub unmatched: Vec<String>,
    /// Pages met that are gone or changed since they were indexed.
    pub stale: Vec<String>,
    /// The commit that was asked.
    pub generation: u64,
    /// Pages in it.
    pub pages: u64,
}

/// One search. Created a call.
pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) roots: &'a RootSet,
    pub(crate) max_file_bytes: u64,
    pub(crate) cancel: &'a CancelToken,
}

impl Search<'_> {
    /// # Errors
    /// [`Error::InvalidArgument`] for a limit out of range; [`Error::LimitExceeded`] for a query too
    /// long; [`Error::NotFound`] for a path that no page is under; [`Error::Cancelled`];
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn run(
        &self,
        request: &SearchRequest,
        analyzer: &mut Analyzer,
    ) -> Result<SearchAnswer> {
        if !(1..=MAX_LIMIT).contains(&request.limit) {
            return Err(Error::invalid(format!(
                "limit must be an integer from 1 to {MAX_LIMIT} (got {})",
                request.limit
            )));
        }
        let query = Query::understand(&request.query, analyzer, self.snapshot)?;
        let filter = match &request.path {
            Some(path) if self.snapshot.totals.pages > 0 => {
                Some(PathFilter::new(path, self.snapshot)?)
            }
            _ => None,
        };
        let mut answer = SearchAnswer {
            unmatched: query.unmatched.clone(),
            generation: self.snapshot.generation,
            pages: self.snapshot.totals.pages,
            ..SearchAnswer::default()
        };
        let mut winners = Winners::new(self.snapshot, self.roots, self.max_file_bytes);
        let mut snippet_terms = SnippetTerms::new(&query.terms, analyzer);
        let mut candidates =
            Candidates::new(self.snapshot, &query.terms, filter.as_ref(), self.cancel);
        let limit = request.limit as usize;
        while answer.hits.len() < limit
            && let Some(round) = candidates.next_round()?
        {
            let missing = limit - answer.hits.len();
            let scored = self.scored(&query, &round)?;
            for (winner, score) in self.take(missing, &scored, &mut winners, &mut snippet_terms)? {
                answer.hits.push(hit(winner, score, request.detail, &mut snippet_terms));
            }
        }
        // A later round may hold an exact score above an earlier one's.
        answer.hits.sort_by(|a, b| {
            let place = |hit: &Hit| (hit.path.clone(), hit.lines.start);
            b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b)))
        });
        answer.stale = winners.stale;
        Ok(answer)
    }

    fn scored(&self, query: &Query, candidates: &[Vec<DocId>]) -> Result<Vec<Scored>> {
        let mut scored = score(self.snapshot, &query.terms, candidates)?;
        scored.retain(|scored| scored.score > 0.0);
        scored.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        Ok(scored)
    }

    /// Reads winners until there are `limit`; what turns out to be gone costs no place.
    fn take(
        &self,
        limit: usize,
        scored: &[Scored],
        winners: &mut Winners<'_>,
        terms: &mut SnippetTerms<'_>,
    ) -> Result<Vec<(Winner, f64)>> {
        let mut hits_of_page = FxHashMap::default();
        let mut taken = Vec::with_capacity(limit);
        for ties in scored.chunk_by(|a, b| a.score.total_cmp(&b.score) == Ordering::Equal) {
            for scored in in_place_order(ties, winners)? {
                self.cancel.check()?;
                let hits = hits_of_page.entry(winners.page_of(scored.section)).or_insert(0);
                if *hits == HITS_OF_A_PAGE {
                    continue;
                }
                let Some(winner) = winners.read(scored.section)? else { continue };
                if winner.has_changed && !terms.stand_in(&winner) {
                    continue;
                }
                *hits += 1;
                taken.push((winner, scored.score));
                if taken.len() == limit {
                    return Ok(taken);
                }
            }
        }
        Ok(taken)
    }
}

fn in_place_order(ties: &[Scored], winners: &mut Winners<'_>) -> Result<Vec<Scored>> {
    if let [only] = ties {
        return Ok(vec![*only]);
    }
    let mut placed = ties
        .iter()
        .map(|scored| Ok((winners.place(scored.section)?, *scored)))
        .collect::<Result<Vec<_>>>()?;
    placed.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(placed.into_iter().map(|(_, scored)| scored).collect())
}

fn hit(winner: Winner, score: f64, detail: Detail, terms: &mut SnippetTerms<'_>) -> Hit {
    let snippet = snippet(&winner.text, winner.front_matter_lines, terms);
    Hit {
        path: winner.path,
        section: winner.section,
        title: winner.title,
        heading: winner.trail,
        lines: winner.lines,
        snippet,
        score,
        revision: winner.revision,
        modified_ns: winner.modified_ns,
        text: (detail == Detail::Full).then_some(winner.text),
    }
}
