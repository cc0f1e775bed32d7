//! Texts for scripts: they are put into a script of the theme when it is read, so that a page asks for nothing more.

use serde_json::{Map, Value};

use super::Words;
use crate::diagnostic::{Diagnostic, nearest};

/// The line of a script that is filled.
const MARK: &str = "const texts = {};";

/// How a script names a text.
const NAME: &str = "texts.";

/// Puts the texts that a script names (`texts.copied`) where it says `const texts = {};`; another script stays as it is.
///
/// # Errors
/// If it names a text that there is not.
pub(crate) fn fill(script: &str, shown: &str, words: &Words) -> Result<Option<String>, Diagnostic> {
    if !script.contains(MARK) {
        return Ok(None);
    }
    let mut found = Map::new();
    for (at, _) in script.match_indices(NAME) {
        let is_ours = !script[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'));
        let rest = &script[at + NAME.len()..];
        let key = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())];
        if !is_ours {
            continue;
        }
        let Some(text) = words.told(key) else {
            let problem = Diagnostic::error("i18n", format!("there is no text `{key}`, which this script names"));
            let near = nearest(key, words.keys())
                .map_or_else(|| "add it to i18n/en.yaml".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(problem.in_file(shown).help(near));
        };
        found.insert(key.to_owned(), text);
    }
    Ok(Some(script.replacen(MARK, &format!("const texts = {};", Value::Object(found)), 1)))
}
