//! A guide to HTML, and to what the rest of the site must know of it.
//!
//! Two walks over the same tokens: [`outline`] gathers headings, links and words before any page's address is known;
//! [`page`] makes HTML when all are. Both are pure: what they need of the site they ask a [`World`].

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use crate::{
    diagnostic::Diagnostic,
    guide::Guide,
    language::Words,
    plan::{self, Around},
    report::Verdict,
};

mod alert;
mod code;
mod footnotes;
mod headings;
pub mod highlight;
mod html;
mod image;
mod markdown;
mod mathematics;
mod outline;
mod paragraph;
mod roles;
mod shortcode;

pub(crate) use html::escape;
pub use html::page;
pub use markdown::markdown;
pub(crate) use markdown::{inline, inline_targets};
pub use outline::{Include, Outline, outline};
pub use roles::Roles;

/// What a page needs of the site around it.
pub trait World: Sync {
    /// The headless bundle that `content "name"` includes.
    fn include(&self, name: &str) -> Option<Arc<Guide>>;

    /// The names that [`World::include`] knows, for suggestions.
    fn include_names(&self) -> Vec<String>;

    /// What was decided for the blocks of the page of a guide. A site knows more of it than its text: what stands beside it, and
    /// on which machines it is done.
    fn roles(&self, guide: &Guide) -> Arc<Roles> {
        let includes = |name: &str| self.include(name);
        let plans = plan::plans(guide, Around::new(&includes, None, &[]));
        Arc::new(Roles::new(plan::decided(plans)))
    }

    /// The address of a link that is written as `target` in the file `from`.
    fn link(&self, target: &str, from: &str) -> String;

    /// The address and size of an image that is written as `target` in the file `from`.
    fn image(&self, target: &str, from: &str) -> ImageInfo;

    /// Code as HTML: as many lines as the code has, each complete in itself.
    fn highlight(&self, language: &str, code: &str) -> String;

    /// The language of a file by its path; `None` if it tells nothing.
    fn language_of_path(&self, path: &str) -> Option<String>;

    /// What verification of the guide in the file `page` found out about the block in these lines of the file `file`.
    fn mark(&self, _page: &str, _file: &str, _lines: RangeInclusive<usize>) -> Option<Mark> {
        None
    }

    /// Whether verification of the guide in the file `page` came to the tab in these lines of the file `file`, and no machine is
    /// for it.
    fn is_undone_tab(&self, _page: &str, _file: &str, _lines: RangeInclusive<usize>) -> bool {
        false
    }

    /// Whether blocks of code carry the lines of the author's file that they stand in, as `data-guidepost-file`
    /// and `data-guidepost-lines`: for
    /// a preview, which has something to say about each.
    fn says_lines(&self) -> bool {
        false
    }

    /// Values of reader variables that are said for a guide, by name.
    fn variables(&self, guide: &Guide) -> BTreeMap<String, String> {
        let includes = |name: &str| self.include(name);
        plan::variables_of(guide, Around::new(&includes, None, &[]))
    }

    /// A text that readers are shown, in the language of the page.
    fn word(&self, key: &str) -> String {
        Words::english().text(key)
    }

    /// Whether the site has what draws diagrams of Mermaid.
    fn draws_diagrams(&self) -> bool {
        false
    }

    /// The HTML of a shortcode.
    ///
    /// # Errors
    /// A diagnostic that points into the template.
    fn shortcode(&self, name: &str, context: Map<String, Value>) -> Result<String, Diagnostic>;
}

/// An image as a page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageInfo {
    /// Its address.
    pub src: String,
    /// Width and height in pixels, where the file says.
    pub size: Option<(usize, usize)>,
    /// The same picture, smaller: addresses of WebP files with their widths in pixels, the smallest first.
    pub smaller: Vec<(String, u32)>,
    /// Whether readers can open it over the page.
    pub zoom: bool,
}

/// What a block shows of its verification. Its texts are plain: no control characters but line ends and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Never `Unreached`: such a block shows nothing.
    pub verdict: Verdict,
    /// Why it does not hold, in a sentence.
    pub message: Option<String>,
    /// What was really shown, where that is not as documented.
    pub real: Option<String>,
    /// The same beside what is documented, row by row as `parts/verdict.html` has it; null where nothing was compared.
    pub rows: serde_json::Value,
    /// The part of a recording that shows it, as an address relative to the page: `session.cast#t=12.5,14`, in seconds.
    pub replay: Option<String>,
}

/// What templates of shortcodes know of the page that they stand in.
#[derive(Debug, Clone, Default)]
pub struct PageInfo {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// A page's HTML.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The HTML of the text.
    pub html: String,
    /// Errors of templates.
    pub diagnostics: Vec<Diagnostic>,
    /// What the page must load for it.
    pub uses: Uses,
}

/// What only some pages load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "uses")]
pub struct Uses {
    /// Images that can be opened over the page.
    pub zoom: bool,
    /// Formulas.
    pub mathematics: bool,
    /// Diagrams that a script draws.
    pub diagrams: bool,
    /// Shortcodes with a style sheet of their own, as badges and buttons.
    pub shortcodes: bool,
}
