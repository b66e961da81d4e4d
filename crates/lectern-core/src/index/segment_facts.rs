//! The columns of a segment, with what ranking needs to know of it as a whole.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use lectern_markdown::is_folder_page;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, Opstamp, Searcher, SegmentReader};

use super::fields::{Fields, Kind, TextField};
use super::link_key::LinkKeys;
use super::names::SegmentNames;
use crate::error::{Error, Result};

/// Counts over live documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) pages: u64,
    pub(crate) sections: u64,
    pub(crate) links: u64,
    /// Tokens of all sections by field.
    pub(crate) tokens: [u64; TextField::COUNT],
    /// Tokens of all pages by field, everything once.
    pub(crate) page_tokens: [u64; TextField::COUNT],
}

impl Totals {
    pub(super) fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.sections += other.sections;
        self.links += other.links;
        for (sum, tokens) in self.tokens.iter_mut().zip(other.tokens) {
            *sum += tokens;
        }
        for (sum, tokens) in self.page_tokens.iter_mut().zip(other.page_tokens) {
            *sum += tokens;
        }
    }
}

/// Columns of a segment and the sums over its live documents. Kept from snapshot to snapshot while
/// the segment and its deletions stay the same.
pub(crate) struct SegmentFacts {
    pub(crate) order: Column<u64>,
    pub(crate) lengths: [Column<u64>; TextField::COUNT],
    pub(crate) paths: StrColumn,
    /// By ordinal of its path, whether a page stands for its folder.
    are_folder_pages: Box<[bool]>,
    pub(crate) names: SegmentNames,
    link_keys: Column<u64>,
    link_page: Column<u64>,
    link_section: Column<u64>,
    link_label: Column<u64>,
    kind: Column<u64>,
    pub(super) size: Column<u64>,
    pub(super) mtime: Column<i64>,
    /// By ordinal of its path, the documents of each live page.
    by_path: OnceLock<Box<[Range<DocId>]>>,
    /// Deleted documents, ascending: tantivy's document frequencies still count them.
    pub(crate) deleted: Vec<DocId>,
    pub(super) totals: Totals,
}

impl SegmentFacts {
    fn read(reader: &SegmentReader) -> Result<Self> {
        let columns = reader.fast_fields();
        let mut lengths = Vec::with_capacity(TextField::COUNT);
        for field in TextField::ALL {
            lengths.push(columns.u64(Fields::length_column(field))?);
        }
        let missing = || Error::IndexCorrupt { message: "a column is missing".to_owned() };
        let lengths = lengths.try_into().map_err(|_| missing())?;
        let paths = columns.str("path")?.ok_or_else(missing)?;
        let mut facts = Self {
            order: columns.u64("order")?,
            lengths,
            are_folder_pages: are_folder_pages(&paths)?,
            paths,
            names: SegmentNames::read(columns)?.ok_or_else(missing)?,
            link_keys: columns.u64("link_keys")?,
            link_page: columns.u64("link_page")?,
            link_section: columns.u64("link_section")?,
            link_label: columns.u64("link_label")?,
            kind: columns.u64("kind")?,
            size: columns.u64("size")?,
            mtime: columns.i64("mtime")?,
            by_path: OnceLock::new(),
            deleted: Vec::new(),
            totals: Totals::default(),
        };
        for doc in 0..reader.max_doc() {
            if reader.is_deleted(doc) {
                facts.deleted.push(doc);
            } else {
                facts.count(doc);
            }
        }
        Ok(facts)
    }

    fn count(&mut self, doc: DocId) {
        match self.kind(doc) {
            kind if kind == Kind::Page as u64 => {
                self.totals.pages += 1;
                for (sum, lengths) in self.totals.page_tokens.iter_mut().zip(&self.lengths) {
                    *sum += lengths.first(doc).unwrap_or_default();
                }
            }
            kind if kind == Kind::Section as u64 => {
                self.totals.sections += 1;
                for (sum, lengths) in self.totals.tokens.iter_mut().zip(&self.lengths) {
                    *sum += lengths.first(doc).unwrap_or_default();
                }
            }
            _ => self.totals.links += 1,
        }
    }

    pub(super) fn kind(&self, doc: DocId) -> u64 {
        self.kind.first(doc).unwrap_or_default()
    }

    pub(crate) fn is_section(&self, doc: DocId) -> bool {
        self.kind(doc) == Kind::Section as u64
    }

    pub(crate) fn path_ordinal(&self, doc: DocId) -> Option<u64> {
        self.paths.ords().first(doc)
    }

