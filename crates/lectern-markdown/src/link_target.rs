//! What a link names, and the names under which a page can be meant.
//!
//! A file is indexed knowing only itself, so a link is stored as the key of its target, and a page as
//! the keys it answers to. Both sides are normalised alike: path without extension, index files folded
//! into their folder, lower case, NFC, spaces as `-`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::page::Page;
use crate::slug::github_slug;
use crate::template;

/// In which name space a key is to be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetScope {
    /// A path from the root of the knowledge base. At most one page has a key by its path.
    Relative,
    /// A path from the top of a site whose place in the root is not known. Each page answers to every
    /// tail of its path, so several may share a key: the one nearest to the linking page is meant.
    Site,
    /// A bare name, as in wiki links. Several pages may share a key: the nearest is meant.
    Name,
}

/// What a link names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkTarget {
    /// Where to look the page up.
    pub scope: TargetScope,
    /// Key of the page, to be compared with [`PageKey::key`] in the same scope.
    pub page: String,
    /// The fragment, percent-decoded, as [`github_slug`] makes it; `None` without one.
    pub section: Option<String>,
}

/// A name under which links may mean a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    /// Name space of the key.
    pub scope: TargetScope,
    /// The key; empty for the page at the very top.
    pub key: String,
}

/// The keys under which links may name this page, without repetition: its path, every tail of it, its
/// base name and title, and the aliases and slug of its front matter.
#[must_use]
pub fn page_keys(path: &str, page: &Page) -> Vec<PageKey> {
    let mut keys = Keys(Vec::new());
    let own = path_key(path);
    keys.add(TargetScope::Relative, own.clone());
    keys.add_tails(&own);
    let stem = strip_extensions(path.rsplit('/').next().unwrap_or(path));
    if is_index(stem) {
        keys.add_name(own.rsplit('/').next().unwrap_or_default());
    } else {
        keys.add_name(stem);
    }
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

/// Reads the destinations of one page's links.
pub(crate) struct Linker {
    /// Folder of the page, as in its path.
    folder: String,
    own: String,
}

impl Linker {
    pub(crate) fn new(path: &str) -> Self {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self { folder: folder.to_owned(), own: path_key(path) }
    }

    /// What a destination names; `None` for what lies outside the knowledge base.
    pub(crate) fn target(&self, destination: &str, wiki: bool) -> Option<LinkTarget> {
        let destination = destination.trim();
        if wiki {
            return self.named(destination);
        }
        if let Some(reference) = reference_call(destination) {
            return self.shortcode(&reference);
        }
        let destination = drop_calls(destination);
        if has_scheme(&destination) || destination.starts_with("//") {
            return None;
        }
        let (path, section) = split_fragment(&destination);
        let path = percent_decode(path.split('?').next().unwrap_or_default());
        if path.is_empty() {
            // A link to nothing but its own page's top says nothing.
            section.as_ref()?;
            return Some(self.own(section));
        }
        let path = path.replace('\\', "/");
        if path.starts_with('/') {
            let page = resolve("", &path)?;
            return Some(LinkTarget { scope: TargetScope::Site, page, section });
        }
        let page = resolve(&self.folder, &path)?;
        Some(LinkTarget { scope: TargetScope::Relative, page, section })
    }

    fn own(&self, section: Option<String>) -> LinkTarget {
        LinkTarget { scope: TargetScope::Relative, page: self.own.clone(), section }
    }

    /// A wiki link: a bare name, or the tail of a path.
    fn named(&self, destination: &str) -> Option<LinkTarget> {
        if destination.contains("://") {
            return None;
        }
        let (name, section) = split_fragment(destination);
        let name = name.trim();
        if name.is_empty() {
            return section.is_some().then(|| self.own(section));
        }
        if name.starts_with("./") || name.starts_with("../") {
            let page = resolve(&self.folder, name)?;
            return Some(LinkTarget { scope: TargetScope::Relative, page, section });
        }
        if name.contains('/') {
            let page = resolve("", name)?;
            return Some(LinkTarget { scope: TargetScope::Site, page, section });
        }
        let page = name_key(name);
        (!page.is_empty()).then_some(LinkTarget { scope: TargetScope::Name, page, section })
    }

    /// Hugo's `ref` and `relref`: a path from the content folder, a path from here, or a bare name.
    fn shortcode(&self, reference: &str) -> Option<LinkTarget> {
        if has_scheme(reference) {
            return None;
        }
        self.named(reference)
    }
}

/// The argument of `{{< ref "x.md#y" >}}`, `{{% relref "x" %}}` or Jekyll's `{% link x.md %}` (as a
/// path from the top), if the destination is such a call, with what follows it.
fn reference_call(destination: &str) -> Option<String> {
    let (inner, rest, jekyll) = if let Some(inner) = destination.strip_prefix("{{") {
        let (inner, rest) = inner.split_once("}}")?;
        (inner.trim_matches(['<', '>', '%', '-']), rest, false)
    } else {
        let at = destination.find("{%")?;
        let (inner, rest) = destination[at + 2..].split_once("%}")?;
        (inner.trim_matches('-'), rest, true)
    };
    let space = |ch: char| ch == template::SPACE || ch.is_whitespace();
    let inner = inner.trim_matches(space);
    let (word, argument) = inner.split_once(space)?;
    let known = if jekyll { &["link", "post_url"][..] } else { &["ref", "relref"][..] };
    if !known.contains(&word) {
        return None;
    }
    let argument = argument.trim_matches(space);
    let argument = argument.strip_prefix("path=").unwrap_or(argument);
    let argument = match argument.chars().next()? {
        quote @ ('"' | '\'' | '`') => argument[1..].split(quote).next()?,
        _ => argument.split(space).next()?,
    };
    Some(if jekyll { format!("/{argument}{rest}") } else { format!("{argument}{rest}") })
}

/// Template calls stand for the site's address at the start of a destination.
fn drop_calls(destination: &str) -> Cow<'_, str> {
    let mut rest = destination;
    while let Some(inner) = rest.strip_prefix("{{") {
        let Some((_, after)) = inner.split_once("}}") else { break };
        rest = after;
    }
    if rest.len() == destination.len() || rest.starts_with('/') {
        Cow::Borrowed(rest)
    } else {
        Cow::Owned(format!("/{rest}"))
    }
}

