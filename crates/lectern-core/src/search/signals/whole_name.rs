//! A name that the query says among other words: of the page's file, or of the section's heading.
//!
//! "Our incident response process" says all of `incident-response.md`, and less than half of
//! `security-incident-communication-plan.md`. With H the summed idf of a name's terms and O that of
//! those the query says, the gain is a share of O times O / H. Unlike a near-exact name it may stand
//! beside anything else the query says, and a further word of the name counts more than the one
//! before.

use super::said_names::SaidNames;
use crate::error::Result;
use crate::index::names::NameKind;

/// .1 to .2 are alike, and so are O / H and its square. On the development queries it gains .0087 on
/// link texts unlike any title and .013 on subjects of commits (paired p .004 and .001, the heading's
/// included) over the page's path as a field of navigation.
const FILE_WEIGHT: f64 = 0.15;
/// A third as much, since headings repeat and a near-exact one has its own signal: the right section
/// comes first for .012 more of the link texts that name one.
const HEADING_WEIGHT: f64 = 0.05;

/// What the name of a page's file, given by its distinct terms, gives all sections of the page.
///
/// # Errors
/// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
pub(super) fn gain_of_file(names: &SaidNames<'_>, segment: usize, name: &[u64]) -> Result<f64> {
    Ok(FILE_WEIGHT * said_share(names, NameKind::File, segment, name)?)
}

/// What a heading, given by its distinct terms, gives its section.
///
/// # Errors
/// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
pub(super) fn gain_of_heading(names: &SaidNames<'_>, segment: usize, name: &[u64]) -> Result<f64> {
    Ok(HEADING_WEIGHT * said_share(names, NameKind::Text, segment, name)?)
}

fn said_share(names: &SaidNames<'_>, kind: NameKind, segment: usize, name: &[u64]) -> Result<f64> {
    let said = names.said(kind, segment, name)?;
    // Most names share nothing with the query, and need not be weighed.
    Ok(if said > 0.0 { said * said / names.whole(kind, segment, name)? } else { 0.0 })
}
