//! One file of texts, read.

use icu_plurals::PluralCategory;
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{Source, place, yaml::error_span},
};

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Plain(String),
    /// By what the plural rules of the language say of a count.
    Forms(BTreeMap<&'static str, String>),
    List(Vec<String>),
}

/// Names of CLDR's categories, of which a language knows some.
pub(super) fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

impl Text {
    /// Every wording that it has.
    pub(super) fn wordings(&self) -> Vec<&str> {
        match self {
            Self::Plain(text) => vec![text],
            Self::Forms(forms) => forms.values().map(String::as_str).collect(),
            Self::List(_) => Vec::new(),
        }
    }

    /// Names in braces that a wording of it has.
    pub(super) fn placeholders(&self) -> BTreeSet<&str> {
        self.wordings().into_iter().flat_map(placeholders).collect()
    }
}

/// Names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Reads a table. `known` is the English one, which says what a text is made of; none of the keys that it has not is wrong.
///
/// # Errors
/// Everything that makes it unfit for use.
pub(super) fn read(
    source: &Source,
    known: &BTreeMap<String, Text>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, Text>, Vec<Diagnostic>> {
    if source.text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let entries: BTreeMap<String, Value> = serde_yaml::from_str(&source.text).map_err(|error| {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text);
        let problem = Diagnostic::error("i18n", format!("this table of texts cannot be read: {what}"));
        vec![match error_span(&source.text, &error) {
            Some(span) => problem.at(source, span),
            None => problem.in_file(&source.path),
        }]
    })?;
    let (mut table, mut problems) = (BTreeMap::new(), Vec::new());
    for (key, value) in entries {
        let at = || place::of(source, &[&key]);
        match text(&value).and_then(|text| fits(&key, &text, known.get(&key)).map(|()| text)) {
            Ok(text) => {
                if !known.contains_key(&key)
                    && let Some(near) = nearest(&key, known.keys().map(String::as_str))
                {
                    let problem = Diagnostic::warning("i18n", format!("guidepost has no text `{key}`"));
                    warnings.push(problem.at(source, at()).help(format!("did you mean `{near}`?")));
                }
                table.insert(key, text);
            }
            Err((what, help)) => problems.push(Diagnostic::error("i18n", what).at(source, at()).help(help)),
        }
    }
    if problems.is_empty() { Ok(table) } else { Err(problems) }
}

/// What is wrong, and what to do.
type Wrong = (String, String);

fn text(value: &Value) -> Result<Text, Wrong> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    if let Some(text) = plain(value) {
        return Ok(Text::Plain(text));
    }
    let wrong = |what: &str| Err((what.to_owned(), "write a text, or forms by count: { one: …, other: … }".to_owned()));
    match value {
        Value::Sequence(items) => items
            .iter()
            .map(plain)
            .collect::<Option<_>>()
            .map_or_else(|| wrong("this is no list of texts"), |list| Ok(Text::List(list))),
        Value::Mapping(forms) => {
            let mut found = BTreeMap::new();
            for (category, form) in forms {
                let category = category.as_str().unwrap_or_default();
                let Some(known) = PluralCategory::get_for_cldr_string(category) else {
                    let help = "the forms are called zero, one, two, few, many and other (CLDR)".to_owned();
                    return Err((format!("there is no form of the plural that is called `{category}`"), help));
                };
                let Some(form) = plain(form) else { return wrong("a form of this text is no text") };
                found.insert(name(known), form);
            }
            if found.contains_key("other") { Ok(Text::Forms(found)) } else { wrong("this text has no form `other`") }
        }
        _ => wrong("this is no text"),
    }
}

/// Whether a text is of the kind that the English one is, and knows no values that nobody gives it.
fn fits(key: &str, text: &Text, known: Option<&Text>) -> Result<(), Wrong> {
    let Some(known) = known else { return Ok(()) };
    if let (Text::List(list), Text::List(english)) = (text, known)
        && list.len() != english.len()
    {
        return Err((
            format!("`{key}` has {} texts instead of {}", list.len(), english.len()),
            "name each once".to_owned(),
        ));
    }
    if matches!(text, Text::List(_)) != matches!(known, Text::List(_)) {
        let is = if matches!(known, Text::List(_)) { "a list of texts" } else { "one text" };
        return Err((
            format!("`{key}` is {is}"),
            "write it as the English one is written: guidepost theme show i18n/en.yaml".to_owned(),
        ));
    }
    let given = known.placeholders();
    let Some(stranger) = text.placeholders().into_iter().find(|name| !given.contains(name)) else { return Ok(()) };
    let names: Vec<String> = given.iter().map(|name| format!("{{{name}}}")).collect();
    let help = if names.is_empty() {
        "remove it: this text is given nothing".to_owned()
    } else {
        format!("it is given {}", names.join(", "))
    };
    Err((format!("nothing is called `{{{stranger}}}` in the text `{key}`"), help))
}
