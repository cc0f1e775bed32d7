//! The look of a site, and what every page of it has: the keys, and what is wrong with their values as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::collections::BTreeMap;

use super::{Color, Config};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, place},
};

/// The look of a site. Files are named by their paths in the site's folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Look {
    /// Picture of the header: a file, or one for each colour scheme.
    pub logo: Option<Logo>,
    /// Icon of browsers' tabs: an SVG, PNG or ICO file.
    pub favicon: Option<String>,
    /// Fonts of text and code.
    pub fonts: Fonts,
    /// Colours of the light and the dark scheme.
    pub colors: Colors,
    /// Style sheets that come behind the theme's.
    pub css: Vec<String>,
    /// Scripts that come behind the theme's; `.mjs` is a module.
    pub javascript: Vec<String>,
    /// A file of HTML at the end of every page's `<head>`.
    pub head: Option<String>,
    /// A file of HTML at the end of every page's footer.
    pub footer: Option<String>,
}

/// Picture of the header.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "`logo` is a path, or a map with `light`, `dark` and `replaces_title`")]
pub enum Logo {
    /// One for both colour schemes.
    File(String),
    /// One for each.
    #[serde(rename_all = "snake_case")]
    Schemes {
        /// On a light ground.
        light: String,
        /// On a dark ground; else the same.
        #[serde(default)]
        dark: Option<String>,
        /// Whether it says the site's title, which then does not stand beside it.
        #[serde(default)]
        replaces_title: bool,
    },
}

/// Fonts. What is named is used where readers have it, or where `files` bring it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fonts {
    /// Families for text, the best first: `Inter, Noto Sans`. The reader's own stand behind them.
    pub text: Option<String>,
    /// Families for headings, if not those of text.
    pub headings: Option<String>,
    /// Families for code.
    pub code: Option<String>,
    /// Font files of the site.
    pub files: Vec<FontFile>,
}

/// A font file of the site.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FontFile {
    /// Name of the family that it belongs to.
    pub family: String,
    /// The file: `.woff2`, `.woff`, `.ttf` or `.otf`.
    pub file: String,
    /// Its weight, or of a variable font the lowest and the highest: `100 900`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Its style.
    #[serde(default)]
    pub style: FontStyle,
}

/// Weight of a font.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "`weight` is a number as 400, or two of a variable font as 100 900")]
pub enum Weight {
    /// One.
    Number(u16),
    /// From one to another.
    Range(#[schemars(regex(pattern = r"^[0-9]{1,4}( [0-9]{1,4})?$"))] String),
}

impl std::fmt::Display for Weight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Range(range) => range.fmt(f),
        }
    }
}

/// Style of a font.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FontStyle {
    /// Upright.
    #[default]
    Normal,
    /// Italic.
    Italic,
}

/// Colours of the two schemes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Colors {
    /// Of the light scheme.
    pub light: Palette,
    /// Of the dark scheme.
    pub dark: Palette,
}

/// Colours of a scheme, as `"#0b6a55"`. What is not said is the theme's.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Palette {
    /// Of links, of what is chosen, and of what stands out. Given for one scheme only, that of the other is made of it.
    #[serde(deserialize_with = "color", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^#([0-9a-fA-F]{3}){1,2}$"))]
    pub accent: Option<Color>,
    /// Of the page.
    #[serde(deserialize_with = "color", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^#([0-9a-fA-F]{3}){1,2}$"))]
    pub background: Option<Color>,
    /// Of text.
    #[serde(deserialize_with = "color", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^#([0-9a-fA-F]{3}){1,2}$"))]
    pub text: Option<Color>,
}

/// A script that counts readers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Analytics {
    /// Its address.
    pub script: String,
    /// Its attributes, without `data-`: `{domain: docs.example.org}`.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

impl Logo {
    /// The file for the light scheme.
    pub fn light(&self) -> &str {
        match self {
            Self::File(file) => file,
            Self::Schemes { light, .. } => light,
        }
    }

    /// The file for the dark scheme, if it is another.
    pub fn dark(&self) -> Option<&str> {
        match self {
            Self::Schemes { dark, .. } => dark.as_deref(),
            Self::File(_) => None,
        }
    }

