//! The analyzer: tokens of a text, in order.

use crate::chars::CharClass;
use crate::fold::fold_into;
use crate::runs::{Found, Part, Scanner, Span};
use crate::stem::EnglishStemmer;
use crate::stop_words::is_stop_word;

/// Longer terms are left out: they are data (keys, encoded blobs), and a posting list for each
/// would be the largest part of an index.
pub const MAX_TERM_BYTES: usize = 80;

/// How a token stands to the text it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A whole run that needs no splitting, a named exception (`c++`) or a bigram.
    Word,
    /// A piece of a longer run.
    Part,
    /// Several parts joined.
    Compound,
}

/// A term and where it stands. Lives as long as the call it is handed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Folded, stemmed; 1 to [`MAX_TERM_BYTES`] bytes.
    pub term: &'a str,
    /// Byte offset of its first character in the text, on a character border.
    pub start: usize,
    /// Byte offset behind its last character, on a character border.
    pub end: usize,
    /// Its relation to the run it came from.
    pub kind: TokenKind,
    /// Whether the word before stemming is a stop word.
    pub is_stop_word: bool,
}

/// First letters of some terms, to find these terms in text: see [`Analyzer::find`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initials([bool; 128]);

impl Initials {
    /// The first letters of `terms`, which are an analyzer's.
    pub fn of<'a>(terms: impl IntoIterator<Item = &'a str>) -> Self {
        let mut initials = [false; 128];
        for term in terms {
            if let Some(initial) =
                term.bytes().next().and_then(|byte| initials.get_mut(usize::from(byte)))
            {
                *initial = true;
            }
        }
        Self(initials)
    }

    /// Whether a word that begins so can become one of the terms. Letters beyond ASCII may be folded
    /// to any.
    fn may_begin(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte.to_ascii_lowercase())).copied().unwrap_or(true)
    }
}

