//! Stage 5: the lines of a section that answer.
//!
//! A section is cut into units: its lines, the sentences of lines that are too long, and code blocks
//! and tables that fit a window. A window is a run of units within [`WINDOW_CHARS`]; it never holds
//! one fence of a code block without the other, and rows of a table come with its header where both
//! fit. The window that covers most of the query's weight is taken, then the one that adds most to
//! it: words of a query often stand apart in a section, and two short windows show more of them than
//! one block of the same size.

mod blocks;
mod units;

use lectern_analysis::{Analyzer, Initials};
use rustc_hash::FxHashMap;
use units::{Unit, Units};

use super::query::QueryTerm;
use super::winners::Winner;

/// Longest snippet, in UTF-16 code units as its readers count.
pub const MAX_SNIPPET_CHARS: usize = 500;
/// Longest window, likewise. Two of them, the separator and the marks of cut lines fit a snippet.
const WINDOW_CHARS: usize = 240;
/// Stands between pieces that are apart in the section.
pub const PIECE_SEPARATOR: &str = " … ";

/// The query's terms, ready to be found in text.
pub(crate) struct SnippetTerms<'a> {
    bits: FxHashMap<&'a str, usize>,
    weights: Vec<f64>,
    initials: Initials,
    analyzer: &'a mut Analyzer,
}

impl<'a> SnippetTerms<'a> {
    /// `terms` are at most 64.
    pub(crate) fn new(terms: &'a [QueryTerm], analyzer: &'a mut Analyzer) -> Self {
        debug_assert!(terms.len() <= 64);
        let bits = terms.iter().enumerate().map(|(bit, term)| (term.text.as_str(), bit)).collect();
        Self {
            bits,
            weights: terms.iter().map(|term| term.weight * term.idf).collect(),
            initials: Initials::of(terms.iter().map(|term| term.text.as_str())),
            analyzer,
        }
    }

    /// Bits of the terms that stand in what the winner holds now, its names included.
    pub(crate) fn mask_in(&mut self, winner: &Winner) -> u64 {
        let mut mask = 0_u64;
        for text in [&winner.text, &winner.title, &winner.path].into_iter().chain(&winner.trail) {
            self.for_each_match(text, |_, bit| mask |= 1 << bit);
        }
        mask
    }

