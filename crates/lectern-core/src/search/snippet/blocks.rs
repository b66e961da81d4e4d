//! Code blocks and tables of a section, by its lines.
//!
//! A scan of lines and no parse: a snippet is made for every hit, and a line that only looks like a
//! fence costs nothing but a window that ends at it.

use std::ops::Range;

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// Its lines, the first counted 0.
    pub(super) lines: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// From its opening fence to its closing one, or to the end where there is none.
    Code { is_closed: bool },
    /// Header, delimiter row, rows.
    Table,
}

/// The blocks of a text, in order.
pub(super) fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let block = if let Some(fence) = opening_fence(lines[at]) {
            let inside = &lines[at + 1..];
            let closing = inside.iter().position(|line| closes(line, fence));
            let end = closing.map_or(lines.len(), |closing| at + 1 + closing + 1);
            Some(Block { kind: BlockKind::Code { is_closed: closing.is_some() }, lines: at..end })
        } else if at + 1 < lines.len() && lines[at].contains('|') && is_delimiter(lines[at + 1]) {
            let rows = &lines[at + 2..];
            let is_end = |line: &&str| bare(line).is_empty() || opening_fence(line).is_some();
            let count = rows.iter().position(is_end).unwrap_or(rows.len());
            Some(Block { kind: BlockKind::Table, lines: at..at + 2 + count })
        } else {
            None
        };
        at = block.as_ref().map_or(at + 1, |block| block.lines.end);
        blocks.extend(block);
    }
    blocks
}

/// A line without the marks of the quotes and lists it stands in.
fn bare(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>']).trim_end()
}

/// The fence that a line opens: three or more backticks or tildes, after which no more of the
/// backticks may stand.
fn opening_fence(line: &str) -> Option<&str> {
    let line = without_list_marks(bare(line));
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    let is_inline = mark == '`' && line[length..].contains('`');
    (length >= 3 && !is_inline).then(|| &line[..length])
}

/// A line from where a block may begin in it: behind the marks of the list items that open in it.
fn without_list_marks(line: &str) -> &str {
    let mut rest = line;
    loop {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marks: &[char] =
            if number.len() == rest.len() { &['-', '*', '+'] } else { &['.', ')'] };
        match number.strip_prefix(marks) {
            Some(item) if item.starts_with([' ', '\t']) => rest = item.trim_start(),
            _ => return rest,
        }
    }
}

/// Whether a line looks like one that opens or closes a block.
pub(super) fn is_fence(line: &str) -> bool {
    opening_fence(line).is_some()
}

fn closes(line: &str, fence: &str) -> bool {
    let line = bare(line);
    line.starts_with(fence) && line.trim_start_matches(&fence[..1]).is_empty()
}

/// The row of dashes between a table's header and its rows.
fn is_delimiter(line: &str) -> bool {
    let line = bare(line);
    line.contains('-')
        && line.contains('|')
        && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(BlockKind, Range<usize>)> {
        let lines: Vec<&str> = text.lines().collect();
        blocks(&lines).into_iter().map(|block| (block.kind, block.lines)).collect()
    }

    #[test]
    fn code_runs_from_fence_to_fence() {
        let closed = BlockKind::Code { is_closed: true };
        let open = BlockKind::Code { is_closed: false };
        for (text, expected) in [
            ("a\n```sh\nx\n```\nb", vec![(closed, 1..4)]),
            ("~~~\n```\n~~~\n", vec![(closed, 0..3)]),
            ("````\n```\n````", vec![(closed, 0..3)]),
            ("```\nx", vec![(open, 0..2)]),
            ("  - ```\n    x\n    ```\n", vec![(closed, 0..3)]),
            ("> ```\n> x\n> ```", vec![(closed, 0..3)]),
            ("12. ```\n    x\n    ```", vec![(closed, 0..3)]),
            ("1) - ~~~\n     x\n     ~~~", vec![(closed, 0..3)]),
            ("1.```", vec![]),
            ("``` `not` ```", vec![]),
            ("``", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_table_runs_from_its_header_to_the_first_blank_line() {
        for (text, expected) in [
            (
                "a\n\n| h | i |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n\nb",
                vec![(BlockKind::Table, 2..6)],
            ),
            ("h | i\n--|--\n1 | 2", vec![(BlockKind::Table, 0..3)]),
            (
                "| h |\n| - |\n```\nx\n```",
                vec![(BlockKind::Table, 0..2), (BlockKind::Code { is_closed: true }, 2..5)],
            ),
            ("a | b\n\n---", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }
}
