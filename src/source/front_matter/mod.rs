//! The YAML between two `---` lines at the top of a guide, every known key typed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Source, Span, date::Date};
use crate::diagnostic::{self, Diagnostic};

mod fence;
mod json_text;
mod known;
mod outline;
#[cfg(test)]
mod tests;
mod values;
mod yaml;

use values::Reader;

/// The settings of one page. Empty strings and nulls count as absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Names of people (`authors` and `author`), each plain or as a Markdown link.
    pub authors: Vec<String>,
    /// Names of people (`contributors` and `contributor`), each plain or as a Markdown link.
    pub contributors: Vec<String>,
    /// Who changed it last, plain or as a Markdown link.
    pub modified_by: Option<String>,
    /// Licence, as inline Markdown.
    pub license: Option<String>,
    /// When it was published (`published`, `date`, `publishDate`).
    pub published: Option<Date>,
    /// When it is to be published, where that is not when it was written (`publishDate`).
    pub publish_date: Option<Date>,
    /// When it was last changed (`modified`, `lastmod`, `updated`).
    pub modified: Option<Date>,
    /// From this day on it is not built.
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
    /// Whether `$x$` and `$$x$$` are formulas.
    pub mathematics: bool,
    /// Built only with `--drafts`.
    pub draft: bool,
    /// Order in its section, lightest first.
    pub weight: Option<i64>,
    /// A picture for link previews: a path, or a URL.
    pub image: Option<String>,
    /// `relations:` as Hugo-style libraries have it, kept as data.
    #[serde(with = "json_text")]
    pub relations: Option<Value>,
    /// `_build:` or `build:`: whether the page is rendered (`render: never`).
    pub build_render: bool,
    /// `_build:`: whether the page is shown in lists (`list: never`).
    pub build_list: bool,
    /// `verify:`, for the verifier.
    #[serde(with = "json_text")]
    pub verify: Option<Value>,
    /// Terms of every taxonomy of the configuration, by key: `tags`, `authors`, …
    pub taxonomies: Vec<(String, Vec<String>)>,
    /// Every key that is not known, for templates.
    #[serde(with = "json_text")]
    pub extra: serde_json::Map<String, Value>,
}

impl Default for FrontMatter {
    /// What a page without front matter has: rendered and listed, everything else absent.
    fn default() -> Self {
        Self {
            slug: None,
            url: None,
            title: None,
            title_meta: None,
            h1_title: None,
            title_short: None,
            description: None,
            og_title: None,
            og_description: None,
            keywords: Vec::new(),
            authors: Vec::new(),
            contributors: Vec::new(),
            modified_by: None,
            license: None,
            published: None,
            publish_date: None,
            modified: None,
            expiry_date: None,
            aliases: Vec::new(),
            external_resources: Vec::new(),
            deprecated: false,
            deprecated_link: None,
            headless: false,
            mathematics: false,
            draft: false,
            weight: None,
            image: None,
            relations: None,
            build_render: true,
            build_list: true,
            verify: None,
            taxonomies: Vec::new(),
            extra: serde_json::Map::new(),
        }
    }
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

impl FrontMatter {
    /// Its terms of a taxonomy, `tags` for one, as they are written.
    pub fn terms(&self, taxonomy: &str) -> &[String] {
        self.taxonomies.iter().find(|(name, _)| name == taxonomy).map_or(&[], |(_, terms)| terms)
    }

