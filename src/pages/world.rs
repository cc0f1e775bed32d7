//! The site as a page sees it while it is rendered.

use crate::{
    diagnostic::Diagnostic,
    guide::Guide,
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
    pub(crate) site: Value,
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
            site: site.inputs.config.told(&links.absolute_path("/")),
            links,
            theme: &site.inputs.theme,
            highlighter,
            folder: site.folder(),
            preview: false,
            sizes: Mutex::default(),
        }
    }
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

impl World for SiteWorld<'_> {
    fn include(&self, name: &str) -> Option<Arc<Guide>> {
        self.files.bundle(name)
    }

    fn roles(&self, guide: &Guide) -> Arc<Roles> {
        let known = || self.roles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(roles) = known().get(&guide.path) {
            return Arc::clone(roles);
        }
        let roles = self.planned(guide, |around| Arc::new(Roles::new(plan::decided(plan::plans(guide, around)))));
        known().insert(guide.path.clone(), Arc::clone(&roles));
        roles
    }

    fn include_names(&self) -> Vec<String> {
        self.files.bundle_names()
    }

    fn link(&self, target: &str, from: &str) -> String {
        self.links.href(target, from)
    }

    fn image(&self, target: &str, from: &str) -> ImageInfo {
        match self.links.image(target, from, self.folder) {
            Image::File { path, url } => ImageInfo { src: self.links.absolute_path(&url), size: self.size(&path) },
            Image::Elsewhere | Image::Missing { .. } => ImageInfo { src: target.to_owned(), size: None },
        }
    }

    fn highlight(&self, language: &str, code: &str) -> String {
        self.highlighter.map_or_else(|| render::escape(code.trim_end_matches('\n')), |h| h.html(language, code))
    }

    fn language_of_path(&self, path: &str) -> Option<String> {
        crate::render::highlight::language_of_path(path).map(str::to_owned)
    }

    fn mark(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> Option<Mark> {
        self.verified.mark(page, file, lines)
    }

    fn is_undone_tab(&self, page: &str, file: &str, lines: RangeInclusive<usize>) -> bool {
        self.verified.is_undone_tab(page, file, lines)
    }

    fn says_lines(&self) -> bool {
        self.preview
    }

    fn variables(&self, guide: &Guide) -> BTreeMap<String, String> {
        self.planned(guide, |around| plan::variables_of(guide, around))
    }

    fn word(&self, key: &str) -> String {
        self.theme.words(0).text(key)
    }

    fn shortcode(&self, name: &str, context: Map<String, Value>) -> Result<String, Diagnostic> {
        self.theme.shortcode(0, name, context, self.site.clone())
    }
}
