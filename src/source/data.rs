//! Files of data: YAML, JSON, TOML and tables with commas, as one kind of value.

use serde_json::{Map, Value};

use super::{Source, Span, yaml::error_span};
use crate::diagnostic::{Diagnostic, nearest};

/// How a file of data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Yaml,
    Yml,
    Json,
    Toml,
    Csv,
}

impl Format {
    pub(crate) const ALL: &'static [Self] = &[Self::Yaml, Self::Yml, Self::Json, Self::Toml, Self::Csv];

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Yml => "yml",
            Self::Json => "json",
            Self::Toml => "toml",
            Self::Csv => "csv",
        }
    }

    /// By the end of a path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Self::ALL.iter().copied().find(|format| format.extension() == extension)
    }
}

/// Reads a file's text.
///
/// # Errors
/// A diagnostic at the place in the file.
pub(crate) fn parse(path: &str, format: Format, text: String) -> Result<Value, Box<Diagnostic>> {
    let source = Source::new(path, text);
    let at = |message: String, span: Option<Span>| {
        let message = message.lines().next().unwrap_or_default().to_owned();
        let problem = Diagnostic::error("data", format!("this file cannot be read: {message}"));
        let problem = match span {
            Some(span) => problem.at(&source, span),
            None => problem.in_file(path),
        };
        Box::new(problem.help(format!("correct it: it is read as {}", format.extension().to_uppercase())))
    };
    let line_start =
        |line: usize| source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    match format {
        Format::Yaml | Format::Yml => {
            serde_yaml::from_str(&source.text).map_err(|error| at(error.to_string(), error_span(&source.text, &error)))
        }
        Format::Json => serde_json::from_str(&source.text).map_err(|error| {
            let start = (line_start(error.line()) + error.column().saturating_sub(1)).min(source.text.len());
            let message = error.to_string();
            at(message.split(" at line ").next().unwrap_or_default().to_owned(), Some(Span::new(start, start)))
        }),
        Format::Toml => toml::from_str(&source.text).map_err(|error: toml::de::Error| {
            at(error.message().to_owned(), error.span().map(|span| Span::new(span.start, span.end)))
        }),
        Format::Csv => table(&source.text).map_err(|error| {
            let start = error.position().map(|position| usize::try_from(position.byte()).unwrap_or_default());
            at(error.to_string(), start.map(|start| Span::new(start, start)))
        }),
    }
}

/// A table as a list of rows, each a map by the words of the first line.
fn table(text: &str) -> Result<Value, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers()?.clone();
    let row = |record: csv::StringRecord| -> Value {
        let pairs = names.iter().zip(record.iter());
        pairs.map(|(name, cell)| (name.to_owned(), Value::from(cell))).collect::<Map<String, Value>>().into()
    };
    reader.records().map(|record| record.map(row)).collect::<Result<Vec<Value>, _>>().map(Value::Array)
}

/// Which key of a path is not there, and which one may have been meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) at: usize,
    pub(crate) near: Option<String>,
}

/// The value at the end of a path. In a list, a key is a number from 0, or what a row has as its first value.
///
/// # Errors
/// Where the path ends too early.
pub(crate) fn get<'v>(value: &'v Value, keys: &[&str]) -> Result<&'v Value, Unknown> {
    let mut value = value;
    for (at, key) in keys.iter().enumerate() {
        let next = match value {
            Value::Object(map) => map.get(*key),
            Value::Array(list) => {
                list.iter().find(|row| first(row) == Some(*key)).or_else(|| list.get(key.parse::<usize>().ok()?))
            }
            _ => None,
        };
        value = next.ok_or_else(|| {
            let known: Vec<&str> = match value {
                Value::Object(map) => map.keys().map(String::as_str).collect(),
                Value::Array(list) => list.iter().filter_map(first).collect(),
                _ => Vec::new(),
            };
            Unknown { at, near: nearest(key, known).map(str::to_owned) }
        })?;
    }
    Ok(value)
}

/// What a row is called.
fn first(row: &Value) -> Option<&str> {
    row.as_object()?.values().next()?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_format_says_the_same() {
        for (format, text, expected) in [
            (Format::Yaml, "nginx: { version: 1.29 }\n", json!({"nginx": {"version": 1.29}})),
            (Format::Json, "{\"nginx\": {\"version\": 1.29}}", json!({"nginx": {"version": 1.29}})),
            (Format::Toml, "[nginx]\nversion = 1.29\n", json!({"nginx": {"version": 1.29}})),
            (
                Format::Csv,
                "name, version\nnginx, 1.29\n\"a, b\",2\n",
                json!([{"name": "nginx", "version": "1.29"}, {"name": "a, b", "version": "2"}]),
            ),
        ] {
            let parsed = parse("data/x", format, text.to_owned());
            assert_eq!(parsed, Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_where_it_stands() {
        for (format, text, line, column) in [
            (Format::Yaml, "a: 1\nb: [1, 2\nc: 3\n", 3, 2),
            (Format::Json, "{\n  \"a\": 1,\n  oops\n}", 3, 3),
            (Format::Toml, "a = 1\nb = \n", 2, 5),
            (Format::Csv, "a,b\n1,2\n1,2,3\n", 3, 1),
        ] {
            let problem = parse("data/x", format, text.to_owned()).expect_err(text);
            let place = problem.place.expect("a place");
            assert_eq!(
                (place.path.as_str(), place.line, place.column),
                ("data/x", line, column),
                "{text}: {}",
                problem.message
            );
        }
    }

    #[test]
    fn paths() {
        let value = json!({"a": {"b": [10, 20]}, "rows": [{"name": "nginx", "version": "1.29"}]});
        let unknown = |at, near: Option<&str>| Err(Unknown { at, near: near.map(str::to_owned) });
        for (keys, expected) in [
            (vec!["a", "b", "1"], Ok(&value["a"]["b"][1])),
            (vec!["rows", "nginx", "version"], Ok(&value["rows"][0]["version"])),
            (vec!["rows", "0", "version"], Ok(&value["rows"][0]["version"])),
            (vec!["a", "b", "2"], unknown(2, None)),
            (vec!["a", "c"], unknown(1, Some("b"))),
            (vec!["rows", "ngnix"], unknown(1, Some("nginx"))),
            (vec!["a", "b", "1", "x"], unknown(3, None)),
        ] {
            assert_eq!(get(&value, &keys), expected, "{keys:?}");
        }
    }
}
