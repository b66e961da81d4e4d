//! Heading anchors as GitHub makes them, and their unique form within a page.

use std::collections::HashMap;

use unicode_normalization::char::is_combining_mark;

/// The anchor GitHub gives a heading: lower case, letters, digits, marks, `_` and `-` kept, every run of
/// white space turned to one `-`, everything else dropped. Empty for a heading of punctuation only.
///
/// Applied to its own result it changes nothing, so that it also normalises a link's fragment.
#[must_use]
pub fn github_slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for (index, word) in heading.split_whitespace().enumerate() {
        if index > 0 {
            slug.push('-');
        }
        for ch in word.chars() {
            if ch.is_ascii() {
                if ch.is_ascii_alphanumeric() || ch == '-' || ch == '_' {
                    slug.push(ch.to_ascii_lowercase());
                }
            } else if ch.is_alphanumeric() || is_combining_mark(ch) || is_connector(ch) {
                slug.extend(ch.to_lowercase());
            }
        }
    }
    slug
}

/// Connector punctuation outside ASCII (category Pc).
fn is_connector(ch: char) -> bool {
    matches!(ch, '\u{203f}' | '\u{2040}' | '\u{2054}' | '\u{fe33}' | '\u{fe34}')
        || ('\u{fe4d}'..='\u{fe4f}').contains(&ch)
        || ch == '\u{ff3f}'
}

/// Makes ids unique the way GitHub does: the second `x` is `x-1`, the third `x-2`.
#[derive(Default)]
pub(crate) struct Uniques {
    /// How often an id was asked for, and every id given out.
    seen: HashMap<String, u32>,
}

impl Uniques {
    /// The id itself when it is new, else the id with the next free number.
    pub(crate) fn claim(&mut self, id: String) -> String {
        let Some(&count) = self.seen.get(&id) else {
            self.seen.insert(id.clone(), 0);
            return id;
        };
        let mut number = count;
        let unique = loop {
            number += 1;
            let candidate = format!("{id}-{number}");
            if !self.seen.contains_key(&candidate) {
                break candidate;
            }
        };
        self.seen.insert(id, number);
        self.seen.insert(unique.clone(), 0);
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_github() {
        for (heading, slug) in [
            ("Getting Started", "getting-started"),
            ("What's new?", "whats-new"),
            ("C++ & C#", "c--c"),
            ("`kubectl get pods -o wide`", "kubectl-get-pods--o-wide"),
            ("snake_case and kebab-case", "snake_case-and-kebab-case"),
            ("1.2.3 (2024-01-01)", "123-2024-01-01"),
            ("Größe / Maß", "größe--maß"),
            ("漢字 見出し", "漢字-見出し"),
            ("Привет, мир!", "привет-мир"),
            ("🎉 Party", "-party"),
            ("e\u{301}te\u{301}", "e\u{301}te\u{301}"),
            ("...", ""),
            ("", ""),
        ] {
            assert_eq!(github_slug(heading), slug, "{heading}");
        }
    }

    #[test]
    fn white_space_of_any_kind_is_one_dash() {
        assert_eq!(github_slug("  a \t\u{a0}\n b  "), "a-b");
    }

    #[test]
    fn repetitions_are_numbered() {
        let mut ids = Uniques::default();
        let claimed: Vec<String> =
            ["a", "a", "a-1", "a", "b", "a-1"].map(|id| ids.claim(id.to_owned())).into();
        assert_eq!(claimed, ["a", "a-1", "a-1-1", "a-2", "b", "a-1-2"]);
    }

    proptest::proptest! {
        #[test]
        fn a_slug_is_its_own_slug(heading in ".{0,40}") {
            let slug = github_slug(&heading);
            proptest::prop_assert_eq!(github_slug(&slug), slug);
        }
    }
}
