//! One commit of the index, with what ranking needs to know of it as a whole.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{
    DocAddress, DocId, DocSet as _, Opstamp, Searcher, SegmentReader, TERMINATED, TantivyDocument,
    Term,
};

use super::fields::{Fields, Kind, TextField};
use super::link_key::LinkKeys;
use super::links::LinkTable;
use super::page_record::PageRecord;
use super::store::{CommitMark, Store};
use crate::catalog::table::PageTable;
use crate::error::{Error, Result};
use crate::options::LinkTexts;

/// A commit held open. Dropped as soon as nobody needs it, since it keeps merged-away files mapped.
pub(crate) struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) segments: Vec<Arc<SegmentFacts>>,
    pub(crate) generation: u64,
    pub(crate) totals: Totals,
    pub(crate) mark: Option<CommitMark>,
    link_texts: LinkTexts,
    links: OnceLock<LinkTable>,
    pages: OnceLock<PageTable>,
    /// By segment and ordinal of a name, the bits of its idf as `f32`; 0 while it is not known.
    name_idfs: Vec<OnceLock<Box<[AtomicU32]>>>,
}

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

/// Columns of a segment and the sums over its live documents. Kept from snapshot to snapshot while
/// the segment and its deletions stay the same.
pub(crate) struct SegmentFacts {
    pub(crate) order: Column<u64>,
    pub(crate) lengths: [Column<u64>; TextField::COUNT],
    pub(crate) paths: StrColumn,
    /// Distinct terms of headings, on sections, and of titles, on pages.
    names: StrColumn,
    link_keys: Column<u64>,
    link_page: Column<u64>,
    link_section: Column<u64>,
    link_label: Column<u64>,
    kind: Column<u64>,
    size: Column<u64>,
    mtime: Column<i64>,
    /// By ordinal of its path, the documents of each live page.
    by_path: OnceLock<Box<[Range<DocId>]>>,
    /// Deleted documents, ascending: tantivy's document frequencies still count them.
    pub(crate) deleted: Vec<DocId>,
    totals: Totals,
}

