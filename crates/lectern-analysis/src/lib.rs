//! Text to terms, the same way for index and query.
//!
//! A *run* is a stretch of letters, digits and the joiners `_ . - / : @ #` between them, such as
//! `kube-state-metrics`, `getUserName` or `ERR_CONN_RESET`. Each run gives its *parts* (split at
//! joiners, camelCase borders and borders between letters and digits) and, in the same name space,
//! its *compounds*: the joined forms without separators. So `getUserName`, `get_user_name`,
//! `get-user-name` and `getusername` share the term `getusernam`, and each is also found by `user`.
//! Getting this wrong costs more retrieval quality than any ranking weight.
//!
//! Terms are case-folded, stripped of accents and stemmed (Porter2) where they are alphabetic.
//! Scripts written without spaces give overlapping bigrams.
//!
//! The crate does no I/O and knows nothing of an index.

mod analyzer;
mod chars;
mod fold;
mod runs;
mod stem;
mod stop_words;

pub use analyzer::{Analyzer, Initials, MAX_TERM_BYTES, Token, TokenKind};
pub use stop_words::is_stop_word;
