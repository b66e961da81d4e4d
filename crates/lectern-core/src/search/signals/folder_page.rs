//! The page that stands for its folder, `README.md` or `index.md`, where the query is short.
//!
//! Who says two or three words looks for a place, and the folder's own page leads to the rest, though
//! it may hold little text; who says a sentence looks for what is said. It is the difference of
//! navigational and informational queries (Broder, A taxonomy of web search, 2002).

/// .05 to .125 are alike on the development queries (docs/design/ranking/signals.md).
const WEIGHT: f64 = 0.1;
/// Words of a query that looks for a place; with twice as many the gain is half. 2 to 4 are alike.
const SHORT: f64 = 3.0;

/// What sections of such a page get beside `score`, by the query's distinct words, stop words
/// included.
pub(super) fn gain(score: f64, words: usize) -> f64 {
    WEIGHT * score * (SHORT / words as f64).min(1.0)
}