    /// Calls `visit` with byte offset and term of each match, offsets ascending.
    fn for_each_match(&mut self, text: &str, mut visit: impl FnMut(usize, usize)) {
        let bits = &self.bits;
        self.analyzer.find(text, &self.initials, |token| {
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
    let mut units = Units::of(text);
    terms.for_each_match(text, |offset, bit| {
        let unit = units.all.partition_point(|unit| unit.end <= offset);
        // Fences of long blocks are in no unit.
        if let Some(unit) = units.all.get_mut(unit).filter(|unit| unit.start <= offset) {
            unit.mask |= 1 << bit;
        }
    });
    let (front, prose): (Vec<Unit>, Vec<Unit>) =
        units.all.iter().partition(|unit| unit.line < front_matter_lines);
    // Front matter repeats what title and tags already say; it is shown when nothing else matches.
    let shown =
        if prose.iter().all(|unit| unit.mask == 0) && front.iter().any(|unit| unit.mask != 0) {
            front
        } else {
            prose
        };
    let windows = windows(text, &shown, terms);
    join(text, &pieces(text, &shown, &units, &windows))
}

/// Indices of the first and last unit of a window.
type Window = (usize, usize);

/// The windows to show, in order, apart from each other.
fn windows(text: &str, units: &[Unit], terms: &SnippetTerms<'_>) -> Vec<Window> {
    let Some((first, covered)) = best_window(text, units, terms, 0, None) else {
        let opening = units.iter().position(|unit| !is_blank(text, unit));
        return opening.map(|at| grow(text, units, (at, at), None)).into_iter().collect();
    };
    let second = best_window(text, units, terms, covered, Some(first)).map(|(window, _)| window);
    let mut windows = vec![first];
    windows.extend(second);
    windows.sort_unstable();
    match windows.as_slice() {
        [a, b] => {
            let a = grow(text, units, *a, Some(*b));
            vec![a, grow(text, units, *b, Some(a))]
        }
        [only] => vec![grow(text, units, *only, None)],
        _ => windows,
    }
}

/// Byte ranges to show, in order, apart from each other.
fn pieces(text: &str, shown: &[Unit], units: &Units, windows: &[Window]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut add = |(start, end): (usize, usize)| match ranges.last_mut() {
        Some(last) if start <= last.1 || text[last.1..start].trim().is_empty() => {
            last.1 = last.1.max(end);
        }
        _ => ranges.push((start, end)),
    };
    for &window in windows {
        let (start, end) = range(text, shown, window);
        let first = &shown[window.0];
        if let Some(header) = units.header(first.zone)
            && header.end <= start
            && span_chars(text, shown, window) <= first.limit
        {
            add((header.start, header.end));
        }
        add((start, end));
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
            if is_taken || units[last].zone != units[first].zone {
                break;
            }
            let chars = span_chars(text, units, (first, last));
            if chars > units[first].limit && last > first {
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
    let (mut first, mut last) = window;
    let Unit { zone, limit, .. } = units[first];
    let is_free = |unit: usize| {
        units[unit].zone == zone && other.is_none_or(|(from, to)| !(from..=to).contains(&unit))
    };
    while last + 1 < units.len()
        && is_free(last + 1)
        && span_chars(text, units, (first, last + 1)) <= limit
    {
        last += 1;
    }
    while first > 0 && is_free(first - 1) && span_chars(text, units, (first - 1, last)) <= limit {
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

    #[test]
    fn a_code_block_is_shown_whole_or_from_inside() {
        let short = "Run this:\n\n```sh\nkubectl rollout restart\n```\n\nThen wait.\n";
        let found = snippet_of(short, &[("rollout", 5.0)]);
        assert!(found.contains("```sh\nkubectl rollout restart\n```"), "{found}");

        let filler = "  replicas: 3 # as many as there are zones in the region\n".repeat(8);
        let long =
            format!("Before.\n\n```yaml\n{filler}  image: kafka\n{filler}```\n\nAfter it.\n");
        let found = snippet_of(&long, &[("kafka", 5.0), ("after", 2.0)]);
        assert!(found.contains("image: kafka") && found.contains("After it."), "{found}");
        assert!(!found.contains("```"), "{found}");
    }

    #[test]
    fn a_mistyped_fence_does_not_let_the_next_one_stand_alone() {
        let text = format!(
            "1. Check it\n   ```promql\n   rate(usage[2m])\n   ``\n{}2. Verify\n   ```bash\n   oc get vmi\n   ```\n",
            "   Some words that stand between the two of them and fill the section.\n".repeat(6)
        );
        let found = snippet_of(&text, &[("verifi", 5.0), ("vmi", 3.0)]);
        assert!(found.contains("Verify") && found.contains("oc get vmi"), "{found}");
        assert!(!found.contains("```"), "{found}");
    }

    #[test]
    fn rows_come_with_the_header_of_their_table() {
        let rows: Vec<String> =
            (0..20).map(|n| format!("| service-{n} | team {n} | yes |")).collect();
        let text = format!(
            "Who owns what.\n\n| service | owner | paged |\n|---|---|---|\n{}\n\nEnd.\n",
            rows.join("\n")
        );
        let found = snippet_of(&text, &[("team", 1.0), ("17", 6.0)]);
        assert!(found.starts_with("| service | owner | paged |\n|---|---|---|"), "{found}");
        assert!(found.contains("| service-17 | team 17 | yes |"), "{found}");
        assert!(!found.contains("End."), "{found}");
    }

    proptest! {
        #[test]
        fn fences_are_never_shown_alone(
            text in "((a|kafka|lag|word word word word)( [a-z]{0,40})?\n|```[a-z]{0,3}\n[a-z\n]{0,300}kafka\n```\n|\n){0,20}"
        ) {
            let found = snippet_of(&text, &[("kafka", 2.0), ("lag", 1.0)]);
            for piece in found.split('…') {
                let fences = piece.lines().filter(|line| line.trim().starts_with("```")).count();
                prop_assert!(fences % 2 == 0, "{found}");
            }
        }

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
