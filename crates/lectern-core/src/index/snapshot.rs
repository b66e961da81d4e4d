//! One commit of the index, and what is asked of all its segments together.

use std::sync::{Arc, OnceLock};

use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocAddress, DocId, DocSet as _, Searcher, TERMINATED, TantivyDocument, Term};

use super::fields::{Fields, Kind, TextField};
use super::links::LinkTable;
use super::names::NameIdfs;
use super::page_record::PageRecord;
use super::segment_facts::{SegmentCache, SegmentFacts, Totals};
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
    pub(super) name_idfs: NameIdfs,
}

/// How much a term tells that `frequency` of `count` documents hold: ln(1 + (N - n + .5) / (n + .5)).
pub(crate) fn idf(count: u64, frequency: u64) -> f64 {
    let (count, frequency) = (count as f64, frequency as f64);
    (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln()
}

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
        let segments = cache.facts(&searcher)?;
        let mut totals = Totals::default();
        for facts in &segments {
            totals.add(&facts.totals);
        }
        let fields = store.fields;
        let name_idfs = NameIdfs::new(segments.len());
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
