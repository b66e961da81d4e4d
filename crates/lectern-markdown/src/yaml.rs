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
    let mut fields = Fields { events: Parser::new_from_str(block), anchors: HashMap::new(), given: 0 };
    loop {
        match fields.next()? {
            Event::MappingStart(..) => break,
            Event::StreamEnd => return Ok(()),
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::DocumentEnd => return Ok(()),
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
