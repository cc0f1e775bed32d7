//! `guidepost.yaml`: the settings of a site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use crate::{
    diagnostic::{Diagnostic, nearest},
    guide::Dialect,
    language as tongue,
    machine::Registry,
    source::{Source, Span, yaml::error_span},
};

mod color;
mod external;
mod images;
mod language;
mod look;
mod versions;

pub use color::{Color, READABLE};
pub use external::ExternalLinks;
pub use images::{Diagrams, Images};
pub use language::{Direction, Language};
pub use look::{Analytics, Colors, FontFile, FontStyle, Fonts, Logo, Look, Palette, Weight};
pub use versions::Versions;

/// Name of the configuration file in the site's folder.
pub const FILE_NAME: &str = "guidepost.yaml";

/// The settings of a site. Every key has a default; unknown keys are errors with a suggestion.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the site.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// Where it is published: scheme, host and, if any, a path.
    pub base_url: String,
    /// BCP 47 language tag.
    pub language: String,
    /// The languages of the site by their tags, with what it says otherwise in each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, Option<Language>>,
    /// Other versions of the site, each published by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
    /// Default author of pages that name none.
    pub author: Option<String>,
    /// Copyright line of the footer, as inline Markdown.
    pub copyright: Option<String>,
    /// Name of a folder in the site's `themes/`; its files come before the embedded default theme's.
    pub theme: Option<String>,
    /// Section path to URL pattern, `:slug`, `:sections`, `:year`, `:month`, `:day`, `:title`, `:filename`:
    /// `{guides: /docs/guides/:slug/}`.
    pub permalinks: BTreeMap<String, String>,
    /// How files of pages are called that are not called as guidepost's are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_names: Option<PageNames>,
    /// Front matter keys that group pages.
    pub taxonomies: Vec<String>,
    /// Pages in one page of a list; 0 for all.
    pub paginate: usize,
    /// URL prefix of a page's source, to make "Edit this page": the path of the file is added.
    pub edit_url: Option<String>,
    /// Address of a form or an issue for what readers have to say about a page: `{path}`, `{url}` and `{title}` are the page's.
    pub feedback_url: Option<String>,
    /// What stands above the header of every page, as inline Markdown. Readers can dismiss it.
    pub announcement: Option<String>,
    /// Links of the footer to where the site's people are: icons for `GitHub`, `GitLab`, `Mastodon`, `RSS`, `YouTube`, `Discord`,
    /// `X`, `LinkedIn` and `mail`, else the name.
    pub social: Vec<MenuItem>,
    /// A script that counts readers. Nothing is loaded of those who ask not to be tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics: Option<Analytics>,
    /// Logo, fonts, colours, and files of the site that every page has.
    pub look: Look,
    /// What becomes of the pictures of pages.
    pub images: Images,
    /// What draws diagrams that are written as text.
    pub diagrams: Diagrams,
    /// Whether a picture with its title is made of each page, for links to it where people share them.
    pub social_cards: bool,
    /// Links of the header.
    pub menu: Vec<MenuItem>,
    /// How many related guides to show; 0 for none.
    pub related: usize,
    /// Whether the feed is written.
    pub feed: bool,
    /// Whether the search index is written.
    pub search: bool,
    /// Whether Markdown copies and `llms.txt` are written.
    pub markdown_copies: bool,
    /// `"` and `--` become typographic.
    pub smart_punctuation: bool,
    /// `$x$` and `$$x$$` are formulas in LaTeX. A page can ask for it itself.
    pub mathematics: bool,
    /// What is taken from git where a page does not say it.
    pub git: Vec<FromGit>,
    /// Whether pages are built before the day that they are to be published on.
    pub build_future: bool,
    /// What is read of the syntax of other generators; all of it, unless it is listed here.
    pub dialects: Vec<Dialect>,
    /// Paths (with `*`) that internal links may point at though this site does not have them.
    pub external_paths: Vec<String>,
    /// How `check --external` looks at links to other sites.
    pub external_links: ExternalLinks,
    /// Machines for verification, by name.
    pub machines: Map<String, Value>,
    /// Where machines that are built are shared: a registry's host and the beginning of a name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// What is said of the verification of all guides.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub verify: Map<String, Value>,
    /// Values that pages say by the shortcode `param`; templates know them as `site.params`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Anything, for templates.
    pub extra: Map<String, Value>,
}

