//! Limiting a scan to some paths.

use rustc_hash::FxHashSet;

/// Some files and folders with all that lies below them, or everything.
pub(crate) struct Within {
    /// `None`: everything.
    wanted: Option<FxHashSet<String>>,
    /// Folders on the way to them.
    above: FxHashSet<String>,
}

impl Within {
    /// At or below any of `paths`, by public path; everything where there is none.
    pub(crate) fn new(paths: &[String]) -> Self {
        let paths = paths.iter().map(|path| path.trim_matches('/'));
        let wanted: FxHashSet<String> = paths.map(str::to_owned).collect();
        if wanted.is_empty() || wanted.contains("") {
            return Self { wanted: None, above: FxHashSet::default() };
        }
        let above = wanted.iter().flat_map(|path| folders_of(path)).map(str::to_owned).collect();
        Self { wanted: Some(wanted), above }
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.wanted.is_none()
    }

    /// Whether a path is at or below a wanted one.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| {
            wanted.contains(path) || folders_of(path).any(|folder| wanted.contains(folder))
        })
    }

    /// Whether a path is at or below a wanted one, or a folder on the way to one.
    pub(crate) fn leads_to(&self, path: &str) -> bool {
        path.is_empty() || self.above.contains(path) || self.holds(path)
    }
}

/// The folders that a path lies in, from the innermost.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').rev().map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_is_at_or_below_and_leads_over_what_is_above() {
        let within = Within::new(&["a/b".to_owned(), "c.md/".to_owned()]);
        for (path, holds, leads) in [
            ("", false, true),
            ("a", false, true),
            ("a/b", true, true),
            ("a/b/c/d.md", true, true),
            ("a/bc", false, false),
            ("a.md", false, false),
            ("c.md", true, true),
        ] {
            assert_eq!((within.holds(path), within.leads_to(path)), (holds, leads), "{path:?}");
        }
    }

    #[test]
    fn nothing_asked_for_is_everything() {
        for paths in [vec![], vec!["a".to_owned(), String::new()]] {
            assert!(Within::new(&paths).holds("any/thing.md"));
        }
    }
}