    /// Whether the site's title does not stand beside it.
    pub fn replaces_title(&self) -> bool {
        matches!(self, Self::Schemes { replaces_title: true, .. })
    }
}

/// A colour. Without quotes, YAML takes it for a comment: that would be nothing at all.
fn color<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Color>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        None => Err(D::Error::custom(
            "a colour is missing: `#` begins a comment in YAML, so write it in quotes: \"#0b6a55\"",
        )),
        Some(text) => match Color::parse(&text) {
            Some(color) => Ok(Some(color)),
            None => Err(D::Error::custom(format!("{text:?} is no colour: write it as \"#0b6a55\""))),
        },
    }
}

/// What can stand in `feedback_url` for the page.
pub(crate) const PLACEHOLDERS: [&str; 3] = ["{path}", "{url}", "{title}"];

/// Finds the first value that cannot be used, whatever the files are that it names.
pub(super) fn validate(config: &Config, source: &Source) -> Result<(), Diagnostic> {
    let bad = |path: &[&str], value: &str, message: String, help: &str| {
        let at = place::of_value(source, path, value);
        Err(Diagnostic::error("configuration", message).at(source, at).help(help))
    };
    let fonts = &config.look.fonts;
    let families = [("text", &fonts.text), ("headings", &fonts.headings), ("code", &fonts.code)];
    for (key, stack) in families.into_iter().filter_map(|(key, stack)| Some((key, stack.as_deref()?))) {
        if !is_families(stack) {
            let message = format!("`{key}` is no list of font families: {stack:?}");
            return bad(
                &["look", "fonts", key],
                stack,
                message,
                "write names with commas between them: Inter, Noto Sans",
            );
        }
    }
    for font in &fonts.files {
        if !is_families(&font.family) || font.family.contains(',') {
            let message = format!("{:?} is no name of a font family", font.family);
            return bad(&["look", "fonts", "files"], &font.family, message, "write one name: Inter");
        }
        if let Some(weight) = font.weight.as_ref().map(ToString::to_string).filter(|weight| !is_weight(weight)) {
            let message = format!("{weight:?} is no weight of a font");
            return bad(
                &["look", "fonts", "files"],
                &weight,
                message,
                "write a number from 1 to 1000, or two: 100 900",
            );
        }
    }
    if let Some(url) = &config.feedback_url {
        let rest = PLACEHOLDERS.iter().fold(url.clone(), |text, placeholder| text.replace(placeholder, ""));
        if rest.contains(['{', '}']) {
            let message = format!("`feedback_url` has a placeholder that is none: {url:?}");
            return bad(&["feedback_url"], url, message, "known are {path}, {url} and {title}");
        }
        if !["https://", "http://", "mailto:", "/"].iter().any(|start| url.starts_with(start)) {
            let message = format!("`feedback_url` is no address: {url:?}");
            return bad(&["feedback_url"], url, message, "write it whole: https://example.org/feedback?page={path}");
        }
    }
    if let Some(analytics) = &config.analytics {
        if !["https://", "http://", "/"].iter().any(|start| analytics.script.starts_with(start)) {
            let message = format!("`script` is no address: {:?}", analytics.script);
            let help = "write it whole, or from the site's root: https://count.example.org/script.js";
            return bad(&["analytics", "script"], &analytics.script, message, help);
        }
        let plain = |name: &&String| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if let Some(name) = analytics.data.keys().find(|name| !plain(name)) {
            let message = format!("{name:?} cannot be the name of an attribute");
            return bad(
                &["analytics", "data"],
                name,
                message,
                "write lower case, without `data-`: {domain: example.org}",
            );
        }
    }
    Ok(())
}

/// Whether a text is a list of families, and can neither end its declaration nor load anything.
fn is_families(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " -_,.'\"".contains(c);
    !text.trim().is_empty()
        && text.chars().all(plain)
        && ['"', '\''].iter().all(|quote| text.matches(*quote).count() % 2 == 0)
}

fn is_weight(text: &str) -> bool {
    let numbers: Vec<Option<u16>> = text.split(' ').map(|number| number.parse().ok()).collect();
    numbers.len() <= 2 && numbers.into_iter().all(|number| number.is_some_and(|n| (1..=1000).contains(&n)))
}