/// Names of pages' files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PageNames {
    /// `01.en.md`: parts of the page of their folder, in a language. Pages of other languages than the site's are left out.
    #[serde(rename = "PART.LANGUAGE")]
    PartLanguage,
    /// `01.md`: parts of the page of their folder.
    #[serde(rename = "PART")]
    Part,
    /// `nginx.en.md`: pages in a language. Those of other languages than the site's are left out.
    #[serde(rename = "NAME.LANGUAGE")]
    NameLanguage,
    /// `nginx.md`: pages. `index.md` and `README.md` are the pages of their folders, beside which others may lie.
    #[serde(rename = "NAME")]
    Name,
}

/// What git knows of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FromGit {
    /// `published` is when its file was first committed, `modified` when it was last.
    Dates,
    /// Its `authors` are those of the commits.
    Authors,
}

/// A link of the header.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuItem {
    /// Text.
    pub name: String,
    /// A path in the site, or a URL.
    pub url: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: String::new(),
            description: String::new(),
            base_url: "http://localhost/".into(),
            language: "en".into(),
            languages: BTreeMap::new(),
            versions: None,
            author: None,
            copyright: None,
            theme: None,
            permalinks: BTreeMap::new(),
            page_names: None,
            taxonomies: vec!["tags".into(), "authors".into()],
            paginate: 50,
            edit_url: None,
            feedback_url: None,
            announcement: None,
            social: Vec::new(),
            analytics: None,
            look: Look::default(),
            images: Images::default(),
            diagrams: Diagrams::default(),
            social_cards: false,
            menu: Vec::new(),
            related: 4,
            feed: true,
            search: true,
            markdown_copies: true,
            smart_punctuation: false,
            mathematics: false,
            git: Vec::new(),
            build_future: false,
            dialects: Dialect::ALL.to_vec(),
            external_paths: Vec::new(),
            external_links: ExternalLinks::default(),
            machines: Map::new(),
            registry: None,
            verify: Map::new(),
            params: Map::new(),
            extra: Map::new(),
        }
    }
}

impl Config {
    /// Reads the text of a `guidepost.yaml`.
    ///
    /// # Errors
    /// A diagnostic that points at the line that cannot be read.
    pub fn parse(source: &Source) -> Result<Self, Diagnostic> {
        let config: Self = if source.text.trim().is_empty() {
            Self::default()
        } else {
            serde_yaml::from_str(&source.text).map_err(|e| at_yaml_error(source, &e))?
        };
        let bad = |key: &str, message: String, help: &str| {
            Err(Diagnostic::error("configuration", message).at(source, key_span(source, key)).help(help))
        };
        if !is_base_url(&config.base_url) {
            return bad(
                "base_url",
                format!("`base_url` is not a web address: {:?}", config.base_url),
                "write it with its scheme: https://example.org/",
            );
        }
        if let Some(registry) = config.registry.as_deref().filter(|text| Registry::parse(text).is_none()) {
            return bad(
                "registry",
                format!("`registry` is no place in a registry: {registry:?}"),
                "write its host and the beginning of a name there, in lower case, without a scheme, a tag or a password: registry.example.org/team/guides",
            );
        }
        if !tongue::is_tag(&config.language) {
            return bad(
                "language",
                format!("`language` is no tag of a language: {:?}", config.language),
                "write it as BCP 47 has it: en, pt-BR, zh-Hans",
            );
        }
        let mut seen: Vec<String> = Vec::new();
        for name in &config.taxonomies {
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
            if !plain || seen.contains(&name.to_lowercase()) {
                let what = if plain { "stands twice among the taxonomies" } else { "cannot be the name of a taxonomy" };
                return bad(
                    "taxonomies",
                    format!("{name:?} {what}"),
                    "name front matter keys, each once: [tags, authors]",
                );
            }
            seen.push(name.to_lowercase());
        }
        for (section, pattern) in &config.permalinks {
            if !pattern.starts_with('/') {
                return bad(
                    section,
                    format!("permalink pattern {pattern:?} does not begin with `/`"),
                    "write it from the root: /docs/guides/:slug/",
                );
            }
            for word in pattern.split('/').flat_map(|part| part.split(':').skip(1)) {
                let name: String = word.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
                if !["slug", "sections", "section", "year", "month", "day", "title", "filename"]
                    .contains(&name.as_str())
                {
                    return bad(
                        section,
                        format!("permalink pattern {pattern:?} has an unknown part `:{name}`"),
                        "known are :slug, :sections, :section, :title, :filename, :year, :month, :day",
                    );
                }
            }
        }
        language::validate(&config, source)?;
        versions::validate(&config, source)?;
        look::validate(&config, source)?;
        external::validate(&config, source)?;
        images::validate(&config, source)?;
        Ok(config)
    }

