//! What is stored of a page: enough to cite and to verify it, none of its text.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Facts of a page, derived from its path and bytes alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageRecord {
    pub(crate) path: String,
    pub(crate) title: String,
    /// blake3 of the file's bytes.
    pub(crate) hash: [u8; 32],
    /// The bytes are UTF-8 as they stand, so that a range of them is text.
    pub(crate) is_utf8: bool,
    pub(crate) line_count: u32,
    /// Lines of the front matter, 0 without.
    pub(crate) front_matter_lines: u32,
    pub(crate) aliases: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) sections: Vec<SectionRecord>,
}

/// A row of the section table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SectionRecord {
    pub(crate) id: String,
    pub(crate) heading: String,
    pub(crate) level: u8,
    pub(crate) part: u32,
    /// Other names by which a link may reach it, as slugs.
    pub(crate) anchors: Vec<String>,
    pub(crate) first_line: u32,
    pub(crate) last_line: u32,
    pub(crate) first_byte: u32,
    pub(crate) end_byte: u32,
}

impl PageRecord {
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|error| Error::Internal { message: format!("page record: {error}") })
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes).map_err(|_| Error::IndexCorrupt {
            message: "a stored page record cannot be read".to_owned(),
        })
    }

    /// Headings from the outermost to the section's own.
    pub(crate) fn trail(&self, section: usize) -> Vec<String> {
        let mut trail = Vec::new();
        let Some(own) = self.sections.get(section) else {
            return trail;
        };
        let mut level = own.level.saturating_add(1);
        for candidate in self.sections[..=section].iter().rev() {
            if candidate.level > 0 && candidate.level < level {
                trail.push(candidate.heading.clone());
                level = candidate.level;
            }
        }
        trail.reverse();
        trail
    }

    pub(crate) fn revision(&self) -> String {
        revision(&self.hash)
    }
}

/// First 12 hex digits of a content hash.
pub(crate) fn revision(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex()[..12].to_owned()
}
