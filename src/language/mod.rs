//! The languages that readers are spoken to in: tables of texts, plurals, days. Pure, but for the table that is embedded.
//!
//! A table is a file of YAML, `i18n/TAG.yaml`: the built-in theme has some, a theme and a site may add to them or say a text
//! otherwise. What a language has not is English, key by key.

mod coverage;
mod script;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use script::fill as fill_script;
pub(crate) use words::{Words, fill};

/// The folder that tables lie in: of the built-in theme, of a theme, and of a site.
pub(crate) const FOLDER: &str = "i18n";

/// Whether a text can be the tag of a language (BCP 47, as Unicode reads it).
pub(crate) fn is_tag(text: &str) -> bool {
    icu_locale_core::Locale::try_from_str(text).is_ok()
}

/// The language of a tag without its region and script: `pt` of `pt-BR`.
pub(crate) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}
