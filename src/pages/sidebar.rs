//! The tree of sections and guides beside a page.
//!
//! A tree shows what is near: all sections of the top, and below those that a page stands in their sections and guides. What is
//! further away is fetched when a reader opens it, from the page of its section, whose own tree has it. So a page of a library of
//! three thousand guides is as heavy as one of sixty. Pages of the same part of a section share one tree, which is made once.

use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    diagnostic::Diagnostic,
    pages::{Fingerprint, data::Site, view::Views},
    render::escape,
    site::address::section_path,
    theme::Theme,
};

/// Most guides of one section that a tree has: of a larger one, those around the page.
const PART: usize = 60;
/// Guides and sections of a site of which every tree has all.
const SMALL: usize = 60;

/// The tree of sections and guides beside a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "sidebar")]
pub(crate) struct Beside {
    /// The tree and the site's menu; empty if there are none. **HTML**
    html: String,
    /// Whether there are guides in it.
    tree: bool,
}

/// `parts/sidebar.html`: made once for all pages of a section. The current page is marked in what it has made, by `aria-current`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "parts/sidebar.html")]
pub(crate) struct Around<'a> {
    /// Null where there are not two guides to choose from.
    tree: Option<Tree<'a>>,
    /// The site.
    site: &'a Site,
}

/// The sections and guides of a site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "tree")]
struct Tree<'a> {
    /// Guides that are in no section.
    guides: Vec<Leaf<'a>>,
    /// The sections of the top.
    sections: Vec<Branch<'a>>,
}

/// A section in the tree.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "branch")]
struct Branch<'a> {
    /// Its short title.
    title: &'a str,
    /// The address of its page.
    url: String,
    /// Whether the page that the tree stands beside is in it.
    open: bool,
    /// Whether its guides and sections are in the tree; else those are fetched from `url`.
    whole: bool,
    /// How many of its guides stand before those that are shown.
    before: usize,
    /// And after them.
    after: usize,
    /// Its guides.
    guides: Vec<Leaf<'a>>,
    /// The sections in it.
    #[schemars(with = "Vec<serde_json::Value>")]
    sections: Vec<Branch<'a>>,
}

impl Branch<'_> {
    /// Whether there is one guide in it at most, as far as the tree has them.
    fn is_alone(&self) -> bool {
        self.whole && self.guides.len() + self.after < 2 && self.sections.is_empty()
    }
}

/// A guide in the tree.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "leaf")]
struct Leaf<'a> {
    /// Its short title.
    title: &'a str,
    /// Its address.
    url: String,
    /// What verification found, as `page.verified.state`; null without a report.
    state: Option<&'a str>,
}

/// A tree as HTML.
#[derive(Debug)]
struct Made {
    html: String,
    is_any: bool,
    fingerprint: Fingerprint,
}

/// Which pages share a tree: those of a section, and of it those of a part.
type Place<'a> = (&'a str, usize);

/// A tree, or what is wrong with its template.
type Trial = Result<Arc<Made>, Diagnostic>;

/// Makes trees.
#[derive(Debug, Default)]
pub(crate) struct Sidebars {
    made: Mutex<HashMap<(String, usize), Trial>>,
}

impl Sidebars {
    /// `sidebar` of the template of a page, which is the current one in it; `None` is for a page that is nowhere in it.
    ///
    /// # Errors
    /// If the template failed.
    pub(crate) fn beside(&self, views: &Views<'_>, theme: &Theme, page: Option<usize>) -> Result<Beside, Diagnostic> {
        let made = self.made(views, theme, page)?;
        let html = match page {
            Some(page) => {
                let link = format!("href=\"{}\"", escape(&views.path(&views.library.pages[page].url)));
                // The menu stands before the tree, and may lead to the same page.
                let (menu, tree) = made.html.split_at(made.html.find("data-tree").unwrap_or(0));
                format!("{menu}{}", tree.replacen(&link, &format!("{link} aria-current=\"page\""), 1))
            }
            None => made.html.clone(),
        };
        Ok(Beside { html, tree: made.is_any })
    }

