//! The few fields of a YAML front matter that matter, read from parser events.
//!
//! Events instead of values: scalars keep their source text (`no`, `2024-01-01`), repeated keys are no
//! error, tags mean nothing, and an alias copies at most one scalar, so nothing can multiply.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::front_matter::Value;

/// Nesting no honest front matter has.
const MAX_DEPTH: usize = 32;
/// Bound on all values handed out, aliases resolved.
const MAX_VALUES: usize = 256 * 1024;

/// Calls `set` for each top-level field whose value is a scalar or a list; other values are passed over.
///
/// # Errors
///
/// What stopped the reading, as a phrase; fields before that point have been handed out.
pub(crate) fn read_fields(block: &str, set: &mut dyn FnMut(&str, Value)) -> Result<(), String> {
    let mut fields =
        Fields { events: Parser::new_from_str(block), anchors: HashMap::new(), given: 0 };
    loop {
        match fields.next()? {
            Event::MappingStart(..) => break,
            Event::StreamEnd | Event::DocumentEnd => return Ok(()),
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::Scalar(text, ..) if text.is_empty() => {}
            _ => return Err("front matter is not a mapping".to_owned()),
        }
    }
    loop {
        let key = match fields.next()? {
            Event::MappingEnd | Event::StreamEnd => return Ok(()),
            event => fields.value(event)?,
        };
        let event = fields.next()?;
        if let (Some(Value::Scalar(key)), Some(value)) = (key, fields.value(event)?) {
            set(&key, value);
        }
    }
}

