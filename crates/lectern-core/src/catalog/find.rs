//! Pages by what they are called: the way from an alert to its runbook.

use super::Catalog;
use super::name_key::{file_name, name_key};
use super::table::PageRow;
use crate::error::{Error, Result};
use crate::index::page_record::PageRecord;
use crate::nearest::nearest;
use crate::path_scope::PathScope;

/// Most pages found by one name.
pub const MAX_FOUND: usize = 20;

/// A page, or a section of one, that is called as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPage {
    /// Path of the page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Id of the section, when a heading and not the page is called so.
    pub section: Option<String>,
}

/// What a page comes by a name by, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Called {
    File,
    Alias,
    Title,
    Heading,
}

impl Catalog<'_> {
    /// Pages called `name` by their file, an alias or alert of their front matter, their title or,
    /// when no page is, a heading, however the name is spelled. Only the most telling way counts;
    /// more than one page means that the name is ambiguous. `under` narrows to some folders, pages
    /// or globs; empty for everything.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest names, [`Error::InvalidArgument`] for a bad glob,
    /// [`Error::IndexCorrupt`], [`Error::Io`].
    pub(crate) fn find(&self, name: &str, under: &[String]) -> Result<Vec<FoundPage>> {
        let scope = PathScope::new(under)?;
        let key = name_key(name);
        let rows: Vec<&PageRow> =
            self.snapshot.page_table()?.rows().iter().filter(|r| scope.admits(&r.path)).collect();
        let mut found = Vec::new();
        if !key.is_empty() {
            let named: Vec<&PageRow> =
                rows.iter().filter(|row| called(row, &key).is_some()).copied().collect();
            found = self.checked(&named, &key)?;
            if found.is_empty() {
                found = self.checked(&self.with_heading(&rows, &key)?, &key)?;
            }
        }
        if found.is_empty() {
            let names = rows.iter().map(|row| file_name(&row.path).to_owned());
            return Err(Error::NotFound {
                message: format!("no page is called {name:?}"),
                nearest: nearest(name, names),
            });
        }
        Ok(found)
    }

    /// Of the given pages those that are called so by their files as they are now.
    fn checked(&self, rows: &[&PageRow], key: &str) -> Result<Vec<FoundPage>> {
        let mut found: Vec<(Called, FoundPage)> = Vec::new();
        for row in rows {
            let Some(file) = self.open(&row.path) else { continue };
            let Some(record) = self.record(row, &file)? else { continue };
            found.extend(called_now(record, key));
        }
        let best = found.iter().map(|(how, _)| *how).min();
        found.retain(|(how, _)| Some(*how) == best);
        found.truncate(MAX_FOUND);
        Ok(found.into_iter().map(|(_, page)| page).collect())
    }

    fn with_heading<'a>(&self, rows: &[&'a PageRow], key: &str) -> Result<Vec<&'a PageRow>> {
        let mut named = Vec::new();
        for row in rows {
            let record = self.snapshot.record(row.document)?;
            if record.sections.iter().any(|section| name_key(&section.heading) == key) {
                named.push(*row);
            }
        }
        Ok(named)
    }
}

fn called(row: &PageRow, key: &str) -> Option<Called> {
    called_by(&row.path, &row.aliases, &row.title, key)
}

fn called_by(path: &str, aliases: &[String], title: &str, key: &str) -> Option<Called> {
    if name_key(file_name(path)) == key {
        return Some(Called::File);
    }
    // An alias may be a name or an old address.
    let is_alias = |alias: &String| {
        name_key(alias) == key || name_key(file_name(alias.trim_end_matches('/'))) == key
    };
    if aliases.iter().any(is_alias) {
        return Some(Called::Alias);
    }
    (name_key(title) == key).then_some(Called::Title)
}

fn called_now(record: PageRecord, key: &str) -> Option<(Called, FoundPage)> {
    let how = called_by(&record.path, &record.aliases, &record.title, key);
    let heading = || record.sections.iter().find(|section| name_key(&section.heading) == key);
    let (how, section) = match how {
        Some(how) => (how, None),
        None => (Called::Heading, Some(heading()?.id.clone())),
    };
    Some((how, FoundPage { path: record.path, title: record.title, section }))
}
