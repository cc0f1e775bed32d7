//! Values of settings: each kind with its check and its message.

use serde_json::Value;
use std::collections::BTreeMap;

use super::Wrong;
use crate::diagnostic::nearest;

/// A problem with one setting of a machine.
pub(super) struct Problem {
    /// The setting, empty for the machine as a whole.
    pub(super) key: String,
    pub(super) message: String,
    pub(super) help: String,
}

impl Problem {
    pub(super) fn new(key: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), help: help.into() }
    }
}

/// What to do about a machine's bad name.
pub(super) const MACHINE_NAME_HELP: &str =
    "a name has lower-case letters, digits and `-`, at most 32, and begins with a letter";

/// Whether it can name a machine: also a host name, so that prompts show it.
pub(super) fn is_machine_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether it looks like an image reference (the distribution specification's grammar, roughly).
pub(super) fn is_image(text: &str) -> bool {
    text.len() <= 255
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@'))
}

/// Whether a path stays below the folder that it is relative to, whatever is there.
pub(super) fn is_inner_folder(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('/')
        && !text.contains(['\0', '\\'])
        && text.split('/').all(|part| part != "..")
}

/// Whether it names a user, by name or number, with or without a group.
pub(super) fn is_user(text: &str) -> bool {
    let part = |part: &str| {
        (1..=32).contains(&part.len())
            && part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    match text.split_once(':') {
        Some((user, group)) => part(user) && part(group),
        None => part(text),
    }
}

/// Whether it is a label of a host name (RFC 1123).
pub(super) fn is_hostname(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn bad(key: &str, value: &Value, example: &str) -> Wrong {
    (format!("`{key}` cannot be {value}"), format!("write it like this: `{key}: {example}`"))
}

/// A text that passes a check.
pub(super) fn text(key: &str, value: &Value, fits: impl Fn(&str) -> bool, example: &str) -> Result<String, Wrong> {
    // A numeric user id is a number in YAML.
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(bad(key, value, example)),
    };
    if fits(&text) { Ok(text) } else { Err(bad(key, value, example)) }
}

/// A list of texts that pass a check.
pub(super) fn list(key: &str, value: &Value, fits: impl Fn(&str) -> bool, example: &str) -> Result<Vec<String>, Wrong> {
    let example_list = format!("[{example}]");
    let items = value.as_array().ok_or_else(|| bad(key, value, &example_list))?;
    items.iter().map(|item| text(key, item, &fits, &example_list)).collect()
}

/// Environment variables.
pub(super) fn map(key: &str, value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    let example = "{LANG: C.UTF-8}";
    let entries = value.as_object().ok_or_else(|| bad(key, value, example))?;
    let mut found = BTreeMap::new();
    for (name, value) in entries {
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return Err((
                format!("`{name}` cannot name an environment variable"),
                "letters, digits and `_` can, beginning with a letter".into(),
            ));
        }
        let value = match value {
            Value::String(text) if !text.contains('\0') => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return Err((format!("`{name}` cannot be {value}"), "write its value in quotes".into())),
        };
        found.insert(name.clone(), value);
    }
    Ok(found)
}

/// `network: none` and `docker: none` may come as YAML's null or false, which is what their authors mean.
pub(super) fn boolean_word(value: &Value) -> &Value {
    static NONE: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| "none".into());
    if matches!(value, Value::Null | Value::Bool(false)) { &NONE } else { value }
}

/// One of some words.
pub(super) fn one_of<T: Copy>(key: &str, value: &Value, known: &[(&str, T)]) -> Result<T, Wrong> {
    let word = value.as_str().unwrap_or_default();
    if let Some((_, meant)) = known.iter().find(|(name, _)| *name == word) {
        return Ok(*meant);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let help = match nearest(word, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is `{}`", names.join("` or `")),
    };
    Err((format!("`{key}` cannot be {value}"), help))
}

/// A number between two others.
pub(super) fn number(key: &str, value: &Value, least: f64, most: f64) -> Result<f64, Wrong> {
    match value.as_f64() {
        Some(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err((format!("`{key}` cannot be {value}"), format!("it is a number from {least} to {most}"))),
    }
}

/// A number of bytes: `2GiB`, `512 MiB`, `1.5g`, `1500000000`. One letter is a power of 1024, as Docker has it.
pub(super) fn quantity(key: &str, value: &Value, least: u64, most: u64) -> Result<u64, Wrong> {
    let wrong = || {
        let show =
            |bytes: u64| if bytes >= 1 << 30 { format!("{}GiB", bytes >> 30) } else { format!("{}MiB", bytes >> 20) };
        (
            format!("`{key}` cannot be {value}"),
            format!("it is a size from {} to {}, such as `{key}: 2GiB`", show(least), show(most)),
        )
    };
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err(wrong()),
    };
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (amount, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "ki" | "kib" => 1 << 10,
        "m" | "mi" | "mib" => 1 << 20,
        "g" | "gi" | "gib" => 1 << 30,
        "t" | "ti" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    let bytes = (amount.parse::<f64>().map_err(|_| wrong())? * factor as f64) as u64;
    if (least..=most).contains(&bytes) { Ok(bytes) } else { Err(wrong()) }
}
