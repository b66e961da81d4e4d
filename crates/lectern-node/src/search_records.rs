//! Records of a search, and their conversion from and to the core's types.

use lectern_core as core;
use napi_derive::napi;

use crate::catalog_records::milliseconds;
use crate::records::BindingLineRange;

/// A question.
#[napi(object)]
pub struct BindingSearchRequest {
    /// Any text.
    pub query: String,
    /// 1 to 20.
    pub limit: u32,
    /// Only pages at or below one of these, or matched by one of these globs.
    pub paths: Option<Vec<String>>,
    /// Give each section's whole text.
    pub full: Option<bool>,
    /// Pages that may not answer.
    pub exclude: Option<Vec<String>>,
    /// Most hits of a page.
    pub hits_of_a_page: Option<u32>,
}

impl From<BindingSearchRequest> for core::SearchRequest {
    fn from(request: BindingSearchRequest) -> Self {
        Self {
            query: request.query,
            limit: request.limit,
            paths: request.paths.unwrap_or_default(),
            detail: if request.full == Some(true) {
                core::Detail::Full
            } else {
                core::Detail::Concise
            },
            exclude: request.exclude.unwrap_or_default(),
            hits_of_a_page: request.hits_of_a_page.unwrap_or(core::MAX_HITS_OF_A_PAGE),
            is_exhaustive: false,
        }
    }
}

/// A section that answers.
#[napi(object)]
pub struct BindingHit {
    /// Path of the page.
    pub path: String,
    /// Id of the section.
    pub section: String,
    /// Title of the page.
    pub title: String,
    /// Heading trail.
    pub heading: Vec<String>,
    /// Lines of the section.
    pub lines: BindingLineRange,
    /// Pieces of its text.
    pub snippet: String,
    /// Higher is better.
    pub score: f64,
    /// What the score is made of.
    pub signals: BindingSignals,
    /// Of the bytes it was read from.
    pub revision: String,
    /// When the file was last written, in milliseconds since 1970.
    pub modified_ms: f64,
    /// The whole text, when asked for.
    pub text: Option<String>,
}

/// What the score of a hit is made of; the members add up to it.
#[napi(object)]
pub struct BindingSignals {
    /// The section's fields.
    pub section: f64,
    /// Title of the page.
    pub navigation: f64,
    /// The page as a whole.
    pub page: f64,
    /// Texts of links to it.
    pub link_text: f64,
    /// Heading or title that says nearly what the query says.
    pub near_exact: f64,
    /// File name or heading that the query says among other words.
    pub whole_name: f64,
    /// Being the page of a folder, where the query is short.
    pub folder_page: f64,
    /// Identifiers and quoted parts, letter by letter.
    pub literal: f64,
    /// Words in the query's order.
    pub verbatim: f64,
}

impl From<core::Signals> for BindingSignals {
    fn from(signals: core::Signals) -> Self {
        let core::Signals {
            section,
            navigation,
            page,
            link_text,
            near_exact,
            whole_name,
            folder_page,
            literal,
            verbatim,
        } = signals;
        Self {
            section,
            navigation,
            page,
            link_text,
            near_exact,
            whole_name,
            folder_page,
            literal,
            verbatim,
        }
    }
}

/// A word taken for misspelt.
#[napi(object)]
pub struct BindingCorrection {
    /// As the caller spelled it.
    pub word: String,
    /// What was searched for in its place.
    pub replacements: Vec<String>,
}

impl From<core::Correction> for BindingCorrection {
    fn from(correction: core::Correction) -> Self {
        let core::Correction { word, replacements } = correction;
        Self { word, replacements }
    }
}

/// A word or phrase with what was searched for beside it.
#[napi(object)]
pub struct BindingExpansion {
    /// As the synonyms file spells it.
    pub word: String,
    /// As the file spells them.
    pub synonyms: Vec<String>,
}

impl From<core::Expansion> for BindingExpansion {
    fn from(expansion: core::Expansion) -> Self {
        let core::Expansion { word, synonyms } = expansion;
        Self { word, synonyms }
    }
}

/// Hits, best first.
#[napi(object)]
pub struct BindingSearchAnswer {
    /// Ordered by score, path, line.
    pub hits: Vec<BindingHit>,
    /// Words that stand nowhere.
    pub unmatched: Vec<String>,
    /// Words taken for misspelt.
    pub corrected: Vec<BindingCorrection>,
    /// Words that have synonyms.
    pub expanded: Vec<BindingExpansion>,
    /// Share of the query's weight that the best hit holds.
    pub confidence: f64,
    /// Pages met that are gone or changed on disk.
    pub stale: Vec<String>,
    /// The commit.
    pub generation: f64,
    /// Pages in it.
    pub pages: f64,
    /// Where the time went.
    pub times: BindingStageTimes,
}

/// Milliseconds of each stage of a search.
#[napi(object)]
pub struct BindingStageTimes {
    /// From the text to terms.
    pub understand: f64,
    /// Choosing candidates.
    pub retrieve: f64,
    /// Their exact scores.
    pub rescore: f64,
    /// Reading and checking the best.
    pub verify: f64,
    /// Choosing the lines to show.
    pub snippet: f64,
}

impl From<core::StageTimes> for BindingStageTimes {
    fn from(times: core::StageTimes) -> Self {
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
        Self {
            understand: milliseconds(times.understand),
            retrieve: milliseconds(times.retrieve),
            rescore: milliseconds(times.rescore),
            verify: milliseconds(times.verify),
            snippet: milliseconds(times.snippet),
        }
    }
}

impl From<core::SearchAnswer> for BindingSearchAnswer {
    fn from(answer: core::SearchAnswer) -> Self {
        Self {
            hits: answer.hits.into_iter().map(Into::into).collect(),
            unmatched: answer.unmatched,
            corrected: answer.corrected.into_iter().map(Into::into).collect(),
            expanded: answer.expanded.into_iter().map(Into::into).collect(),
            confidence: answer.confidence,
            stale: answer.stale,
            generation: answer.generation as f64,
            pages: answer.pages as f64,
            times: answer.times.into(),
        }
    }
}

impl From<core::Hit> for BindingHit {
    fn from(hit: core::Hit) -> Self {
        Self {
            path: hit.path,
            section: hit.section,
            title: hit.title,
            heading: hit.heading,
            lines: hit.lines.into(),
            snippet: hit.snippet,
            score: hit.score,
            signals: hit.signals.into(),
            revision: hit.revision,
            modified_ms: milliseconds(hit.modified_ns),
            text: hit.text,
        }
    }
}
