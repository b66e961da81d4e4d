//! The tantivy index: its fields, its documents and its place on disk. No other module of the
//! crate but the search stages names a tantivy type.

pub(crate) mod damage;
mod directory;
pub(crate) mod document;
pub(crate) mod fields;
mod link_key;
pub(crate) mod links;
pub(crate) mod location;
pub(crate) mod names;
pub(crate) mod page_record;
pub(crate) mod places;
pub(crate) mod segment_facts;
pub(crate) mod snapshot;
pub(crate) mod store;
pub(crate) mod tagged_text;
