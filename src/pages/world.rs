//! The site as a page sees it while it is rendered.

use crate::{
    diagnostic::Diagnostic,
    guide::Guide,
    media::Pictures,
    pages::verified::Verified,
    plan,
    render::{self, ImageInfo, Mark, Roles, World, highlight::Highlighter},
    site::{files::Files, images::Image, layers::Outer, links::Links, load::Site},
    source::Source,
    theme::Theme,
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

pub(crate) struct SiteWorld<'a> {
    pub(crate) files: &'a Files<'a>,
    pub(crate) verified: &'a Verified,
    /// By the pages beside whose files they stand.
    pub(crate) sidecars: BTreeMap<String, Source>,
    /// What was decided for pages so far: a page and its Markdown copy ask both.
    pub(crate) roles: Mutex<HashMap<String, Arc<Roles>>>,
    /// Names of the site's machines.
    pub(crate) machines: Vec<String>,
    /// What is said outside of guides.
    pub(crate) outer: Outer<'a>,
    pub(crate) links: Links<'a>,
    pub(crate) theme: &'a Theme,
    /// None where nobody will look at the HTML.
    pub(crate) highlighter: Option<&'a Highlighter>,
    pub(crate) folder: &'a Path,
    /// Whether blocks say which lines of the author's they are.
    pub(crate) preview: bool,
    /// Smaller pictures of images, where they are made.
    pub(crate) pictures: Option<&'a Pictures>,
    /// What shortcodes are told of the site, by the number of the language.
    pub(crate) sites: Vec<Value>,
    pub(crate) sizes: Mutex<HashMap<String, Option<(usize, usize)>>>,
}

impl<'a> SiteWorld<'a> {
    /// As readers of the built site are shown it.
    pub(crate) fn new(site: &'a Site<'a>, verified: &'a Verified, highlighter: Option<&'a Highlighter>) -> Self {
        let links = site.links();
        Self {
            files: &site.files,
            verified,
            sidecars: site.sidecars(),
            roles: Mutex::default(),
            machines: site.machines(),
            outer: site.outer(),
            sites: (0..site.inputs.languages.tags.len()).map(|language| told(site, &links, language)).collect(),
            links,
            theme: &site.inputs.theme,
            highlighter,
            folder: site.folder(),
            preview: false,
            pictures: None,
            sizes: Mutex::default(),
        }
    }
}

fn told(site: &Site<'_>, links: &Links<'_>, language: usize) -> Value {
    let home = format!("{}/", site.inputs.languages.prefix(language));
    site.inputs.config_in(language).told(&links.absolute_path(&home))
}

impl SiteWorld<'_> {
    /// Asks what a guide is planned with.
    fn planned<T>(&self, guide: &Guide, ask: impl FnOnce(plan::Around<'_>) -> T) -> T {
        let includes = |name: &str| self.files.bundle(name);
        let outer = self.outer.of(&guide.path);
        let sidecar = self.sidecars.get(&guide.path);
        ask(plan::Around { includes: &includes, sidecar, machines: &self.machines, outer: &outer })
    }

    fn size(&self, path: &str) -> Option<(usize, usize)> {
        let known = self.sizes.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        known.unwrap_or_else(|| {
            let size = imagesize::size(self.folder.join(path)).ok().map(|s| (s.width, s.height));
            self.sizes.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), size);
            size
        })
    }
}

/// The same for pages of one language.
pub(crate) struct Speaking<'w, 'a> {
    world: &'w SiteWorld<'a>,
    language: usize,
    links: Links<'a>,
}

impl<'a> SiteWorld<'a> {
    /// As pages of a language see it, by its number.
    pub(crate) fn speaking(&self, language: usize) -> Speaking<'_, 'a> {
        Speaking { world: self, language, links: self.links.speaking(language) }
    }
}

impl World for Speaking<'_, '_> {
    fn include(&self, name: &str) -> Option<Arc<Guide>> {
        self.world.files.bundle(name)
    }

    fn roles(&self, guide: &Guide) -> Arc<Roles> {
        let known = || self.world.roles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(roles) = known().get(&guide.path) {
            return Arc::clone(roles);
        }
        let roles = self.world.planned(guide, |around| Arc::new(Roles::new(plan::decided(plan::plans(guide, around)))));
        known().insert(guide.path.clone(), Arc::clone(&roles));
        roles
    }

    fn include_names(&self) -> Vec<String> {
        self.world.files.bundle_names()
    }

    fn link(&self, target: &str, from: &str) -> String {
        self.links.href(target, from)
    }

    fn image(&self, target: &str, from: &str) -> ImageInfo {
        match self.links.image(target, from, self.world.folder) {
            Image::File { path, url } => {
                let pictures = self.world.pictures.filter(|_| Pictures::is_one(&path));
                let smaller = pictures.map(|pictures| pictures.smaller(&path)).unwrap_or_default();
                ImageInfo {
                    src: self.links.absolute_path(&url),
                    size: pictures.and_then(|pictures| pictures.size(&path)).or_else(|| self.world.size(&path)),
                    smaller: smaller.into_iter().map(|s| (self.links.absolute_path(&s.url), s.width)).collect(),
                    zoom: self.links.config.images.zoom && Pictures::is_one(&path),
                }
            }
            Image::Elsewhere | Image::Missing { .. } => ImageInfo { src: target.to_owned(), ..ImageInfo::default() },
        }
    }

    fn highlight(&self, language: &str, code: &str) -> String {
        self.world.highlighter.map_or_else(|| render::escape(code.trim_end_matches('\n')), |h| h.html(language, code))
    }

    fn language_of_path(&self, path: &str) -> Option<String> {
        crate::render::highlight::language_of_path(path).map(str::to_owned)
    }

    fn mark(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> Option<Mark> {
        self.world.verified.mark(page, file, lines)
    }

    fn is_undone_tab(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> bool {
        self.world.verified.is_undone_tab(page, file, lines)
    }

    fn says_lines(&self) -> bool {
        self.world.preview
    }

    fn variables(&self, guide: &Guide) -> BTreeMap<String, String> {
        self.world.planned(guide, |around| plan::variables_of(guide, around))
    }

    fn draws_diagrams(&self) -> bool {
        self.links.config.diagrams.mermaid.is_some()
    }

    fn word(&self, key: &str) -> String {
        self.world.theme.words(self.language).text(key)
    }

    fn shortcode(&self, name: &str, context: Map<String, Value>) -> Result<String, Diagnostic> {
        self.world.theme.shortcode(self.language, name, context, self.world.sites[self.language].clone())
    }
}
