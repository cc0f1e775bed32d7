//! YAML with something more in it: maps get keys and lists get items. Everything else stays as it is, comments too; what comes out
//! is read again, and must be, as data, the old and the new together.

use serde_json::{Map, Value};

use super::super::yaml::{self, Key};
use crate::source::{Source, Span};

/// The text of a file that says this, too. Maps are written as blocks down to this many levels, and deeper ones in braces. Nothing,
/// if the file says something else there already, or is written so that it cannot be done. No file is an empty one.
pub fn merge(source: &Source, more: &Map<String, Value>, levels: usize) -> Option<String> {
    let mut source = Source::new(source.path.as_str(), source.text.as_str());
    let mut data = Value::Object(yaml::read(&source).ok()?);
    let mut changes = Vec::new();
    differences(&data, more, &mut Vec::new(), &mut changes)?;
    for change in changes {
        change.of_data(&mut data)?;
        let is_it = |text: &String| says(&source, text, &data);
        let text = change.texts(&source, levels).into_iter().find(is_it)?;
        source = Source::new(source.path.as_str(), text);
    }
    Some(source.text)
}

/// Whether a new text says this, as data, and keeps every comment of the old one.
pub(super) fn says(old: &Source, text: &str, wanted: &Value) -> bool {
    let comments = |text: &str| text.matches('#').count();
    let read = yaml::read(&Source::new(old.path.as_str(), text));
    read.is_ok_and(|read| Value::Object(read) == *wanted) && comments(text) >= comments(&old.text)
}

/// One thing more.
struct Change {
    /// The names of the maps around it, the outermost first.
    at: Vec<String>,
    /// Its name; none of an item of a list.
    key: Option<String>,
    value: Value,
}

/// What has to be added to a map so that it says this, too; nothing if it says something else.
fn differences(old: &Value, more: &Map<String, Value>, at: &mut Vec<String>, changes: &mut Vec<Change>) -> Option<()> {
    for (key, value) in more {
        match (old.get(key), value) {
            (None, _) => changes.push(Change { at: at.clone(), key: Some(key.clone()), value: value.clone() }),
            (Some(known), value) if known == value => {}
            (Some(known @ (Value::Object(_) | Value::Null)), Value::Object(more)) => {
                at.push(key.clone());
                differences(known, more, at, changes)?;
                at.pop();
            }
            (Some(known @ (Value::Array(_) | Value::Null)), Value::Array(more)) => {
                let known = known.as_array().map(Vec::as_slice).unwrap_or_default();
                let at: Vec<String> = at.iter().chain([key]).cloned().collect();
                let new = more.iter().filter(|item| !known.contains(item));
                changes.extend(new.map(|item| Change { at: at.clone(), key: None, value: item.clone() }));
            }
            _ => return None,
        }
    }
    Some(())
}

impl Change {
    fn of_data(&self, data: &mut Value) -> Option<()> {
        let mut place = data;
        for name in &self.at {
            place = place.get_mut(name)?;
        }
        if place.is_null() {
            *place = if self.key.is_some() { Value::Object(Map::new()) } else { Value::Array(Vec::new()) };
        }
        match &self.key {
            Some(key) => drop(place.as_object_mut()?.insert(key.clone(), self.value.clone())),
            None => place.as_array_mut()?.push(self.value.clone()),
        }
        Some(())
    }

    /// Texts that may have it, the likeliest first.
    fn texts(&self, source: &Source, levels: usize) -> Vec<String> {
        let text = &source.text;
        let Some(place) = Place::of(source, &self.at) else { return Vec::new() };
        let levels = levels.saturating_sub(self.at.len());
        let lines = match &self.key {
            Some(key) => block(key, &self.value, levels),
            None => item(&self.value),
        };
        match place {
            Place::Whole => {
                let gap = if text.trim().is_empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n") {
                    ""
                } else {
                    "\n"
                };
                vec![with_lines(text, text.len(), &format!("{gap}{}", indented(&lines, 0)))]
            }
            Place::Block { ends, indent } => ends.map(|end| with_lines(text, end, &indented(&lines, indent))).into(),
            Place::Empty { span, indent } => {
                let kept = text[..span.start].trim_end();
                let rest = format!("{kept}{}", &text[span.end..]);
                let end = rest[kept.len()..].find('\n').map_or(rest.len(), |end| kept.len() + end + 1);
                vec![with_lines(&rest, end, &indented(&lines, indent))]
            }
            Place::Brackets { start, close } => {
                let new = self.key.as_ref().map_or_else(|| flow(&self.value), |key| pair(key, &self.value));
                // Before each that could be the last.
                let ends = text[start..].match_indices(close).map(|(at, _)| start + at).take(24);
                let with = |end: usize| {
                    let kept = text[..end].trim_end().trim_end_matches(',');
                    format!("{kept}, {new}{}", &text[end..])
                };
                ends.map(with).collect()
            }
        }
    }
}

