//! Values as authors give them, in YAML or as text, each read into what is wanted.

use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

use super::{attributes::Answer, duration, placeholder::Kind};
use crate::diagnostic::nearest;

/// What is wrong with a value; its place is known to the caller.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: String,
    /// The key of a map that it is about, if it is not about all of it.
    pub(super) below: Option<String>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), below: None }
    }

    /// The same, about a key of the map.
    pub(super) fn below(self, key: &str) -> Self {
        Self { below: Some(key.to_owned()), ..self }
    }
}

/// What a value is, for a message.
pub(super) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "empty".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a map".into(),
        Value::String(text) if text.chars().count() > 60 => "a long text".into(),
        value => value.to_string(),
    }
}

/// Text, or a number or truth value as it would be written.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Text that is not empty.
pub(super) fn text(name: &str, value: &Value) -> Result<String, Problem> {
    scalar(value).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let help = "put it in quotes if it is meant as text";
        Problem::new(format!("`{name}` is {}, text is wanted", kind(value)), help)
    })
}

/// A text of lines, or a list of lines.
pub(super) fn lines(name: &str, value: &Value) -> Result<String, Problem> {
    match value {
        Value::Array(_) => Ok(list(name, value)?.join("\n")),
        _ => text(name, value),
    }
}

/// A list of texts, or one.
pub(super) fn list(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    match value {
        Value::Array(items) => items.iter().map(|item| text(name, item)).collect(),
        _ => Ok(vec![text(name, value)?]),
    }
}

/// Yes or no.
pub(super) fn truth(name: &str, value: &Value) -> Result<bool, Problem> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(word) if matches!(word.as_str(), "true" | "yes" | "1") => Ok(true),
        Value::String(word) if matches!(word.as_str(), "false" | "no" | "0") => Ok(false),
        _ => Err(Problem::new(format!("`{name}` is {}, yes or no is wanted", kind(value)), "write true or false")),
    }
}

/// The width of a terminal.
pub(super) fn columns(name: &str, value: &Value) -> Result<u16, Problem> {
    let columns = scalar(value).and_then(|text| text.trim().parse().ok());
    columns.filter(|columns| (20..=1000).contains(columns)).ok_or_else(|| {
        let help = "say how many columns the terminal has, from 20 to 1000: `columns: 80`";
        Problem::new(format!("`{name}` is {}", kind(value)), help)
    })
}

/// A span of time.
pub(super) fn time(name: &str, value: &Value) -> Result<Duration, Problem> {
    let problem = |help: String| Problem::new(format!("`{name}` is {}", kind(value)), help);
    let text = scalar(value).ok_or_else(|| problem("write it as 30s, 5m or 1h30m".into()))?;
    duration::parse(&text).map_err(problem)
}

/// Questions with their replies: a map, or `question => reply; question => reply`.
pub(super) fn answers(value: &Value) -> Result<Vec<Answer>, Problem> {
    match value {
        Value::Object(map) => {
            let one = |(question, reply): (&String, &Value)| answer(question, reply).map_err(|p| p.below(question));
            map.iter().map(one).collect()
        }
        Value::String(text) => (text.split(';').filter(|part| !part.trim().is_empty()))
            .map(|part| {
                let (question, reply) = part.split_once("=>").ok_or_else(|| {
                    let help = "write it as `question => reply; question => reply`";
                    Problem::new("`answers` has no ` => `", help)
                })?;
                let (question, reply) = (question.trim().to_owned(), reply.trim().to_owned());
                Ok(Answer { question, reply, secret: false })
            })
            .collect(),
        _ => Err(Problem::new(
            format!("`answers` is {}, a map is wanted", kind(value)),
            "write each as `\"question\": \"reply\"`",
        )),
    }
}

fn answer(question: &str, value: &Value) -> Result<Answer, Problem> {
    let make = |reply: String, secret| Answer { question: question.to_owned(), reply, secret };
    if let Some(reply) = scalar(value) {
        return Ok(make(reply, false));
    }
    let form = "write it as `{reply: …, secret: true}`";
    let Value::Object(map) = value else {
        return Err(Problem::new(format!("the answer to `{question}` is {}", kind(value)), form));
    };
    if let Some(other) = map.keys().find(|key| !matches!(key.as_str(), "reply" | "secret")) {
        return Err(Problem::new(format!("the answer to `{question}` has an unknown key `{other}`"), form));
    }
    let secret = map.get("secret").map_or(Ok(false), |secret| truth("secret", secret))?;
    match map.get("reply").and_then(scalar) {
        Some(reply) => Ok(make(reply, secret)),
        // Left blank: something that a reader could have chosen.
        None if secret && map.get("reply").is_none_or(Value::is_null) => Ok(make(blank().to_owned(), secret)),
        None => Err(Problem::new(format!("the answer to `{question}` has no `reply`"), form)),
    }
}

