//! Front matter: finding the block and reading what matters of it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{LineRange, Source};
use crate::yaml;

/// Longer blocks are kept as front matter but not read.
const MAX_BYTES: usize = 64 * 1024;

/// What a page says of itself in a YAML (`---`) or TOML (`+++`) block at the very start of its text.
///
/// Keys are matched without regard to case. Values are the source text of scalars, so `title: no` is
/// "no" and `title: 1.10` is "1.10"; an empty or null value counts as absent. Where a key is repeated,
/// the last single value wins and lists are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// The block with its fences; `None` when there is none or it is never closed, and then the text is
    /// ordinary Markdown from line 1.
    pub lines: Option<LineRange>,
    /// `title`, white space collapsed.
    pub title: Option<String>,
    /// `description`, white space collapsed.
    pub description: Option<String>,
    /// `aliases`, `alias`, `url`, `permalink`, `redirect_from`, `old_paths`, and the alerts that a
    /// runbook is for: `alert`, `alerts`, `alertname`. As written.
    pub aliases: Vec<String>,
    /// `tags`, a string of several split at commas.
    pub tags: Vec<String>,
    /// `slug`, as written.
    pub slug: Option<String>,
    /// Why the block could not be read, or not to its end. Its lines are front matter all the same, and
    /// what was read before the problem is kept.
    pub problem: Option<String>,
}

impl FrontMatter {
    /// Finds and reads the block. Also gives the offset in the text where the page's Markdown begins.
    pub(crate) fn read(source: &Source<'_>) -> (Self, usize) {
        let mut matter = Self::default();
        let text = source.text();
        let fence = source.line(1).trim_end();
        let yaml = fence == "---";
        if !yaml && fence != "+++" {
            return (matter, 0);
        }
        let start = source.text_start(2);
        let Some(last) = (2..=source.line_count()).find(|n| {
            let line = source.line(*n).trim_end();
            line == fence || (yaml && line == "...")
        }) else {
            return (matter, 0);
        };
        let block = &text[start..source.text_start(last)];
        if yaml && !looks_like_yaml(block) {
            return (matter, 0);
        }
        matter.lines = Some(LineRange { start: 1, end: last });
        if block.len() > MAX_BYTES {
            matter.problem = Some(format!("front matter over {} KiB", MAX_BYTES / 1024));
        } else if yaml {
            matter.problem =
                yaml::read_fields(block, &mut |key, value| matter.set(key, value)).err();
        } else {
            matter.read_toml(block);
        }
        (matter, source.text_start(last + 1))
    }

    fn read_toml(&mut self, block: &str) {
        let (table, errors) = DeTable::parse_recoverable(block);
        self.problem = errors.first().map(|error| error.message().to_owned());
        for (key, value) in table.get_ref() {
            match value.get_ref() {
                DeValue::Array(items) => {
                    let items = items.iter().filter_map(|item| toml_scalar(block, item));
                    self.set(key.get_ref(), Value::List(items.collect()));
                }
                _ => {
                    if let Some(text) = toml_scalar(block, value) {
                        self.set(key.get_ref(), Value::Scalar(text));
                    }
                }
            }
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match key.to_ascii_lowercase().as_str() {
            "title" => set_scalar(&mut self.title, value, true),
            "description" => set_scalar(&mut self.description, value, true),
            "slug" => set_scalar(&mut self.slug, value, false),
            "aliases" | "alias" | "url" | "permalink" | "redirect_from" | "old_paths" | "alert"
            | "alerts" | "alertname" => {
                self.aliases.extend(value.into_list());
            }
            "tags" => {
                let listed = matches!(value, Value::List(_));
                for text in value.into_list() {
                    if listed {
                        self.tags.push(text);
                    } else {
                        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                        self.tags.extend(parts.map(str::to_owned));
                    }
                }
            }
            _ => {}
        }
    }
}

/// A field of front matter: the source text of one scalar, or of a list's scalars.
pub(crate) enum Value {
    Scalar(String),
    List(Vec<String>),
}

impl Value {
    fn into_list(self) -> Vec<String> {
        let mut list = match self {
            Self::Scalar(text) => vec![text],
            Self::List(list) => list,
        };
        list.retain_mut(|text| {
            let trimmed = text.trim();
            if trimmed.len() != text.len() {
                *text = trimmed.to_owned();
            }
            !text.is_empty()
        });
        list
    }
}

fn set_scalar(field: &mut Option<String>, value: Value, collapse: bool) {
    let Some(text) = value.into_list().into_iter().next() else { return };
    *field =
        Some(if collapse { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text });
}

/// A thematic break at the top of a page and another below it are no front matter: the first line that
/// says anything must be a field. An empty block is one too.
fn looks_like_yaml(block: &str) -> bool {
    let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.find(|line| !line.starts_with('#')) else {
        return !block.lines().next().is_some_and(|line| line.trim().is_empty());
    };
    if first.starts_with(['{', '?', '%', '&', '!']) {
        return true;
    }
    let rest = match first.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            first[1..].split_once(quote).map(|(_, rest)| rest.trim_start())
        }
        _ => first.find(':').map(|at| &first[at..]),
    };
    rest.is_some_and(|rest| {
        rest.strip_prefix(':')
            .is_some_and(|value| value.is_empty() || value.starts_with([' ', '\t']))
    })
}

