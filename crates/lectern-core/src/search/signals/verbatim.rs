//! Words of the query that stand in a section one after the other, in the query's order.
//!
//! Error messages and sentences that somebody copied. The gain grows with the square of the longest
//! run's share, so that common short runs ("in the") give nothing.

use rustc_hash::FxHashMap;

/// Shorter queries are no sentence.
const LEAST_WORDS: usize = 5;
/// Shorter runs are chance.
const LEAST_RUN: usize = 3;
/// Share of the query's weight that a whole match adds. On the development queries it gains .019 on
/// questions whose headings were taken out (paired p .002) and .043 on error messages (two of 43).
const WEIGHT: f64 = 0.4;
/// Longest query in words that is looked for: of a longer one the beginning.
const MAX_WORDS: usize = 256;

/// The query as a sequence of words.
#[derive(Debug, Default)]
pub(in crate::search) struct Sentence {
    places: FxHashMap<String, Vec<u32>>,
    words: usize,
    weight: f64,
}

impl Sentence {
    /// `weight` is the summed idf of the query's terms.
    pub(in crate::search) fn of(query: &str, weight: f64) -> Self {
        let mut sentence = Self { weight, ..Self::default() };
        for_each_word(query, |word| {
            if sentence.words < MAX_WORDS {
                let place = sentence.words as u32;
                sentence.places.entry(word.to_owned()).or_default().push(place);
                sentence.words += 1;
            }
        });
        sentence
    }

    pub(in crate::search) fn is_empty(&self) -> bool {
        self.words < LEAST_WORDS
    }

    pub(in crate::search) fn gain(&self, text: &str) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        let longest = self.longest_run(text);
        if longest < LEAST_RUN {
            return 0.0;
        }
        let share = longest as f64 / self.words as f64;
        WEIGHT * self.weight * share * share
    }

    /// Length of the longest run of the query's words in `text`.
    fn longest_run(&self, text: &str) -> usize {
        let mut longest = 0;
        // Runs that end at the word before, by the query's place behind them.
        let (mut open, mut next) = (FxHashMap::default(), FxHashMap::default());
        for_each_word(text, |word| {
            next.clear();
            for &place in self.places.get(word).into_iter().flatten() {
                let run: usize = open.get(&place).copied().unwrap_or(0) + 1;
                longest = longest.max(run);
                next.insert(place + 1, run);
            }
            std::mem::swap(&mut open, &mut next);
        });
        longest
    }
}

/// Calls `visit` with each stretch of letters and digits, in lower case.
fn for_each_word(text: &str, mut visit: impl FnMut(&str)) {
    let mut lower = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            lower.clear();
            lower.extend(word.chars().flat_map(char::to_lowercase));
            visit(&lower);
        } else {
            visit(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(query: &str, text: &str) -> usize {
        Sentence::of(query, 1.0).longest_run(text)
    }

    #[test]
    fn the_longest_run_counts_whatever_stands_between_the_words() {
        let query = "failed to pull image: no space left";
        assert_eq!(run(query, "it FAILED (to) pull `image` twice"), 4);
        assert_eq!(run(query, "no space left; failed to pull image, no space left!"), 7);
        assert_eq!(run(query, "left space no"), 1);
        assert_eq!(run("a a b", "a a a b"), 3);
        assert_eq!(run("Größe der Datei", "GRÖSSE größe der datei"), 3);
    }

    #[test]
    fn short_queries_and_short_runs_give_nothing() {
        for (query, text, gain) in [
            ("roll back a release", "roll back a release", 0.0),
            ("how do we roll back here", "roll back", 0.0),
            ("how do we roll back here", "how do we roll back here", 4.0),
        ] {
            assert!((Sentence::of(query, 10.0).gain(text) - gain).abs() < 1e-9, "{query}");
        }
    }
}