    /// Whether a page stands for its folder.
    pub(crate) fn is_folder_page(&self, page: DocId) -> bool {
        let ordinal = self.path_ordinal(page);
        ordinal.and_then(|at| self.are_folder_pages.get(at as usize)).copied().unwrap_or_default()
    }

    /// Page documents that are not deleted, ascending.
    pub(crate) fn live_pages(&self) -> impl Iterator<Item = DocId> + '_ {
        self.live(Kind::Page)
    }

    /// Link documents that are not deleted, ascending.
    pub(crate) fn live_links(&self) -> impl Iterator<Item = DocId> + '_ {
        self.live(Kind::Link)
    }

    fn live(&self, kind: Kind) -> impl Iterator<Item = DocId> + '_ {
        (0..self.kind.num_docs())
            .filter(move |doc| self.kind(*doc) == kind as u64)
            .filter(|doc| self.deleted.binary_search(doc).is_err())
    }

    /// By ordinal of its path, the documents of each live page: itself, its sections, its links.
    /// Empty for a page that was deleted. Worked out when first asked for.
    pub(crate) fn documents_by_path(&self) -> &[Range<DocId>] {
        self.by_path.get_or_init(|| {
            let end = self.kind.num_docs();
            let is_page = |doc: &DocId| self.kind(*doc) == Kind::Page as u64;
            let pages: Vec<DocId> = (0..end).filter(is_page).collect();
            let ends = pages.iter().skip(1).copied().chain([end]);
            let mut by_path: Vec<Range<DocId>> = vec![0..0; self.paths.dictionary().num_terms()];
            for (&page, end) in pages.iter().zip(ends) {
                let ordinal = self.path_ordinal(page).map(|ordinal| ordinal as usize);
                if self.deleted.binary_search(&page).is_err()
                    && let Some(slot) = ordinal.and_then(|ordinal| by_path.get_mut(ordinal))
                {
                    *slot = page..end;
                }
            }
            by_path.into()
        })
    }

    /// The documents of a page's sections, in order.
    pub(crate) fn sections_of(&self, page: DocId) -> Range<DocId> {
        let first = page + 1;
        let mut end = first;
        while end < self.kind.num_docs() && self.is_section(end) {
            end += 1;
        }
        first..end
    }

    /// Numbers of the names by which links may mean a page or a section.
    pub(crate) fn link_keys(&self, doc: DocId) -> impl Iterator<Item = u64> + '_ {
        self.link_keys.values_for_doc(doc)
    }

    /// What a link document points at. `None` when its text tells nothing.
    pub(crate) fn link(&self, doc: DocId) -> Option<LinkKeys> {
        Some(LinkKeys {
            page: self.link_page.first(doc)?,
            section: self.link_section.first(doc),
            label: self.link_label.first(doc)?,
        })
    }

    /// Tokens of a page by field.
    pub(crate) fn page_lengths(&self, page: DocId) -> [u64; TextField::COUNT] {
        std::array::from_fn(|field| self.lengths[field].first(page).unwrap_or_default())
    }

    /// A section's place in its page and the page's document, which is adjacent by construction.
    pub(crate) fn page_of(&self, section: DocId) -> (DocId, usize) {
        let order = self.order.first(section).unwrap_or_default() as u32;
        (section.saturating_sub(order + 1), order as usize)
    }
}

fn are_folder_pages(paths: &StrColumn) -> Result<Box<[bool]>> {
    let dictionary = paths.dictionary();
    let io = Error::io("reading the paths of the index");
    let mut are = Vec::with_capacity(dictionary.num_terms());
    let mut stream = dictionary.stream().map_err(io)?;
    while stream.advance() {
        are.push(std::str::from_utf8(stream.key()).is_ok_and(is_folder_page));
    }
    Ok(are.into())
}

type SegmentKey = (SegmentId, Option<Opstamp>);

/// Facts of the segments seen last.
#[derive(Default)]
pub(crate) struct SegmentCache(Mutex<FxHashMap<SegmentKey, Arc<SegmentFacts>>>);

impl SegmentCache {
    /// The facts of each segment that `searcher` sees, in its order. Those of other segments are
    /// forgotten.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(super) fn facts(&self, searcher: &Searcher) -> Result<Vec<Arc<SegmentFacts>>> {
        let mut known = self.0.lock();
        let mut kept = FxHashMap::default();
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        for reader in searcher.segment_readers() {
            let key = (reader.segment_id(), reader.delete_opstamp());
            let facts = match known.remove(&key) {
                Some(facts) => facts,
                None => Arc::new(SegmentFacts::read(reader)?),
            };
            kept.insert(key, Arc::clone(&facts));
            segments.push(facts);
        }
        *known = kept;
        Ok(segments)
    }
}
