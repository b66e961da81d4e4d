//! What a caller may be about to type.

use super::Catalog;
use super::list::check_limit;
use super::name_key::{file_name, name_key};
use crate::error::Result;
use crate::path_scope::PathScope;

/// Most values of one answer: the protocol's own bound.
pub const MAX_COMPLETIONS: u32 = 100;

/// The best values and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The likeliest first.
    pub values: Vec<String>,
    /// All that match, shown or not.
    pub total: u64,
}

impl Catalog<'_> {
    /// Paths of pages that begin with `typed`, then those in which a folder or file name begins so,
    /// then those that hold it; case ignored.
    ///
    /// # Errors
    /// [`crate::Error::InvalidArgument`], [`crate::Error::IndexCorrupt`], [`crate::Error::Io`].
    pub(crate) fn complete_path(&self, typed: &str, limit: u32) -> Result<Completions> {
        check_limit(limit, MAX_COMPLETIONS)?;
        let typed = typed.to_lowercase();
        let table = self.snapshot.page_table()?;
        let ranked = table.rows().iter().filter_map(|row| {
            let path = row.path.to_lowercase();
            let rank = match path.find(&typed) {
                Some(0) => 0,
                Some(_) if path.split('/').any(|segment| segment.starts_with(&typed)) => 1,
                Some(_) => 2,
                None => return None,
            };
            Some((rank, row.path.to_string()))
        });
        Ok(best(ranked.collect(), limit))
    }

    /// Names of pages under `under` (see [`Catalog::find`]) that begin with `typed`, then those that
    /// hold it, in whatever spelling.
    ///
    /// # Errors
    /// As [`Self::complete_path`].
    pub(crate) fn complete_name(
        &self,
        typed: &str,
        under: &[String],
        limit: u32,
    ) -> Result<Completions> {
        check_limit(limit, MAX_COMPLETIONS)?;
        let scope = PathScope::new(under)?;
        let typed = name_key(typed);
        let table = self.snapshot.page_table()?;
        let mut ranked: Vec<(u8, String)> = table
            .rows()
            .iter()
            .filter(|row| scope.admits(&row.path))
            .filter_map(|row| {
                let name = file_name(&row.path);
                let at = name_key(name).find(&typed)?;
                Some((u8::from(at > 0), name.to_owned()))
            })
            .collect();
        ranked.sort_unstable();
        ranked.dedup();
        Ok(best(ranked, limit))
    }
}

fn best(mut ranked: Vec<(u8, String)>, limit: u32) -> Completions {
    ranked.sort_unstable();
    let total = ranked.len() as u64;
    let values = ranked.into_iter().map(|(_, value)| value).take(limit as usize).collect();
    Completions { values, total }
}