/// What is typed for a secret that is left blank.
pub(crate) fn blank() -> &'static str {
    Kind::Password.default_value().unwrap_or_default()
}

/// Adds answers; one to the same question replaces the one before.
pub(super) fn merge(answers: &mut Vec<Answer>, more: Vec<Answer>) {
    for answer in more {
        match answers.iter_mut().find(|known| known.question == answer.question) {
            Some(known) => *known = answer,
            None => answers.push(answer),
        }
    }
}

/// The name of a reader variable, which may be written as the guide has it: `<name>`, `[name]`, `{{ name }}`.
pub(super) fn variable(written: &str) -> String {
    let written = written.trim();
    let pair = [('<', '>'), ('[', ']'), ('{', '}')].into_iter().find(|(open, _)| written.starts_with(*open));
    let inner = pair.map_or(written, |(open, close)| written.trim_start_matches(open).trim_end_matches(close));
    inner.trim().to_owned()
}

/// Values of reader variables: a map, or `NAME=value; NAME=value`.
pub(super) fn vars(value: &Value) -> Result<BTreeMap<String, String>, Problem> {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| Ok((variable(key), line(key, value)?))).collect(),
        Value::String(text) => (text.split(';').filter(|part| !part.trim().is_empty()))
            .map(|part| {
                let (key, value) = part
                    .split_once('=')
                    .ok_or_else(|| Problem::new("`vars` has no `=`", "write it as `NAME=value; NAME=value`"))?;
                Ok((variable(key), value.trim().to_owned()))
            })
            .collect(),
        _ => Err(Problem::new(format!("`vars` is {}, a map is wanted", kind(value)), "write each as `NAME: value`")),
    }
}

/// One line of text, as the value of a key.
fn line(key: &str, value: &Value) -> Result<String, Problem> {
    scalar(value).filter(|value| !value.contains('\n')).ok_or_else(|| {
        let message = format!("the value of `{key}` is {}, a line of text is wanted", kind(value));
        Problem::new(message, "put it in quotes if it is meant as text").below(key)
    })
}

/// The word that stands for the values that guidepost knows.
pub(super) const DEFAULTS: &str = "defaults";

/// Values of placeholders by their kinds: a map of kinds, each with its value or with several, and `defaults: true` for the values
/// that guidepost knows; or the word `defaults` alone.
pub(super) fn kinds(value: &Value) -> Result<BTreeMap<Kind, Vec<String>>, Problem> {
    let defaults = || Kind::ALL.iter().filter_map(|kind| Some((*kind, vec![kind.default_value()?.to_owned()])));
    let map = match value {
        Value::String(word) if word == DEFAULTS => return Ok(defaults().collect()),
        Value::Object(map) => map,
        other => {
            let message = format!("`kinds` is {}, a map is wanted", kind(other));
            return Err(Problem::new(message, "write each as `address: 203.0.113.1`, or `kinds: defaults`"));
        }
    };
    let mut found = BTreeMap::new();
    if let Some(wanted) = map.get(DEFAULTS)
        && truth(DEFAULTS, wanted).map_err(|problem| problem.below(DEFAULTS))?
    {
        found.extend(defaults());
    }
    for (name, value) in map.iter().filter(|(name, _)| *name != DEFAULTS) {
        let kind = Kind::ALL.iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let help = nearest(name, names.iter().copied())
                .map_or_else(|| format!("kinds are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
            Problem::new(format!("placeholders have no kind `{}`", name.escape_debug()), help).below(name)
        })?;
        let values = match value {
            Value::Array(items) if !items.is_empty() => items.iter().map(|item| line(name, item)).collect(),
            one => line(name, one).map(|one| vec![one]),
        };
        found.insert(*kind, values?);
    }
    Ok(found)
}
