//! From a question to cited sections, one file a stage:
//!
//! 1. [`query`]: text to distinct terms with their statistics;
//! 2. [`candidates`]: at most a few hundred sections by cheap scores;
//! 3. [`signals`]: the exact score of each;
//! 4. [`winners`]: the best ones, read from disk and checked;
//! 5. [`snippet`]: the lines that answer.

mod candidates;
mod correction;
mod filter;
mod pipeline;
mod query;
mod signals;
mod snippet;
mod statistics;
mod synonyms;
mod union;
mod winners;

pub(crate) use pipeline::Search;
pub use pipeline::{
    Correction, Detail, Hit, MAX_HITS_OF_A_PAGE, MAX_LIMIT, SearchAnswer, SearchRequest, StageTimes,
};
pub use query::MAX_QUERY_BYTES;
pub use signals::Signals;
pub use snippet::{MAX_SNIPPET_CHARS, PIECE_SEPARATOR};
pub use synonyms::Expansion;
pub(crate) use synonyms::Synonyms;
