//! `data` and `param`: a value of a file below `data/`, of the page's front matter, or of the site, as text.
//!
//! The value is text from the parse on: what is typed, shown, searched and compared has it, and nobody behind the parse knows of it.
//! Which file it came from is kept like the files of `include`, so that it is an input of the page and of its verdict.

use serde_json::{Map, Number, Value, json};
use std::collections::BTreeSet;

use super::{
    document::Builder,
    include::{Included, Reading, Unusable},
    shortcode::tree::Call,
};
use crate::{
    config,
    diagnostic::{Diagnostic, nearest},
    source::data::{self, Format},
};

/// The folder of a site's data.
const FOLDER: &str = "data";

/// Names of values that come from elsewhere.
pub(super) fn is_value(name: &str) -> bool {
    matches!(name, "data" | "param")
}

/// What is wrong with the name of a value.
struct Missing {
    code: &'static str,
    what: String,
    help: String,
}

impl Builder<'_> {
    /// The text of a value; empty where there is none, which is told.
    pub(super) fn value(&mut self, call: &Call) -> String {
        let argument = if call.name == "data" { "path" } else { "name" };
        let given = call.arguments.get(argument, 0).unwrap_or_default().trim().to_owned();
        let span = call.arguments.0.first().map_or(call.tag, |argument| argument.span);
        let found = match call.name.as_str() {
            _ if given.is_empty() => Err(Missing {
                code: "shortcode-argument",
                what: format!("`{}` needs a `{argument}`", call.name),
                help: format!("write `{{{{< {} \"…\" >}}}}`", call.name),
            }),
            "data" => self.of_data(&given),
            _ => self.of_params(&given),
        };
        match found.and_then(|(value, source)| as_text(&value, &given, &source)) {
            Ok(text) => text,
            Err(Missing { code, what, help }) => {
                self.tell(Diagnostic::error(code, what).at(self.source, span).help(help));
                String::new()
            }
        }
    }

    /// Tells a problem once: a piece of text may be looked at several times.
    fn tell(&mut self, problem: Diagnostic) {
        if !self.diagnostics.contains(&problem) {
            self.diagnostics.push(problem);
        }
    }

    /// A value of the front matter, else of the site: `page.` and `site.` say which is meant.
    fn of_params(&mut self, name: &str) -> Result<(Value, String), Missing> {
        let (is_page, is_site, rest) = match (name.strip_prefix("page."), name.strip_prefix("site.")) {
            (Some(rest), _) => (true, false, rest),
            (_, Some(rest)) => (false, true, rest),
            _ => (true, true, name),
        };
        let keys: Vec<&str> = rest.split('.').collect();
        let front = self.front;
        let typed = json!({ "title": front.title, "description": front.description });
        let maps = front.extra.get("params").into_iter().chain([&typed]).filter_map(Value::as_object);
        let own: Vec<&Map<String, Value>> = maps.chain([&front.extra]).filter(|_| is_page).collect();
        if let Some(value) = own.iter().find_map(|map| in_map(map, &keys)).filter(|value| !value.is_null()) {
            let head = self.source.text.split("\n---").next().unwrap_or_default();
            return Ok((value.clone(), head.to_owned()));
        }
        let params = Some(self.registry.params()).filter(|_| is_site);
        if let Some(value) = params.and_then(|params| in_map(params, &keys)) {
            // What it says changes with that file.
            let Reading { files, text, .. } = (self.reader)(config::FILE_NAME);
            self.included.extend(files);
            return Ok((value.clone(), text.unwrap_or_default()));
        }
        let known = own.into_iter().chain(params).flat_map(Map::keys).map(String::as_str);
        let near = nearest(keys[0], known.filter(|key| *key != "params"));
        let help = match near {
            Some(near) if near != keys[0] => format!("did you mean `{near}`?"),
            _ => "write it under `params:` in the front matter of this page, or in guidepost.yaml".to_owned(),
        };
        let who = match (is_page, is_site) {
            (true, false) => "this page does not say",
            (false, true) => "this site does not say",
            _ => "neither this page nor the site says",
        };
        Err(Missing { code: "unknown-param", what: format!("{who} `{rest}`"), help })
    }

    /// A value of a file: the first words of its name are the file's path.
    fn of_data(&mut self, name: &str) -> Result<(Value, String), Missing> {
        let keys: Vec<&str> = name.split('.').collect();
        let plain = |key: &&str| !key.is_empty() && !key.starts_with('.') && !key.contains(['/', '\\']);
        if !keys.iter().all(plain) {
            let what = format!("{name:?} is no name of a value");
            return Err(Missing {
                code: "unknown-data",
                what,
                help: "write the file and the keys in it with dots: \"versions.nginx\"".into(),
            });
        }
        let mut tried: Vec<Included> = Vec::new();
        for depth in 1..=keys.len() {
            for format in Format::ALL {
                let path = format!("{FOLDER}/{}.{}", keys[..depth].join("/"), format.extension());
                let Reading { files, text, .. } = (self.reader)(&path);
                match text {
                    Ok(text) => {
                        self.included.extend(files);
                        return self.in_file(&path, *format, text, &keys[depth..]);
                    }
                    // One that is there and cannot be read is meant.
                    Err(Unusable { why, help }) if files.iter().any(|file| file.hash != [0; 32]) => {
                        self.included.extend(files);
                        return Err(Missing { code: "unknown-data", what: format!("{path} {why}"), help });
                    }
                    Err(_) => tried.extend(files),
                }
            }
        }
        self.included.extend(tried);
        let first = format!("{FOLDER}/{}.yaml", keys[0]);
        Err(Missing {
            code: "unknown-data",
            what: format!("there is no file of data for `{name}`"),
            help: format!("make {first}; .yml, .json, .toml and .csv are read, too"),
        })
    }

    fn in_file(&mut self, path: &str, format: Format, text: String, keys: &[&str]) -> Result<(Value, String), Missing> {
        let value = match data::parse(path, format, text.clone()) {
            Ok(value) => value,
            Err(problem) => {
                self.tell(*problem);
                return Ok((Value::from(""), text));
            }
        };
        data::get(&value, keys).map(|value| (value.clone(), text)).map_err(|data::Unknown { at, near }| Missing {
            code: "unknown-data",
            what: format!("{path} has no `{}`", keys[..=at].join(".")),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write the keys as they are in the file, with dots".to_owned(),
            },
        })
    }
}

