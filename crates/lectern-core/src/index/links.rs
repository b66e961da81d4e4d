//! Where the links of a commit lead, and how much is said of each page and section by them.
//!
//! Link documents belong to the page they stand in, so an edit never rewrites another page. Their
//! targets are looked up here, once a commit, among the names of its live pages.

use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::DocId;

use super::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::options::LinkTexts;

/// Texts kept of one page: a page that everything links to is called the same by all.
const MOST_OF_A_PAGE: usize = 64;
/// Pages that may share a name before it means none of them ("readme").
const MOST_NAMESAKES: usize = 64;

/// The page a link means, and the section if it names one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkTarget {
    pub(crate) page: PagePlace,
    /// Never the first document of a segment, which is a page.
    pub(crate) section: Option<NonZeroU32>,
}

/// A page document by segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PagePlace {
    pub(crate) segment: u32,
    pub(crate) doc: DocId,
}

/// The links that count, by segment of their source.
#[derive(Debug, Default)]
pub(crate) struct LinkTable {
    segments: Vec<SegmentLinks>,
    page_tokens: FxHashMap<PagePlace, u32>,
    section_tokens: FxHashMap<PagePlace, u32>,
    /// Tokens of the link texts of its page that a live section has on average.
    pub(crate) average_of_sections_page: f64,
    /// Tokens of link texts that name it that a live section has on average.
    pub(crate) average_of_section: f64,
    /// Tokens of link texts that a live page has on average.
    pub(crate) average_of_page: f64,
}

/// Links of one segment's pages with their targets.
#[derive(Debug, Default)]
pub(crate) struct SegmentLinks {
    /// Ascending.
    docs: Vec<DocId>,
    links: Vec<Link>,
}

/// A link that counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) target: LinkTarget,
    /// Tokens of its text.
    pub(crate) tokens: u32,
}

impl SegmentLinks {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.docs.len()
    }

    /// The place of a link document. `from` is where the last search among ascending documents ended,
    /// 0 at first.
    pub(crate) fn place(&self, doc: DocId, from: &mut usize) -> Option<usize> {
        *from += self.docs[*from..].partition_point(|known| *known < doc);
        (self.docs.get(*from) == Some(&doc)).then_some(*from)
    }

    /// The link at a place.
    pub(crate) fn link(&self, place: usize) -> &Link {
        &self.links[place]
    }
}

/// A link on its way.
struct Resolved {
    target: LinkTarget,
    label: u64,
    source: PagePlace,
    tokens: u32,
}

impl LinkTable {
    /// Looks up every link of the commit but those that `texts` leaves out.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::IndexCorrupt`].
    pub(crate) fn resolve(snapshot: &Snapshot, texts: &LinkTexts) -> Result<Self> {
        let ignored: &[String] = match texts {
            LinkTexts::All => &[],
            LinkTexts::Without(sources) => sources,
            LinkTexts::None => return Ok(Self::default()),
        };
        let names = Names::read(snapshot);
        let mut resolved = Vec::with_capacity(snapshot.totals.links as usize);
        for segment in 0..snapshot.segments.len() {
            let ignored = ignored_ordinals(snapshot, segment, ignored)?;
            resolve_segment(snapshot, segment, &names, &ignored, &mut resolved)?;
        }
        keep_telling(&mut resolved);
        Ok(Self::of(snapshot, resolved))
    }

    /// The links whose sources are in a segment. `None` when none counts.
    pub(crate) fn of_segment(&self, segment: usize) -> Option<&SegmentLinks> {
        self.segments.get(segment).filter(|links| !links.docs.is_empty())
    }

    /// Tokens of the texts of all links to a page.
    pub(crate) fn tokens_of_page(&self, page: PagePlace) -> u32 {
        self.page_tokens.get(&page).copied().unwrap_or(0)
    }

    /// Tokens of the texts of the links to a section.
    pub(crate) fn tokens_of_section(&self, section: PagePlace) -> u32 {
        self.section_tokens.get(&section).copied().unwrap_or(0)
    }

    fn of(snapshot: &Snapshot, resolved: Vec<Resolved>) -> Self {
        let mut table = Self::default();
        table.segments.resize_with(snapshot.segments.len(), SegmentLinks::default);
        for link in resolved {
            let page = link.target.page;
            *table.page_tokens.entry(page).or_default() += link.tokens;
            if let Some(section) = link.target.section {
                let section = PagePlace { segment: page.segment, doc: section.get() };
                *table.section_tokens.entry(section).or_default() += link.tokens;
            }
            let links = &mut table.segments[link.source.segment as usize];
            links.docs.push(link.source.doc);
            links.links.push(Link { target: link.target, tokens: link.tokens });
        }
        let of_sections: u64 = table.section_tokens.values().map(|tokens| u64::from(*tokens)).sum();
        let of_pages: u64 = table.page_tokens.values().map(|tokens| u64::from(*tokens)).sum();
        let repeated: u64 = table
            .page_tokens
            .iter()
            .map(|(page, tokens)| {
                let facts = &snapshot.segments[page.segment as usize];
                u64::from(*tokens) * u64::from(facts.sections_of(page.doc).len() as u32)
            })
            .sum();
        let sections = snapshot.totals.sections.max(1) as f64;
        table.average_of_section = of_sections as f64 / sections;
        table.average_of_sections_page = repeated as f64 / sections;
        table.average_of_page = of_pages as f64 / snapshot.totals.pages.max(1) as f64;
        table
    }
}

/// Every name of every live page, by name.
struct Names(Vec<(u64, PagePlace)>);

