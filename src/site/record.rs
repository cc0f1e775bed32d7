//! What the site remembers of one page: all that other pages, lists and checks need, without its text.
//!
//! Records are kept between builds (in the cache, by `postcard`), so they hold no borrowed data and no spans that need the source:
//! a [`Place`] is already resolved to a line.

use serde::{Deserialize, Serialize};

use crate::{
    diagnostic::{Diagnostic, Place},
    site::search::PageTerms,
    source::front_matter::FrontMatter,
};

/// What a Markdown file of `content/` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A page.
    Guide,
    /// `_index.md`: the page of a folder.
    Section,
    /// `headless`: no page, included by `content`.
    Headless,
}

/// One Markdown file, read and parsed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageRecord {
    /// Path of the file relative to the site's folder: `content/guides/x/index.md`.
    pub source: String,
    /// The path that it has its address by, if its name is one of `page_names`.
    #[serde(skip)]
    pub(crate) lies: String,
    /// The number of its language among those of the site.
    #[serde(skip)]
    pub(crate) language: usize,
    /// The path that it has in common with its translations; empty if there are none.
    #[serde(skip)]
    pub(crate) original: String,
    /// Which part of its folder's page it is, if not the first.
    #[serde(skip)]
    pub(crate) part: Option<String>,
    /// BLAKE3 of the file's bytes.
    pub hash: [u8; 32],
    /// BLAKE3 over all headless bundles, when this record was made.
    pub bundles: [u8; 32],
    /// Whether the page includes bundles, found or not: then the record is valid only with the same `bundles`.
    pub uses_content: bool,
    /// Page, section or headless.
    pub kind: Kind,
    /// Its settings.
    pub front: FrontMatter,
    /// Old addresses of the page.
    pub aliases: Vec<Alias>,
    /// The title: of the front matter, else the first heading of level 1, else the file's name in words.
    pub title: String,
    /// The first paragraph as plain text, cut at a word to 200 characters; empty if there is none.
    pub summary: String,
    /// Headings in document order.
    pub headings: Vec<Heading>,
    /// Every id that a link can point at, headings included.
    pub anchors: Vec<String>,
    /// Links in document order, those of included bundles too.
    pub links: Vec<Reference>,
    /// Images in document order.
    pub images: Vec<Reference>,
    /// Headless bundles that the page includes, directly and indirectly.
    pub includes: Vec<Include>,
    /// Files that the page and its bundles include by `include`: the record is valid only with the same ones.
    pub files: Vec<Include>,
    /// Words of the text, code left out.
    pub words: usize,
    /// Words for the search index.
    pub terms: PageTerms,
    /// What was found while parsing the page (not what depends on other pages).
    pub diagnostics: Vec<Diagnostic>,
}

impl PageRecord {
    /// The path that it has its address by.
    pub fn lies(&self) -> &str {
        if self.lies.is_empty() { &self.source } else { &self.lies }
    }

    /// The record of a folder that has pages and no `_index.md`.
    pub(crate) fn of_folder(source: String, title: String) -> Self {
        Self {
            source,
            lies: String::new(),
            language: 0,
            original: String::new(),
            part: None,
            hash: [0; 32],
            bundles: [0; 32],
            uses_content: false,
            kind: Kind::Section,
            front: FrontMatter { build_render: true, build_list: true, ..FrontMatter::default() },
            aliases: Vec::new(),
            title,
            summary: String::new(),
            headings: Vec::new(),
            anchors: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            includes: Vec::new(),
            files: Vec::new(),
            words: 0,
            terms: PageTerms::default(),
            diagnostics: Vec::new(),
        }
    }
}

/// An old address that leads to the page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Alias {
    /// As the author wrote it.
    pub path: String,
    /// Where.
    pub place: Place,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The id, unique in the page.
    pub id: String,
    /// Plain text.
    pub title: String,
}

/// A link or image as the author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The destination as written, after Markdown's own unescaping.
    pub target: String,
    /// File that it is written in, relative to the site's folder: the page's, or that of an included bundle.
    pub from: String,
    /// Where.
    pub place: Place,
}

/// A headless bundle or a file that a page includes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Include {
    /// Path of the file relative to the site's folder.
    pub source: String,
    /// BLAKE3 of its bytes; zeros if it could not be read.
    pub hash: [u8; 32],
}

/// The text below one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchSection {
    /// Id of the heading; empty for the text before the first one.
    pub anchor: String,
    /// Plain text of the heading; empty for the text before the first one.
    pub title: String,
    /// Prose below it.
    pub text: String,
    /// Commands, files with their paths, and outputs below it.
    pub code: String,
    /// What is asked for as a phrase, line by line: commands, outputs and paths, which are in `code` too, and the prose's own code.
    pub commands: String,
}
