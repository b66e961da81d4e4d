//! Analysed text on its way into the index.
//!
//! Analysis runs on all cores before a document reaches tantivy's one indexing thread. The terms
//! travel as one string: a group a field, `GROUP` field-digit, then each term after `TERM`. Terms
//! hold no control characters, so nothing needs escaping.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use super::fields::TextField;

/// Name of the tokenizer whose token positions are field ids and that repeats the tokens of
/// weighted fields.
pub(crate) const WEIGHTED_TOKENIZER: &str = "lectern_weighted";
/// Name of the tokenizer whose token positions are field ids.
pub(crate) const TAGGED_TOKENIZER: &str = "lectern_tagged";
/// Name of the tokenizer for fields where only counts matter.
pub(crate) const PLAIN_TOKENIZER: &str = "lectern_plain";

const GROUP: char = '\u{1e}';
const TERM: char = '\u{1f}';

/// Terms of a document by field, fields ascending.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaggedText {
    encoded: String,
}

impl TaggedText {
    /// Opens the group of `field`; groups must be opened in ascending order of field, since
    /// positions within a document only rise.
    pub(crate) fn open_group(&mut self, field: TextField) {
        self.encoded.push(GROUP);
        self.encoded.push(char::from(b'0' + field as u8));
    }

    /// Appends the already encoded terms of one group.
    pub(crate) fn push_terms(&mut self, terms: &Terms) {
        self.encoded.push_str(&terms.encoded);
    }

    pub(crate) fn into_encoded(self) -> String {
        self.encoded
    }
}

/// Terms of one text, encoded for a group, with their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    encoded: String,
    pub(crate) len: u64,
}

impl Terms {
    pub(crate) fn push(&mut self, term: &str) {
        self.encoded.push(TERM);
        self.encoded.push_str(term);
        self.len += 1;
    }

    pub(crate) fn append(&mut self, other: &Self) {
        self.encoded.push_str(&other.encoded);
        self.len += other.len;
    }

    pub(crate) fn as_encoded(&self) -> &str {
        &self.encoded
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.encoded.split(TERM).skip(1)
    }

    pub(crate) fn into_encoded(self) -> String {
        self.encoded
    }
}

/// The tokenizers of the schema.
pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    for (name, mode) in [
        (WEIGHTED_TOKENIZER, Mode::Weighted),
        (TAGGED_TOKENIZER, Mode::Tagged),
        (PLAIN_TOKENIZER, Mode::Plain),
    ] {
        manager.register(name, TextAnalyzer::builder(EncodedTokenizer { mode }).build());
    }
    manager
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Weighted,
    Tagged,
    Plain,
}

#[derive(Clone)]
struct EncodedTokenizer {
    mode: Mode,
}

impl Tokenizer for EncodedTokenizer {
    type TokenStream<'a> = EncodedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        EncodedStream {
            rest: text,
            mode: self.mode,
            repeats: 1,
            left: 0,
            token: Token { position: 0, ..Token::default() },
        }
    }
}

struct EncodedStream<'a> {
    rest: &'a str,
    mode: Mode,
    repeats: u32,
    /// Repeats of the current token still to come.
    left: u32,
    token: Token,
}

impl TokenStream for EncodedStream<'_> {
    fn advance(&mut self) -> bool {
        if self.left > 0 {
            self.left -= 1;
            return true;
        }
        while let Some(after_group) = self.rest.strip_prefix(GROUP) {
            let digit = after_group.as_bytes().first().map_or(0, |byte| byte.wrapping_sub(b'0'));
            self.rest = &after_group[1..];
            if self.mode != Mode::Plain {
                self.token.position = usize::from(digit);
            }
            if self.mode == Mode::Weighted {
                self.repeats = TextField::ALL.get(usize::from(digit)).map_or(1, |f| f.repeats());
            }
        }
        let Some(term) = self.rest.strip_prefix(TERM) else {
            return false;
        };
        let end = term.find([TERM, GROUP]).unwrap_or(term.len());
        self.token.text.clear();
        self.token.text.push_str(&term[..end]);
        self.rest = &term[end..];
        self.left = self.repeats - 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(encoded: &str, mode: Mode) -> Vec<(String, usize)> {
        let mut tokenizer = EncodedTokenizer { mode };
        let mut stream = tokenizer.token_stream(encoded);
        let mut found = Vec::new();
        while let Some(token) = stream.next() {
            found.push((token.text.clone(), token.position));
        }
        found
    }

    #[test]
    fn positions_are_field_ids_and_weighted_fields_repeat() {
        let mut title = Terms::default();
        title.push("kafka");
        let mut code = Terms::default();
        code.push("lag");
        let mut text = TaggedText::default();
        text.open_group(TextField::Title);
        text.push_terms(&title);
        text.open_group(TextField::Body);
        text.open_group(TextField::Code);
        text.push_terms(&code);
        let encoded = text.into_encoded();

        let (kafka, lag) = (("kafka".to_owned(), 0), ("lag".to_owned(), 6));
        let weighted = tokens(&encoded, Mode::Weighted);
        assert_eq!(weighted, [kafka.clone(), kafka.clone(), kafka.clone(), lag.clone()]);
        assert_eq!(tokens(&encoded, Mode::Tagged), [kafka, lag]);
    }

    #[test]
    fn plain_terms_come_out_as_they_went_in() {
        let mut terms = Terms::default();
        terms.push("a");
        terms.push("日本");
        assert_eq!(terms.iter().collect::<Vec<_>>(), ["a", "日本"]);
        assert_eq!(terms.len, 2);
        let found = tokens(&terms.into_encoded(), Mode::Plain);
        assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["a", "日本"]);
        assert!(tokens("", Mode::Plain).is_empty());
    }
}
