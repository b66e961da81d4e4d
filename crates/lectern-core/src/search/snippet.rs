//! Stage 5: the lines of a section that answer.
//!
//! A section is cut into units: its lines, and the sentences of lines that are too long. A window
//! is a run of units within [`WINDOW_CHARS`]. The window that covers most of the query's weight is
//! taken, then the one that adds most to it: words of a query often stand apart in a section, and
//! two short windows show more of them than one block of the same size.

use lectern_analysis::Analyzer;
use rustc_hash::FxHashMap;

use super::query::QueryTerm;
use super::winners::Winner;

/// Longest snippet, in UTF-16 code units as its readers count.
pub const MAX_SNIPPET_CHARS: usize = 500;
/// Longest window, likewise. Two of them, the separator and the marks of cut lines fit a snippet.
const WINDOW_CHARS: usize = 240;
/// Stands between pieces that are apart in the section.
pub const PIECE_SEPARATOR: &str = " … ";
/// A cut inside a long line prefers the end of a sentence to that of a word from this length on.
const SHORTEST_SENTENCE_CHARS: usize = 80;

/// The query's terms, ready to be found in text.
pub(crate) struct SnippetTerms<'a> {
    bits: FxHashMap<&'a str, usize>,
    weights: Vec<f64>,
    analyzer: &'a mut Analyzer,
}

impl<'a> SnippetTerms<'a> {
    /// `terms` are at most 64.
    pub(crate) fn new(terms: &'a [QueryTerm], analyzer: &'a mut Analyzer) -> Self {
        debug_assert!(terms.len() <= 64);
        let bits = terms.iter().enumerate().map(|(bit, term)| (term.text.as_str(), bit)).collect();
        Self { bits, weights: terms.iter().map(|term| term.weight * term.idf).collect(), analyzer }
    }

    /// Summed weight of the terms that stand in what the winner holds now, its names included.
    pub(crate) fn weight_in(&mut self, winner: &Winner) -> f64 {
        let mut mask = 0_u64;
        for text in [&winner.text, &winner.title, &winner.path].into_iter().chain(&winner.trail) {
            self.for_each_match(text, |_, bit| mask |= 1 << bit);
        }
        self.weight(mask)
    }

    /// Calls `visit` with byte offset and term of each match, offsets ascending.
    fn for_each_match(&mut self, text: &str, mut visit: impl FnMut(usize, usize)) {
        let bits = &self.bits;
        self.analyzer.analyze(text, |token| {
            if let Some(bit) = bits.get(token.term) {
                visit(token.start, *bit);
            }
        });
    }

    fn weight(&self, mask: u64) -> f64 {
        self.weights
            .iter()
            .enumerate()
            .filter(|(bit, _)| mask >> bit & 1 == 1)
            .map(|(_, weight)| weight)
            .sum()
    }
}

/// The snippet of a section whose first `front_matter_lines` lines are front matter.
pub(crate) fn snippet(text: &str, front_matter_lines: u32, terms: &mut SnippetTerms<'_>) -> String {
    let mut units = units(text);
    terms.for_each_match(text, |offset, bit| {
        let unit = units.partition_point(|unit| unit.end <= offset);
        if let Some(unit) = units.get_mut(unit) {
            unit.mask |= 1 << bit;
        }
    });
    let (front, prose): (Vec<_>, Vec<_>) =
        units.into_iter().partition(|unit| unit.line < front_matter_lines);
    // Front matter repeats what title and tags already say; it is shown when nothing else matches.
    let shown =
        if prose.iter().all(|unit| unit.mask == 0) && front.iter().any(|unit| unit.mask != 0) {
            front
        } else {
            prose
        };
    let pieces = pieces(text, &shown, terms);
    join(text, &pieces)
}

/// A line without its end, or a part of a long one.
#[derive(Clone, Copy, Debug)]
struct Unit {
    start: usize,
    end: usize,
    /// From 0.
    line: u32,
    /// UTF-16 length.
    chars: usize,
    /// Bits of the terms that start in it.
    mask: u64,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut start = 0;
    for (line, with_end) in (0..).zip(text.split_inclusive('\n')) {
        let content = with_end.trim_end_matches(['\n', '\r']);
        cut_line(content, start, line, &mut units);
        start += with_end.len();
    }
    units
}

