//! What a site says in each of its languages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Config, MenuItem};
use crate::{
    diagnostic::Diagnostic,
    language,
    source::{Source, place},
};

/// What a site says in one of its languages, where that is something else.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Language {
    /// What readers choose it by; its own name, if guidepost has texts in it, and else its tag.
    pub name: Option<String>,
    /// Name of the site.
    pub title: Option<String>,
    /// One sentence about it.
    pub description: Option<String>,
    /// Links of the header.
    pub menu: Option<Vec<MenuItem>>,
    /// Copyright line of the footer, as inline Markdown.
    pub copyright: Option<String>,
    /// What stands above the header of every page, as inline Markdown.
    pub announcement: Option<String>,
    /// How it is written; guidepost knows it of those that it has texts in.
    pub direction: Option<Direction>,
}

/// How a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Config {
    /// The settings of the site in one of its languages.
    pub(crate) fn in_language(&self, tag: &str) -> Self {
        let mut config = Self { language: tag.to_owned(), ..self.clone() };
        if let Some(own) = self.of_language(tag).cloned() {
            config.title = own.title.unwrap_or(config.title);
            config.description = own.description.unwrap_or(config.description);
            config.menu = own.menu.unwrap_or(config.menu);
            config.copyright = own.copyright.or(config.copyright);
            config.announcement = own.announcement.or(config.announcement);
        }
        config
    }

    /// What `languages` says of one.
    pub(crate) fn of_language(&self, tag: &str) -> Option<&Language> {
        let found = self.languages.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag));
        found.and_then(|(_, language)| language.as_ref())
    }
}

/// What is wrong with the languages of a site.
pub(super) fn validate(config: &Config, source: &Source) -> Result<(), Diagnostic> {
    let mut seen: Vec<String> = Vec::new();
    for tag in config.languages.keys() {
        let what = if !language::is_tag(tag) {
            "is no tag of a language"
        } else if seen.contains(&tag.to_lowercase()) {
            "stands twice among the languages"
        } else {
            seen.push(tag.to_lowercase());
            continue;
        };
        let problem = Diagnostic::error("configuration", format!("`{tag}` {what}"));
        return Err(problem
            .at(source, place::of(source, &["languages", tag]))
            .help("write each once, as BCP 47 has it: en, pt-BR, zh-Hans"));
    }
    Ok(())
}
