//! Values as authors give them, in YAML or as text, each read into what is wanted.

use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

use super::{attributes::Answer, duration};

/// What is wrong with a value; its place is known to the caller.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: String,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
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
        Value::Object(map) => map.iter().map(|(question, reply)| answer(question, reply)).collect(),
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
    let Some(reply) = map.get("reply").and_then(scalar) else {
        return Err(Problem::new(format!("the answer to `{question}` has no `reply`"), form));
    };
    if let Some(other) = map.keys().find(|key| !matches!(key.as_str(), "reply" | "secret")) {
        return Err(Problem::new(format!("the answer to `{question}` has an unknown key `{other}`"), form));
    }
    let secret = map.get("secret").map_or(Ok(false), |secret| truth("secret", secret))?;
    Ok(make(reply, secret))
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

/// Values of reader variables: a map, or `NAME=value; NAME=value`. Names may be written as the guide has them: `<name>`,
/// `[name]`, `{{ name }}`.
pub(super) fn vars(value: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let name = |written: &str| {
        let written = written.trim();
        let pair = [('<', '>'), ('[', ']'), ('{', '}')].into_iter().find(|(open, _)| written.starts_with(*open));
        let inner = pair.map_or(written, |(open, close)| written.trim_start_matches(open).trim_end_matches(close));
        inner.trim().to_owned()
    };
    match value {
        Value::Object(map) => variables(map, name),
        Value::String(text) => (text.split(';').filter(|part| !part.trim().is_empty()))
            .map(|part| {
                let (key, value) = part
                    .split_once('=')
                    .ok_or_else(|| Problem::new("`vars` has no `=`", "write it as `NAME=value; NAME=value`"))?;
                Ok((name(key), value.trim().to_owned()))
            })
            .collect(),
        _ => Err(Problem::new(format!("`vars` is {}, a map is wanted", kind(value)), "write each as `NAME: value`")),
    }
}

fn variables(map: &Map<String, Value>, name: impl Fn(&str) -> String) -> Result<BTreeMap<String, String>, Problem> {
    let one = |(key, value): (&String, &Value)| match scalar(value).filter(|value| !value.contains('\n')) {
        Some(value) => Ok((name(key), value)),
        None => Err(Problem::new(
            format!("the value of `{key}` is {}, a line of text is wanted", kind(value)),
            "put it in quotes if it is meant as text",
        )),
    };
    map.iter().map(one).collect()
}
