//! Finding runs in text and cutting them into parts.

use crate::chars::CharClass;

/// Byte range in the analysed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A part of a run with the piece and word it belongs to. A *piece* ends at `. / : @ #`, a *word*
/// also at `_` and `-`; a part also at a case or digit border.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) span: Span,
    pub(crate) piece: u32,
    pub(crate) word: u32,
}

/// What the scanner found next.
pub(crate) enum Found {
    /// The parts are in the scanner's buffer.
    Run(Span),
    /// A stretch of unspaced script.
    Unspaced(Span),
    /// A name that its punctuation belongs to (`c++`, `.net`), by its term.
    Named(Span, &'static str),
}

/// Names that would otherwise lose what tells them from a plain word.
const NAMED: &[(&str, &str)] =
    &[("c++", "c++"), ("g++", "g++"), ("c#", "c#"), ("f#", "f#"), (".net", "dotnet")];

#[derive(Default)]
pub(crate) struct Scanner {
    pub(crate) parts: Vec<Part>,
}

impl Scanner {
    /// Finds the next token source at or after byte `from`, which is on a character border.
    pub(crate) fn next(&mut self, text: &str, from: usize) -> Option<Found> {
        for (offset, c) in text[from..].char_indices() {
            let at = from + offset;
            let class = CharClass::of(c);
            if let Some(named) = named_at(text, at) {
                return Some(named);
            }
            if class == CharClass::Unspaced {
                return Some(Found::Unspaced(unspaced_at(text, at)));
            }
            if class.is_word() {
                return Some(Found::Run(self.run_at(text, at)));
            }
        }
        None
    }

    fn run_at(&mut self, text: &str, start: usize) -> Span {
        self.parts.clear();
        let (mut piece, mut word) = (0, 0);
        let mut at = start;
        loop {
            let end = self.word_at(text, at, piece, word);
            let Some((next, opens_piece)) = joined_word(text, end) else {
                return Span { start, end };
            };
            word += 1;
            piece += u32::from(opens_piece);
            at = next;
        }
    }

    /// Cuts the word that starts at `start` into parts and returns its end.
    fn word_at(&mut self, text: &str, start: usize, piece: u32, word: u32) -> usize {
        let mut end = start;
        let mut letters_before = 0_usize;
        let mut part_start = start;
        let mut previous = None;
        let mut chars = text[start..].char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let at = start + offset;
            let class = CharClass::of(c);
            let following = chars.peek().map(|&(_, next)| CharClass::of(next));
            match class {
                CharClass::Mark => {}
                CharClass::Apostrophe
                    if previous.is_some_and(CharClass::is_letter)
                        && following.is_some_and(CharClass::is_letter) => {}
                _ if class.is_word() => {
                    let rest = &text[at + c.len_utf8()..];
                    if previous.is_some_and(|p| is_border(p, class, letters_before, rest)) {
                        self.push(part_start, at, piece, word);
                        part_start = at;
                        letters_before = 0;
                    }
                    letters_before = if class.is_letter() { letters_before + 1 } else { 0 };
                    previous = Some(class);
                }
                _ => break,
            }
            end = at + c.len_utf8();
        }
        self.push(part_start, end, piece, word);
        end
    }

    fn push(&mut self, start: usize, end: usize, piece: u32, word: u32) {
        self.parts.push(Part { span: Span { start, end }, piece, word });
    }
}

/// Whether a part ends between a character of class `previous` and one of class `class`, before
/// which stand `letters_before` letters of the part, and after which comes `rest`.
fn is_border(previous: CharClass, class: CharClass, letters_before: usize, rest: &str) -> bool {
    use CharClass::{Digit, Lower, Upper};
    let mut following = rest.chars().map(CharClass::of).filter(|c| *c != CharClass::Mark);
    match (previous, class) {
        // `getUser`
        (Lower, Upper) => true,
        // `HTTPServer` before the S, but not the plural `APIs`
        (Upper, Upper) => {
            following.next() == Some(Lower)
                && (following.next().is_some_and(CharClass::is_word) || !rest.starts_with('s'))
        }
        // `oauth2`, but not `k8s`, `v2`, `s3`
        (Lower | Upper, Digit) => letters_before > 1,
        // `10ms`, but not the s of `k8s`
        (Digit, Lower | Upper) => following.next().is_some_and(CharClass::is_letter),
        _ => false,
    }
}

/// Where the run goes on after `end`: the start of the next word and whether it opens a piece.
fn joined_word(text: &str, end: usize) -> Option<(usize, bool)> {
    let mut chars = text[end..].chars();
    let joiner = chars.next().filter(|c| CharClass::of(*c) == CharClass::Joiner)?;
    let mut next = end + joiner.len_utf8();
    // A path of Rust or C++ is the one identifier with a doubled joiner; elsewhere two of them
    // are an ellipsis, a dash or a scheme.
    if joiner == ':' && text[next..].starts_with(':') {
        next += 1;
    }
    let follows = text[next..].chars().next().map(CharClass::of)?;
    // `C/C++` ends before the name that would lose its punctuation inside a run.
    if named_at(text, next).is_some() {
        return None;
    }
    follows.is_word().then_some((next, !matches!(joiner, '_' | '-')))
}

fn unspaced_at(text: &str, start: usize) -> Span {
    let end = text[start..]
        .char_indices()
        .find(|(_, c)| !matches!(CharClass::of(*c), CharClass::Unspaced | CharClass::Mark))
        .map_or(text.len(), |(offset, _)| start + offset);
    Span { start, end }
}

/// A name of the table at `at`, when no word character continues it on either side.
fn named_at(text: &str, at: usize) -> Option<Found> {
    if !matches!(text.as_bytes()[at], b'.' | b'c' | b'C' | b'f' | b'F' | b'g' | b'G') {
        return None;
    }
    let preceded = text[..at].chars().next_back().is_some_and(|c| CharClass::of(c).is_word());
    let (name, term) = NAMED.iter().find(|(name, _)| {
        text.get(at..at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    })?;
    let end = at + name.len();
    let continued = text[end..].chars().next().is_some_and(|c| CharClass::of(c).is_word());
    (!preceded && !continued).then_some(Found::Named(Span { start: at, end }, term))
}