    /// Changes when the tree beside a page does.
    pub(crate) fn fingerprint(&self, views: &Views<'_>, theme: &Theme, page: Option<usize>) -> Fingerprint {
        self.made(views, theme, page).map_or([0; 32], |made| made.fingerprint)
    }

    fn made(&self, views: &Views<'_>, theme: &Theme, page: Option<usize>) -> Trial {
        let (section, part) = page.map_or((views.root.as_str(), 0), |page| place(views, page));
        let key = (section.to_owned(), part);
        let known = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known().get(&key) {
            return made.clone();
        }
        let tree = Grower { views, place: (section, part), small: size(views) <= SMALL }.tree();
        // Nobody needs to find the way among one.
        let is_any = tree.guides.len() + tree.sections.len() > 1 || !tree.sections.iter().all(Branch::is_alone);
        let tree = Some(tree).filter(|_| is_any);
        let html = theme.render(views.language, "parts/sidebar.html", &Around { tree, site: views.site() });
        let made = html.map(|html| {
            let html = html.trim().to_owned();
            Arc::new(Made { fingerprint: *blake3::hash(html.as_bytes()).as_bytes(), html, is_any })
        });
        known().insert(key, made.clone());
        made
    }
}

/// Where a page stands.
fn place<'a>(views: &Views<'a>, page: usize) -> Place<'a> {
    let section = section_path(views.library.pages[page].record.lies());
    (section, views.library.place_in_section(page).unwrap_or(0) / PART)
}

/// How many guides and sections there are.
fn size(views: &Views<'_>) -> usize {
    views.sections().map(|(_, guides)| guides.len() + 1).sum()
}

struct Grower<'v, 'a> {
    views: &'v Views<'a>,
    place: Place<'v>,
    small: bool,
}

impl<'v> Grower<'v, '_> {
    fn tree(&self) -> Tree<'v> {
        let root = &self.views.root;
        let guides = self.views.library.sections.get(root).map(Vec::as_slice).unwrap_or_default();
        Tree { guides: self.leaves(self.part(root, guides).1), sections: self.branches(root) }
    }

    fn branches(&self, section: &str) -> Vec<Branch<'v>> {
        let shown = |page: &usize| !self.views.is_taxonomy(&self.views.library.pages[*page].url);
        self.views.library.subsections(section).into_iter().filter(shown).map(|page| self.branch(page)).collect()
    }

    fn branch(&self, page: usize) -> Branch<'v> {
        let path = section_path(self.views.library.pages[page].record.lies());
        let open = self.place.0.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let whole = open || self.small;
        let guides = self.views.library.sections.get(path).filter(|_| whole).map(Vec::as_slice).unwrap_or_default();
        let (before, shown, after) = self.part(path, guides);
        Branch {
            title: self.views.short_title(page),
            url: self.views.path(&self.views.library.pages[page].url),
            open,
            whole,
            before,
            after,
            guides: self.leaves(shown),
            sections: if whole { self.branches(path) } else { Vec::new() },
        }
    }

    /// Of the guides of a section those that are shown, with the numbers of those before and after them.
    fn part<'g>(&self, section: &str, guides: &'g [usize]) -> (usize, &'g [usize], usize) {
        let part = if self.place.0 == section { self.place.1 } else { 0 };
        let start = (part * PART).min(guides.len());
        let end = (start + PART).min(guides.len());
        (start, &guides[start..end], guides.len() - end)
    }

    fn leaves(&self, guides: &[usize]) -> Vec<Leaf<'v>> {
        let leaf = |page: &usize| Leaf {
            title: self.views.short_title(*page),
            url: self.views.path(&self.views.library.pages[*page].url),
            state: self.views.verified.state(&self.views.library.pages[*page].record.source),
        };
        guides.iter().map(leaf).collect()
    }
}