/// Where something can be added.
enum Place {
    /// At the end of the file.
    Whole,
    /// In lines of their own: behind the last line that is no comment, or the last at all.
    Block { ends: [usize; 2], indent: usize },
    /// In place of `{}` or `[]`, in lines below.
    Empty { span: Span, indent: usize },
    /// In brackets that begin here.
    Brackets { start: usize, close: char },
}

impl Place {
    /// The map or list with these names.
    fn of(source: &Source, names: &[String]) -> Option<Self> {
        let text = &source.text;
        if names.is_empty() {
            return Some(Self::Whole);
        }
        let path: Vec<Key> = names.iter().cloned().map(Key::Name).collect();
        let key = yaml::find(source, Span::new(0, text.len()), &path)?;
        let start = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
        let column = key.start - start;
        let colon = key.end + text[key.end..].find(':')?;
        let line_end = text[colon..].find('\n').map_or(text.len(), |end| colon + end + 1);
        let rest = &text[colon + 1..line_end];
        let begin = colon + 1 + (rest.len() - rest.trim_start().len());
        let value = rest.trim();
        let value = if value.starts_with('#') { "" } else { value };
        let inner = value.get(1..).map(str::trim_start).unwrap_or_default();
        match value.chars().next() {
            None => Some(Self::block(text, line_end, column)),
            Some('{') if inner.starts_with('}') => Self::empty(text, begin, '}', column),
            Some('[') if inner.starts_with(']') => Self::empty(text, begin, ']', column),
            Some('{') => Some(Self::Brackets { start: begin, close: '}' }),
            Some('[') => Some(Self::Brackets { start: begin, close: ']' }),
            Some(_) => None,
        }
    }

    fn empty(text: &str, begin: usize, close: char, column: usize) -> Option<Self> {
        let end = begin + text[begin..].find(close)? + close.len_utf8();
        Some(Self::Empty { span: Span::new(begin, end), indent: column + 2 })
    }

    /// What stands below a key in this column, from this byte on.
    fn block(text: &str, begin: usize, column: usize) -> Self {
        let mut ends = [begin; 2];
        let (mut end, mut indent) = (begin, None);
        for line in text[begin..].split_inclusive('\n') {
            let depth = line.len() - line.trim_start_matches(' ').len();
            let said = line.trim();
            let is_below = depth > column || depth == column && (said == "-" || said.starts_with("- "));
            if !said.is_empty() && !is_below {
                break;
            }
            end += line.len();
            if said.is_empty() {
                continue;
            }
            ends[1] = end;
            if !said.starts_with('#') {
                ends[0] = end;
                indent = indent.or(Some(depth));
            }
        }
        Self::Block { ends, indent: indent.unwrap_or(column + 2) }
    }
}

/// A key with its value, in lines.
fn block(key: &str, value: &Value, levels: usize) -> Vec<String> {
    let below = |lines: Vec<String>| -> Vec<String> {
        let key = format!("{}:", scalar(key));
        [key].into_iter().chain(lines.into_iter().map(|line| format!("  {line}"))).collect()
    };
    match value {
        Value::Object(map) if !map.is_empty() && levels > 1 => {
            below(map.iter().flat_map(|(key, value)| block(key, value, levels - 1)).collect())
        }
        Value::Array(items) if items.iter().any(Value::is_object) && levels > 1 => {
            below(items.iter().flat_map(item).collect())
        }
        other => vec![pair(key, other)],
    }
}

/// An item of a list, in lines.
fn item(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let lines = map.iter().map(|(key, value)| pair(key, value));
            lines.enumerate().map(|(n, line)| format!("{} {line}", if n == 0 { "-" } else { " " })).collect()
        }
        other => vec![format!("- {}", flow(other))],
    }
}

/// A key with its value, on one line.
fn pair(key: &str, value: &Value) -> String {
    format!("{}: {}", scalar(key), flow(value))
}

/// A value on one line.
pub(crate) fn flow(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => scalar(text),
        Value::Object(map) => {
            format!("{{{}}}", joined(map.iter().map(|(key, value)| pair(key, value)).collect()))
        }
        Value::Array(items) => format!("[{}]", joined(items.iter().map(flow).collect())),
        other => other.to_string(),
    }
}

