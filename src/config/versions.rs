//! Several versions of a site, each published by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Config, is_base_url};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, place},
};

/// Which version of the site this is, and where all of them are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// Address of the list of versions, which all of them share: a URL, or a path of the host.
    pub url: String,
    /// The name of this version in the list.
    pub this: String,
    /// Where the newest version is published: search engines are told that its page is the one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
}

/// What is wrong with them.
pub(super) fn validate(config: &Config, source: &Source) -> Result<(), Diagnostic> {
    let Some(versions) = &config.versions else { return Ok(()) };
    let bad = |key: &str, message: String, help: &str| {
        let at = place::of(source, &["versions", key]);
        Err(Diagnostic::error("configuration", message).at(source, at).help(help))
    };
    if !is_base_url(&versions.url) && !versions.url.starts_with('/') {
        let message = format!("`versions.url` is neither a web address nor a path of the host: {:?}", versions.url);
        return bad("url", message, "write where all versions find the list: /versions.json");
    }
    if versions.this.trim().is_empty() {
        return bad("this", "`versions.this` is empty".into(), "write the name that this version has in the list");
    }
    match versions.canonical.as_deref().filter(|canonical| !is_base_url(canonical)) {
        Some(canonical) => bad(
            "canonical",
            format!("`versions.canonical` is not a web address: {canonical:?}"),
            "write where the newest version is published, with the scheme: https://example.org/docs/",
        ),
        None => Ok(()),
    }
}
