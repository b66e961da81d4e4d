//! The way of a query through the stages.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use lectern_analysis::Analyzer;
use lectern_markdown::LineRange;
use rustc_hash::FxHashMap;
use tantivy::{DocAddress, DocId};

use super::candidates::Candidates;
use super::filter::PathFilter;
use super::query::Query;
use super::signals::link_text::LinkCounts;
use super::signals::{Scored, Signals, score};
use super::snippet::{SnippetTerms, snippet};
use super::synonyms::{Expansion, Synonyms};
use super::winners::{Winner, Winners};
use crate::cancel::CancelToken;
use crate::error::{Error, Result};
use crate::files::RootSet;
use crate::index::links::PagePlace;
use crate::index::snapshot::Snapshot;

/// Most hits of an answer.
pub const MAX_LIMIT: u32 = 20;
/// Sections whose text is read for what only the text tells: the best ones.
const VERIFIED: usize = 20;
/// And the best of those that hold a rare term of the query, whatever else they lack: one of them
/// may be the only one that holds an identifier letter by letter.
const VERIFIED_FOR_RARE: usize = 20;
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
    /// Only pages at or below one of these paths, or matched by one of these globs, in which `*` stays
    /// within a folder and `**` does not; a glob without a slash matches in every folder, and one that
    /// matches a folder takes in what lies below it. Empty: all pages.
    pub paths: Vec<String>,
    /// How much of each section to give.
    pub detail: Detail,
    /// Pages that may not answer, by path: for measuring, where some pages hold the question.
    pub exclude: Vec<String>,
    /// 1 to [`MAX_HITS_OF_A_PAGE`].
    pub hits_of_a_page: u32,
    /// Scores every section that can have a score and not only the likely ones: for measuring what
    /// that leaves out, and slow.
    pub is_exhaustive: bool,
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
            paths: Vec::new(),
            detail: Detail::Concise,
            exclude: Vec::new(),
            hits_of_a_page: MAX_HITS_OF_A_PAGE,
            is_exhaustive: false,
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

/// How long the stages of a search took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// From the text to terms with their statistics, corrections included.
    pub understand: Duration,
    /// Choosing candidates.
    pub retrieve: Duration,
    /// Their exact scores.
    pub rescore: Duration,
    /// Reading the best ones from disk, checking them and what only their text tells.
    pub verify: Duration,
    /// Choosing the lines to show.
    pub snippet: Duration,
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
    /// Words of the query that have synonyms, with those that were searched for beside them.
    pub expanded: Vec<Expansion>,
    /// How much of the query's weight the words of the best hit make up, 0 to 1, what links call its
    /// page included.
    pub confidence: f64,
    /// Pages met that are gone or changed since they were indexed.
    pub stale: Vec<String>,
    /// The commit that was asked.
    pub generation: u64,
    /// Pages in it.
    pub pages: u64,
    /// Where the time went.
    pub times: StageTimes,
}

/// One search. Created a call.
pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) roots: &'a RootSet,
    pub(crate) synonyms: &'a Synonyms,
    pub(crate) max_file_bytes: u64,
    pub(crate) cancel: &'a CancelToken,
}

