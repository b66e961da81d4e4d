//! From a question to cited sections, one file a stage:
//!
//! 1. [`query`]: text to distinct terms with their statistics;
//! 2. [`candidates`]: at most a few hundred sections by cheap scores;
//! 3. [`bm25f`]: the exact score of each;
//! 4. [`winners`]: the best ones, read from disk and checked;
//! 5. [`snippet`]: the lines that answer.

mod bm25f;
mod candidates;
mod filter;
mod pipeline;
mod query;
mod snippet;
mod winners;

pub(crate) use pipeline::Search;
pub use pipeline::{Detail, Hit, MAX_LIMIT, SearchAnswer, SearchRequest};
pub use query::MAX_QUERY_BYTES;
pub use snippet::{MAX_SNIPPET_CHARS, PIECE_SEPARATOR};