fn toml_scalar(block: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
        _ => block.get(value.span()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FrontMatter {
        FrontMatter::read(&Source::decode(text.as_bytes()).unwrap()).0
    }

    /// The text that is left.
    fn rest(text: &str) -> String {
        let source = Source::decode(text.as_bytes()).unwrap();
        let base = FrontMatter::read(&source).1;
        source.text()[base..].to_owned()
    }

    #[test]
    fn yaml_is_read() {
        let matter = read(
            "---\nTitle:  \"A  title\"\ndescription: >\n  Two\n  lines\ntags: [a, b]\nslug: own\n\
             aliases:\n- /old/\n- older.md\nurl: /here/\n---\ntext\n",
        );
        assert_eq!(matter.lines, Some(LineRange { start: 1, end: 12 }));
        assert_eq!(matter.title.unwrap(), "A title");
        assert_eq!(matter.description.unwrap(), "Two lines");
        assert_eq!(matter.tags, ["a", "b"]);
        assert_eq!(matter.slug.unwrap(), "own");
        assert_eq!(matter.aliases, ["/old/", "older.md", "/here/"]);
        assert_eq!(matter.problem, None);
    }

    #[test]
    fn toml_is_read() {
        let matter = read(
            "+++\ntitle = 'A title'\ndate = 2024-01-01\nslug = 1.10\ntags = ['a', 2]\n[menu]\n\
             title = 'not this'\n+++\ntext\n",
        );
        assert_eq!(matter.lines, Some(LineRange { start: 1, end: 8 }));
        assert_eq!(matter.title.unwrap(), "A title");
        assert_eq!(matter.slug.unwrap(), "1.10");
        assert_eq!(matter.tags, ["a", "2"]);
        assert_eq!(matter.problem, None);
    }

    #[test]
    fn broken_toml_is_front_matter_all_the_same() {
        let matter = read("+++\ntitle = 'A'\n= = =\n+++\ntext\n");
        assert_eq!(matter.lines, Some(LineRange { start: 1, end: 4 }));
        assert_eq!(matter.title.as_deref(), Some("A"));
        assert!(matter.problem.is_some());
    }

    #[test]
    fn broken_yaml_is_front_matter_all_the_same() {
        let text = "---\ntitle: A\nslug: b\n\ttab: c\n---\n# H\n";
        let matter = read(text);
        assert_eq!(matter.lines, Some(LineRange { start: 1, end: 5 }));
        assert_eq!(matter.title.as_deref(), Some("A"));
        assert!(matter.problem.is_some());
        assert_eq!(rest(text), "# H\n");
    }

    #[test]
    fn front_matter_never_closed_is_text() {
        for text in [
            "---\ntitle: A\n\n# H\n",
            "+++\ntitle = 'A'\n",
            "---",
            "---\n",
            "---\ntitle: A\n----\n",
        ] {
            assert_eq!(read(text), FrontMatter::default(), "{text:?}");
            assert_eq!(rest(text), text);
        }
    }

    #[test]
    fn thematic_breaks_are_no_front_matter() {
        for text in [
            "---\n\nSome text.\n\n---\n",
            "---\nSee http://x.y\n---\n",
            "---\n\n---\n",
            "text\n---\ntitle: A\n---\n",
            "\n---\ntitle: A\n---\n",
            " ---\ntitle: A\n---\n",
        ] {
            assert_eq!(read(text).lines, None, "{text:?}");
        }
    }

    #[test]
    fn fences_may_trail_spaces_and_end_in_dots() {
        assert_eq!(
            read("--- \r\ntitle: A\r\n...\r\nx").lines,
            Some(LineRange { start: 1, end: 3 })
        );
        assert_eq!(read("---\n---\n").lines, Some(LineRange { start: 1, end: 2 }));
        assert_eq!(read("---\n# none\n---").lines, Some(LineRange { start: 1, end: 3 }));
    }

    #[test]
    fn a_mark_does_not_hide_front_matter() {
        assert_eq!(read("\u{feff}---\ntitle: A\n---\n").title.as_deref(), Some("A"));
    }

    #[test]
    fn repeated_keys_keep_the_last_value_and_join_lists() {
        let matter = read("---\ntitle: A\ntitle: B\nTITLE:\ntags: a\ntags: [b]\n---\n");
        assert_eq!(matter.title.as_deref(), Some("B"));
        assert_eq!(matter.tags, ["a", "b"]);
    }

    #[test]
    fn a_string_of_tags_is_split_at_commas() {
        assert_eq!(read("---\ntags: a, b c,, d\n---\n").tags, ["a", "b c", "d"]);
        assert_eq!(read("---\ntags: ['a, b', ' ']\n---\n").tags, ["a, b"]);
    }

    #[test]
    fn values_that_look_like_others_are_text() {
        for value in ["no", "on", "2024-01-01", "1.10", "true", "0o17", "12:30:45"] {
            assert_eq!(read(&format!("---\ntitle: {value}\n---\n")).title.as_deref(), Some(value));
        }
    }

    #[test]
    fn a_huge_block_is_not_read() {
        let text = format!("---\ntitle: A\n{}: b\n---\n# H\n", "k".repeat(1 << 20));
        let matter = read(&text);
        assert_eq!(matter.lines, Some(LineRange { start: 1, end: 4 }));
        assert_eq!(matter.title, None);
        assert_eq!(matter.problem.unwrap(), "front matter over 64 KiB");
    }

    #[test]
    fn nested_toml_is_bounded() {
        for value in ["[".repeat(20_000), "{a=".repeat(20_000)] {
            let matter = read(&format!("+++\na = {value}\n+++\n"));
            assert!(matter.problem.is_some());
        }
    }
}