fn in_map<'v>(map: &'v Map<String, Value>, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().skip(1).try_fold(map.get(*keys.first()?)?, |value, key| data::get(value, &[key]).ok())
}

/// A single value as its author wrote it in `source`.
fn as_text(value: &Value, name: &str, source: &str) -> Result<String, Missing> {
    let missing = |what: String, help: String| Err(Missing { code: "unknown-data", what, help });
    match value {
        Value::String(text) => Ok(text.trim_end_matches('\n').to_owned()),
        Value::Number(number) => match spelled(number, source) {
            Some(text) => Ok(text),
            None => {
                let what =
                    format!("`{name}` is a number that is written in several ways where it comes from: {number}");
                missing(what, "put it into quotes there".into())
            }
        },
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null => missing(format!("`{name}` is empty"), "say something there".into()),
        Value::Array(list) => {
            let help = format!("name one by its number, from 0: \"{name}.0\"");
            missing(format!("`{name}` is a list of {}, and no single value", list.len()), help)
        }
        Value::Object(map) => {
            let keys: Vec<&str> = map.keys().take(6).map(String::as_str).collect();
            missing(format!("`{name}` is no single value"), format!("it has {}", keys.join(", ")))
        }
    }
}

/// A number as it is written: a version `1.30` is no `1.3`. `None` where several spellings of the number are there.
fn spelled(number: &Number, source: &str) -> Option<String> {
    let printed = number.to_string();
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else { return Some(printed) };
    let words = source.split(|c: char| !(c.is_ascii_alphanumeric() || ".+-_".contains(c)));
    let spellings: BTreeSet<&str> = words.filter(|word| word.parse() == Ok(value)).collect();
    match spellings.len() {
        0 => Some(printed),
        1 => spellings.first().map(|word| (*word).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_was_written() {
        for (number, source, expected) in [
            (json!(1.3), "a: 1.30\n", Some("1.30")),
            (json!(1.3), "a: 1.3\nb: 11.30\n", Some("1.3")),
            (json!(1.3), "a: 1.3\nb: 1.30\n", None),
            (json!(2), "a: 2.0\n", Some("2")),
            (json!(2.0), "{\"a\": 2.0}", Some("2.0")),
            (json!(1.5), "a: &x 3\n", Some("1.5")),
        ] {
            let Value::Number(number) = number else { panic!("a number") };
            assert_eq!(spelled(&number, source).as_deref(), expected, "{source}");
        }
    }
}
