//! YAML as data, and the way back from a key of it to the author's line.
//!
//! The YAML parser gives data without places, but its errors have one. So a place is found by reading the text again and
//! failing on purpose at the wanted key: slow, exact, and needed only where there is something to complain about.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor},
};
use serde_json::{Map, Value};
use std::{cell::Cell, fmt};

use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span, yaml::error_span},
};

/// Longest sidecar, in bytes: libyaml's time grows with the square of the length for nested brackets.
const MAX_LENGTH: usize = 256 * 1024;

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The value of a key of a map.
    Name(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// Reads a whole file as a map. No text at all is an empty map.
pub(super) fn read(source: &Source) -> Result<Map<String, Value>, Diagnostic> {
    let error = |message: String| Diagnostic::error("verify-yaml", message);
    let whole = Span::from(source.line_of(0).1);
    if source.text.len() > MAX_LENGTH {
        return Err(error("this file is too large".into()).at(source, whole));
    }
    let read = serde_yaml::from_str::<serde_yaml::Value>(&source.text).map_err(|problem| {
        let text = problem.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text);
        let message = message.split(" at position ").next().unwrap_or(message);
        let at = error_span(&source.text, &problem)
            .map_or(whole, |span| Span::new(span.start, end_of_line(&source.text, span.start)));
        error(format!("this file cannot be read: {message}")).at(source, at)
    })?;
    match serde_json::to_value(read) {
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(error("this file is not a list of keys and values".into()).at(source, whole)),
        Err(problem) => Err(error(format!("this file cannot be read: {problem}")).at(source, whole)),
    }
}

/// The span of the key or item at the end of `path`, in the YAML at `yaml`.
pub(super) fn find(source: &Source, yaml: Span, path: &[Key]) -> Option<Span> {
    let text = &source.text[yaml.range()];
    let problem = Seek { path }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    let place = error_span(text, &problem).filter(|_| problem.to_string().contains(FOUND))?;
    let at = yaml.start + place.start;
    let end = match path.last() {
        Some(Key::Name(name)) if source.text[at..].starts_with(name.as_str()) => at + name.len(),
        _ => end_of_line(&source.text[..yaml.end], at),
    };
    Some(Span::new(at, end))
}

fn end_of_line(text: &str, at: usize) -> usize {
    at + text[at..].lines().next().unwrap_or_default().trim_end().len()
}

/// The error that is no error.
const FOUND: &str = "\u{1}found";

/// Walks along a path and fails at its end.
struct Seek<'p> {
    path: &'p [Key],
}

impl Seek<'_> {
    fn arrive<E: Error>(&self) -> Result<(), E> {
        if self.path.is_empty() { Err(E::custom(FOUND)) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.arrive()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.arrive()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.arrive()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.arrive()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.arrive()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.arrive()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.arrive()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.arrive()?;
        let mut index = 0;
        loop {
            let more = match self.path.first() {
                Some(Key::Index(wanted)) if *wanted == index => {
                    access.next_element_seed(Seek { path: &self.path[1..] })?.is_some()
                }
                _ => access.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.arrive()?;
        let wanted = match self.path.first() {
            Some(Key::Name(name)) => Some(name.as_str()),
            _ => None,
        };
        let hit = Cell::new(false);
        while access.next_key_seed(SeekKey { wanted, last: self.path.len() == 1, hit: &hit })?.is_some() {
            if hit.replace(false) {
                access.next_value_seed(Seek { path: &self.path[1..] })?;
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<(), A::Error> {
        access.variant::<IgnoredAny>()?.1.newtype_variant_seed(self)
    }
}

/// Looks at a key.
struct SeekKey<'p> {
    wanted: Option<&'p str>,
    last: bool,
    hit: &'p Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for SeekKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for SeekKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key as text")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        let hit = self.wanted == Some(key);
        self.hit.set(hit);
        if hit && self.last { Err(E::custom(FOUND)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str) -> Vec<Key> {
        let part = |p: &str| p.parse().map_or_else(|_| Key::Name(p.to_owned()), Key::Index);
        path.split('/').map(part).collect()
    }

    #[test]
    fn the_way_back() {
        let text = "---\ntitle: é\nverify:\n  answers:\n    é: x\n    \"b c\": {reply: y, secret: 3}\n  steps:\n  - at: x\n    exit: no\n  - {at: y, run: z}\n---\n";
        let source = Source::new("v.yaml", text);
        let yaml = Span::new(4, text.len() - 4);
        for (path, line, found) in [
            ("verify", 3, "verify"),
            ("verify/answers/é", 5, "é"),
            ("verify/answers/b c/secret", 6, "secret"),
            ("verify/steps/0", 8, "at: x"),
            ("verify/steps/0/exit", 9, "exit"),
            ("verify/steps/1/run", 10, "run"),
        ] {
            let span = find(&source, yaml, &key(path)).unwrap_or_else(|| panic!("{path}"));
            assert_eq!((source.line_of(span.start).0, &text[span.range()]), (line, found), "{path}");
        }
        assert_eq!(find(&source, yaml, &key("verify/nothing")), None);
        assert_eq!(find(&source, yaml, &key("verify/steps/7")), None);
    }

    #[test]
    fn what_cannot_be_read() {
        for (text, line) in
            [("a: [", 1), ("a: 1\nb: 2\na: 3\n", 3), ("- a\n", 1), ("é: x: y\n", 1), ("a: 1\nb: 'x\n", 2)]
        {
            let problem = read(&Source::new("verify.yaml", text)).expect_err(text);
            assert!(problem.place.as_ref().is_some_and(|p| p.line <= line.max(3)), "{text:?} {problem:?}");
        }
        assert_eq!(read(&Source::new("verify.yaml", "# nothing\n")), Ok(Map::new()));
    }
}
