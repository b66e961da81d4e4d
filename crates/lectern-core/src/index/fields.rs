//! The schema. A change here needs a new [`FORMAT_VERSION`].

use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use super::names::NameKind;
use super::tagged_text::{PLAIN_TOKENIZER, TAGGED_TOKENIZER, WEIGHTED_TOKENIZER};

/// Version of everything under an index folder; its folder is named `v<FORMAT_VERSION>`, so that
/// another version builds beside this one.
pub(crate) const FORMAT_VERSION: u32 = 6;

/// A field of a page or section that ranking weighs on its own. The number is the *position* of its
/// tokens in the composite fields, which is how one posting list a term tells the fields it stands
/// in (docs/decisions/0002-composite-field.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum TextField {
    Title = 0,
    Heading = 1,
    Ancestors = 2,
    Path = 3,
    Description = 4,
    Body = 5,
    Code = 6,
}

impl TextField {
    pub(crate) const COUNT: usize = 7;

    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Title,
        Self::Heading,
        Self::Ancestors,
        Self::Path,
        Self::Description,
        Self::Body,
        Self::Code,
    ];

    /// How often each token is repeated in the composite of a section, so that the first stage,
    /// whose scoring knows one field, prefers titles and headings. Rescoring divides it out.
    pub(crate) fn repeats(self) -> u32 {
        match self {
            Self::Title | Self::Heading => 3,
            _ => 1,
        }
    }

    fn length_column(self) -> &'static str {
        match self {
            Self::Title => "length_title",
            Self::Heading => "length_heading",
            Self::Ancestors => "length_ancestors",
            Self::Path => "length_path",
            Self::Description => "length_description",
            Self::Body => "length_body",
            Self::Code => "length_code",
        }
    }
}

/// What a document stands for; the value of the `kind` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Kind {
    Page = 0,
    Section = 1,
    Link = 2,
}

/// Handles of the schema's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// Path of the page, on all its documents: the key of an update.
    pub(crate) path: Field,
    /// [`Kind`].
    pub(crate) kind: Field,
    /// On sections, their place in the page from 0; the page document is `order + 1` before.
    pub(crate) order: Field,
    /// Composite of a section.
    pub(crate) section_text: Field,
    /// Composite of a page, everything once.
    pub(crate) page_text: Field,
    /// Title and path of a page, from which page candidates come.
    pub(crate) page_name: Field,
    /// Title of a page, to know in how many titles a term stands.
    pub(crate) page_title: Field,
    /// Distinct terms of the names of a page or section, one column a kind, stop words included.
    /// Those of files are indexed as well, to know in how many names a term stands.
    pub(crate) name_terms: [Field; NameKind::COUNT],
    /// On pages and sections, the numbers of the names by which links may mean them
    /// ([`super::link_key`]).
    pub(crate) link_keys: Field,
    /// On links that tell what their target is about, the terms of their text.
    pub(crate) link_text: Field,
    /// On such links, number of the name of the page they mean.
    pub(crate) link_page: Field,
    /// On such links, number of the name of the section they mean, where they mean one.
    pub(crate) link_section: Field,
    /// On such links, number of their text and the folder they stand in.
    pub(crate) link_label: Field,
    /// Tokens a field holds: of a section, and on page documents of the page, everything once.
    pub(crate) lengths: [Field; TextField::COUNT],
    /// On pages, size of the file in bytes.
    pub(crate) size: Field,
    /// On pages, mtime of the file in nanoseconds.
    pub(crate) mtime: Field,
    /// On pages, the encoded [`super::page_record::PageRecord`].
    pub(crate) record: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = SchemaBuilder::new();
    let composite = |tokenizer: &str, option| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option),
        )
    };
    let weighted = composite(WEIGHTED_TOKENIZER, IndexRecordOption::WithFreqsAndPositions);
    let tagged = composite(TAGGED_TOKENIZER, IndexRecordOption::WithFreqsAndPositions);
    let plain = composite(PLAIN_TOKENIZER, IndexRecordOption::WithFreqs);
    let counted = composite(PLAIN_TOKENIZER, IndexRecordOption::Basic);
    let column = NumericOptions::default().set_fast();
    let fields = Fields {
        path: builder.add_text_field("path", STRING.set_fast("raw")),
        kind: builder.add_u64_field("kind", FAST),
        order: builder.add_u64_field("order", FAST),
        section_text: builder.add_text_field("section_text", weighted),
        page_text: builder.add_text_field("page_text", tagged),
        page_name: builder.add_text_field("page_name", plain.clone()),
        page_title: builder.add_text_field("page_title", counted),
        name_terms: NameKind::ALL.map(|kind| {
            let column = TextOptions::default().set_fast("raw");
            let options = match kind {
                NameKind::Text => column,
                NameKind::File => column | STRING,
            };
            builder.add_text_field(kind.column(), options)
        }),
        link_keys: builder.add_u64_field("link_keys", FAST),
        link_text: builder.add_text_field("link_text", plain),
        link_page: builder.add_u64_field("link_page", FAST),
        link_section: builder.add_u64_field("link_section", FAST),
        link_label: builder.add_u64_field("link_label", FAST),
        lengths: TextField::ALL
            .map(|field| builder.add_u64_field(field.length_column(), column.clone())),
        size: builder.add_u64_field("size", FAST),
        mtime: builder.add_i64_field("mtime", FAST),
        record: builder.add_bytes_field("record", tantivy::schema::STORED),
    };
    (builder.build(), fields)
}

impl Fields {
    /// Name of the column that holds the length of `field`.
    pub(crate) fn length_column(field: TextField) -> &'static str {
        field.length_column()
    }
}