fn cut_line(content: &str, line_start: usize, line: u32, units: &mut Vec<Unit>) {
    let mut start = 0;
    let mut chars = 0;
    // Where the unit may be cut, with its length up to there.
    let mut sentence: Option<(usize, usize)> = None;
    let mut word: Option<(usize, usize)> = None;
    let mut previous = ' ';
    let mut push = |start: usize, end: usize, chars: usize| {
        units.push(Unit { start: line_start + start, end: line_start + end, line, chars, mask: 0 });
    };
    for (at, c) in content.char_indices() {
        if c == ' ' {
            word = Some((at, chars));
            if matches!(previous, '.' | '!' | '?' | ':' | ';') && chars >= SHORTEST_SENTENCE_CHARS {
                sentence = word;
            }
        }
        if chars + c.len_utf16() > WINDOW_CHARS {
            let (cut, length) =
                sentence.or(word.filter(|(_, length)| *length > 0)).unwrap_or((at, chars));
            push(start, cut, length);
            start = cut;
            chars -= length;
            (sentence, word) = (None, None);
        }
        chars += c.len_utf16();
        previous = c;
    }
    push(start, content.len(), chars);
}

/// Indices of the first and last unit of a window.
type Window = (usize, usize);

/// Byte ranges to show, in order, apart from each other.
fn pieces(text: &str, units: &[Unit], terms: &SnippetTerms<'_>) -> Vec<(usize, usize)> {
    let Some((first, covered)) = best_window(text, units, terms, 0, None) else {
        let Some(opening) = units.iter().position(|unit| !is_blank(text, unit)) else {
            return Vec::new();
        };
        return vec![range(text, units, grow(text, units, (opening, opening), None))];
    };
    let second = best_window(text, units, terms, covered, Some(first)).map(|(window, _)| window);
    let mut windows = vec![first];
    windows.extend(second);
    windows.sort_unstable();
    let grown: Vec<Window> = match windows.as_slice() {
        [a, b] => {
            let a = grow(text, units, *a, Some(*b));
            vec![a, grow(text, units, *b, Some(a))]
        }
        [only] => vec![grow(text, units, *only, None)],
        _ => windows,
    };
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for window in grown {
        let (start, end) = range(text, units, window);
        match ranges.last_mut() {
            Some(last) if text[last.1..start].trim().is_empty() => last.1 = end,
            _ => ranges.push((start, end)),
        }
    }
    ranges
}

/// The window that adds most weight to `covered`, with all that is then covered; the shorter, then
/// the earlier of equals. `None` when nothing is added.
fn best_window(
    text: &str,
    units: &[Unit],
    terms: &SnippetTerms<'_>,
    covered: u64,
    taken: Option<Window>,
) -> Option<(Window, u64)> {
    let mut best: Option<(f64, usize, Window, u64)> = None;
    for first in 0..units.len() {
        if units[first].mask & !covered == 0 {
            continue;
        }
        let mut mask = 0;
        for last in first..units.len() {
            let is_taken = taken.is_some_and(|(from, to)| (from..=to).contains(&last));
            let chars = span_chars(text, units, (first, last));
            if is_taken || (chars > WINDOW_CHARS && last > first) {
                break;
            }
            let added = units[last].mask & !covered & !mask;
            if added == 0 {
                continue;
            }
            mask |= added;
            let gain = terms.weight(mask);
            let is_better = best.is_none_or(|(most, least, ..)| {
                gain > most + 1e-9 || (gain > most - 1e-9 && chars < least)
            });
            if is_better {
                best = Some((gain, chars, (first, last), covered | mask));
            }
        }
    }
    best.map(|(_, _, window, mask)| (window, mask))
}

/// Adds the units after, then those before, while they fit and do not reach into `other`.
fn grow(text: &str, units: &[Unit], window: Window, other: Option<Window>) -> Window {
    let is_free = |unit: usize| other.is_none_or(|(from, to)| !(from..=to).contains(&unit));
    let (mut first, mut last) = window;
    while last + 1 < units.len()
        && is_free(last + 1)
        && span_chars(text, units, (first, last + 1)) <= WINDOW_CHARS
    {
        last += 1;
    }
    while first > 0
        && is_free(first - 1)
        && span_chars(text, units, (first - 1, last)) <= WINDOW_CHARS
    {
        first -= 1;
    }
    (first, last)
}

