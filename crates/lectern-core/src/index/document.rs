//! One file's bytes and its path to the documents of its page.

use lectern_analysis::Analyzer;
use lectern_markdown::{Page, Section, Source, file_name, parse};
use rustc_hash::FxHashSet;
use tantivy::TantivyDocument;

use super::fields::{Fields, Kind, TextField};
use super::link_key;
use super::names::NameKind;
use super::page_record::{PageRecord, SectionRecord};
use super::tagged_text::{TaggedText, Terms};
use crate::error::Result;
use crate::files::FileBytes;

/// The documents of a page in the order in which they must be added: the page, its sections, its
/// links. Added in one batch they stay adjacent in one segment.
pub(crate) struct PageDocuments {
    pub(crate) path: String,
    pub(crate) documents: Vec<TantivyDocument>,
    /// What a reader of the report should know: another encoding, unreadable front matter, the
    /// parser's budget, a merge conflict.
    pub(crate) notice: Option<String>,
}

/// Derives the documents of the page at `path`. `None` when the bytes are no text.
///
/// # Errors
/// [`crate::Error::Internal`] when a record cannot be encoded.
pub(crate) fn page_documents(
    fields: &Fields,
    analyzer: &mut Analyzer,
    path: &str,
    file: &FileBytes,
) -> Result<Option<PageDocuments>> {
    let Ok(source) = Source::decode(&file.bytes) else {
        return Ok(None);
    };
    let page = parse(path, &source);
    let mut builder = Builder { fields, analyzer, path, documents: Vec::new() };
    builder.add_page(&page, file, &source)?;
    builder.add_links(&page);
    Ok(Some(PageDocuments {
        path: path.to_owned(),
        documents: builder.documents,
        notice: notice(&page, &source),
    }))
}

/// The stored facts of a page, also used for one that has changed since it was indexed.
pub(crate) fn page_record(
    path: &str,
    page: &Page,
    file: &FileBytes,
    source: &Source<'_>,
) -> PageRecord {
    PageRecord {
        path: path.to_owned(),
        title: page.title.clone(),
        hash: file.hash(),
        is_utf8: source.encoding() == "utf-8",
        line_count: source.line_count(),
        front_matter_lines: page.front_matter.lines.map_or(0, |lines| lines.end),
        aliases: page.front_matter.aliases.clone(),
        tags: page.front_matter.tags.clone(),
        sections: page.sections.iter().map(section_record).collect(),
    }
}

fn section_record(section: &Section) -> SectionRecord {
    SectionRecord {
        id: section.id.clone(),
        heading: section.heading.clone(),
        level: section.level,
        part: section.part,
        anchors: section.anchors.clone(),
        first_line: section.lines.start,
        last_line: section.lines.end,
        first_byte: section.bytes.start as u32,
        end_byte: section.bytes.end as u32,
    }
}

fn notice(page: &Page, source: &Source<'_>) -> Option<String> {
    let encoding = (source.encoding() != "utf-8").then(|| format!("read as {}", source.encoding()));
    let front_matter =
        page.front_matter.problem.as_ref().map(|problem| format!("front matter: {problem}"));
    let budget = page.fallback.map(|reason| format!("read as plain text: {reason}"));
    let conflict =
        has_conflict(source.text()).then(|| "holds the markers of a merge conflict".to_owned());
    let all: Vec<_> = [encoding, front_matter, budget, conflict].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether a merge left both sides in the text, as git marks them.
fn has_conflict(text: &str) -> bool {
    let mut lines = text.lines();
    ["<<<<<<< ", "=======", ">>>>>>> "].iter().all(|mark| lines.any(|line| line.starts_with(mark)))
}

struct Builder<'a> {
    fields: &'a Fields,
    analyzer: &'a mut Analyzer,
    path: &'a str,
    documents: Vec<TantivyDocument>,
}

/// Analysed fields that a page repeats on each of its sections.
struct PageTerms {
    title: Terms,
    path: Terms,
    description: Terms,
}

