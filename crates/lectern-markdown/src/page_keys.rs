//! The names under which a page can be meant, as links write them.

use crate::link_target::{
    TargetScope, is_index, join, name_key, path_key, resolve, strip_extensions,
};
use crate::page::Page;

/// A name under which links may mean a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    /// Name space of the key.
    pub scope: TargetScope,
    /// The key; empty for the page at the very top.
    pub key: String,
}

/// Whether a page stands for its folder: `README.md`, `index.md`, `_index.md`.
#[must_use]
pub fn is_folder_page(path: &str) -> bool {
    is_index(strip_extensions(path.rsplit('/').next().unwrap_or(path)))
}

/// What a page is called among files: the name of its file without extensions, or of its folder where
/// the file is the folder's own page. Empty for such a page at the very top.
#[must_use]
pub fn file_name(path: &str) -> &str {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = strip_extensions(file);
    if is_index(stem) { folder.rsplit('/').next().unwrap_or(folder) } else { stem }
}

/// The keys under which links may name this page, without repetition: its path, every tail of it, its
/// base name and title, and the aliases and slug of its front matter.
#[must_use]
pub fn page_keys(path: &str, page: &Page) -> Vec<PageKey> {
    let mut keys = Keys(Vec::new());
    let own = path_key(path);
    keys.add(TargetScope::Relative, own.clone());
    keys.add_tails(&own);
    keys.add_name(file_name(path));
    keys.add_name(&page.title);
    let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some(slug) = &page.front_matter.slug {
        let slug_key = path_key(slug.trim_matches('/'));
        if slug.contains('/') {
            keys.add(TargetScope::Site, slug_key);
        } else {
            keys.add_name(slug);
            let key = join(folder, &slug_key);
            keys.add_tails(&key);
            keys.add(TargetScope::Relative, key);
        }
    }
    for alias in &page.front_matter.aliases {
        keys.add_alias(folder, alias);
    }
    keys.0
}

/// Aliases a page may have; more are left out, as are tails beyond it.
const MAX_KEYS: usize = 64;

struct Keys(Vec<PageKey>);

impl Keys {
    fn add(&mut self, scope: TargetScope, key: String) {
        let key = PageKey { scope, key };
        if self.0.len() < MAX_KEYS && !self.0.contains(&key) {
            self.0.push(key);
        }
    }

    fn add_tails(&mut self, key: &str) {
        let tails = key.match_indices('/').map(|(at, _)| &key[at + 1..]);
        for tail in std::iter::once(key).chain(tails) {
            if self.0.len() == MAX_KEYS {
                break;
            }
            self.add(TargetScope::Site, tail.to_owned());
        }
    }

    fn add_name(&mut self, name: &str) {
        let key = name_key(name);
        if !key.is_empty() {
            self.add(TargetScope::Name, key);
        }
    }

    fn add_alias(&mut self, folder: &str, alias: &str) {
        let path = match alias.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => alias,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        if path.starts_with('/') {
            self.add(TargetScope::Site, path_key(path));
        } else {
            self.add_name(path);
            if let Some(key) = resolve(folder, path) {
                self.add_tails(&key);
                self.add(TargetScope::Relative, key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use TargetScope::{Name, Relative, Site};

    use super::*;
    use crate::link_target::Linker;
    use crate::source::Source;

    fn keys(path: &str, text: &str) -> Vec<(TargetScope, String)> {
        let page = crate::parse(path, &Source::decode(text.as_bytes()).unwrap());
        page_keys(path, &page).into_iter().map(|key| (key.scope, key.key)).collect()
    }

    #[test]
    fn a_page_answers_to_its_path_its_tails_and_its_names() {
        let expected = [
            (Relative, "guide/set-up/my_page"),
            (Site, "guide/set-up/my_page"),
            (Site, "set-up/my_page"),
            (Site, "my_page"),
            (Name, "my-page"),
            (Name, "a-title"),
        ];
        let keys = keys("guide/Set Up/My_Page.md", "# A Title\n");
        assert_eq!(keys, expected.map(|(scope, key)| (scope, key.to_owned())));
    }

    #[test]
    fn an_index_answers_to_its_folder() {
        for name in ["README.md", "index.md", "_index.md"] {
            let keys = keys(&format!("ops/Runbooks/{name}"), "# T\n");
            assert!(keys.contains(&(Relative, "ops/runbooks".to_owned())), "{keys:?}");
            assert!(keys.contains(&(Name, "runbooks".to_owned())), "{keys:?}");
        }
        assert!(keys("README.md", "# T\n").contains(&(Relative, String::new())));
    }

    #[test]
    fn a_page_is_called_by_its_file_or_its_folder() {
        for (path, name) in [
            ("ops/kafka-lag.html.md", "kafka-lag"),
            ("ops/On Call/README.md", "On Call"),
            ("ops/_index.markdown", "ops"),
            ("v1.2.md", "v1.2"),
            ("Index.MD", ""),
        ] {
            assert_eq!(file_name(path), name, "{path}");
        }
    }

    #[test]
    fn a_page_stands_for_its_folder_by_its_name_alone() {
        for path in ["README.md", "a/readme.MDX", "a/b/index.html.md", "a/_index.md"] {
            assert!(is_folder_page(path), "{path}");
        }
        for path in ["readme/a.md", "a/readme-first.md", "a/reindex.md"] {
            assert!(!is_folder_page(path), "{path}");
        }
    }

    #[test]
    fn a_page_answers_to_its_aliases_and_slug() {
        let text =
            "---\nslug: own\naliases: [/old/place/, https://a.b/c/d/, near.md, ../../../x]\n---\n";
        let keys = keys("docs/a.md", text);
        for key in [
            (Name, "own"),
            (Relative, "docs/own"),
            (Site, "own"),
            (Site, "old/place"),
            (Site, "c/d"),
            (Name, "near"),
            (Relative, "docs/near"),
        ] {
            assert!(keys.contains(&(key.0, key.1.to_owned())), "{key:?} not in {keys:?}");
        }
    }

    #[test]
    fn keys_are_bounded_and_distinct() {
        let aliases: Vec<String> = (0..1000).map(|n| format!("/a/{n}")).collect();
        let slug = "a/".repeat(20_000);
        let text = format!("---\naliases: [{}]\nurl: {slug}\n---\n", aliases.join(", "));
        let keys = keys("x.md", &text);
        assert_eq!(keys.len(), MAX_KEYS);
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn every_way_to_write_a_path_meets_a_key_of_its_page() {
        let page = keys("guide/Setup/Other Page.md", "# Some Title\n");
        let linker = Linker::new("guide/Setup/install.md");
        let key = |destination, is_wiki| {
            let target = linker.target(destination, is_wiki).unwrap();
            (target.scope, target.page)
        };
        for found in [
            key("Other%20Page.md", false),
            key("/guide/Setup/other-page/", false),
            key("/setup/Other Page.html", false),
            key("Other Page", true),
            key("some title", true),
            key("Setup/Other Page", true),
        ] {
            assert!(page.contains(&found), "{found:?} not in {page:?}");
        }
    }
}