/// A text as YAML: bare if nobody could take it for something else.
pub(super) fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_alphabetic() || "/.~".contains(c)) && text != "~";
    let plain = |c: char| c.is_alphanumeric() || "/._-+=~ ()".contains(c);
    let is_plain = begins && text.chars().all(plain) && !text.ends_with(' ');
    // Words that are read as something else.
    let word =
        ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].iter().any(|w| w.eq_ignore_ascii_case(text));
    let number =
        text.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()) || [".inf", ".nan"].contains(&text);
    if is_plain && !word && !number {
        text.to_owned()
    } else if text.chars().all(|c| !c.is_control()) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        Value::from(text).to_string()
    }
}

pub(super) fn end_of_line(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A text with lines of their own at a place between lines.
pub(super) fn with_lines(text: &str, at: usize, lines: &str) -> String {
    let (before, after) = text.split_at(at);
    let end = end_of_line(text);
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { end };
    format!("{before}{gap}{}{after}", lines.replace('\n', end))
}

fn indented(lines: &[String], indent: usize) -> String {
    lines.iter().map(|line| format!("{}{line}\n", " ".repeat(indent))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(text: &str, more: &Value, levels: usize) -> Option<String> {
        merge(&Source::new("verify.yaml", text), more.as_object().expect("a map"), levels)
    }

    #[test]
    fn more_is_said_wherever_a_map_or_a_list_stands() {
        let answer = json!({"answers": {"Go on? [Y/n]": "y"}});
        let library = json!({"verify": {"answers": {"Go on? [Y/n]": "y"}}});
        let rule = json!({"rules": [{"command": "ssh", "skip": true, "reason": "it's another host"}]});
        for (text, more, levels, expected) in [
            ("", &answer, 2, "answers:\n  'Go on? [Y/n]': 'y'\n"),
            ("title: A # mine\n", &library, 3, "title: A # mine\n\nverify:\n  answers:\n    'Go on? [Y/n]': 'y'\n"),
            (
                "verify:\n  timeout: 5m\n  # The last.\nlanguage: en\n",
                &library,
                3,
                "verify:\n  timeout: 5m\n  answers:\n    'Go on? [Y/n]': 'y'\n  # The last.\nlanguage: en\n",
            ),
            (
                "verify:\n    answers:\n        Name: x\n    rules: []\n",
                &library,
                3,
                "verify:\n    answers:\n        Name: x\n        'Go on? [Y/n]': 'y'\n    rules: []\n",
            ),
            ("answers: {a: {reply: b}} # why\n", &answer, 2, "answers: {a: {reply: b}, 'Go on? [Y/n]': 'y'} # why\n"),
            ("answers: {}\nvars: {a: b}\n", &answer, 2, "answers:\n  'Go on? [Y/n]': 'y'\nvars: {a: b}\n"),
            ("answers:\nvars: {a: b}\n", &answer, 2, "answers:\n  'Go on? [Y/n]': 'y'\nvars: {a: b}\n"),
            (
                "rules:\n- command: a\n  skip: true\n  reason: b\n",
                &rule,
                2,
                "rules:\n- command: a\n  skip: true\n  reason: b\n- command: ssh\n  skip: true\n  reason: 'it''s another host'\n",
            ),
            (
                "rules: [{command: a, retry: 5s}]\n",
                &rule,
                2,
                "rules: [{command: a, retry: 5s}, {command: ssh, skip: true, reason: 'it''s another host'}]\n",
            ),
            ("setup: [a]", &json!({"setup": ["a", "b"]}), 2, "setup: [a, b]"),
            ("answers: {'Go on? [Y/n]': 'y'}\n", &answer, 2, "answers: {'Go on? [Y/n]': 'y'}\n"),
        ] {
            assert_eq!(merged(text, more, levels).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_said_otherwise_stays() {
        let machine = json!({"machine": "server"});
        for text in ["machine: debian\n", "{vars: {a: b}}\n", "a: [\n", "- x\n", "a: 1\n...\n"] {
            assert_eq!(merged(text, &machine, 2), None, "{text}");
        }
        assert_eq!(merged("answers: &x\n  a: b\n", &json!({"answers": {"c": "d"}}), 2), None);
    }

    #[test]
    fn scalars_are_read_as_they_were() {
        for text in [
            "a", "yes", "1.5", "~", "~/x", "- a", "a: b", "a #b", "it's", "é", "a\tb", "{", "null", "0x1f", ".5", "@a",
            "`a`", "a,b", "a ", "*", "!x", "%", "a]", "",
        ] {
            let read: Value = serde_yaml::from_str(&format!("{{k: [{}]}}", scalar(text))).expect(text);
            assert_eq!(read["k"][0], Value::from(text), "{}", scalar(text));
        }
    }
}