impl Builder<'_> {
    fn document(&self, kind: Kind) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.fields.path, self.path);
        document.add_u64(self.fields.kind, kind as u64);
        document
    }

    fn terms(&mut self, text: &str) -> Terms {
        let mut terms = Terms::default();
        self.analyzer.analyze(text, |token| terms.push(token.term));
        terms
    }

    fn add_page(&mut self, page: &Page, file: &FileBytes, source: &Source<'_>) -> Result<()> {
        let front = &page.front_matter;
        let about = [
            front.description.as_deref().unwrap_or(""),
            &front.aliases.join("\n"),
            &front.tags.join("\n"),
        ]
        .join("\n");
        let of_page = PageTerms {
            title: self.terms(&page.title),
            path: self.terms(self.path),
            description: self.terms(&about),
        };
        let page_name = format!("{}{}", of_page.title.as_encoded(), of_page.path.as_encoded());

        let mut document = self.document(Kind::Page);
        document.add_u64(self.fields.size, file.size);
        document.add_i64(self.fields.mtime, file.mtime_ns);
        document
            .add_bytes(self.fields.record, &page_record(self.path, page, file, source).encode()?);
        self.add_name(&mut document, NameKind::Text, &of_page.title);
        // Words of their own: the analyzer would take the whole for one more term.
        let file_name = self.terms(&file_name(self.path).replace(['-', '_', '.'], " "));
        self.add_name(&mut document, NameKind::File, &file_name);
        for key in link_key::of_page(self.path, page) {
            document.add_u64(self.fields.link_keys, key);
        }
        document.add_text(self.fields.page_name, page_name);
        document.add_text(self.fields.page_title, of_page.title.as_encoded());
        // Its text needs the sections' terms, which are analysed once, below.
        let page_at = self.documents.len();
        self.documents.push(document);

        let (mut headings, mut body, mut code) =
            (Terms::default(), Terms::default(), Terms::default());
        for (order, section) in page.sections.iter().enumerate() {
            let text = SectionTerms {
                heading: if section.part == 1 {
                    self.terms(&section.heading)
                } else {
                    Terms::default()
                },
                // A later part of a split section has no heading line; what it is about stands
                // in the trail above it.
                ancestors: self.ancestor_terms(section),
                body: self.terms(&section.body),
                code: self.terms(&section.code),
            };
            headings.append(&text.heading);
            body.append(&text.body);
            code.append(&text.code);
            let mut document = self.section_document(order, &of_page, &text);
            for key in link_key::of_section(section) {
                document.add_u64(self.fields.link_keys, key);
            }
            self.documents.push(document);
        }

        let mut page_text = TaggedText::default();
        let document = &mut self.documents[page_at];
        for (field, terms) in [
            (TextField::Title, &of_page.title),
            (TextField::Heading, &headings),
            (TextField::Path, &of_page.path),
            (TextField::Description, &of_page.description),
            (TextField::Body, &body),
            (TextField::Code, &code),
        ] {
            page_text.open_group(field);
            page_text.push_terms(terms);
            document.add_u64(self.fields.lengths[field as usize], terms.len);
        }
        document.add_text(self.fields.page_text, page_text.into_encoded());
        Ok(())
    }

    fn ancestor_terms(&mut self, section: &Section) -> Terms {
        let mut terms = Terms::default();
        let own = (section.part > 1).then_some(&section.heading);
        for heading in section.ancestors.iter().chain(own) {
            self.analyzer.analyze(heading, |token| terms.push(token.term));
        }
        terms
    }

    fn section_document(
        &self,
        order: usize,
        of_page: &PageTerms,
        of_section: &SectionTerms,
    ) -> TantivyDocument {
        let nothing = Terms::default();
        let mut document = self.document(Kind::Section);
        document.add_u64(self.fields.order, order as u64);
        let mut text = TaggedText::default();
        for field in TextField::ALL {
            let terms = match field {
                TextField::Title => &of_page.title,
                TextField::Heading => &of_section.heading,
                TextField::Ancestors => &of_section.ancestors,
                TextField::Path => &of_page.path,
                TextField::Description if order == 0 => &of_page.description,
                TextField::Description => &nothing,
                TextField::Body => &of_section.body,
                TextField::Code => &of_section.code,
            };
            text.open_group(field);
            text.push_terms(terms);
            document.add_u64(self.fields.lengths[field as usize], terms.len);
        }
        document.add_text(self.fields.section_text, text.into_encoded());
        self.add_name(&mut document, NameKind::Text, &of_section.heading);
        document
    }

    fn add_name(&self, document: &mut TantivyDocument, kind: NameKind, name: &Terms) {
        for term in name.iter().collect::<FxHashSet<_>>() {
            document.add_text(self.fields.name_terms[kind as usize], term);
        }
    }

    fn add_links(&mut self, page: &Page) {
        for link in &page.links {
            let mut document = self.document(Kind::Link);
            if link_key::is_telling(&link.text) {
                let text = self.terms(&link.text);
                let keys = link_key::of_link(self.path, link);
                document.add_text(self.fields.link_text, text.into_encoded());
                document.add_u64(self.fields.link_page, keys.page);
                if let Some(section) = keys.section {
                    document.add_u64(self.fields.link_section, section);
                }
                document.add_u64(self.fields.link_label, keys.label);
            }
            self.documents.push(document);
        }
    }
}

struct SectionTerms {
    heading: Terms,
    ancestors: Terms,
    body: Terms,
    code: Terms,
}
