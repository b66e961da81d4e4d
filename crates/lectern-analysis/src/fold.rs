//! Case and accent folding.

use unicode_normalization::UnicodeNormalization;

/// Appends the folded form of `text` to `out`: compatibility-decomposed, lower case, without the
/// combining diacritics of Latin, Greek and Cyrillic, and only letters, digits and the marks that
/// other scripts need to spell a word.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(
            text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase() as char),
        );
        return;
    }
    let decomposed = text.nfkd().filter(|c| !matches!(c, '\u{0300}'..='\u{036F}'));
    let lowered = decomposed.flat_map(char::to_lowercase);
    // Lower-casing can itself produce a combining dot (U+0130), hence the second filter.
    let kept = lowered
        .filter(|c| !matches!(c, '\u{0300}'..='\u{036F}'))
        .filter(|c| c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(*c));
    for c in kept.nfc() {
        match undecomposable(c) {
            Some(letters) => out.push_str(letters),
            None => out.push(c),
        }
    }
}

/// Latin letters that Unicode does not decompose, by the spelling used where they cannot be typed.
fn undecomposable(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        _ => return None,
    })
}