/// How much a term tells that `frequency` of `count` documents hold: ln(1 + (N - n + .5) / (n + .5)).
pub(crate) fn idf(count: u64, frequency: u64) -> f64 {
    let (count, frequency) = (count as f64, frequency as f64);
    (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln()
}

type SegmentKey = (SegmentId, Option<Opstamp>);

/// Facts of the segments seen last.
#[derive(Default)]
pub(crate) struct SegmentCache(Mutex<FxHashMap<SegmentKey, Arc<SegmentFacts>>>);

impl Snapshot {
    /// The newest commit.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn take(store: &Store, cache: &SegmentCache) -> Result<Self> {
        // Marked before the commit is read: a commit in between is then seen as one more.
        let mark = store.commit_mark();
        store.reload()?;
        let searcher = store.reader.searcher();
        let generation = store.index.load_metas()?.opstamp;
        let mut known = cache.0.lock();
        let mut kept = FxHashMap::default();
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        let mut totals = Totals::default();
        for reader in searcher.segment_readers() {
            let key = (reader.segment_id(), reader.delete_opstamp());
            let facts = match known.remove(&key) {
                Some(facts) => facts,
                None => Arc::new(SegmentFacts::read(reader)?),
            };
            totals.add(&facts.totals);
            kept.insert(key, Arc::clone(&facts));
            segments.push(facts);
        }
        *known = kept;
        drop(known);
        let fields = store.fields;
        let name_idfs = segments.iter().map(|_| OnceLock::new()).collect();
        Ok(Self {
            searcher,
            fields,
            segments,
            generation,
            totals,
            mark,
            link_texts: store.link_texts.clone(),
            links: OnceLock::new(),
            pages: OnceLock::new(),
            name_idfs,
        })
    }

    /// Live documents that hold `term` in `field`. tantivy's own figure counts deleted documents
    /// until they are merged away; with it an index grown by edits would rank unlike a fresh one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn live_frequency(&self, field: Field, term: &str) -> Result<u64> {
        let term = Term::from_field_text(field, term);
        let mut frequency = 0;
        for (reader, facts) in self.searcher.segment_readers().iter().zip(&self.segments) {
            let index = reader.inverted_index(field)?;
            let Some(info) = index.get_term_info(&term).map_err(Error::io("index access"))? else {
                continue;
            };
            frequency += u64::from(info.doc_freq);
            if facts.deleted.is_empty() {
                continue;
            }
            let mut postings = index
                .read_postings_from_terminfo(&info, IndexRecordOption::Basic)
                .map_err(Error::io("index access"))?;
            for &dead in &facts.deleted {
                if postings.doc() < dead {
                    postings.seek(dead);
                }
                match postings.doc() {
                    TERMINATED => break,
                    doc if doc == dead => frequency -= 1,
                    _ => {}
                }
            }
        }
        Ok(frequency)
    }

    /// idf over live sections of a term that stands in a name, by its ordinal. Computed when first
    /// asked for: names repeat, and all of them would cost an opening tens of milliseconds.
    pub(crate) fn name_idf(&self, segment: usize, ordinal: u64) -> f64 {
        let names = &self.segments[segment].names;
        let cache = self.name_idfs[segment].get_or_init(|| {
            (0..names.dictionary().num_terms()).map(|_| AtomicU32::new(0)).collect()
        });
        let Some(slot) = cache.get(ordinal as usize) else { return 0.0 };
        let known = slot.load(Ordering::Relaxed);
        if known != 0 {
            return f64::from(f32::from_bits(known));
        }
        let mut term = String::new();
        let frequency = match names.ord_to_str(ordinal, &mut term) {
            Ok(true) => self.live_frequency(self.fields.section_text, &term).unwrap_or(0),
            _ => 0,
        };
        let idf = idf(self.totals.sections, frequency) as f32;
        slot.store(idf.to_bits(), Ordering::Relaxed);
        f64::from(idf)
    }

    /// Where links lead. Worked out once a commit, by the first call that wants it.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn links(&self) -> Result<&LinkTable> {
        if let Some(links) = self.links.get() {
            return Ok(links);
        }
        let links = LinkTable::resolve(self, &self.link_texts)?;
        Ok(self.links.get_or_init(|| links))
    }

    /// All pages by path. Read once a commit, by the first call that wants it: searches do not.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn page_table(&self) -> Result<&PageTable> {
        if let Some(pages) = self.pages.get() {
            return Ok(pages);
        }
        let pages = PageTable::read(self)?;
        Ok(self.pages.get_or_init(|| pages))
    }

    /// The stored facts of a page.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn record(&self, page: DocAddress) -> Result<PageRecord> {
        let document: TantivyDocument = self.searcher.doc(page)?;
        let bytes = document
            .get_first(self.fields.record)
            .and_then(|value| value.as_bytes())
            .ok_or_else(|| Error::IndexCorrupt { message: "a page has no record".to_owned() })?;
        PageRecord::decode(bytes)
    }

    /// The page document at `path`.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn page_at(&self, path: &str) -> Result<Option<DocAddress>> {
        let term = Term::from_field_text(self.fields.path, path);
        for (ordinal, reader) in self.searcher.segment_readers().iter().enumerate() {
            let index = reader.inverted_index(self.fields.path)?;
            let postings = index
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(Error::io("index access"))?;
            let Some(mut postings) = postings else {
                continue;
            };
            while postings.doc() != tantivy::TERMINATED {
                let doc = postings.doc();
                if !reader.is_deleted(doc) && self.segments[ordinal].kind(doc) == Kind::Page as u64
                {
                    return Ok(Some(DocAddress::new(ordinal as u32, doc)));
                }
                postings.advance();
            }
        }
        Ok(None)
    }

    /// Calls `visit` with path, size and mtime of every live page, in no order of meaning.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn for_each_page(
        &self,
        mut visit: impl FnMut(&str, u64, i64, DocAddress),
    ) -> Result<()> {
        for (ordinal, (reader, facts)) in
            self.searcher.segment_readers().iter().zip(&self.segments).enumerate()
        {
            let mut pages: Vec<(u64, DocId)> = reader
                .doc_ids_alive()
                .filter(|doc| facts.kind(*doc) == Kind::Page as u64)
                .filter_map(|doc| Some((facts.path_ordinal(doc)?, doc)))
                .collect();
            pages.sort_unstable();
            let ordinals: Vec<u64> = pages.iter().map(|(ordinal, _)| *ordinal).collect();
            let mut next = pages.iter();
            // Ordinals ascend, so each block of the dictionary is decoded once.
            facts
                .paths
                .dictionary()
                .sorted_ords_to_term_cb(&ordinals, |bytes| {
                    if let (Some((_, doc)), Ok(path)) = (next.next(), std::str::from_utf8(bytes)) {
                        let size = facts.size.first(*doc).unwrap_or_default();
                        let mtime = facts.mtime.first(*doc).unwrap_or_default();
                        visit(path, size, mtime, DocAddress::new(ordinal as u32, *doc));
                    }
                })
                .map_err(Error::io("index access"))?;
        }
        Ok(())
    }

    /// Average number of tokens of a field over live pages.
    pub(crate) fn average_page_length(&self, field: TextField) -> f64 {
        self.totals.page_tokens[field as usize] as f64 / self.totals.pages.max(1) as f64
    }

    /// Average number of tokens of a field over live sections.
    pub(crate) fn average_length(&self, field: TextField) -> f64 {
        let sections = self.totals.sections.max(1) as f64;
        self.totals.tokens[field as usize] as f64 / sections
    }
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
        let mut facts = Self {
            order: columns.u64("order")?,
            lengths,
            paths: columns.str("path")?.ok_or_else(missing)?,
            names: columns.str("name_terms")?.ok_or_else(missing)?,
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

    fn kind(&self, doc: DocId) -> u64 {
        self.kind.first(doc).unwrap_or_default()
    }

    pub(crate) fn is_section(&self, doc: DocId) -> bool {
        self.kind(doc) == Kind::Section as u64
    }

    pub(crate) fn path_ordinal(&self, doc: DocId) -> Option<u64> {
        self.paths.ords().first(doc)
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

    /// Distinct terms of a section's heading or a page's title, as ordinals.
    pub(crate) fn names(&self, doc: DocId) -> impl Iterator<Item = u64> + '_ {
        self.names.term_ords(doc)
    }

    /// The ordinal of a term that stands in a name.
    pub(crate) fn name_ordinal(&self, term: &str) -> Result<Option<u64>> {
        self.names.dictionary().term_ord(term).map_err(Error::io("index access"))
    }

    /// A section's place in its page and the page's document, which is adjacent by construction.
    pub(crate) fn page_of(&self, section: DocId) -> (DocId, usize) {
        let order = self.order.first(section).unwrap_or_default() as u32;
        (section.saturating_sub(order + 1), order as usize)
    }
}

impl Totals {
    fn add(&mut self, other: &Self) {
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
