//! The texts of one language, and what is made of them.

use icu_locale_core::Locale;
use icu_plurals::PluralRules;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Display, sync::LazyLock};

use super::{
    primary,
    table::{self, Text},
};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, date::Date},
};

/// The texts of one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// BCP 47.
    pub(crate) tag: String,
    texts: BTreeMap<String, Text>,
    /// Whether there is a table of this language.
    is_told: bool,
    plurals: PluralRules,
}

/// A value that stands in a text.
pub(crate) type Given<'a> = (&'a str, &'a dyn Display);

impl Words {
    /// Lays tables over each other. `tables` finds those of a tag, the farthest first: what guidepost has, the theme, the site.
    ///
    /// # Errors
    /// Everything that is wrong with a table.
    pub(crate) fn new<'s>(
        tag: &str,
        tables: &dyn Fn(&str) -> Vec<&'s Source>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut texts: BTreeMap<String, Text> = BTreeMap::new();
        let mut problems = Vec::new();
        let english = tables("en");
        let (base, own) = english.split_first().map_or((None, &[][..]), |(base, own)| (Some(base), own));
        if let Some(base) = base {
            texts = table::read(base, &BTreeMap::new(), warnings)?;
        }
        let known = texts.clone();
        let mut layers: Vec<&Source> = own.to_vec();
        let mut tags = vec![primary(tag)];
        tags.extend(Some(tag).filter(|tag| *tag != primary(tag)));
        let is_english = |tag: &&&str| **tag == "en";
        layers.extend(tags.iter().filter(|tag| !is_english(tag)).flat_map(|tag| tables(tag)));
        let mut said: Vec<String> = Vec::new();
        for layer in &layers {
            match table::read(layer, &known, warnings) {
                Ok(table) => {
                    said.extend(table.keys().cloned());
                    texts.extend(table);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if primary(tag) != "en"
            && let Some(last) = layers.last()
        {
            let missing: Vec<&str> = known.keys().filter(|key| !said.contains(key)).map(String::as_str).collect();
            if !missing.is_empty() {
                let message = format!(
                    "{} of {} texts are missing here, and are shown in English: {}",
                    missing.len(),
                    known.len(),
                    missing.join(", ")
                );
                let help = "the English ones are shown by: guidepost theme show i18n/en.yaml";
                warnings.push(Diagnostic::warning("i18n", message).in_file(&last.path).help(help));
            }
        }
        let is_told = primary(tag) == "en" || said.iter().any(|key| key == "language");
        Ok(Self { tag: tag.to_owned(), texts, is_told, plurals: plurals(tag) })
    }

    /// English, as guidepost has it.
    pub(crate) fn english() -> &'static Self {
        static ENGLISH: LazyLock<Words> = LazyLock::new(|| {
            let text = include_str!("../../themes/default/i18n/en.yaml");
            let source = Source::new("i18n/en.yaml", text);
            let tables = |_: &str| vec![&source];
            Words::new("en", &tables, &mut Vec::new()).expect("the table is built in, and tests read it")
        });
        &ENGLISH
    }

    /// Keys of all texts.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// A text that is given nothing; its key, if there is none.
    pub(crate) fn text(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A text in which values stand.
    pub(crate) fn say(&self, key: &str, given: &[Given<'_>]) -> String {
        let count = given.iter().find(|(name, _)| *name == "count").map(|(_, count)| count.to_string());
        let wording = self.wording(key, count.as_deref().and_then(|count| count.parse().ok()));
        fill(wording.unwrap_or(key), |name| {
            given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        })
    }

    /// The wording of a text for a count.
    pub(crate) fn wording(&self, key: &str, count: Option<u64>) -> Option<&str> {
        match self.texts.get(key)? {
            Text::Plain(text) => Some(text),
            Text::Forms(forms) => {
                let category = count.map_or("other", |count| table::name(self.plurals.category_for(count)));
                forms.get(category).or_else(|| forms.get("other")).map(String::as_str)
            }
            Text::List(_) => None,
        }
    }

    /// Several things as one: `A, B and C`.
    pub(crate) fn list(&self, parts: &[String]) -> String {
        parts.join(&self.text("list_separator"))
    }

    /// A day: `28 December 2017`.
    pub(crate) fn day(&self, date: &Date) -> String {
        let part = |range: std::ops::Range<usize>| date.day.get(range).and_then(|part| part.parse::<usize>().ok());
        let months = match self.texts.get("months") {
            Some(Text::List(months)) => months.as_slice(),
            _ => &[],
        };
        match (part(8..10), part(5..7).and_then(|month| months.get(month.wrapping_sub(1))), date.day.get(..4)) {
            (Some(day), Some(month), Some(year)) => {
                self.say("date", &[("day", &day), ("month", month), ("year", &year)])
            }
            _ => date.day.clone(),
        }
    }

    /// How long something took: `12 s`, `1 min 12 s`, `1 h 2 min`.
    pub(crate) fn duration(&self, seconds: f64) -> String {
        let seconds = seconds.round().max(1.0) as u64;
        let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
        match seconds {
            0..60 => self.say("seconds", &[("seconds", &rest)]),
            60..3600 => self.say("minutes_seconds", &[("minutes", &minutes), ("seconds", &rest)]),
            _ => self.say("hours_minutes", &[("hours", &hours), ("minutes", &minutes)]),
        }
    }

    /// What the language calls itself; nothing if there is no table of it.
    pub(crate) fn own_name(&self) -> Option<&str> {
        self.is_told.then(|| self.wording("language", None)).flatten()
    }

    /// `rtl` where the language is written from right to left, else `ltr`.
    pub(crate) fn direction(&self) -> &'static str {
        if self.wording("direction", None) == Some("rtl") { "rtl" } else { "ltr" }
    }

    /// A text as scripts have it: a string, or its forms.
    pub(super) fn told(&self, key: &str) -> Option<Value> {
        Some(match self.texts.get(key)? {
            Text::Plain(text) => json!(text),
            Text::Forms(forms) if forms.len() == 1 => json!(forms["other"]),
            Text::Forms(forms) => json!(forms),
            Text::List(list) => json!(list),
        })
    }
}

/// Puts values where their names stand in braces; a name that is not known stays.
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                filled.push_str(&value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The plural rules of a language; of one that CLDR does not know, `other` for every count.
pub(super) fn plurals(tag: &str) -> PluralRules {
    let locale = Locale::try_from_str(tag).unwrap_or(Locale::UNKNOWN);
    PluralRules::try_new_cardinal((&locale).into())
        .or_else(|_| PluralRules::try_new_cardinal((&Locale::UNKNOWN).into()))
        .expect("the rules of the root are built in")
}
