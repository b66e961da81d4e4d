//! Identifiers and quoted parts that stand in a section letter by letter, case ignored.
//!
//! The analyzer gives `ERR_CONN_RESET` and "err conn reset" the same terms, which is right for
//! finding; among what is found the one that is spelled so is meant.

/// Points when the query is one word, or quoted as a whole: then nothing else can be meant. A rare
/// word is worth six to eight points, so 4 decides among sections that hold it.
const WHOLE_POINTS: f64 = 4.0;
/// Points otherwise; more costs on questions that merely mention an identifier.
const POINTS: f64 = 1.2;
/// Literals looked for; a pasted log has hundreds.
const MAX_LITERALS: usize = 12;

/// What of a query is to be found letter by letter.
#[derive(Debug, Default)]
pub(in crate::search) struct Literals {
    /// Lower case.
    texts: Vec<String>,
    points: f64,
}

impl Literals {
    pub(in crate::search) fn of(query: &str) -> Self {
        let query = query.trim();
        let whole = unquoted(query).or_else(|| {
            let is_one_word = !query.is_empty() && !query.contains(char::is_whitespace);
            is_one_word.then_some(query)
        });
        if let Some(whole) = whole {
            return Self { texts: vec![whole.to_lowercase()], points: WHOLE_POINTS };
        }
        let mut texts: Vec<String> = Vec::new();
        let quoted = quoted_parts(query);
        let words = query.split_whitespace().map(bare).filter(|word| is_identifier(word));
        for literal in quoted.into_iter().chain(words) {
            let literal = literal.to_lowercase();
            if texts.len() < MAX_LITERALS && !texts.contains(&literal) {
                texts.push(literal);
            }
        }
        Self { texts, points: POINTS }
    }

    pub(in crate::search) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Points for a section's text, given in lower case: by the share of literals found.
    pub(in crate::search) fn gain(&self, lower_case: &str) -> f64 {
        if self.texts.is_empty() {
            return 0.0;
        }
        let found = self.texts.iter().filter(|text| lower_case.contains(text.as_str())).count();
        self.points * found as f64 / self.texts.len() as f64
    }
}

/// The text between the quotes that enclose all of it.
fn unquoted(text: &str) -> Option<&str> {
    ['"', '`', '\''].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.trim().is_empty() && !inner.contains(quote)).then_some(inner)
    })
}

/// Parts in double quotes or backticks.
fn quoted_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for quote in ['"', '`'] {
        let mut pieces = text.split(quote);
        pieces.next();
        while let (Some(inner), Some(_)) = (pieces.next(), pieces.next()) {
            if !inner.trim().is_empty() {
                parts.push(inner.trim());
            }
        }
    }
    parts
}

/// A word without the punctuation of its sentence.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '/' | '#' | '+'))
        .trim_end_matches(['-', '/'])
}

/// Whether a word is spelled as no plain word is: with a joiner or a digit inside, or in camelCase.
fn is_identifier(word: &str) -> bool {
    let mut characters = word.chars();
    let Some(first) = characters.next() else { return false };
    let rest = characters.as_str();
    let has_letter = word.chars().any(char::is_alphabetic);
    let has_joiner = rest.trim_end_matches('.').contains(['_', '.', '/', ':', '@', '#']);
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    let is_camel = rest.chars().any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let is_flag = first == '-' && has_letter;
    has_letter && word.chars().count() > 2 && (has_joiner || has_digit || is_camel || is_flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_quoted_parts_are_literals() {
        let texts = |query: &str| Literals::of(query).texts;
        assert_eq!(texts("getUserName"), ["getusername"]);
        assert_eq!(texts("\"connection reset by peer\""), ["connection reset by peer"]);
        assert_eq!(
            texts("why does `kubectl get` fail with ERR_CONN_RESET (exit 137)?"),
            ["kubectl get", "err_conn_reset"]
        );
        assert_eq!(
            texts("set --max-time in curl.config, v1.2"),
            ["--max-time", "curl.config", "v1.2"]
        );
        assert!(texts("how do I roll back a Release in eu?").is_empty());
        assert!(texts("").is_empty());
    }

    #[test]
    fn points_are_by_the_share_that_is_found() {
        for (query, text, points) in [
            ("a_b and c.d", "x a_b y", POINTS / 2.0),
            ("a_b and c.d", "a_b c.d", POINTS),
            ("A_B", "the a_b", WHOLE_POINTS),
            ("plain words", "plain words", 0.0),
        ] {
            assert!((Literals::of(query).gain(text) - points).abs() < 1e-9, "{query}");
        }
    }
}
