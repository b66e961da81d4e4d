//! What a link and its target have in common: numbers that stand for the names by which a link may
//! mean a page or a section.
//!
//! A file is indexed knowing only itself, so a link holds the name it writes and a page the names
//! it answers to; which page is meant is worked out for a commit as a whole ([`super::links`]).

use lectern_markdown::{Link, Page, Section, TargetScope, page_keys};

/// Texts that say nothing of where they lead.
const GENERIC: &[&str] = &[
    "article",
    "click",
    "click here",
    "details",
    "doc",
    "docs",
    "document",
    "documentation",
    "example",
    "guide",
    "here",
    "info",
    "learn more",
    "link",
    "more",
    "more details",
    "more information",
    "next",
    "page",
    "previous",
    "read more",
    "section",
    "see here",
    "source",
    "the docs",
    "the documentation",
    "this",
    "this doc",
    "this document",
    "this guide",
    "this link",
    "this page",
    "this section",
    "website",
];

/// The names of a page.
pub(super) fn of_page(path: &str, page: &Page) -> Vec<u64> {
    page_keys(path, page).iter().map(|key| page_number(key.scope, &key.key)).collect()
}

/// The names of a section: its id and the anchors in it.
pub(super) fn of_section(section: &Section) -> Vec<u64> {
    let ids = std::iter::once(&section.id).chain(&section.anchors);
    ids.map(|id| section_number(id)).collect()
}

/// What a link points at.
pub(crate) struct LinkKeys {
    pub(crate) page: u64,
    pub(crate) section: Option<u64>,
    /// Stands for the text and the folder of the source: what is said twice in a folder, in every
    /// page's list of its neighbours for instance, counts once.
    pub(crate) label: u64,
}

/// The names that a link of the page at `path` writes.
pub(super) fn of_link(path: &str, link: &Link) -> LinkKeys {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    LinkKeys {
        page: page_number(link.target.scope, &link.target.page),
        section: link.target.section.as_deref().map(section_number),
        label: number(&[folder, &link.text]),
    }
}

/// Whether a link's text tells what its target is about: not when it is an address, or words such as
/// "here" alone.
pub(super) fn is_telling(text: &str) -> bool {
    let is_address = text.contains("://") || text.starts_with("www.");
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    !is_address && !words.is_empty() && !GENERIC.contains(&words.join(" ").as_str())
}

fn page_number(scope: TargetScope, key: &str) -> u64 {
    let scope = match scope {
        TargetScope::Relative => "path",
        TargetScope::Site => "site",
        TargetScope::Name => "name",
    };
    number(&[scope, key])
}

fn section_number(id: &str) -> u64 {
    number(&["section", id])
}

/// 64 bits of a hash that is the same on every machine and in every version.
fn number(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // No part holds it, so that two lists of parts never run together alike.
        hasher.update(&[0]);
    }
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_generic_words_tell_nothing() {
        for text in ["here", "Click here!", "https://a.b/c", "www.a.b", "(this page)", "→", "Docs"]
        {
            assert!(!is_telling(text), "{text}");
        }
        for text in ["Kafka docs", "how we rotate keys", "日本"] {
            assert!(is_telling(text), "{text}");
        }
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(number(&["a", "bc"]), number(&["ab", "c"]));
        assert_ne!(page_number(TargetScope::Site, "a"), page_number(TargetScope::Name, "a"));
    }
}
