//! English function words.

/// Whether a folded, unstemmed word carries no topic of its own. Queries drop such words unless
/// they consist of nothing else; the index holds them all.
#[must_use]
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Lucene's English set, the pronouns, auxiliaries and question words that questions put to a
/// knowledge base are wrapped in, and the forms an apostrophe leaves (`dont`). Sorted.
const STOP_WORDS: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by",
    "can", "could", "did", "do", "does", "doesnt", "doing", "dont", "for", "from", "had", "has",
    "have", "having", "he", "her", "his", "how", "i", "if", "im", "in", "into", "is", "isnt", "it",
    "its", "ive", "me", "my", "no", "not", "of", "on", "or", "our", "she", "should", "so", "some",
    "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "us", "was", "we", "were", "what", "whats", "when", "where", "which", "who",
    "whom", "whose", "why", "will", "with", "would", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_distinct() {
        assert!(STOP_WORDS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn function_words_are_and_topics_are_not() {
        assert!(["how", "the", "dont"].iter().all(|word| is_stop_word(word)));
        assert!(!["kafka", "deploy", "off", ""].iter().any(|word| is_stop_word(word)));
    }
}
