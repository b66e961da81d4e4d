//! The way of a query through the stages.

use std::cmp::Ordering;

use lectern_analysis::Analyzer;
use lectern_markdown::LineRange;
use rustc_hash::FxHashMap;
use tantivy::DocId;

use super::candidates::Candidates;
use super::filter::PathFilter;
use super::query::Query;
use super::signals::{Scored, Signals, score};
use super::snippet::{SnippetTerms, snippet};
use super::winners::{Winner, Winners};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::index::snapshot::Snapshot;

/// Most hits of an answer.
pub const MAX_LIMIT: u32 = 20;
/// Sections whose text is read for what only the text tells.
const VERIFIED: usize = 20;
/// Most hits of one page in an answer, and how many there are unless told otherwise.
pub const MAX_HITS_OF_A_PAGE: u32 = 2;

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
    /// Pages that may not answer, by path: for measuring, where some pages hold the question.
    pub exclude: Vec<String>,
    /// 1 to [`MAX_HITS_OF_A_PAGE`].
    pub hits_of_a_page: u32,
}

/// A word that stands nowhere and what was searched for in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// As the caller spelled it.
    pub word: String,
    /// Words of the pages, the most common first; at most two.
    pub replacements: Vec<String>,
}

impl SearchRequest {
    /// `limit` hits for `query`, as callers usually want them.
    #[must_use]
    pub fn new(query: &str, limit: u32) -> Self {
        Self {
            query: query.to_owned(),
            limit,
            path: None,
            detail: Detail::Concise,
            exclude: Vec::new(),
            hits_of_a_page: MAX_HITS_OF_A_PAGE,
        }
    }
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
    /// What the score is made of.
    pub signals: Signals,
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
    /// Words of the query that stand in no section and are like none that does.
    pub unmatched: Vec<String>,
    /// Words of the query that were taken for misspelt.
    pub corrected: Vec<Correction>,
    /// How much of the query's weight the words of the best hit make up, 0 to 1.
    pub confidence: f64,
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
        if !(1..=MAX_HITS_OF_A_PAGE).contains(&request.hits_of_a_page) {
            return Err(Error::invalid(format!(
                "hits of a page must be an integer from 1 to {MAX_HITS_OF_A_PAGE} (got {})",
                request.hits_of_a_page
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
            corrected: query.corrected.clone(),
            generation: self.snapshot.generation,
            pages: self.snapshot.totals.pages,
            ..SearchAnswer::default()
        };
        let mut winners = Winners::new(self.snapshot, self.roots, self.max_file_bytes);
        let mut snippet_terms = SnippetTerms::new(&query.terms, analyzer);
        let mut candidates =
            Candidates::new(self.snapshot, &query.terms, filter.as_ref(), self.cancel);
        candidates.leave_out(&request.exclude)?;
        let limit = request.limit as usize;
        while answer.hits.len() < limit
            && let Some(round) = candidates.next_round()?
        {
            let missing = limit - answer.hits.len();
            let mut scored = self.scored(&query, &round)?;
            verify(&query, &mut scored, &mut winners)?;
            let wanted = Wanted { limit: missing, of_a_page: request.hits_of_a_page };
            for (winner, signals) in
                self.take(&wanted, &scored, &mut winners, &mut snippet_terms)?
            {
                if answer.hits.is_empty() {
                    answer.confidence = query.share(snippet_terms.weight_in(&winner));
                }
                answer.hits.push(hit(winner, signals, request.detail, &mut snippet_terms));
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
        let mut scored = score(self.snapshot, query, candidates)?;
        scored.retain(|scored| scored.signals.section > 0.0);
        sort(&mut scored);
        Ok(scored)
    }

    /// Reads winners until there are enough; what turns out to be gone costs no place.
    fn take(
        &self,
        wanted: &Wanted,
        scored: &[Scored],
        winners: &mut Winners<'_>,
        terms: &mut SnippetTerms<'_>,
    ) -> Result<Vec<(Winner, Signals)>> {
        let mut hits_of_page = FxHashMap::default();
        let mut taken = Vec::with_capacity(wanted.limit);
        for ties in scored.chunk_by(|a, b| by_score(a, b) == Ordering::Equal) {
            for scored in in_place_order(ties, winners)? {
                self.cancel.check()?;
                let hits = hits_of_page.entry(winners.page_of(scored.section)).or_insert(0);
                if *hits == wanted.of_a_page {
                    continue;
                }
                let Some(winner) = winners.read(scored.section)? else { continue };
                if winner.has_changed && terms.weight_in(&winner) <= 0.0 {
                    continue;
                }
                *hits += 1;
                taken.push((winner, scored.signals));
                if taken.len() == wanted.limit {
                    return Ok(taken);
                }
            }
        }
        Ok(taken)
    }
}

/// Best first.
fn by_score(a: &Scored, b: &Scored) -> Ordering {
    b.signals.score().total_cmp(&a.signals.score())
}

fn sort(scored: &mut [Scored]) {
    scored.sort_unstable_by(by_score);
}

/// Adds to the best sections what only their text tells, and sorts anew.
fn verify(query: &Query, scored: &mut [Scored], winners: &mut Winners<'_>) -> Result<()> {
    if query.literals.is_empty() && query.sentence.is_empty() {
        return Ok(());
    }
    for scored in scored.iter_mut().take(VERIFIED) {
        let Some(winner) = winners.read(scored.section)? else { continue };
        if !query.literals.is_empty() {
            scored.signals.literal = query.literals.gain(&winner.text.to_lowercase());
        }
        scored.signals.verbatim = query.sentence.gain(&winner.text);
    }
    sort(scored);
    Ok(())
}

/// How many winners a round is to give.
struct Wanted {
    limit: usize,
    of_a_page: u32,
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

fn hit(winner: Winner, signals: Signals, detail: Detail, terms: &mut SnippetTerms<'_>) -> Hit {
    let snippet = snippet(&winner.text, winner.front_matter_lines, terms);
    Hit {
        path: winner.path,
        section: winner.section,
        title: winner.title,
        heading: winner.trail,
        lines: winner.lines,
        snippet,
        score: signals.score(),
        signals,
        revision: winner.revision,
        modified_ns: winner.modified_ns,
        text: (detail == Detail::Full).then_some(winner.text),
    }
}
