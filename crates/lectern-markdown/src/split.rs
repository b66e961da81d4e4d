//! Cutting a long section into parts of about equal size at block borders.

use crate::outline::{Border, BorderKind, Outline};

/// Sections up to this weight stay whole.
const LIMIT: usize = 350;
/// A paragraph heavier than this may be cut at its lines.
const ENORMOUS: usize = 3 * LIMIT;
/// Bytes that weigh as much as a word, for scripts written without spaces and for long tokens.
const WORD_BYTES: usize = 12;

/// Indices of the borders (after the first) at which the section that `borders` make up is cut.
/// `end` is where the texts of the section end.
pub(crate) fn cuts(outline: &Outline, borders: &[Border], end: (usize, usize)) -> Vec<usize> {
    let bytes = |from: usize, to: usize| {
        let (body, code) = borders.get(to).map_or(end, |border| (border.body, border.code));
        (body - borders[from].body) + (code - borders[from].code)
    };
    if borders.len() < 2 || bytes(0, borders.len()) < LIMIT {
        return Vec::new();
    }
    let weights: Vec<usize> = (0..borders.len())
        .map(|index| {
            let next = borders.get(index + 1).map_or(end, |border| (border.body, border.code));
            weight(&outline.body[borders[index].body..next.0])
                + weight(&outline.code[borders[index].code..next.1])
        })
        .collect();
    let total: usize = weights.iter().sum();
    if total <= LIMIT {
        return Vec::new();
    }
    place(&candidates(outline, borders, &weights), total)
}

fn weight(text: &str) -> usize {
    text.split_ascii_whitespace().count().max(text.len() / WORD_BYTES)
}

/// A border at which a part may begin.
struct Candidate {
    index: usize,
    /// Weight of everything before it.
    before: usize,
    /// Whether what stands before announces what follows.
    announced: bool,
}

fn candidates(outline: &Outline, borders: &[Border], weights: &[usize]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let (mut before, mut index) = (0, 0);
    let (mut announced, mut read) = (false, borders[0].body);
    while index < borders.len() {
        let mut next = index + 1;
        while borders.get(next).is_some_and(|border| inner(border.kind)) {
            next += 1;
        }
        let block: usize = weights[index..next].iter().sum();
        for (at, border) in borders.iter().enumerate().take(next).skip(index) {
            // Each stretch of text is looked at once: white space may go on for the whole section.
            let text = outline.body[read..border.body].trim_end();
            read = border.body;
            if !text.is_empty() {
                announced = text.ends_with(':');
            }
            let open = match border.kind {
                BorderKind::Heading(_) | BorderKind::Block => true,
                BorderKind::Item => block > LIMIT,
                BorderKind::Line => block > ENORMOUS,
            };
            if open && at > 0 {
                found.push(Candidate { index: at, before, announced });
            }
            before += weights[at];
        }
        index = next;
    }
    found
}

fn inner(kind: BorderKind) -> bool {
    matches!(kind, BorderKind::Item | BorderKind::Line)
}

/// Chooses the candidates nearest to equal shares, leaving no part below a third of a share.
fn place(candidates: &[Candidate], total: usize) -> Vec<usize> {
    let parts = total.div_ceil(LIMIT);
    let floor = (total / parts / 3).max(1);
    let mut cuts = Vec::new();
    let mut last = 0;
    for part in 1..parts {
        let share = (total - last) / (parts - part + 1);
        let goal = last + share;
        let lowest = (last + floor).max(goal.saturating_sub(share));
        let highest = (goal + share).min(total - floor);
        let from = candidates.partition_point(|candidate| candidate.before < lowest);
        let best = candidates[from..]
            .iter()
            .take_while(|candidate| candidate.before <= highest)
            .min_by_key(|candidate| {
                let penalty = if candidate.announced { share / 4 } else { 0 };
                candidate.before.abs_diff(goal) + penalty
            });
        if let Some(best) = best {
            cuts.push(best.index);
            last = best.before;
        } else {
            last = goal;
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use crate::source::Source;

    /// The first lines of the parts of a page with one heading, and how many words each has.
    fn parts(text: &str) -> Vec<(u32, usize)> {
        let page = crate::parse("a.md", &Source::decode(text.as_bytes()).unwrap());
        assert_eq!(page.fallback, None);
        let words = |text: &str| text.split_whitespace().count();
        page.sections
            .iter()
            .map(|section| (section.lines.start, words(&section.body) + words(&section.code)))
            .collect()
    }

    fn paragraph(words: usize) -> String {
        "word ".repeat(words).trim_end().to_owned() + "\n\n"
    }

    #[test]
    fn a_short_section_stays_whole() {
        assert_eq!(parts(&format!("# H\n\n{}", paragraph(170).repeat(2))), [(1, 340)]);
    }

    #[test]
    fn a_long_section_is_cut_into_parts_alike() {
        let parts = parts(&format!("# H\n\n{}", paragraph(50).repeat(20)));
        assert_eq!(parts, [(1, 350), (17, 300), (29, 350)]);
    }

    #[test]
    fn a_table_is_never_cut() {
        let table =
            format!("| a | b |\n|---|---|\n{}\n", "| some words | and more |\n".repeat(300));
        let text = format!("# H\n\n{}{table}{}", paragraph(100), paragraph(100));
        let starts: Vec<u32> = parts(&text).iter().map(|part| part.0).collect();
        assert_eq!(starts, [1, 5, 308]);
    }

    #[test]
    fn a_code_block_is_never_cut() {
        for (open, close) in [("```", "```\n"), ("~~~~ rust", "~~~~\n"), ("<pre>", "</pre>\n")] {
            let code = format!("{open}\n{}{close}\n", "some code here\n".repeat(300));
            let text = format!("# H\n\n{}{code}{}", paragraph(100), paragraph(200));
            for (start, _) in parts(&text) {
                assert!(start <= 5 || start > 306, "{open} is cut at line {start}");
            }
        }
    }

    #[test]
    fn a_long_list_is_cut_between_its_items() {
        let item = format!("- {}\n  more of it\n\n  - inner\n", "word ".repeat(40));
        let text = format!("# H\n\n{}", item.repeat(20));
        let parts = parts(&text);
        assert!(parts.len() > 1);
        for (start, _) in &parts[1..] {
            assert_eq!((start - 3) % 4, 0, "line {start} begins no item");
        }
    }

    #[test]
    fn only_an_enormous_paragraph_is_cut_at_its_lines() {
        let line = "word ".repeat(20) + "\n";
        assert_eq!(parts(&format!("# H\n\n{}", line.repeat(50))).len(), 1);
        let parts = parts(&format!("# H\n\n{}", line.repeat(200)));
        assert!(parts.len() > 8, "{parts:?}");
        assert!(parts.iter().all(|part| part.1 <= 700), "{parts:?}");
    }

    #[test]
    fn a_part_rather_does_not_end_in_a_colon() {
        let text =
            format!("# H\n\n{}As follows:\n\n{}{}", paragraph(200), paragraph(20), paragraph(200));
        assert_eq!(parts(&text), [(1, 200), (5, 222)]);
    }

    #[test]
    fn text_without_spaces_weighs_by_its_length() {
        let paragraph = "漢字".repeat(300) + "\n\n";
        assert!(parts(&format!("# H\n\n{}", paragraph.repeat(10))).len() > 3);
    }
}
