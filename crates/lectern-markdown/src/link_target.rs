//! What a link names, and the names under which a page can be meant.
//!
//! A file is indexed knowing only itself, so a link is stored as the key of its target, and a page as
//! the keys it answers to. Both sides are normalised alike: path without extension, index files folded
//! into their folder, lower case, NFC, spaces as `-`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::{UnicodeNormalization, is_nfc};

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
    /// Key of the page, to be compared with [`crate::PageKey::key`] in the same scope.
    pub page: String,
    /// The fragment, percent-decoded, as [`github_slug`] makes it; `None` without one.
    pub section: Option<String>,
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
    let hugo = || {
        let (call, rest) = destination.strip_prefix("{{")?.split_once("}}")?;
        let argument = argument_of(call.trim_matches(['<', '>', '%', '-']), &["ref", "relref"])?;
        Some(format!("{argument}{rest}"))
    };
    let jekyll = || {
        let (call, rest) = destination.split_once("{%")?.1.split_once("%}")?;
        let argument = argument_of(call.trim_matches('-'), &["link", "post_url"])?;
        Some(format!("/{argument}{rest}"))
    };
    hugo().or_else(jekyll)
}

/// The first argument of a call of one of these names.
fn argument_of<'t>(call: &'t str, names: &[&str]) -> Option<&'t str> {
    let space = |ch: char| ch == template::SPACE || ch.is_whitespace();
    let (name, argument) = call.trim_matches(space).split_once(space)?;
    if !names.contains(&name) {
        return None;
    }
    let argument = argument.trim_matches(space);
    let argument = argument.strip_prefix("path=").unwrap_or(argument);
    match argument.chars().next()? {
        quote @ ('"' | '\'' | '`') => argument[1..].split(quote).next(),
        _ => argument.split(space).next(),
    }
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
pub(crate) fn resolve(folder: &str, path: &str) -> Option<String> {
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

pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The key of a path.
pub(crate) fn path_key(path: &str) -> String {
    let path = path.trim_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = strip_extensions(name);
    let path = if is_index(stem) { Cow::Borrowed(folder) } else { Cow::Owned(join(folder, stem)) };
    normal(&path).replace(char::is_whitespace, "-")
}

/// The key of a bare name: as a path, with runs of spaces, `_` and `-` as one `-`.
pub(crate) fn name_key(name: &str) -> String {
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
        if rest.is_empty() || !EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
        {
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

#[cfg(test)]
mod tests {
    use TargetScope::{Name, Relative, Site};

    use super::*;

    /// The target of a Markdown destination on the page `guide/Setup/install.md`, as `scope key#section`.
    fn target(destination: &str) -> Option<(TargetScope, String)> {
        shown(Linker::new("guide/Setup/install.md").target(destination, false))
    }

    fn wiki(destination: &str) -> Option<(TargetScope, String)> {
        shown(Linker::new("guide/Setup/install.md").target(destination, true))
    }

    fn shown(target: Option<LinkTarget>) -> Option<(TargetScope, String)> {
        target.map(|target| {
            let section = target.section.map(|section| format!("#{section}")).unwrap_or_default();
            (target.scope, target.page + &section)
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with what may be none")]
    fn to(scope: TargetScope, key: &str) -> Option<(TargetScope, String)> {
        Some((scope, key.to_owned()))
    }

    #[test]
    fn relative_paths_are_resolved() {
        for (destination, key) in [
            ("other.md", "guide/setup/other"),
            ("./other.md", "guide/setup/other"),
            ("other", "guide/setup/other"),
            ("other/", "guide/setup/other"),
            ("other.html", "guide/setup/other"),
            ("other.html.md", "guide/setup/other"),
            ("../README.md", "guide"),
            ("../index.html#Top", "guide#top"),
            ("../../top.md", "top"),
            ("../..", ""),
            (".", "guide/setup"),
            ("sub\\page.md", "guide/setup/sub/page"),
            ("My%20Page.md", "guide/setup/my-page"),
            ("gr%C3%B6%C3%9Fe.md", "guide/setup/größe"),
            ("gro\u{308}\u{df}e.md", "guide/setup/größe"),
            ("a.md?plain=1#L10", "guide/setup/a#l10"),
            ("v1.2.md", "guide/setup/v1.2"),
            ("%ff.md", "guide/setup/%ff"),
        ] {
            assert_eq!(target(destination), to(Relative, key), "{destination}");
        }
    }

    #[test]
    fn absolute_paths_are_of_the_site() {
        for (destination, key) in [
            ("/docs/a.md", "docs/a"),
            ("/docs/a/#b", "docs/a#b"),
            ("/", ""),
            ("/docs/./x/../a/index.html", "docs/a"),
            ("{{ site.baseurl }}/docs/a", "docs/a"),
            ("{{+site.url+}}docs/a", "docs/a"),
            ("{%+link+docs/a.md+%}#b", "docs/a#b"),
            ("{{ site.baseurl }}{% link docs/a.md %}", "docs/a"),
        ] {
            assert_eq!(target(destination), to(Site, key), "{destination}");
        }
    }

    #[test]
    fn a_fragment_alone_is_of_its_own_page() {
        assert_eq!(target("#Next%20Steps"), to(Relative, "guide/setup/install#next-steps"));
        assert_eq!(wiki("#Next Steps"), to(Relative, "guide/setup/install#next-steps"));
        for empty in ["", "#", "#...", "?a=b"] {
            assert_eq!(target(empty), None, "{empty}");
        }
    }

    #[test]
    fn wiki_names_are_normalised() {
        for (destination, expected) in [
            ("Page", to(Name, "page")),
            ("My  Page_Name.md", to(Name, "my-page-name")),
            ("Page#A Heading", to(Name, "page#a-heading")),
            ("folder/My Page", to(Site, "folder/my-page")),
            ("./Page", to(Relative, "guide/setup/page")),
            ("../Page", to(Relative, "guide/page")),
            ("../../../Page", None),
            ("http://a.b", None),
            (" ", None),
        ] {
            assert_eq!(wiki(destination), expected, "{destination}");
        }
    }

    #[test]
    fn hugo_references_are_read() {
        for (destination, expected) in [
            ("{{<+ref+\"a.md\"+>}}", to(Name, "a")),
            ("{{<+ref+\"a.md#B\"+>}}", to(Name, "a#b")),
            ("{{%+relref+'docs/a'+%}}", to(Site, "docs/a")),
            ("{{< relref path=\"/docs/a\" >}}#b", to(Site, "docs/a#b")),
            ("{{<+ref+\"../a\"+>}}", to(Relative, "guide/a")),
            ("{{< ref a >}}", to(Name, "a")),
            ("{{<+ref+\"#b\"+>}}", to(Relative, "guide/setup/install#b")),
            ("{{<+ref+\"http://a\"+>}}", None),
        ] {
            assert_eq!(target(destination), expected, "{destination}");
        }
    }

    #[test]
    fn what_lies_outside_is_dropped() {
        for destination in [
            "http://a.b/c.md",
            "HTTPS://a.b",
            "mailto:a@b.c",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "c:\\windows\\x.md",
            "//a.b/c.md",
            "../../../a.md",
            "a/../../../../b.md",
            "..%2f..%2f..%2fa.md",
            "..\\..\\..\\a.md",
            "/../a.md",
        ] {
            assert_eq!(target(destination), None, "{destination}");
        }
    }
}
