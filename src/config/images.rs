//! `images` and `diagrams`: what becomes of the pictures of pages.

use crate::{
    diagnostic::Diagnostic,
    source::{Source, place},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Config;

/// Pictures of pages.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Images {
    /// Widths in pixels that PNG, JPEG and WebP files are there in, too, where that is less; none for no smaller pictures.
    #[schemars(inner(range(min = 16, max = 8192)))]
    pub widths: Vec<u32>,
    /// Quality of photographs in these widths, from 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    pub quality: u8,
    /// Whether pictures that are shown smaller than they are can be opened over the page.
    pub zoom: bool,
}

/// Diagrams that are written as text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Diagrams {
    /// A copy of Mermaid in the site's folder, as a script that is no module: it draws fences of the language `mermaid`.
    pub mermaid: Option<String>,
}

impl Default for Images {
    fn default() -> Self {
        Self { widths: Vec::new(), quality: 80, zoom: true }
    }
}

/// # Errors
/// A diagnostic at the key whose value cannot be used.
pub(super) fn validate(config: &Config, source: &Source) -> Result<(), Diagnostic> {
    let bad = |key: &str, message: String, help: &str| {
        Err(Diagnostic::error("configuration", message).at(source, place::of(source, &["images", key])).help(help))
    };
    if let Some(width) = config.images.widths.iter().find(|width| !(16..=8192).contains(*width)) {
        let help = "write numbers of pixels from 16 to 8192: [480, 800, 1200, 1600]";
        return bad("widths", format!("{width} is no width of an image"), help);
    }
    if !(1..=100).contains(&config.images.quality) {
        let quality = config.images.quality;
        return bad("quality", format!("{quality} is no quality of an image"), "write a number from 1 to 100: 80");
    }
    Ok(())
}
