//! References to text: `path`, `path#section`, `path:L10-L42`, `path:L10`.

use lectern_markdown::LineRange;

use crate::error::{Error, Result};

/// What part of a page is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Section(String),
    Lines(LineRange),
}

/// The readings of a reference, the whole text as a path first: a file name may itself hold `#` or
/// `:L1`.
pub(crate) fn readings(reference: &str) -> Vec<(&str, Part)> {
    let mut readings = vec![(reference, Part::Whole)];
    if let Some((path, lines)) = reference.rsplit_once(":L")
        && let Ok(lines) = parse_lines(lines)
    {
        readings.push((path, Part::Lines(lines)));
    }
    if let Some((path, section)) = reference.rsplit_once('#')
        && !section.is_empty()
    {
        readings.push((path, Part::Section(section.to_owned())));
    }
    readings
}

/// Reads `L10-L42`, `10-42`, `L10` or `10`.
///
/// # Errors
/// [`Error::InvalidArgument`] that says the form.
pub(crate) fn parse_lines(text: &str) -> Result<LineRange> {
    let number = |part: &str| {
        let digits = part.trim().strip_prefix(['L', 'l']).unwrap_or(part.trim());
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain { digits.parse::<u32>().ok() } else { None }
    };
    let range = match text.split_once('-') {
        Some((start, end)) => number(start).zip(number(end)),
        None => number(text).map(|line| (line, line)),
    };
    match range {
        Some((start, end)) if start >= 1 && start <= end => Ok(LineRange { start, end }),
        _ => Err(Error::invalid(format!(
            "lines must be like L10-L42 or L10, counted from 1, first before last (got {:?})",
            text.chars().take(40).collect::<String>()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bad_lines_are_refused() {
        for text in ["", "0", "L0-L4", "5-4", "-3", "1-", "a-b", "1-2-3", "L99999999999", "+1"] {
            assert!(parse_lines(text).is_err(), "{text:?}");
        }
        assert_eq!(parse_lines("L10-L42").unwrap(), LineRange { start: 10, end: 42 });
        assert_eq!(parse_lines("10").unwrap(), LineRange { start: 10, end: 10 });
    }

    proptest! {
        #[test]
        fn what_a_citation_says_is_among_its_readings(
            path in "[a-z#:L/. ]{1,20}", start in 1_u32..9999, more in 0_u32..9999, id in "[a-z~-]{1,9}"
        ) {
            let lines = LineRange { start, end: start + more };
            let cited = format!("{path}:L{}-L{}", lines.start, lines.end);
            prop_assert!(readings(&cited).contains(&(path.as_str(), Part::Lines(lines))));
            let named = format!("{path}#{id}");
            prop_assert!(readings(&named).contains(&(path.as_str(), Part::Section(id))));
        }
    }
}
