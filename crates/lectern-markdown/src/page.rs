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
    /// A partition of the file: in order, every line in exactly one; empty only for a file without text.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> Page {
        parse(path, &Source::decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn the_title_is_the_first_that_says_something() {
        for (path, text, title) in [
            ("a.md", "---\ntitle: Own\n---\n# Heading\n", "Own"),
            ("a.md", "---\ntitle: ' '\n---\n# Heading\n", "Heading"),
            ("a.md", "#\n\n## *Second*\n", "Second"),
            ("ops/incident-response_guide.md", "", "Incident response guide"),
            ("ops/on-call/README.md", "text", "On call"),
            ("README.md", "text", "README"),
            ("ärger.md", "", "Ärger"),
            ("---.md", "", "---.md"),
            ("", "", "Untitled"),
        ] {
            assert_eq!(page(path, text).title, title, "{path} {text:?}");
        }
    }

    #[test]
    fn links_know_their_section() {
        let page = page("docs/a.md", "[a](b.md)\n\n# H\n\n[c](#d) [](e.md) [f](http://g)\n");
        let links: Vec<_> =
            page.links.iter().map(|link| (link.text.as_str(), link.line, link.section)).collect();
        assert_eq!(links, [("a", 1, 0), ("c", 5, 1)]);
        assert_eq!(page.links[0].target.page, "docs/b");
    }

    #[test]
    fn code_blocks_know_their_section() {
        let page = page("a.md", "# A\n\n```sh\nx\n```\n\n# B\n\n    y\n");
        let blocks: Vec<_> = page
            .code_blocks
            .iter()
            .map(|block| {
                (block.language.as_deref(), block.lines.start, block.lines.end, block.section)
            })
            .collect();
        assert_eq!(blocks, [(Some("sh"), 3, 5, 0), (None, 9, 9, 1)]);
    }

    #[test]
    fn the_body_leaves_front_matter_out() {
        let page = page("a.md", "---\ntitle: A\nsecret: b\n---\ntext [c](d.md)\n");
        assert_eq!(page.sections[0].body, "text c");
        assert_eq!(page.links[0].line, 5);
    }

    #[test]
    fn scripts_and_templates_are_text_or_nothing() {
        let text = "import X from 'x'\n\n<Card title=\"a\">{props.b}</Card>\n\n<script>alert(1)</script>\n\n\
                    {% include x.html %}\n\n$$e^{i\\pi}$$\n\n```mermaid\ngraph TD\n```\n";
        let page = page("a.mdx", text);
        assert_eq!(page.fallback, None);
        let section = &page.sections[0];
        for seen in ["import X", "{props.b}", "{% include x.html %}", "$$e^{i\\pi}$$"] {
            assert!(section.body.contains(seen), "{seen} not in {:?}", section.body);
        }
        assert!(!section.body.contains("alert"));
        assert_eq!(section.code, "graph TD");
    }
}
