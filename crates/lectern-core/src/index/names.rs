//! What pages and sections are called: the terms of their names and how much each tells.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tantivy::DocId;
use tantivy::columnar::StrColumn;
use tantivy::fastfield::FastFieldReaders;

use super::snapshot::{Snapshot, idf};
use crate::error::{Error, Result};

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum NameKind {
    /// The heading of a section or the title of a page. Its terms tell by how rare they are in
    /// sections.
    Text = 0,
    /// The file of a page, or its folder where the page is the folder's own. Its terms tell by how
    /// rare they are in such names.
    File = 1,
}

impl NameKind {
    pub(crate) const COUNT: usize = 2;

    pub(crate) const ALL: [Self; Self::COUNT] = [Self::Text, Self::File];

    /// Name of the column of its terms.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Text => "name_terms",
            Self::File => "file_name_terms",
        }
    }
}

/// The names in one segment.
pub(crate) struct SegmentNames([StrColumn; NameKind::COUNT]);

impl SegmentNames {
    /// `None` when a column is missing.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(super) fn read(columns: &FastFieldReaders) -> Result<Option<Self>> {
        let [text, file] = NameKind::ALL.map(|kind| columns.str(kind.column()));
        Ok(text?.zip(file?).map(|(text, file)| Self([text, file])))
    }

    /// Distinct terms of a name, as ordinals of its kind.
    pub(crate) fn terms(&self, kind: NameKind, doc: DocId) -> impl Iterator<Item = u64> + '_ {
        self.0[kind as usize].term_ords(doc)
    }

    /// The ordinal of a term that stands in a name of the kind.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn ordinal(&self, kind: NameKind, term: &str) -> Result<Option<u64>> {
        let dictionary = self.0[kind as usize].dictionary();
        dictionary.term_ord(term).map_err(Error::io("index access"))
    }
}

/// By kind, segment and ordinal, the bits of a term's idf as `f32`; 0 while it is not known.
pub(super) struct NameIdfs([Vec<OnceLock<Box<[AtomicU32]>>>; NameKind::COUNT]);

impl NameIdfs {
    pub(super) fn new(segments: usize) -> Self {
        Self(NameKind::ALL.map(|_| (0..segments).map(|_| OnceLock::new()).collect()))
    }
}

impl Snapshot {
    /// idf of a term that stands in a name, by its ordinal: over live sections, or over the files of
    /// live pages. Computed when first asked for: names repeat, and all of them would cost an opening
    /// tens of milliseconds.
    ///
    /// # Errors
    /// [`Error::IndexCorrupt`] for an ordinal that the segment's names have not, [`Error::Io`].
    pub(crate) fn name_idf(&self, kind: NameKind, segment: usize, ordinal: u64) -> Result<f64> {
        let names = &self.segments[segment].names.0[kind as usize];
        let cache = self.name_idfs.0[kind as usize][segment].get_or_init(|| {
            (0..names.dictionary().num_terms()).map(|_| AtomicU32::new(0)).collect()
        });
        let absent = || Error::IndexCorrupt { message: "a name has no such term".to_owned() };
        let slot = cache.get(ordinal as usize).ok_or_else(absent)?;
        let known = slot.load(Ordering::Relaxed);
        if known != 0 {
            return Ok(f64::from(f32::from_bits(known)));
        }
        let (field, count) = match kind {
            NameKind::Text => (self.fields.section_text, self.totals.sections),
            NameKind::File => (self.fields.name_terms[kind as usize], self.totals.pages),
        };
        let mut term = String::new();
        if !names.ord_to_str(ordinal, &mut term).map_err(Error::io("index access"))? {
            return Err(absent());
        }
        let idf = idf(count, self.live_frequency(field, &term)?) as f32;
        slot.store(idf.to_bits(), Ordering::Relaxed);
        Ok(f64::from(idf))
    }
}