/// UTF-16 length of the text from the first unit's start to the last one's end.
fn span_chars(text: &str, units: &[Unit], (first, last): Window) -> usize {
    let own: usize = units[first..=last].iter().map(|unit| unit.chars).sum();
    let between: usize =
        units[first..=last].windows(2).map(|pair| text[pair[0].end..pair[1].start].len()).sum();
    own + between
}

fn is_blank(text: &str, unit: &Unit) -> bool {
    text[unit.start..unit.end].trim().is_empty()
}

/// Byte range of a window without the white space around it.
fn range(text: &str, units: &[Unit], (first, last): Window) -> (usize, usize) {
    let (start, end) = (units[first].start, units[last].end);
    let shown = &text[start..end];
    let start = start + (shown.len() - shown.trim_start().len());
    (start, start + shown.trim().len())
}

fn join(text: &str, pieces: &[(usize, usize)]) -> String {
    let mut joined = String::new();
    for (index, &(start, end)) in pieces.iter().enumerate() {
        let line_before = text[..start].rsplit('\n').next().unwrap_or("");
        let line_after = text[end..].split('\n').next().unwrap_or("");
        if index > 0 {
            joined.push_str(PIECE_SEPARATOR);
        } else if !line_before.trim().is_empty() {
            joined.push_str(PIECE_SEPARATOR.trim_start());
        }
        joined.push_str(&text[start..end]);
        if index + 1 == pieces.len() && !line_after.trim().is_empty() {
            joined.push_str(PIECE_SEPARATOR.trim_end());
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn snippet_of(text: &str, query: &[(&str, f64)]) -> String {
        let terms: Vec<_> =
            query.iter().map(|(text, idf)| QueryTerm::with_idf(text, *idf)).collect();
        snippet(text, 0, &mut SnippetTerms::new(&terms, &mut Analyzer::new()))
    }

    #[test]
    fn the_line_that_covers_most_weight_is_shown_with_the_one_that_adds_most() {
        let filler = "nothing to see here, only words that fill the line up to some length\n";
        let text = format!(
            "# Title\n\n{}restart the broker first\n{}then check consumer lag\n",
            filler.repeat(8),
            filler.repeat(8)
        );
        let found = snippet_of(&text, &[("broker", 5.0), ("lag", 6.0), ("restart", 3.0)]);
        assert!(found.contains("restart the broker first"), "{found}");
        assert!(found.contains("then check consumer lag"), "{found}");
        assert!(found.contains(PIECE_SEPARATOR));
    }

    #[test]
    fn a_section_that_matches_only_by_title_shows_its_opening() {
        assert_eq!(snippet_of("\n## Heading\n\nFirst words.\n", &[]), "## Heading\n\nFirst words.");
        assert_eq!(snippet_of("", &[("x", 1.0)]), "");
    }

    #[test]
    fn front_matter_is_shown_only_when_nothing_else_matches() {
        let text = "---\ntags: kafka\n---\nAbout lag.\n";
        let terms = |t: &str| vec![QueryTerm::with_idf(t, 1.0)];
        let mut analyzer = Analyzer::new();
        let of = |query: &[QueryTerm], analyzer: &mut Analyzer| {
            snippet(text, 3, &mut SnippetTerms::new(query, analyzer))
        };
        assert_eq!(of(&terms("lag"), &mut analyzer), "About lag.");
        assert!(of(&terms("kafka"), &mut analyzer).contains("tags: kafka"));
    }

    proptest! {
        #[test]
        fn pieces_stand_verbatim_in_the_text_and_fit(
            text in "([a-z ]{0,30}(kafka|lag|broker|日本|\\.|\r?\n)){0,60}"
        ) {
            let found = snippet_of(&text, &[("kafka", 2.0), ("lag", 1.0), ("broker", 3.0)]);
            prop_assert!(found.encode_utf16().count() <= MAX_SNIPPET_CHARS);
            for piece in found.split('…') {
                prop_assert!(text.contains(piece.trim()), "{piece:?}");
            }
            let names_a_term = ["kafka", "lag", "broker"].iter().any(|t| {
                Analyzer::new().terms(&text).iter().any(|term| term == t)
            });
            let shows_a_term = Analyzer::new()
                .terms(&found)
                .iter()
                .any(|term| ["kafka", "lag", "broker"].contains(&term.as_str()));
            prop_assert!(!names_a_term || shows_a_term, "{found:?}");
        }
    }
}