    /// The day from which on the page is built.
    pub(crate) fn due(&self) -> Option<&Date> {
        self.publish_date.as_ref().or(self.published.as_ref())
    }
}

/// Cuts off and reads the front matter.
///
/// `taxonomies` are the keys of the configured taxonomies. Front matter that cannot be read is an error and counts as
/// none.
pub fn parse(source: &Source, taxonomies: &[String]) -> Parsed {
    let cut = fence::cut(source);
    let mut diagnostics: Vec<Diagnostic> = cut.problem.into_iter().collect();
    let mut front = FrontMatter::default();
    if let Some(yaml) = cut.yaml {
        match yaml::read(source, yaml) {
            Ok(map) => front = typed(source, yaml, map, taxonomies, &mut diagnostics),
            Err(error) => diagnostics.push(*error),
        }
    }
    diagnostic::sort(&mut diagnostics);
    Parsed { front, body: cut.body, diagnostics }
}

/// The JSON Schema of front matter. Other keys are for templates.
pub fn schema() -> Value {
    let mut schema = super::key::map(known::KEYS, true);
    let terms = schema["properties"]["keywords"].clone();
    schema["properties"]["tags"] = terms;
    schema["properties"]["tags"]["description"] = "Terms that group pages".into();
    schema
}

/// The YAML of the front matter, whole lines of the source; `None` if there is none.
pub fn yaml_span(source: &Source) -> Option<Span> {
    fence::cut(source).yaml
}

/// The span of a top-level key of the front matter, without quotes, to point at it. Keys are found in any case.
pub fn key_span(source: &Source, key: &str) -> Option<Span> {
    let outline = outline::scan(&source.text, fence::cut(source).yaml?);
    values::find(source, &outline, key).map(|entry| entry.key)
}

/// Where Docusaurus and Starlight have the short title of a page: a key, and the key in it if it is a map.
const LABELS: &[(&str, &str)] = &[("sidebar_label", ""), ("sidebar", "label")];
/// Where they have when it was changed.
const CHANGED: &[(&str, &str)] = &[("last_update", "date"), ("lastUpdated", "")];

/// Every value typed, with a warning or an error for each that cannot be.
fn typed(
    source: &Source,
    yaml: Span,
    map: serde_json::Map<String, Value>,
    taxonomies: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> FrontMatter {
    let outline = outline::scan(&source.text, yaml);
    let first_line = Span::from(source.line_of(yaml.start).1);
    let span = |key: &str| values::find(source, &outline, key).map_or(first_line, |entry| entry.key);
    let mut values = serde_json::Map::new();
    for (key, value) in map {
        let name = known::typed(&key).map_or_else(|| key.clone(), str::to_owned);
        if values.insert(name.clone(), value).is_some() {
            let twice = Diagnostic::error(
                "front-matter",
                format!("the key `{name}` is given twice, as `{}` again", key.escape_debug()),
            );
            diagnostics.push(twice.at(source, span(&key)).help("remove one of them"));
        }
    }
    let own = values.iter().filter(|(key, _)| known::typed(key).is_none() && !taxonomies.contains(key));
    let own: serde_json::Map<_, _> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    for key in own.keys() {
        // With the right key beside it, it is one of the author's own and no typing error.
        if let Some(meant) = known::meant(key, taxonomies).filter(|meant| !values.contains_key(*meant)) {
            let unknown = Diagnostic::warning("front-matter-key", format!("unknown key `{}`", key.escape_debug()));
            diagnostics.push(unknown.at(source, span(key)).help(format!("did you mean `{meant}`?")));
        }
    }
    for (key, value) in &own {
        if let Some((whose, help)) = known::unread(key, value) {
            let message = format!("`{key}` of {whose} in the front matter is not read, and is left out");
            diagnostics.push(Diagnostic::warning("unread-syntax", message).at(source, span(key)).help(help));
        }
    }
    let mut read = Reader { source, values: &values, outline: &outline, fallback: first_line, diagnostics: Vec::new() };
    let mut front = FrontMatter {
        slug: read.text("slug"),
        url: read.text("url"),
        title: read.text("title"),
        title_meta: read.text("title_meta"),
        h1_title: read.text("h1_title"),
        title_short: read.text("title_short").or_else(|| read.of_others(LABELS)),
        description: read.text("description"),
        og_title: read.text("og_title"),
        og_description: read.text("og_description"),
        keywords: read.terms("keywords"),
        authors: read.people(&["authors", "author"]),
        contributors: read.people(&["contributors", "contributor"]),
        modified_by: read.people(&["modified_by"]).into_iter().next(),
        license: read.text("license"),
        published: read.date(&["published", "date", "publishDate"]),
        publish_date: read.date(&["publishDate"]),
        modified: (read.date(&["modified", "lastmod", "updated"]))
            .or_else(|| read.of_others(CHANGED).as_deref().and_then(Date::parse)),
        expiry_date: read.date(&["expiryDate"]),
        aliases: read.list(&["aliases", "alias"]),
        external_resources: read.list(&["external_resources"]).into_iter().map(|(link, _)| link).collect(),
        deprecated: read.flag("deprecated"),
        deprecated_link: read.text("deprecated_link"),
        headless: read.flag("headless"),
        mathematics: read.flag("mathematics"),
        draft: read.flag("draft"),
        weight: read.integer("weight").or_else(|| read.place_of_others()),
        image: read.text("image"),
        relations: read.data("relations"),
        build_render: read.build("render"),
        build_list: read.build("list") && !read.is_unlisted(),
        verify: read.data("verify"),
        taxonomies: Vec::new(),
        extra: own,
    };
    front.taxonomies = taxonomies
        .iter()
        .map(|key| {
            let terms = match key.as_str() {
                "authors" | "author" => front.authors.clone(),
                "contributors" | "contributor" => front.contributors.clone(),
                _ => read.terms(key),
            };
            (key.clone(), terms)
        })
        .collect();
    diagnostics.append(&mut read.diagnostics);
    front
}
