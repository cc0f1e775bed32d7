//! Reading values as tutorial libraries write them: tolerant in form, with a warning where nothing can be made of one.

use serde_json::{Map, Value};
use std::collections::HashSet;

use super::{
    super::{Source, Span, date::Date},
    outline::Entry,
};
use crate::diagnostic::Diagnostic;

/// Takes typed values out of front matter and collects warnings. Null and blank text count as absent everywhere.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    /// Values by their key in guidepost's spelling.
    pub(super) values: &'a Map<String, Value>,
    pub(super) outline: &'a [Entry],
    /// Where to point when a key is not found.
    pub(super) fallback: Span,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.values.get(key).filter(|value| !is_blank(value))
    }

    fn entry(&self, key: &str) -> Option<&'a Entry> {
        find(self.source, self.outline, key)
    }

    /// The span of a top-level key.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.entry(key).map_or(self.fallback, |entry| entry.key)
    }

    fn warn(&mut self, at: Span, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::warning("front-matter-value", message).at(self.source, at).help(help));
    }

    /// Text; numbers and the like as they are written.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.get(key)?;
        let text = self.written(value, self.entry(key).map(|entry| entry.value));
        if text.is_none() {
            let message = format!("`{key}` is {}, text is wanted", kind(value));
            self.warn(
                self.key_span(key),
                message,
                "write it on one line, in quotes if it holds `: ` or begins with a bracket",
            );
        }
        text
    }

    /// Yes or no; no where there is nothing.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        let Some(value) = self.get(key) else { return false };
        truth(value).unwrap_or_else(|| {
            self.warn(
                self.key_span(key),
                format!("`{key}` is {}, yes or no is wanted", kind(value)),
                "write `true` or `false`",
            );
            false
        })
    }

    /// A whole number.
    pub(super) fn integer(&mut self, key: &str) -> Option<i64> {
        let value = self.get(key)?;
        let whole = |f: f64| (f.fract() == 0.0 && f.abs() < 1e15).then_some(f as i64);
        let number = match value {
            Value::Number(n) => n.as_i64().or_else(|| n.as_f64().and_then(whole)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.warn(
                self.key_span(key),
                format!("`{key}` is {}, a whole number is wanted", kind(value)),
                "write it as `10`",
            );
        }
        number
    }

    /// What another generator says by one of these keys, each with the key in it if it is a map; text and numbers only.
    pub(super) fn of_others(&self, keys: &[(&str, &str)]) -> Option<String> {
        let find = |(key, inner): &(&str, &str)| match (self.get(key)?, *inner) {
            (Value::Object(map), inner) if !inner.is_empty() => map.get(inner),
            (value, "") => Some(value),
            _ => None,
        };
        keys.iter().filter_map(find).find_map(|value| match value {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The place that Docusaurus (`sidebar_position`) or Starlight (`sidebar: {order: …}`) gives a page. A page is first there by 0, and by a
    /// fraction stands between two others: so thousandths are counted, from 1.
    pub(super) fn place_of_others(&self) -> Option<i64> {
        let place: f64 = self.of_others(&[("sidebar_position", ""), ("sidebar", "order")])?.parse().ok()?;
        let thousandths = (place * 1000.0).round();
        (thousandths.abs() < 1e15).then_some(thousandths as i64 + i64::from(thousandths >= 0.0))
    }

    /// Whether Docusaurus (`unlisted`) or Starlight (`sidebar: {hidden: true}`) leaves a page out of lists.
    pub(super) fn is_unlisted(&self) -> bool {
        let is_hidden = |value: &Value| value.get("hidden").and_then(truth);
        let unlisted = self.get("unlisted").and_then(truth);
        unlisted.or_else(|| self.get("sidebar").and_then(is_hidden)).unwrap_or(false)
    }

    /// The first of these keys that holds a date.
    pub(super) fn date(&mut self, keys: &[&str]) -> Option<Date> {
        let mut found = None;
        for key in keys {
            let Some(value) = self.get(key) else { continue };
            let span = self.entry(key).map(|entry| entry.value);
            match self.written(value, span).as_deref().and_then(Date::parse) {
                Some(date) => found = found.or(Some(date)),
                None => {
                    let help =
                        "write it as 2018-01-04, 2018-01-04T10:00:00Z, 2018-01-04 10:00:00 +0200 or January 4, 2018";
                    self.warn(self.key_span(key), format!("`{key}` is {}, a date is wanted", kind(value)), help);
                }
            }
        }
        found
    }

    /// The texts of these keys together, each with its span: a list, or one text.
    pub(super) fn list(&mut self, keys: &[&str]) -> Vec<(String, Span)> {
        self.items(keys, |_| None)
    }

    /// Terms: a list, or one text with commas; each once.
    pub(super) fn terms(&mut self, key: &str) -> Vec<String> {
        let one_text = self.get(key).is_some_and(Value::is_string);
        let texts = self.list(&[key]).into_iter().map(|(text, _)| text);
        if one_text {
            let split = |text: String| text.split(',').map(|term| term.trim().to_owned()).collect::<Vec<_>>();
            once(texts.flat_map(split).filter(|term| !term.is_empty()))
        } else {
            once(texts)
        }
    }

    /// Names of people, each once: texts, or maps with a `name` and perhaps a `link`, which become Markdown links.
    pub(super) fn people(&mut self, keys: &[&str]) -> Vec<String> {
        once(self.items(keys, person).into_iter().map(|(name, _)| name))
    }

    fn items(&mut self, keys: &[&str], of_map: fn(&Map<String, Value>) -> Option<String>) -> Vec<(String, Span)> {
        let mut found = Vec::new();
        for key in keys {
            let Some(value) = self.get(key) else { continue };
            let entry = self.entry(key);
            let (values, spans) = match value {
                Value::Array(values) => (values.as_slice(), entry.map_or(&[][..], |entry| entry.items.as_slice())),
                one => (std::slice::from_ref(one), entry.map_or(&[][..], |entry| std::slice::from_ref(&entry.value))),
            };
            let trusted = spans.len() == values.len();
            for (i, value) in values.iter().enumerate().filter(|(_, value)| !is_blank(value)) {
                let span = trusted.then(|| spans[i]);
                let text = match value {
                    Value::Object(map) => of_map(map),
                    value => self.written(value, span),
                };
                match text {
                    Some(text) => {
                        let place = span.and_then(|span| self.inner(&text, span)).unwrap_or_else(|| self.key_span(key));
                        found.push((text, place));
                    }
                    None => {
                        let at = span.filter(|s| s.end > s.start).unwrap_or_else(|| self.key_span(key));
                        let message = format!("`{key}` holds {}, text is wanted", kind(value));
                        self.warn(at, message, "put it in quotes if it is meant as text");
                    }
                }
            }
        }
        found
    }

    /// Data, as it is.
    pub(super) fn data(&self, key: &str) -> Option<Value> {
        self.get(key).cloned()
    }

    /// Whether `_build:` (or `build:`) lets `part` happen. `link` is Hugo's word for a page that has a URL and is not
    /// rendered; `local` is in the lists of its own section.
    pub(super) fn build(&mut self, part: &str) -> bool {
        for key in ["_build", "build"] {
            let Some(value) = self.get(key) else { continue };
            let wanted = match value {
                Value::Object(map) => match map.get(part).filter(|value| !is_blank(value)) {
                    None => continue,
                    Some(Value::String(word)) => match word.trim() {
                        "always" | "local" => Some(true),
                        "never" | "link" => Some(false),
                        _ => truth(&map[part]),
                    },
                    Some(value) => truth(value),
                },
                _ => None,
            };
            match wanted {
                Some(wanted) => return wanted,
                None => {
                    let message = format!("`{key}` does not say `always` or `never` for `{part}`");
                    self.warn(self.key_span(key), message, "write it as `_build: {render: never, list: never}`");
                }
            }
        }
        true
    }

    /// A text, number or truth value as text: what is written at `span`, if that is the same value.
    fn written(&self, value: &Value, span: Option<Span>) -> Option<String> {
        match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(_) | Value::Bool(_) => {
                let word = span.map_or("", |span| &self.source.text[span.range()]);
                let same = serde_yaml::from_str::<Value>(word).is_ok_and(|read| read == *value);
                Some(if same { word.to_owned() } else { value.to_string() })
            }
            _ => None,
        }
    }

    /// The span of `text` within the quotes at `span`, if that is what is written there.
    fn inner(&self, text: &str, span: Span) -> Option<Span> {
        let slice = &self.source.text[span.range()];
        let same = serde_yaml::from_str::<String>(slice).is_ok_and(|read| read.trim() == text);
        let quoted = slice.len() > 1 && slice.starts_with(['"', '\'']) && slice.ends_with(['"', '\'']);
        same.then(|| if quoted { Span::new(span.start + 1, span.end - 1) } else { span })
    }
}

/// The entry of `key`, in that case or another.
pub(super) fn find<'a>(source: &Source, outline: &'a [Entry], key: &str) -> Option<&'a Entry> {
    let name = |entry: &Entry| &source.text[entry.key.range()];
    let exact = outline.iter().find(|entry| name(entry) == key);
    exact.or_else(|| outline.iter().find(|entry| name(entry).eq_ignore_ascii_case(key)))
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(n) => n.as_i64().and_then(|n| [false, true].get(usize::try_from(n).ok()?).copied()),
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What a value is, for a warning.
fn kind(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a map".into(),
        Value::String(text) if text.chars().count() > 60 => "a long text".into(),
        value => value.to_string(),
    }
}

fn person(map: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let name = text("name")?;
    let link = text("link").or_else(|| text("url"));
    match link.filter(|link| link.starts_with("https://") || link.starts_with("http://")) {
        Some(link) if !name.contains(['[', ']']) && !link.contains([' ', '(', ')']) => {
            Some(format!("[{name}]({link})"))
        }
        _ => Some(name.to_owned()),
    }
}

fn once(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}