impl Search<'_> {
    /// # Errors
    /// [`Error::InvalidArgument`] for a limit out of range; [`Error::LimitExceeded`] for a query too
    /// long; [`Error::NotFound`] for a path or glob that no page is at or under; [`Error::Cancelled`];
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
        let mut watch = Stopwatch::start();
        let query = Query::understand(&request.query, self.synonyms, analyzer, self.snapshot)?;
        let filter = if self.snapshot.totals.pages > 0 {
            PathFilter::new(&request.paths, self.snapshot)?
        } else {
            None
        };
        let mut answer = SearchAnswer {
            unmatched: query.unmatched.clone(),
            corrected: query.corrected.clone(),
            expanded: query.expanded.clone(),
            generation: self.snapshot.generation,
            pages: self.snapshot.totals.pages,
            ..SearchAnswer::default()
        };
        let mut winners = Winners::new(self.snapshot, self.roots, self.max_file_bytes);
        let mut snippet_terms = SnippetTerms::new(&query.terms, analyzer);
        watch.lap(&mut answer.times.understand);
        let limit = request.limit as usize;
        let links = LinkCounts::read(self.snapshot, &query.terms)?;
        let mut candidates = Candidates::new(
            self.snapshot,
            &query.terms,
            &links,
            filter.as_ref(),
            limit,
            self.cancel,
        );
        candidates.leave_out(&request.exclude)?;
        if request.is_exhaustive {
            candidates.take_all();
        }
        while answer.hits.len() < limit
            && let Some(round) = candidates.next_round()?
        {
            watch.lap(&mut answer.times.retrieve);
            let missing = limit - answer.hits.len();
            let mut scored = self.scored(&query, &links, &round)?;
            watch.lap(&mut answer.times.rescore);
            self.verify(&query, &mut scored, &mut winners)?;
            let wanted = Wanted { limit: missing, of_a_page: request.hits_of_a_page };
            let taken = self.take(&wanted, &scored, &mut winners, &mut snippet_terms)?;
            watch.lap(&mut answer.times.verify);
            for (section, winner, signals) in taken {
                if answer.hits.is_empty() {
                    let page = winners.page_of(section);
                    let called =
                        links.mask_of(PagePlace { segment: page.segment_ord, doc: page.doc_id });
                    answer.confidence = query.share(snippet_terms.mask_in(&winner) | called);
                }
                answer.hits.push(hit(winner, signals, request.detail, &mut snippet_terms));
            }
            watch.lap(&mut answer.times.snippet);
        }
        // A later round may hold an exact score above an earlier one's.
        answer.hits.sort_by(|a, b| {
            let place = |hit: &Hit| (hit.path.clone(), hit.lines.start);
            b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b)))
        });
        answer.stale = winners.stale;
        Ok(answer)
    }

    fn scored(
        &self,
        query: &Query,
        links: &LinkCounts<'_>,
        candidates: &[Vec<DocId>],
    ) -> Result<Vec<Scored>> {
        let mut scored = score(self.snapshot, query, links, candidates)?;
        // Without a word of the query in its text or its links it is there for its page's sake only.
        scored.retain(|scored| scored.signals.section + scored.signals.link_text > 0.0);
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
    ) -> Result<Vec<(DocAddress, Winner, Signals)>> {
        let mut hits_of_page = FxHashMap::default();
        let mut taken = Vec::with_capacity(wanted.limit);
        for ties in scored.chunk_by(|a, b| by_score(a, b) == Ordering::Equal) {
            for scored in self.in_place_order(ties)? {
                self.cancel.check()?;
                let hits = hits_of_page.entry(winners.page_of(scored.section)).or_insert(0);
                if *hits == wanted.of_a_page {
                    continue;
                }
                let Some(winner) = winners.read(scored.section)? else { continue };
                if winner.has_changed && terms.mask_in(&winner) == 0 {
                    continue;
                }
                *hits += 1;
                taken.push((scored.section, winner, scored.signals));
                if taken.len() == wanted.limit {
                    return Ok(taken);
                }
            }
        }
        Ok(taken)
    }

    /// Adds to the best sections what only their text tells, and sorts anew.
    fn verify(
        &self,
        query: &Query,
        scored: &mut [Scored],
        winners: &mut Winners<'_>,
    ) -> Result<()> {
        if query.literals.is_empty() && query.sentence.is_empty() {
            return Ok(());
        }
        let count = self.bring_to_read_first(scored, !query.literals.is_empty())?;
        for scored in &mut scored[..count] {
            let Some(winner) = winners.read(scored.section)? else { continue };
            if !query.literals.is_empty() {
                scored.signals.literal = query.literals.gain(&winner.text.to_lowercase());
            }
            scored.signals.verbatim = query.sentence.gain(&winner.text);
        }
        sort(scored);
        Ok(())
    }

    /// Puts the sections to read, of those given best first, before the others, and says how many
    /// they are.
    fn bring_to_read_first(&self, scored: &mut [Scored], has_literals: bool) -> Result<usize> {
        let best = self.settle(scored, VERIFIED)?;
        if !has_literals {
            return Ok(best);
        }
        let rest = &mut scored[best..];
        rest.sort_by_key(|scored| !scored.is_rare);
        let rare = rest.partition_point(|scored| scored.is_rare);
        Ok(best + self.settle(&mut rest[..rare], VERIFIED_FOR_RARE)?)
    }

    /// Sees to it that the first `count` of those given best first are the same whatever order equal
    /// ones come in. How many they are: fewer when there are no more.
    fn settle(&self, scored: &mut [Scored], count: usize) -> Result<usize> {
        let Some(last) = scored.get(count - 1).copied() else { return Ok(scored.len()) };
        let start = scored.partition_point(|other| by_score(other, &last) == Ordering::Less);
        let end = scored.partition_point(|other| by_score(other, &last) != Ordering::Greater);
        if end > count {
            let settled = self.in_place_order(&scored[start..end])?;
            scored[start..end].copy_from_slice(&settled);
        }
        Ok(count)
    }

    fn in_place_order(&self, ties: &[Scored]) -> Result<Vec<Scored>> {
        if let [only] = ties {
            return Ok(vec![*only]);
        }
        let sections: Vec<DocAddress> = ties.iter().map(|scored| scored.section).collect();
        let mut placed: Vec<_> = self.snapshot.places(&sections)?.into_iter().zip(ties).collect();
        placed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(placed.into_iter().map(|(_, scored)| *scored).collect())
    }
}

/// Tells the stages apart.
struct Stopwatch(Instant);

impl Stopwatch {
    fn start() -> Self {
        Self(Instant::now())
    }

    /// Adds the time since the last lap.
    fn lap(&mut self, stage: &mut Duration) {
        let now = Instant::now();
        *stage += now - self.0;
        self.0 = now;
    }
}

/// Best first.
fn by_score(a: &Scored, b: &Scored) -> Ordering {
    b.signals.score().total_cmp(&a.signals.score())
}

fn sort(scored: &mut [Scored]) {
    scored.sort_unstable_by(by_score);
}

/// How many winners a round is to give.
struct Wanted {
    limit: usize,
    of_a_page: u32,
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
