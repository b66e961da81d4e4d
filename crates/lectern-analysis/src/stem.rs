//! Porter2 stems with exceptions, remembered.

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

/// Words whose Porter2 stem equals that of a word with another meaning in technical text. They, and
/// nothing else, keep the stem on the right.
const EXCEPTIONS: &[(&str, &str)] = &[
    // important ~ import, international ~ internal ~ intern, authority ~ author
    ("important", "important"),
    ("importance", "important"),
    ("international", "international"),
    ("internal", "internal"),
    ("internals", "internal"),
    ("internally", "internal"),
    ("authority", "authority"),
    ("authorities", "authority"),
    // past ~ paste, universe ~ university ~ universal
    ("paste", "paste"),
    ("pasted", "paste"),
    ("university", "university"),
    ("universities", "university"),
    ("universal", "universal"),
    // secretary ~ secret
    ("secretary", "secretary"),
];

/// Remembered words, under 1 MB a thread. A corpus of 1.7 million words has about 40,000 distinct
/// ones, most of them met once; forgetting all and starting over costs little.
const MEMO_WORDS: usize = 8_192;

/// Longer words are identifiers or data, not language.
const LONGEST_WORD: usize = 40;

pub(crate) struct EnglishStemmer {
    stemmer: Stemmer,
    memo: FxHashMap<Box<str>, Box<str>>,
}

impl EnglishStemmer {
    pub(crate) fn new() -> Self {
        let memo = EXCEPTIONS.iter().map(|&(word, stem)| (word.into(), stem.into())).collect();
        Self { stemmer: Stemmer::new(Algorithm::English), memo }
    }

    /// Stems a folded word; words that are not purely ASCII letters stay as they are.
    pub(crate) fn stem<'a>(&'a mut self, word: &'a str) -> &'a str {
        let is_language = (3..=LONGEST_WORD).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_lowercase());
        if !is_language {
            return word;
        }
        if !self.memo.contains_key(word) {
            if self.memo.len() >= MEMO_WORDS {
                *self = Self::new();
            }
            // An exception may be among the words just forgotten and restored.
            if !self.memo.contains_key(word) {
                let stem = self.stemmer.stem(word).into_owned().into_boxed_str();
                self.memo.insert(word.into(), stem);
            }
        }
        self.memo.get(word).map_or(word, AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_keep_apart_what_porter2_joins() {
        let mut stemmer = EnglishStemmer::new();
        for (a, b) in [
            ("important", "import"),
            ("international", "intern"),
            ("authority", "author"),
            ("paste", "past"),
            ("secretary", "secret"),
        ] {
            let first = stemmer.stem(a).to_owned();
            assert_ne!(first, stemmer.stem(b), "{a} and {b}");
        }
    }

    #[test]
    fn forms_of_a_word_share_their_stem() {
        let mut stemmer = EnglishStemmer::new();
        for words in [["deploy", "deployed", "deploying"], ["stream", "streams", "streaming"]] {
            let first = stemmer.stem(words[0]).to_owned();
            assert!(words.iter().all(|word| stemmer.stem(word) == first), "{words:?}");
        }
    }

    #[test]
    fn forgetting_changes_no_stem() {
        let mut stemmer = EnglishStemmer::new();
        let letters = |i: usize| {
            (0..5).map(|d| char::from(b'a' + (i / 26_usize.pow(d) % 26) as u8)).collect::<String>()
        };
        for i in 0..MEMO_WORDS + 10 {
            stemmer.stem(&letters(i));
        }
        assert_eq!(stemmer.stem("running"), "run");
        assert_eq!(stemmer.stem("important"), "important");
    }
}
