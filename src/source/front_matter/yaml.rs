//! Reading YAML into data, with a budget against aliases that multiply, and errors at the author's line.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor},
};
use serde_json::{Map, Value};
use std::{cell::Cell, fmt};

use super::super::{Source, Span, yaml::error_span};
use crate::diagnostic::Diagnostic;

/// What aliases may add to the text, in bytes and nodes.
const ALIAS_BUDGET: usize = 64 * 1024;
/// Longest front matter, in bytes: libyaml's time grows with the square of the length for nested brackets.
const MAX_LENGTH: usize = 256 * 1024;
/// Deepest nesting of brackets on the way to [`MAX_LENGTH`].
const MAX_OPEN_BRACKETS: usize = 2_000;
const TOO_LARGE: &str = "the aliases (`*name`) make the front matter too large";
const TOO_DEEP: &str = "the front matter is nested too deeply";

/// Reads the front matter at `yaml`, whole lines of `source`. No text at all is an empty map.
///
/// # Errors
/// What is wrong with the YAML, at its line and column in the file.
pub(super) fn read(source: &Source, yaml: Span) -> Result<Map<String, Value>, Box<Diagnostic>> {
    let text = &source.text[yaml.range()];
    let error = |message: &str| Diagnostic::error("front-matter", message).at(source, first_line(text, yaml));
    let mut open: usize = 0;
    let nested = text.bytes().any(|b| {
        match b {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_OPEN_BRACKETS
    });
    if nested || text.len() > MAX_LENGTH {
        return Err(Box::new(error("the front matter is too large").help("put long text into the body of the page")));
    }
    let left = Cell::new(4 * text.len() + ALIAS_BUDGET);
    match (Tree { left: &left }).deserialize(serde_yaml::Deserializer::from_str(text)) {
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Box::new(
            error("the front matter is not a list of keys and values").help("write it as `key: value` lines"),
        )),
        Err(problem) => Err(Box::new(explain(source, yaml, &problem))),
    }
}

/// The first line with something on it.
fn first_line(text: &str, yaml: Span) -> Span {
    let mut start = yaml.start;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            return Span::new(start, start + line.trim_end().len());
        }
        start += line.len();
    }
    Span::new(yaml.start, yaml.start)
}

/// The parser's error in our words, at its place in the file.
fn explain(source: &Source, yaml: Span, problem: &serde_yaml::Error) -> Diagnostic {
    let text = &source.text[yaml.range()];
    let written = problem.to_string();
    let first_line = source.line_of(yaml.start).0;
    let (mut message, places) = split_places(&written);
    if message.contains(TOO_LARGE) || message.contains("repetition limit exceeded") {
        // Without the path of the alias that came last.
        message = TOO_LARGE.into();
    } else if message.contains("recursion limit exceeded") {
        message = TOO_DEEP.into();
    }
    let mut at = error_span(text, problem).map_or(0, |span| span.start);
    if message.contains("more than one document") {
        message = "a line inside the front matter ends the YAML".into();
        let ends = |line: &str| line.starts_with("...") || line.starts_with("---");
        at = text.split_inclusive('\n').take_while(|line| !ends(line)).map(str::len).sum();
    }
    // A problem at the end of the text is seldom where the author must look: what was left open is.
    if let Some((line, column)) = places.last().copied().filter(|_| places.len() > 1) {
        if text[at..].trim().is_empty() {
            let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            at = text[start..].char_indices().nth(column - 1).map_or(text.len(), |(i, _)| start + i);
        } else if line < places[0].0 {
            message.push_str(&format!(" that begins on line {}", first_line + line - 1));
        }
    }
    let width = text[at..].chars().next().filter(|c| !"\r\n".contains(*c)).map_or(0, char::len_utf8);
    let span = Span::new(yaml.start + at, yaml.start + at + width);
    Diagnostic::error("front-matter", message.clone()).help(advice(&message, &text[at..])).at(source, span)
}

/// Takes every ` at line 2 column 3` out of the parser's message.
fn split_places(written: &str) -> (String, Vec<(usize, usize)>) {
    let mut message = String::new();
    let mut places = Vec::new();
    let number = |text: &str| {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text[..digits].parse::<usize>().ok().filter(|n| *n > 0).map(|n| (n, digits))
    };
    let mut rest = written;
    while let Some((before, after)) = rest.split_once(" at line ") {
        message.push_str(before);
        let place = number(after).and_then(|(line, length)| {
            let after = after[length..].strip_prefix(" column ")?;
            number(after).map(|(column, length)| (line, column, &after[length..]))
        });
        match place {
            Some((line, column, after)) => {
                places.push((line, column));
                rest = after;
            }
            None => {
                message.push_str(" at line ");
                rest = after;
            }
        }
    }
    message.push_str(rest.split_once(" at position ").map_or(rest, |(before, _)| before));
    (message, places)
}

/// What to do about a message, for what stands in the text `at` its place.
fn advice(message: &str, at: &str) -> &'static str {
    if message.contains(TOO_LARGE) {
        "write the values out instead of repeating them by aliases"
    } else if message == TOO_DEEP {
        "write fewer lists and maps inside each other"
    } else if message.contains("given twice") {
        "remove one of them"
    } else if message.contains("ends the YAML") {
        "remove the line: the front matter ends at a line `---`"
    } else if at.starts_with('\t') || message.contains("tab character") {
        "indent with spaces instead of tabs"
    } else if message.contains("control characters") {
        "remove the invisible character"
    } else if message.contains("mapping values are not allowed") {
        "put a value that holds `: ` in quotes, and indent keys of one level alike"
    } else if message.contains("quoted scalar") {
        "close the quotes; a quote inside single quotes is written twice"
    } else {
        "put a value in quotes if it begins with a sign like [ { * & @ ` % or holds quotes itself"
    }
}

/// Reads one value as JSON data, at the cost of a unit for every node and byte; aliases cost what they stand for.
#[derive(Clone, Copy)]
struct Tree<'b> {
    left: &'b Cell<usize>,
}

impl Tree<'_> {
    fn spend<E: Error>(self, bytes: usize) -> Result<(), E> {
        self.left.set(self.left.get().checked_sub(bytes + 1).ok_or_else(|| E::custom(TOO_LARGE))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.spend(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.spend(0)?;
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.spend(0)?;
        Ok(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.spend(0)?;
        // JSON has no infinity; as text it is at least not lost.
        Ok(serde_json::Number::from_f64(value).map_or_else(|| Value::String(value.to_string()), Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.spend(value.len())?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.spend(0)?;
        let mut list = Vec::new();
        while let Some(value) = access.next_element_seed(self)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.spend(0)?;
        let mut map = Map::new();
        while let Some(key) = access.next_key_seed(Key { tree: self, before: &map })? {
            let value = access.next_value_seed(self)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        // A tag of somebody's own, `!include x`: the value without the tag.
        access.variant::<IgnoredAny>()?.1.newtype_variant_seed(self)
    }
}

/// Reads a key as text, and refuses it where it stands if it is there already.
struct Key<'b> {
    tree: Tree<'b>,
    before: &'b Map<String, Value>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_string(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key as text")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        self.tree.spend(key.len())?;
        if self.before.contains_key(key) {
            return Err(E::custom(format_args!("the key `{}` is given twice", key.escape_debug())));
        }
        Ok(key.to_owned())
    }
}