    /// What templates are told of the site, whose home page is at `home_url`.
    pub(crate) fn told(&self, home_url: &str) -> Value {
        json!({
            "title": self.title,
            "base_url": self.base_url,
            "language": self.language,
            "home_url": home_url,
            "params": self.params,
            "extra": self.extra,
        })
    }

    /// What the shortcode `param` says of the site.
    pub(crate) fn said(&self) -> Map<String, Value> {
        let known = [
            ("title", Some(&self.title)),
            ("description", Some(&self.description)),
            ("base_url", Some(&self.base_url)),
            ("language", Some(&self.language)),
            ("author", self.author.as_ref()),
        ];
        let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.as_str().into())));
        known.chain(self.params.clone()).collect()
    }

    /// The path of `base_url`, with a `/` at both ends: `/` or `/docs/`.
    pub fn base_path(&self) -> String {
        let rest = self.base_url.split_once("://").map_or("", |(_, r)| r);
        match rest.split_once('/') {
            Some((_, path)) if !path.trim_matches('/').is_empty() => format!("/{}/", path.trim_matches('/')),
            _ => "/".into(),
        }
    }

    /// Scheme and host, without a final `/`.
    pub fn origin(&self) -> &str {
        let after = self.base_url.find("://").map_or(0, |i| i + 3);
        let end = self.base_url[after..].find('/').map_or(self.base_url.len(), |i| after + i);
        &self.base_url[..end]
    }
}

/// Whether a text can be the address that a site is published at: a scheme, a host and perhaps a path.
pub fn is_base_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && !host.starts_with('/')
            && !host.contains(|c: char| c.is_whitespace() || "?#\"<>\\".contains(c))
    })
}

/// The span of a key in block YAML, or the first byte.
fn key_span(source: &Source, key: &str) -> Span {
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let rest = &line[indent..];
        if rest.strip_prefix(key).is_some_and(|r| r.trim_start().starts_with(':')) {
            return Span::new(at + indent, at + indent + key.len());
        }
        at += line.len();
    }
    Span::new(0, 0)
}

fn at_yaml_error(source: &Source, error: &serde_yaml::Error) -> Diagnostic {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let message = message.split(" at position ").next().unwrap_or(&message);
    let mut diagnostic = Diagnostic::error("configuration", format!("`{FILE_NAME}` cannot be read: {message}"));
    if let Some(unknown) = message.split('`').nth(1).filter(|_| message.contains("unknown field")) {
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        diagnostic = Diagnostic::error("configuration", format!("unknown setting `{unknown}`"));
        if let Some(near) = nearest(unknown, known.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else {
            diagnostic = diagnostic.help("own settings for templates belong under `extra:`");
        }
        return diagnostic.at(source, key_span(source, unknown));
    }
    match error_span(&source.text, error) {
        Some(span) => diagnostic.at(source, span),
        None => diagnostic.in_file(&source.path),
    }
}
