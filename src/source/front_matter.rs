//! The YAML between two `---` lines at the top of a guide, every known key typed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Source, Span, date::Date};
use crate::diagnostic::Diagnostic;

/// The settings of one page. Empty strings and nulls count as absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// Last part of the page's URL.
    pub slug: Option<String>,
    /// Whole URL path of the page, instead of what the configuration makes of it.
    pub url: Option<String>,
    /// Title of the page.
    pub title: Option<String>,
    /// Title for the browser's tab and for search engines.
    pub title_meta: Option<String>,
    /// Title above the text, where it differs.
    pub h1_title: Option<String>,
    /// Short title, for lists and breadcrumbs.
    pub title_short: Option<String>,
    /// One sentence about the page.
    pub description: Option<String>,
    /// Open Graph title.
    pub og_title: Option<String>,
    /// Open Graph description.
    pub og_description: Option<String>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Names of people.
    pub authors: Vec<String>,
    /// Names of people (`contributors` and `contributor`).
    pub contributors: Vec<String>,
    /// Who changed it last.
    pub modified_by: Option<String>,
    /// Licence, as inline Markdown.
    pub license: Option<String>,
    /// When it was published (`published`, `date`, `publishDate`).
    pub published: Option<Date>,
    /// When it was last changed (`modified`, `lastmod`, `updated`).
    pub modified: Option<Date>,
    /// After this day it is not built.
    pub expiry_date: Option<Date>,
    /// Old URL paths that redirect here (`aliases`, `alias`), each with its span in the source.
    pub aliases: Vec<(String, Span)>,
    /// Links for "More information", as inline Markdown.
    pub external_resources: Vec<String>,
    /// The guide is no longer maintained.
    pub deprecated: bool,
    /// What to read instead: a path, or a URL.
    pub deprecated_link: Option<String>,
    /// Not a page; can be included by `content`.
    pub headless: bool,
    /// Built only with `--drafts`.
    pub draft: bool,
    /// Order in its section, lightest first.
    pub weight: Option<i64>,
    /// A picture for link previews: a path, or a URL.
    pub image: Option<String>,
    /// `relations:` as Hugo-style libraries have it, kept as data.
    pub relations: Option<Value>,
    /// `_build:` or `build:`: whether the page is rendered (`render: never`).
    pub build_render: bool,
    /// `_build:`: whether the page is shown in lists (`list: never`).
    pub build_list: bool,
    /// `verify:`, for the verifier.
    pub verify: Option<Value>,
    /// Terms of every taxonomy of the configuration, by key: `tags`, `authors`, …
    pub taxonomies: Vec<(String, Vec<String>)>,
    /// Every key that is not known, for templates.
    pub extra: serde_json::Map<String, Value>,
}

/// A file cut in two, with what was found.
#[derive(Debug)]
pub struct Parsed {
    /// The settings; defaults where there are none.
    pub front: FrontMatter,
    /// The body, behind the closing `---` line.
    pub body: Span,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Cuts off and reads the front matter.
///
/// `taxonomies` are the keys of the configured taxonomies.
pub fn parse(_source: &Source, _taxonomies: &[String]) -> Parsed {
    todo!("helper")
}
