//! The page: everything one file says.

use crate::front_matter::FrontMatter;
use crate::link_target::{LinkTarget, Linker};
use crate::outline::{Outline, label};
use crate::sections::{self, Section, section_at};
use crate::source::{LineRange, Source};
use crate::{blocks, budget, fallback, template};

/// A parsed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The front matter's title, else the first heading with text, else the file's stem made readable
    /// (an index file's folder). White space collapsed, at most 500 bytes, never empty.
    pub title: String,
    /// What the front matter says.
    pub front_matter: FrontMatter,
    /// A partition of the file: in order, every line in exactly one; empty only for an empty file.
    pub sections: Vec<Section>,
    /// Links to other pages and sections, in document order.
    pub links: Vec<Link>,
    /// Fenced and indented code blocks, in document order.
    pub code_blocks: Vec<CodeBlock>,
    /// Why the text was cut by the plain-text sectioner (headings and fences only, no links) instead of
    /// the CommonMark parser; `None` for nearly every page.
    pub fallback: Option<&'static str>,
}

/// A link to a page or section of the knowledge base. Links out of it, images and links without text
/// are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Visible text, white space collapsed, at most 500 bytes, never empty.
    pub text: String,
    /// Line it begins on, from 1.
    pub line: u32,
    /// Index of the section that holds it.
    pub section: u32,
    /// What it names.
    pub target: LinkTarget,
}

/// A code block with its fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// First word of the info string in lower case.
    pub language: Option<String>,
    /// Its lines, fences included.
    pub lines: LineRange,
    /// Index of the section that holds its first line.
    pub section: u32,
}

/// Parses one file. `path` is relative to its root and separated by `/`; it resolves links and names a
/// page that does not name itself.
///
/// Never fails: what cannot be understood stays as text. Time and memory are linear in the file's size.
#[must_use]
pub fn parse(path: &str, source: &Source<'_>) -> Page {
    let (front_matter, base) = FrontMatter::read(source);
    let matter = front_matter.lines.map_or(0, |lines| lines.end);
    let prepared = template::prepare(&source.text()[base..]);
    let exceeded = budget::exceeded(&prepared);
    let outline = match exceeded {
        None => blocks::walk(source, base, &prepared),
        Some(_) => fallback::walk(source, matter + 1),
    };
    let sections = sections::build(source, &outline, matter);
    let title = title(path, &front_matter, &outline);
    let linker = Linker::new(path);
    let section = |line| section_at(&sections, line) as u32;
    let links = outline.links.into_iter().filter(|link| !link.text.is_empty()).filter_map(|link| {
        let target = linker.target(&link.destination, link.wiki)?;
        Some(Link { text: link.text, line: link.line, section: section(link.line), target })
    });
    let links = links.collect();
    let code_blocks = outline.code_blocks.into_iter().map(|block| CodeBlock {
        language: block.language,
        lines: LineRange { start: block.start, end: block.end },
        section: section(block.start),
    });
    let code_blocks = code_blocks.collect();
    Page { title, front_matter, sections, links, code_blocks, fallback: exceeded }
}

fn title(path: &str, front_matter: &FrontMatter, outline: &Outline) -> String {
    let own = front_matter.title.as_deref().map(label).filter(|title| !title.is_empty());
    own.or_else(|| {
        let mut texts = outline.headings.iter().map(|heading| &heading.text);
        texts.find(|text| !text.is_empty()).cloned()
    })
    .unwrap_or_else(|| title_of_path(path))
}

/// `ops/incident-response_guide.md` is "Incident response guide", `ops/README.md` is "Ops".
fn title_of_path(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = crate::link_target::strip_extensions(name);
    let folder_name = folder.rsplit('/').next().unwrap_or_default();
    let stem = if crate::link_target::is_index(stem) && !folder_name.is_empty() {
        folder_name
    } else {
        stem
    };
    let spaced: String =
        stem.chars().map(|ch| if matches!(ch, '-' | '_' | '+') { ' ' } else { ch }).collect();
    let mut chars = label(&spaced);
    if let Some(first) = chars.chars().next() {
        let upper: String = first.to_uppercase().collect();
        chars.replace_range(..first.len_utf8(), &upper);
    } else {
        chars = if path.trim().is_empty() { "Untitled".to_owned() } else { label(path) };
    }
    chars
}