/// Turns text into tokens. Holds buffers and remembered stems: keep one a thread.
pub struct Analyzer {
    scanner: Scanner,
    stemmer: EnglishStemmer,
    folded: String,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl Analyzer {
    /// An analyzer with nothing remembered yet.
    #[must_use]
    pub fn new() -> Self {
        Self { scanner: Scanner::default(), stemmer: EnglishStemmer::new(), folded: String::new() }
    }

    /// Hands every token of `text` to `sink`, ordered by start; of tokens that start at one place
    /// the longer ones come first.
    pub fn analyze(&mut self, text: &str, mut sink: impl FnMut(Token<'_>)) {
        self.each(text, None, &mut sink);
    }

    /// As [`Self::analyze`], but may leave out tokens of other terms than those that `initials` were
    /// made of: what they cannot be is neither folded nor stemmed.
    pub fn find(&mut self, text: &str, initials: &Initials, mut sink: impl FnMut(Token<'_>)) {
        self.each(text, Some(initials), &mut sink);
    }

    fn each(&mut self, text: &str, initials: Option<&Initials>, sink: &mut impl FnMut(Token<'_>)) {
        let mut at = 0;
        while let Some(found) = self.scanner.next(text, at) {
            at = match found {
                Found::Named(span, term) => {
                    sink(Token {
                        term,
                        start: span.start,
                        end: span.end,
                        kind: TokenKind::Word,
                        is_stop_word: false,
                    });
                    span.end
                }
                Found::Unspaced(span) => {
                    self.bigrams(text, span, sink);
                    span.end
                }
                Found::Run(span) => {
                    self.run(text, initials, sink);
                    span.end
                }
            };
        }
    }

    /// The terms of `text` in order, with repeats.
    #[must_use]
    pub fn terms(&mut self, text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        self.analyze(text, |token| terms.push(token.term.to_owned()));
        terms
    }

    fn run(&mut self, text: &str, initials: Option<&Initials>, sink: &mut impl FnMut(Token<'_>)) {
        let may_begin = |part: &Part| {
            initials.is_none_or(|initials| initials.may_begin(text.as_bytes()[part.span.start]))
        };
        let parts = std::mem::take(&mut self.scanner.parts);
        if let [only] = parts.as_slice() {
            if may_begin(only) {
                self.emit(text, std::slice::from_ref(only), TokenKind::Word, sink);
            }
        } else {
            for (index, part) in parts.iter().enumerate() {
                if !may_begin(part) {
                    continue;
                }
                for joined in compounds_starting_at(&parts, index) {
                    self.emit(text, joined, TokenKind::Compound, sink);
                }
                // `eBPF`, `OAuth`: a single letter cut off by its case says nothing alone.
                let is_case_crumb = part.span.end - part.span.start == 1
                    && text.as_bytes()[part.span.start].is_ascii_alphabetic()
                    && parts.iter().filter(|other| other.word == part.word).count() > 1;
                if !is_case_crumb {
                    self.emit(text, std::slice::from_ref(part), TokenKind::Part, sink);
                }
            }
        }
        self.scanner.parts = parts;
    }

    /// Emits the term that `parts`, which follow each other, make when joined.
    fn emit(
        &mut self,
        text: &str,
        parts: &[Part],
        kind: TokenKind,
        sink: &mut impl FnMut(Token<'_>),
    ) {
        let [Part { span: first, .. }, ..] = parts else {
            return;
        };
        let end = parts.last().map_or(first.end, |part| part.span.end);
        // Folding may lengthen a text; far beyond the bound it need not be tried.
        if end - first.start > 4 * MAX_TERM_BYTES {
            return;
        }
        self.folded.clear();
        for part in parts {
            let spelled = &text[part.span.start..part.span.end];
            fold_into(without_possessive(spelled), &mut self.folded);
        }
        let is_stop_word = kind != TokenKind::Compound && is_stop_word(&self.folded);
        let term = self.stemmer.stem(&self.folded);
        if !term.is_empty() && term.len() <= MAX_TERM_BYTES {
            sink(Token { term, start: first.start, end, kind, is_stop_word });
        }
    }

    fn bigrams(&mut self, text: &str, span: Span, sink: &mut impl FnMut(Token<'_>)) {
        let stretch = &text[span.start..span.end];
        let mut starts = stretch
            .char_indices()
            .filter(|(_, c)| CharClass::of(*c) == CharClass::Unspaced)
            .map(|(offset, _)| span.start + offset)
            .peekable();
        let Some(mut first) = starts.next() else {
            return;
        };
        let mut second = starts.next().unwrap_or(span.end);
        loop {
            let end = starts.peek().copied().unwrap_or(span.end);
            self.folded.clear();
            fold_into(&text[first..end], &mut self.folded);
            if !self.folded.is_empty() {
                sink(Token {
                    term: &self.folded,
                    start: first,
                    end,
                    kind: TokenKind::Word,
                    is_stop_word: false,
                });
            }
            let Some(third) = starts.next() else { return };
            (first, second) = (second, third);
            debug_assert!(first < second);
        }
    }
}

/// `cluster's` is found by `cluster`.
fn without_possessive(word: &str) -> &str {
    ["'s", "\u{2019}s", "'S", "\u{2019}S"]
        .iter()
        .find_map(|suffix| word.strip_suffix(suffix))
        .unwrap_or(word)
}

/// The compounds that begin with part `index`: the whole run, its piece and its word where they
/// have several parts, longest first, each range once.
fn compounds_starting_at(parts: &[Part], index: usize) -> impl Iterator<Item = &[Part]> {
    let part = parts[index];
    let end_of = |is_same: fn(&Part, &Part) -> bool| {
        let opens = index == 0 || !is_same(&parts[index - 1], &part);
        let len = parts[index..].iter().take_while(|other| is_same(other, &part)).count();
        if opens { index + len } else { index }
    };
    let whole = if index == 0 { parts.len() } else { index };
    let piece = end_of(|a, b| a.piece == b.piece);
    let word = end_of(|a, b| a.word == b.word);
    let distinct = [
        whole,
        if piece == whole { index } else { piece },
        if word == whole || word == piece { index } else { word },
    ];
    distinct.into_iter().filter(move |end| *end > index + 1).map(move |end| &parts[index..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> Vec<String> {
        Analyzer::new().terms(text)
    }

    proptest! {
        #[test]
        fn looking_for_terms_finds_what_analyzing_finds(
            text in "([a-zA-Z]{1,12}|[A-Z][a-z]+[A-Z][a-z]+|[a-z]+_[a-z0-9]+|É[a-z]+|日本語|ﬁle|[0-9]+|'s|[ .,/-])*",
            picked in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        ) {
            let all = terms(&text);
            prop_assume!(!all.is_empty());
            let wanted: Vec<&str> = picked.iter().map(|index| index.get(&all).as_str()).collect();
            let mut expected = Vec::new();
            Analyzer::new().analyze(&text, |token| {
                if wanted.contains(&token.term) {
                    expected.push((token.term.to_owned(), token.start, token.end));
                }
            });
            let mut found = Vec::new();
            let initials = Initials::of(wanted.iter().copied());
            Analyzer::new().find(&text, &initials, |token| {
                if wanted.contains(&token.term) {
                    found.push((token.term.to_owned(), token.start, token.end));
                }
            });
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn spellings_of_an_identifier_share_their_compound() {
        for spelling in
            ["getUserName", "get_user_name", "get-user-name", "GetUserName", "GET_USER_NAME"]
        {
            let found = terms(spelling);
            assert_eq!(found, ["getusernam", "get", "user", "name"], "{spelling}");
        }
        assert_eq!(terms("getusername"), ["getusernam"]);
    }

    #[test]
    fn camel_case_never_costs_the_whole_word() {
        for (spelled, asked) in [
            ("GitHub", "github"),
            ("DigitalOcean", "digitalocean"),
            ("JavaScript", "javascript"),
            ("OpenTelemetry", "opentelemetry"),
            ("eBPF", "ebpf"),
            ("OAuth", "oauth"),
            ("PostgreSQL", "postgresql"),
        ] {
            let found = terms(spelled);
            assert!(found.contains(&terms(asked)[0]), "{spelled}: {found:?}");
        }
    }

    #[test]
    fn runs_are_cut_as_documented() {
        for (text, expected) in [
            ("ERR_CONN_RESET", &["errconnreset", "err", "conn", "reset"][..]),
            ("HTTPServer", &["httpserver", "http", "server"]),
            ("APIs", &["api"]),
            ("oauth2", &["oauth2", "oauth", "2"]),
            ("k8s s3 v2 p95 i18n", &["k8s", "s3", "v2", "p95", "i18n"]),
            ("10ms", &["10ms", "10", "ms"]),
            ("node.js", &["nodej", "node", "js"]),
            ("std::vec", &["stdvec", "std", "vec"]),
            ("kube-system/etcd", &["kubesystemetcd", "kubesystem", "kube", "system", "etcd"]),
            ("C++ and c#", &["c++", "and", "c#"]),
            ("C/C++", &["c", "c++"]),
            (".NET asp.net", &["dotnet", "aspnet", "asp", "net"]),
            ("cluster's don't", &["cluster", "dont"]),
            ("wait... what--ever", &["wait", "what", "ever"]),
            ("--dry-run=client", &["dryrun", "dri", "run", "client"]),
            ("https://example.com", &["https", "examplecom", "exampl", "com"]),
        ] {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn accents_case_and_width_fold() {
        assert_eq!(terms("Überprüfung"), terms("uberprufung"));
        assert_eq!(terms("cafe\u{301}"), terms("café"));
        assert_eq!(terms("Straße"), terms("STRASSE"));
        assert_eq!(terms("ＫＡＦＫＡ"), ["kafka"]);
        assert_eq!(terms("İstanbul"), terms("istanbul"));
    }

    #[test]
    fn unspaced_scripts_give_bigrams_and_a_lone_character_itself() {
        assert_eq!(terms("デプロイ"), ["デプ", "プロ", "ロイ"]);
        assert_eq!(terms("水"), ["水"]);
        assert_eq!(terms("k8sクラスタ"), ["k8s", "クラ", "ラス", "スタ"]);
    }

    #[test]
    fn stop_words_are_told_before_stemming() {
        let mut stop = Vec::new();
        Analyzer::new().analyze("does the Does-It", |token| stop.push(token.is_stop_word));
        assert_eq!(stop, [true, true, false, true, true]);
    }

    #[test]
    fn overlong_terms_are_left_out_and_their_parts_kept() {
        let long = "x".repeat(MAX_TERM_BYTES + 1);
        assert_eq!(terms(&format!("{long} ok {long}-a")), ["ok", "a"]);
    }

    proptest! {
        #[test]
        fn tokens_lie_on_character_borders_in_order(text in any::<String>()) {
            let mut last = 0;
            Analyzer::new().analyze(&text, |token| {
                assert!(!token.term.is_empty() && token.term.len() <= MAX_TERM_BYTES);
                assert!(token.start < token.end);
                assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                assert!(token.start >= last, "starts never go back");
                last = token.start;
            });
        }

        #[test]
        fn identifiers_lie_on_character_borders_in_order(
            text in "[a-zA-Z0-9_./:@#'’\u{301}é日本ー +-]{0,60}"
        ) {
            let mut last = 0;
            Analyzer::new().analyze(&text, |token| {
                assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                assert!(token.start >= last);
                last = token.start;
            });
        }

        #[test]
        fn an_analyzer_in_use_gives_what_a_new_one_gives(
            first in any::<String>(), second in any::<String>()
        ) {
            let mut used = Analyzer::new();
            let _ = used.terms(&first);
            prop_assert_eq!(used.terms(&second), terms(&second));
        }

        #[test]
        fn words_apart_give_their_terms_in_turn(words in proptest::collection::vec("[a-z]{1,12}", 0..8)) {
            let joined = terms(&words.join(" "));
            let apart: Vec<_> = words.iter().flat_map(|word| terms(word)).collect();
            prop_assert_eq!(joined, apart);
        }

        #[test]
        fn case_of_a_plain_word_changes_nothing(word in "[a-z]{1,20}") {
            prop_assert_eq!(terms(&word), terms(&word.to_uppercase()));
        }
    }
}