struct Fields<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, String>,
    given: usize,
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.events.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(Event::StreamEnd),
        }
    }

    /// Reads one value to its end. `None` for nulls, mappings and aliases of what is no scalar.
    fn value(&mut self, first: Event<'a>) -> Result<Option<Value>, String> {
        match first {
            Event::SequenceStart(..) => self.list().map(|list| Some(Value::List(list))),
            Event::MappingStart(..) => self.skip().map(|()| None),
            event => Ok(self.scalar(event)?.map(Value::Scalar)),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        let mut list = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd | Event::StreamEnd => return Ok(list),
                Event::SequenceStart(..) | Event::MappingStart(..) => self.skip()?,
                event => list.extend(self.scalar(event)?),
            }
        }
    }

    /// Passes over the rest of a collection whose start has been read.
    fn skip(&mut self) -> Result<(), String> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
                Event::SequenceEnd | Event::MappingEnd => depth -= 1,
                Event::StreamEnd => break,
                event => {
                    self.scalar(event)?;
                }
            }
            if depth > MAX_DEPTH {
                return Err("front matter is nested too deeply".to_owned());
            }
        }
        Ok(())
    }

    fn scalar(&mut self, event: Event<'a>) -> Result<Option<String>, String> {
        let text = match event {
            Event::Scalar(text, style, anchor, _) => {
                let text = text.into_owned();
                if anchor > 0 {
                    self.anchors.insert(anchor, text.clone());
                }
                let null = style == ScalarStyle::Plain
                    && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
                if null {
                    return Ok(None);
                }
                text
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(text) => text.clone(),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.given += text.len();
        if self.given > MAX_VALUES {
            return Err("front matter repeats too much by aliases".to_owned());
        }
        Ok(Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields as `key=value` or `key=[a|b]`, and the problem.
    fn read(block: &str) -> (Vec<String>, Option<String>) {
        let mut fields = Vec::new();
        let result = read_fields(block, &mut |key, value| {
            fields.push(match value {
                Value::Scalar(text) => format!("{key}={text}"),
                Value::List(list) => format!("{key}=[{}]", list.join("|")),
            });
        });
        (fields, result.err())
    }

    fn fields(block: &str) -> Vec<String> {
        let (fields, problem) = read(block);
        assert_eq!(problem, None, "{block}");
        fields
    }

    #[test]
    fn scalars_keep_their_source_text() {
        let block = "a: no\nb: on\nc: 2024-01-01\nd: 1.10\ne: 0x1F\nf: 'it''s'\ng: \"t\\tu\"\n";
        assert_eq!(
            fields(block),
            ["a=no", "b=on", "c=2024-01-01", "d=1.10", "e=0x1F", "f=it's", "g=t\tu"]
        );
    }

    #[test]
    fn nulls_and_mappings_are_passed_over() {
        assert_eq!(
            fields("a:\nb: ~\nc: null\nd: {x: 1, y: [2]}\ne: 'null'\nf: ''\n"),
            ["e=null", "f="]
        );
        assert_eq!(fields("[a, b]: c\nd: e\n"), ["d=e"]);
        assert_eq!(fields(""), [] as [&str; 0]);
        assert_eq!(fields("# nothing but a comment\n"), [] as [&str; 0]);
    }

    #[test]
    fn lists_of_both_styles_are_flat() {
        assert_eq!(fields("a: [x, [y], z, {k: v}, ~]\nb:\n- x\n- 'y'\n"), ["a=[x|z]", "b=[x|y]"]);
    }

    #[test]
    fn block_scalars_are_read() {
        assert_eq!(fields("a: >\n  one\n  two\nb: |\n  three\n"), ["a=one two\n", "b=three\n"]);
    }

    #[test]
    fn repeated_keys_are_no_error() {
        assert_eq!(fields("a: 1\na: 2\n"), ["a=1", "a=2"]);
    }

    #[test]
    fn keys_of_other_languages_are_ordinary() {
        let block = "__proto__: a\nconstructor: b\n<<: c\ntoString: d\n";
        assert_eq!(fields(block), ["__proto__=a", "constructor=b", "<<=c", "toString=d"]);
    }

    #[test]
    fn tags_mean_nothing() {
        assert_eq!(fields("a: !!python/object:os.system x\nb: !<tag> [y]\n"), ["a=x", "b=[y]"]);
    }

    #[test]
    fn an_alias_copies_a_scalar_and_nothing_else() {
        assert_eq!(
            fields("a: &x one\nb: *x\nc: &y [p, q]\nd: *y\n"),
            ["a=one", "b=one", "c=[p|q]"]
        );
    }

    #[test]
    fn an_alias_bomb_multiplies_nothing() {
        let levels: Vec<String> =
            (1..30).map(|n| format!("a{n}: &a{n} [*a{}, *a{}]\n", n - 1, n - 1)).collect();
        let block = format!("a0: &a0 [x, x]\n{}", levels.concat());
        let (fields, problem) = read(&block);
        assert_eq!((fields.len(), problem), (30, None));
        assert_eq!(fields[29], "a29=[]");
    }

    #[test]
    fn aliases_of_a_long_scalar_are_bounded() {
        let block = format!("a: &a {}\nb: [{}]\nc: d\n", "x".repeat(10_000), "*a, ".repeat(1000));
        let (fields, problem) = read(&block);
        assert_eq!(fields.len(), 1);
        assert_eq!(problem.unwrap(), "front matter repeats too much by aliases");
    }

    #[test]
    fn nesting_is_bounded() {
        for block in [
            format!("a: b\nc: {}\n", "[".repeat(20_000)),
            format!("a: b\nc: {}\n", "{d: ".repeat(5_000)),
            format!("a: b\nc:\n  {}e\n", "- ".repeat(10_000)),
            format!("a: b\nc:\n  {}e\n", "? ".repeat(10_000)),
        ] {
            let (fields, problem) = read(&block);
            assert_eq!(fields, ["a=b"]);
            assert!(problem.is_some());
        }
    }

    #[test]
    fn what_stands_before_a_problem_is_kept() {
        let (fields, problem) = read("a: b\nc: \"never closed\n");
        assert_eq!(fields, ["a=b"]);
        assert!(problem.is_some());
        assert!(read("a: b\n\tc: d\n").1.is_some());
        assert_eq!(read("- a\n- b\n").1.unwrap(), "front matter is not a mapping");
        assert_eq!(read("just text\n").1.unwrap(), "front matter is not a mapping");
    }
}
