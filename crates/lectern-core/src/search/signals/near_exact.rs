//! A heading or title that says nearly what the query says, no more and no less.
//!
//! With Q the summed idf of the query's distinct terms, stop words included ("what is it" is not
//! "it"), H that of the name's and O that of the terms they share, the gain is a share of Q times
//! (O / (Q + H - O))^4: next to nothing until nearly everything agrees. A name is the section's
//! heading, the page's title, or the two together ("set-up: requirements"). The largest counts and
//! not their sum, since a page's first heading mostly is its title.

use super::said_names::SaidNames;
use crate::error::Result;
use crate::index::names::NameKind;

/// On the development queries the two gain .042 on link texts that are titles and .102 on questions
/// that are headings (paired p .0002 each).
const HEADING_WEIGHT: f64 = 0.3;
const TITLE_WEIGHT: f64 = 0.15;
/// Who names both page and section can mean no other. .4 to .5 put the right section first for .014
/// more of the link texts that name one, and no kind of query loses (docs/design/ranking/signals.md).
const BOTH_WEIGHT: f64 = 0.45;
/// Below this share the gain is under two thousandths of Q, and the name need not be weighed.
const LEAST_SHARE: f64 = 0.25;

/// What the title of a page and the heading of a section, given by their distinct terms, give the
/// section.
///
/// # Errors
/// [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
pub(super) fn gain(
    names: &SaidNames<'_>,
    segment: usize,
    title: &[u64],
    heading: &[u64],
) -> Result<f64> {
    let more = heading.iter().filter(|term| !title.contains(term));
    let both: Vec<u64> = title.iter().chain(more).copied().collect();
    let gain = |name: &[u64]| share_of_weight(names, segment, name);
    Ok((TITLE_WEIGHT * gain(title)?)
        .max(HEADING_WEIGHT * gain(heading)?)
        .max(BOTH_WEIGHT * gain(&both)?))
}

fn share_of_weight(names: &SaidNames<'_>, segment: usize, name: &[u64]) -> Result<f64> {
    let said = names.said(NameKind::Text, segment, name)?;
    if said < LEAST_SHARE * names.query_weight {
        return Ok(0.0);
    }
    let whole = names.whole(NameKind::Text, segment, name)?;
    let share = said / (names.query_weight + whole - said);
    Ok(names.query_weight * share.powi(4))
}
