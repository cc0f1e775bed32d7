//! Shortcodes: Hugo's tags `{{< name args >}} … {{< /name >}}` and `{{% … %}}`, read before Markdown.
//!
//! [`lexer`] cuts the text into tags, [`tree`] pairs them. What each name means for a page is decided later; here only
//! the shape counts: which names exist, and which of them have a body.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

use super::dialect::Dialect;
use crate::source::Span;

pub(super) mod lexer;
pub(super) mod tree;

/// What stands between a shortcode's opening and closing tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing: the tag stands alone.
    None,
    /// Text that is taken as it is: a file, an output.
    Raw,
    /// Markdown.
    Markdown,
}

/// Whether a shortcode is a piece of a line or of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Part of a line of text.
    Inline,
    /// A block: it ends the paragraph that it stands in.
    Block,
    /// A block when it stands alone, part of the line else: a site's own shortcode.
    Either,
}

/// The shortcodes that a site knows: the built-in ones, and one for each template of `themes/*/shortcodes/`; and the dialects
/// that it reads, which are shortcodes in other words; and the values that texts of the site can say.
#[derive(Debug, Clone)]
pub struct Registry {
    known: BTreeMap<String, (Body, Level)>,
    dialects: Vec<Dialect>,
    params: Map<String, Value>,
    mathematics: bool,
    icons: BTreeSet<String>,
}

/// The built-in names, each with what it is.
const BUILT_IN: &[(&str, Body, Level, &str)] = &[
    ("file", Body::Raw, Level::Block, "A file, for readers to save"),
    ("output", Body::Raw, Level::Block, "What the command before it shows"),
    ("command", Body::Raw, Level::Block, "Commands, for readers to type"),
    ("note", Body::Markdown, Level::Block, "A note, in a box"),
    ("caution", Body::Markdown, Level::Block, "A warning, in a box"),
    ("tabs", Body::Markdown, Level::Block, "Several ways, of which readers take one"),
    ("tab", Body::Markdown, Level::Block, "One of several ways"),
    ("disclosure-note", Body::Markdown, Level::Block, "What readers open who want to know"),
    ("content", Body::None, Level::Block, "A headless bundle, as if it stood here"),
    ("include", Body::None, Level::Block, "A file of the site, or a part of it, as a block of code"),
    ("image", Body::None, Level::Block, "An image with a caption"),
    ("youtube", Body::None, Level::Block, "A video"),
    ("placeholder", Body::None, Level::Inline, "A value that is each reader's own"),
    ("data", Body::None, Level::Inline, "A value of a file in `data/`"),
    ("param", Body::None, Level::Inline, "A value of `params:` of the page or of guidepost.yaml"),
    ("ref", Body::None, Level::Inline, "The address of a page"),
    ("relref", Body::None, Level::Inline, "The address of a page"),
];

impl Default for Registry {
    fn default() -> Self {
        Self {
            known: BUILT_IN.iter().map(|(name, body, level, _)| ((*name).to_owned(), (*body, *level))).collect(),
            dialects: Dialect::ALL.to_vec(),
            params: Map::new(),
            mathematics: false,
            icons: BTreeSet::new(),
        }
    }
}

impl Registry {
    /// Adds a site's own shortcode. A built-in name keeps its meaning: only its HTML is overridden.
    pub fn add(&mut self, name: &str, has_body: bool) {
        let body = if has_body { Body::Markdown } else { Body::None };
        self.known.entry(name.to_owned()).or_insert((body, Level::Either));
    }

    /// The same shortcodes, and no other dialects than these.
    #[must_use]
    pub fn with_dialects(mut self, dialects: &[Dialect]) -> Self {
        self.dialects = dialects.to_vec();
        self
    }

    /// The same shortcodes; `param` says these values of the site.
    #[must_use]
    pub fn with_params(mut self, params: Map<String, Value>) -> Self {
        self.params = params;
        self
    }

    /// The same shortcodes; `icon` knows these.
    #[must_use]
    pub fn with_icons(mut self, icons: BTreeSet<String>) -> Self {
        self.icons = icons;
        self
    }

    /// The icons that `icon` knows; none, where it knows any.
    pub fn icons(&self) -> &BTreeSet<String> {
        &self.icons
    }

    /// The values of the site that `param` says.
    pub fn params(&self) -> &Map<String, Value> {
        &self.params
    }

    /// The same shortcodes, and formulas between dollar signs if `mathematics`.
    #[must_use]
    pub fn with_mathematics(mut self, mathematics: bool) -> Self {
        self.mathematics = mathematics;
        self
    }

    /// Whether formulas between dollar signs are read in every page.
    pub fn reads_mathematics(&self) -> bool {
        self.mathematics
    }

    /// Whether a dialect is read.
    pub fn reads(&self, dialect: Dialect) -> bool {
        self.dialects.contains(&dialect)
    }

    /// Every name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// What stands between its tags; `None` for an unknown name.
    pub fn body(&self, name: &str) -> Option<Body> {
        self.known.get(name).map(|(body, _)| *body)
    }

    /// Whether it is a block.
    pub fn level(&self, name: &str) -> Level {
        self.known.get(name).map_or(Level::Either, |(_, level)| *level)
    }

    /// Whether guidepost itself gives it a meaning.
    pub fn is_built_in(name: &str) -> bool {
        BUILT_IN.iter().any(|(known, ..)| *known == name)
    }

    /// What a built-in one is; nothing of a site's own.
    pub fn says(name: &str) -> &'static str {
        BUILT_IN.iter().find(|(known, ..)| *known == name).map_or("", |(.., says)| says)
    }
}

/// One argument of a shortcode, or one attribute of a fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// `Some` for `name=value`, `None` for a positional one.
    pub name: Option<String>,
    /// The value, quotes and escapes resolved.
    pub value: String,
    /// The whole argument in the source.
    pub span: Span,
}

/// Arguments with the lookups that every shortcode needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments(pub Vec<Argument>);

impl Arguments {
    /// The value of a named argument; the last one wins.
    pub fn named(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|a| a.name.as_deref() == Some(name)).map(|a| a.value.as_str())
    }

    /// The positional argument number `index`, from 0.
    pub fn positional(&self, index: usize) -> Option<&str> {
        self.0.iter().filter(|a| a.name.is_none()).nth(index).map(|a| a.value.as_str())
    }

    /// A named argument, or else the positional one that stands for it.
    pub fn get(&self, name: &str, index: usize) -> Option<&str> {
        self.named(name).or_else(|| self.positional(index))
    }

    /// Whether a named argument is true; `default` when it is absent or empty.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.named(name) {
            Some("true" | "1" | "yes") => true,
            Some("false" | "0" | "no") => false,
            _ => default,
        }
    }

    /// The span of a named argument.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.0.iter().rev().find(|a| a.name.as_deref() == Some(name)).map(|a| a.span)
    }
}
