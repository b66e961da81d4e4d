//! Folders, pages and globs that narrow what is looked at.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, Result};

/// Most paths and globs of one request.
pub const MAX_PATHS: usize = 20;

/// One folder, page or glob, as a caller writes it.
#[derive(Debug)]
pub(crate) enum PathPattern {
    /// Everything.
    All,
    /// A page, or the pages below a folder; without a slash at either end.
    At(String),
    /// What a glob matches, or lies below a folder that it matches.
    Glob {
        globs: GlobSet,
        /// Up to the last slash before the first wildcard: every match begins so.
        prefix: String,
    },
}

impl PathPattern {
    /// Reads a pattern. In a glob `*` and `?` stay within a folder, `**` crosses folders, `[a-z]` is a
    /// set and `{a,b}` are alternatives; a glob without a slash matches in every folder.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a glob that cannot be read.
    pub(crate) fn new(given: &str) -> Result<Self> {
        let path = given.trim_start_matches("./").trim_matches('/');
        if path.is_empty() || path == "." {
            return Ok(Self::All);
        }
        let Some(wildcard) = path.find(['*', '?', '[', '{']) else {
            return Ok(Self::At(path.to_owned()));
        };
        let prefix = path[..wildcard].rfind('/').map_or("", |slash| &path[..=slash]);
        let anywhere = if path.contains('/') { "" } else { "**/" };
        let mut globs = GlobSetBuilder::new();
        for below in ["", "/**"] {
            let glob = GlobBuilder::new(&format!("{anywhere}{path}{below}"))
                .literal_separator(true)
                .build()
                .map_err(|error| Error::invalid(format!("bad glob {given:?}: {}", error.kind())))?;
            globs.add(glob);
        }
        let globs = globs
            .build()
            .map_err(|error| Error::invalid(format!("bad glob {given:?}: {}", error.kind())))?;
        Ok(Self::Glob { globs, prefix: prefix.to_owned() })
    }

    /// Whether it takes in the page at `path`.
    pub(crate) fn admits(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::At(own) => {
                path == own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))
            }
            Self::Glob { globs, .. } => globs.is_match(path),
        }
    }
}

/// Several patterns: what any of them takes in, or everything when there are none.
#[derive(Debug)]
pub(crate) struct PathScope(Vec<PathPattern>);

impl PathScope {
    /// # Errors
    /// [`Error::InvalidArgument`] for more than [`MAX_PATHS`], or a bad glob.
    pub(crate) fn new(given: &[String]) -> Result<Self> {
        if given.len() > MAX_PATHS {
            return Err(Error::invalid(format!(
                "at most {MAX_PATHS} paths may be given (got {})",
                given.len()
            )));
        }
        Ok(Self(given.iter().map(|path| PathPattern::new(path)).collect::<Result<_>>()?))
    }

    pub(crate) fn admits(&self, path: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.admits(path))
    }

    pub(crate) fn patterns(&self) -> &[PathPattern] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_in_pages_and_what_lies_below_folders() {
        for (pattern, path, is_in) in [
            ("", "a.md", true),
            ("./", "a/b.md", true),
            ("docs", "docs/a.md", true),
            ("/docs/", "docs/sub/a.md", true),
            ("docs", "docs2/a.md", false),
            ("docs/a.md", "docs/a.md", true),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/sub/a.md", false),
            ("docs/**/*.md", "docs/sub/a.md", true),
            ("docs/**/*.md", "docs/a.md", true),
            ("teams/*/runbooks", "teams/core/runbooks/x.md", true),
            ("teams/*/runbooks", "teams/core/other/x.md", false),
            ("*runbook*", "a/kafka-runbook.md", true),
            ("*runbook*", "a/runbooks/x.md", true),
            ("{docs,ops}/x.md", "ops/x.md", true),
            ("{docs,ops}", "ops/sub/x.md", true),
            ("[ab].md", "b.md", true),
            ("a?.md", "a/b.md", false),
        ] {
            let scope = PathScope::new(&[pattern.to_owned()]).unwrap();
            assert_eq!(scope.admits(path), is_in, "{pattern} {path}");
        }
    }

    #[test]
    fn several_patterns_take_in_what_any_does_and_none_takes_in_all() {
        let scope = PathScope::new(&["a".to_owned(), "b/*.md".to_owned()]).unwrap();
        assert!(scope.admits("a/x.md") && scope.admits("b/y.md") && !scope.admits("c.md"));
        assert!(PathScope::new(&[]).unwrap().admits("c.md"));
        assert!(PathScope::new(&vec!["a".to_owned(); MAX_PATHS + 1]).is_err());
        for bad in ["a/{b", "[", "a[z-a]"] {
            let message = PathPattern::new(bad).unwrap_err().to_string();
            assert!(message.contains("bad glob"), "{message}");
        }
    }
}