fn has_scheme(destination: &str) -> bool {
    destination.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|ch: char| ch.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

fn split_fragment(destination: &str) -> (&str, Option<String>) {
    let Some((path, fragment)) = destination.split_once('#') else { return (destination, None) };
    let slug = github_slug(&percent_decode(fragment));
    (path, (!slug.is_empty()).then_some(slug))
}

fn percent_decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// The key of a path seen from a folder; `None` when it climbs above the top.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(path_key(&parts.join("/")))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The key of a path.
fn path_key(path: &str) -> String {
    let path = path.trim_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = strip_extensions(name);
    let path = if is_index(stem) { Cow::Borrowed(folder) } else { Cow::Owned(join(folder, stem)) };
    normal(&path).replace(char::is_whitespace, "-")
}

/// The key of a bare name: as a path, with runs of spaces, `_` and `-` as one `-`.
fn name_key(name: &str) -> String {
    let name = normal(strip_extensions(name.trim()));
    let mut key = String::with_capacity(name.len());
    for word in name.split(|ch: char| ch.is_whitespace() || ch == '-' || ch == '_') {
        if !word.is_empty() {
            if !key.is_empty() {
                key.push('-');
            }
            key.push_str(word);
        }
    }
    key
}

fn normal(text: &str) -> String {
    if is_nfc(text) { text.to_lowercase() } else { text.nfc().collect::<String>().to_lowercase() }
}

/// A file name without the extensions of documents, also doubled ones (`x.html.md`).
pub(crate) fn strip_extensions(name: &str) -> &str {
    const EXTENSIONS: [&str; 12] = [
        "md", "markdown", "mdx", "mdown", "mkd", "mkdn", "qmd", "html", "htm", "txt", "rst", "erb",
    ];
    let mut stem = name;
    while let Some((rest, extension)) = stem.rsplit_once('.') {
        if rest.is_empty() || !EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) {
            break;
        }
        stem = rest;
    }
    stem
}

/// Whether a stem names its folder's own page.
pub(crate) fn is_index(stem: &str) -> bool {
    ["index", "_index", "readme"].iter().any(|index| index.eq_ignore_ascii_case(stem))
}