impl Names {
    fn read(snapshot: &Snapshot) -> Self {
        let mut names = Vec::with_capacity(snapshot.totals.pages as usize * 5);
        for (segment, facts) in (0..).zip(&snapshot.segments) {
            for doc in facts.live_pages() {
                let place = PagePlace { segment, doc };
                names.extend(facts.link_keys(doc).map(|name| (name, place)));
            }
        }
        names.sort_unstable();
        Self(names)
    }

    fn pages(&self, name: u64) -> &[(u64, PagePlace)] {
        let start = self.0.partition_point(|(known, _)| *known < name);
        let count = self.0[start..].partition_point(|(known, _)| *known == name);
        &self.0[start..start + count]
    }
}

fn ignored_ordinals(
    snapshot: &Snapshot,
    segment: usize,
    ignored: &[String],
) -> Result<FxHashSet<u64>> {
    let mut ordinals = FxHashSet::default();
    for path in ignored {
        let ordinal = snapshot.segments[segment]
            .paths
            .dictionary()
            .term_ord(path)
            .map_err(Error::io("index access"))?;
        ordinals.extend(ordinal);
    }
    Ok(ordinals)
}

fn resolve_segment(
    snapshot: &Snapshot,
    segment: usize,
    names: &Names,
    ignored: &FxHashSet<u64>,
    resolved: &mut Vec<Resolved>,
) -> Result<()> {
    let facts = &snapshot.segments[segment];
    let reader = &snapshot.searcher.segment_readers()[segment];
    let lengths = reader.get_fieldnorms_reader(snapshot.fields.link_text)?;
    let mut paths = FxHashMap::default();
    for doc in facts.live_links() {
        let Some(link) = facts.link(doc) else { continue };
        let Some(source) = facts.path_ordinal(doc) else { continue };
        if ignored.contains(&source) {
            continue;
        }
        let page = match names.pages(link.page) {
            [] => continue,
            [(_, only)] => *only,
            namesakes if namesakes.len() > MOST_NAMESAKES => continue,
            namesakes => match nearest(snapshot, (segment, source), namesakes, &mut paths)? {
                Some(page) => page,
                None => continue,
            },
        };
        let target_facts = &snapshot.segments[page.segment as usize];
        if page.segment as usize == segment && target_facts.path_ordinal(page.doc) == Some(source) {
            continue;
        }
        let section = link.section.and_then(|name| {
            let mut sections = target_facts.sections_of(page.doc);
            let doc = sections.find(|doc| target_facts.link_keys(*doc).any(|key| key == name));
            doc.and_then(NonZeroU32::new)
        });
        resolved.push(Resolved {
            target: LinkTarget { page, section },
            label: link.label,
            source: PagePlace { segment: segment as u32, doc },
            tokens: lengths.fieldnorm(doc),
        });
    }
    Ok(())
}

type PathTexts = FxHashMap<(usize, u64), Box<str>>;

/// Of pages that share a name the one that shares the most folders with the source; `None` when two
/// are equally near, since either may be meant.
fn nearest(
    snapshot: &Snapshot,
    source: (usize, u64),
    namesakes: &[(u64, PagePlace)],
    paths: &mut PathTexts,
) -> Result<Option<PagePlace>> {
    let own = path_text(snapshot, source, paths)?.to_owned();
    let mut best: Option<(usize, PagePlace)> = None;
    let mut is_tied = false;
    for &(_, page) in namesakes {
        let segment = page.segment as usize;
        let Some(ordinal) = snapshot.segments[segment].path_ordinal(page.doc) else { continue };
        let path = path_text(snapshot, (segment, ordinal), paths)?;
        let shared = shared_folders(&own, path);
        match best {
            Some((most, _)) if shared < most => {}
            Some((most, _)) if shared == most => is_tied = true,
            _ => (best, is_tied) = (Some((shared, page)), false),
        }
    }
    Ok(best.filter(|_| !is_tied).map(|(_, page)| page))
}

fn path_text<'a>(
    snapshot: &Snapshot,
    key: (usize, u64),
    paths: &'a mut PathTexts,
) -> Result<&'a str> {
    Ok(match paths.entry(key) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => {
            let mut text = String::new();
            let paths = &snapshot.segments[key.0].paths;
            paths.ord_to_str(key.1, &mut text).map_err(Error::io("index access"))?;
            new.insert(text.into())
        }
    })
}

fn shared_folders(a: &str, b: &str) -> usize {
    let folders = |path| str::rsplit_once(path, '/').map_or("", |(folder, _)| folder).split('/');
    folders(a).zip(folders(b)).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

/// Keeps one link of each label and target, and of each page's the first by label, which is an order
/// that no other page and no order of commits changes.
fn keep_telling(links: &mut Vec<Resolved>) {
    let key = |link: &Resolved| (link.target.page, link.label, link.target.section);
    links.sort_unstable_by_key(|link| (key(link), link.source));
    links.dedup_by_key(|link| key(link));
    let mut of_page = 0;
    let mut page = None;
    links.retain(|link| {
        of_page = if page == Some(link.target.page) { of_page + 1 } else { 1 };
        page = Some(link.target.page);
        of_page <= MOST_OF_A_PAGE
    });
    links.sort_unstable_by_key(|link| link.source);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_shared_from_the_top() {
        for (a, b, shared) in [
            ("a/b/c.md", "a/b/d.md", 2),
            ("a/b/c.md", "a/c/b/d.md", 1),
            ("a.md", "b.md", 0),
            ("a/x.md", "b/x.md", 0),
            ("a/b.md", "a", 0),
        ] {
            assert_eq!(shared_folders(a, b), shared, "{a} {b}");
        }
    }
}
