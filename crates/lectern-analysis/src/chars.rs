//! Character classes that decide where runs and parts begin and end.

use unicode_normalization::char::is_combining_mark;

/// What a character does to the run it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CharClass {
    Lower,
    Upper,
    Digit,
    /// Belongs to the character before it: combining marks, joiners without width, soft hyphens.
    Mark,
    /// `'` or `’`: inside a word only (`cluster's`, `don't`).
    Apostrophe,
    /// Inside a run only, between two word characters.
    Joiner,
    /// Of a script written without spaces between words.
    Unspaced,
    Other,
}

impl CharClass {
    pub(crate) fn of(c: char) -> Self {
        match c {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            '_' | '.' | '-' | '/' | ':' | '@' | '#' => Self::Joiner,
            '\'' | '\u{2019}' => Self::Apostrophe,
            _ if c.is_ascii() => Self::Other,
            _ if is_unspaced(c) => Self::Unspaced,
            '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => Self::Mark,
            _ if is_combining_mark(c) => Self::Mark,
            _ if c.is_uppercase() => Self::Upper,
            _ if c.is_alphabetic() => Self::Lower,
            _ if c.is_numeric() => Self::Digit,
            _ => Self::Other,
        }
    }

    pub(crate) fn is_letter(self) -> bool {
        matches!(self, Self::Lower | Self::Upper)
    }

    /// Whether a run may begin or end with it.
    pub(crate) fn is_word(self) -> bool {
        matches!(self, Self::Lower | Self::Upper | Self::Digit)
    }
}

/// Han, kana, hangul, Thai, Lao, Khmer and Myanmar: text without spaces, or, for hangul, with words
/// that carry their particles. Bigrams serve all of them without a dictionary.
fn is_unspaced(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0E00..=0x0EFF
            | 0x1000..=0x109F
            | 0x1100..=0x11FF
            | 0x1780..=0x17FF
            | 0x3005..=0x3007
            | 0x3040..=0x30FF
            | 0x3131..=0x318E
            | 0x31F0..=0x31FF
            | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF
            | 0xA960..=0xA97F
            | 0xAC00..=0xD7FF
            | 0xF900..=0xFAFF
            | 0xFF66..=0xFFDC
            | 0x20000..=0x3FFFF
    )
}
