//! Pages, lists and files into the output.

use crate::{
    diagnostic::Diagnostic,
    internal,
    media::Pictures,
    pages::{
        Fingerprint, badge, card,
        fingerprint::Fingerprints,
        lists::{Listed, Shown},
        maker::Pages,
        offline::{self, Offline},
        verified::Verified,
        view::Views,
    },
    render::{self, highlight::Highlighter},
    site::{
        address::{markdown_url, output_path},
        cache,
        failure::Failure,
        load::Site,
        output::Output,
    },
};
use rayon::prelude::*;
use serde::Serialize;

/// Hears how far a build is. Called from many threads.
pub trait Listener: Sync {
    /// `pages` pages are going to be rendered.
    fn begin(&self, _pages: usize) {}
    /// One page is rendered.
    fn rendered(&self) {}
}

/// Nobody listens.
impl Listener for () {}

/// Puts the whole site into the output; nothing is visible before it is committed.
///
/// # Errors
/// If a file cannot be written. Errors of templates are returned as diagnostics.
pub(crate) fn write(
    site: &Site<'_>,
    verified: &Verified,
    pictures: &Pictures,
    output: &mut Output,
    listener: &dyn Listener,
) -> Result<Vec<Diagnostic>, Failure> {
    let highlighter = Highlighter::new(Some(&cache::folder(site.folder()).join("highlight")));
    let mut pages = Pages::new(site, verified, Some(&highlighter));
    pages.world.pictures = Some(pictures);
    let (config, theme) = (&site.inputs.config, &site.inputs.theme);
    let base_path = config.base_path();
    let index = |views: &Views<'_>| format!("{}/search/", views.prefix).trim_start_matches('/').to_owned();
    let indexes: Vec<String> = pages.all_views().map(index).collect();
    let is_index = |folder: &str| indexes.iter().any(|index| index == folder);
    let is_elsewhere = |path: &str| pages.views.links.is_external_path(path);
    let script = theme.assets.get(offline::SCRIPT).map_or("", |asset| &asset.output);
    let offline = site.inputs.options.offline.then_some(Offline {
        base_path: &base_path,
        origin: config.origin(),
        is_elsewhere: &is_elsewhere,
        is_index: &is_index,
        script,
    });
    let writer = Writer { fingerprints: Fingerprints::new(&pages), pages: &pages, output, offline };
    let mut diagnostics = writer.everything(listener)?;
    diagnostics.extend(card::check(&pages));
    if site.inputs.options.offline {
        diagnostics.extend(offline::unfit(config, &site.inputs.source));
    }
    // A cache that cannot be written costs time, not pages.
    let _ = highlighter.save();
    Ok(diagnostics)
}

/// Renders every page and keeps nothing: for the errors of templates.
pub(crate) fn try_templates(site: &Site<'_>, verified: &Verified) -> Vec<Diagnostic> {
    let pages = Pages::new(site, verified, None);
    let render = |index: usize| {
        let mut diagnostics = Vec::new();
        let _ = pages.guide(index, &mut diagnostics);
        diagnostics
    };
    let mut diagnostics: Vec<Diagnostic> = site.guide_indices().into_par_iter().flat_map_iter(render).collect();
    for listed in pages.lists() {
        let _ = pages.listed(&listed, &mut diagnostics);
    }
    for (_, index) in &site.library.redirects {
        let context = pages.redirect(&site.library.pages[*index]);
        let _ = pages.fill(pages.views_of(*index), "redirect.html", None, &context, &mut diagnostics);
    }
    for views in pages.all_views() {
        let _ = pages.fill(views, "404.html", None, &pages.not_found(views), &mut diagnostics);
    }
    diagnostics
}

/// Where the script lies that gives a text.
fn script_of(path: &str) -> String {
    format!("{path}.js")
}

struct Writer<'a> {
    pages: &'a Pages<'a>,
    output: &'a Output,
    fingerprints: Fingerprints<'a>,
    /// How pages are written that are opened as files.
    offline: Option<Offline<'a>>,
}

impl Writer<'_> {
    fn everything(&self, listener: &dyn Listener) -> Result<Vec<Diagnostic>, Failure> {
        let guides = self.pages.site.guide_indices();
        listener.begin(guides.len());
        let rendered: Vec<Result<Vec<Diagnostic>, Failure>> = guides
            .into_par_iter()
            .map(|index| {
                let done = self.guide(index);
                listener.rendered();
                done
            })
            .collect();
        let lists: Vec<Result<Vec<Diagnostic>, Failure>> =
            self.pages.lists().par_iter().map(|listed| self.listed(listed)).collect();
        let mut diagnostics = Vec::new();
        for result in rendered.into_iter().chain(lists) {
            diagnostics.extend(result?);
        }
        self.redirects(&mut diagnostics)?;
        self.not_found(&mut diagnostics)?;
        self.status(&mut diagnostics)?;
        self.files()?;
        for (path, bytes) in self.pages.for_programs() {
            self.put(&path, &bytes)?;
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            let is_index = |offline: &Offline<'_>| (offline.is_index)(folder);
            if self.offline.as_ref().is_some_and(is_index) {
                self.put(&script_of(&path), offline::given(&String::from_utf8_lossy(&bytes)).as_bytes())?;
            }
        }
        Ok(diagnostics)
    }

    /// A guide's page and its Markdown copy.
    fn guide(&self, index: usize) -> Result<Vec<Diagnostic>, Failure> {
        let page = &self.pages.site.library.pages[index];
        if self.pages.site.library.beaten.contains(&page.record.source) {
            return Ok(Vec::new());
        }
        let key = self.fingerprints.guide(index);
        let path = output_path(&page.url);
        let copy = output_path(&markdown_url(&page.url));
        let copies = self.pages.site.inputs.config.markdown_copies;
        let mut diagnostics = Vec::new();
        let script = script_of(&copy);
        let paths = [path.as_str(), copy.as_str(), script.as_str()];
        let files = match (copies, self.offline) {
            (false, _) => 1,
            (true, None) => 2,
            (true, Some(_)) => 3,
        };
        if self.output.keep_all(&paths[..files], &key) {
            return Ok(diagnostics);
        }
        match self.pages.guide(index, &mut diagnostics) {
            Some(html) => self.put_page(&path, &key, html)?,
            None => self.output.leave(&path),
        }
        if copies && let Some(guide) = self.pages.site.files.guide(&page.record.source) {
            let made = internal::on_page(&page.record.source, "making the Markdown copy of this page", || {
                render::markdown(&guide, &page.record.title, &self.pages.world.speaking(page.record.language))
            });
            match made {
                Ok(markdown) => {
                    self.output.put(&copy, &key, markdown.as_bytes())?;
                    if self.offline.is_some() {
                        self.output.put(&script, &key, offline::given(&markdown).as_bytes())?;
                    }
                }
                Err(problem) => {
                    diagnostics.push(problem);
                    paths[1..files].iter().for_each(|path| self.output.leave(path));
                }
            }
        }
        Ok(diagnostics)
    }

    fn listed(&self, listed: &Listed<'_>) -> Result<Vec<Diagnostic>, Failure> {
        if self.is_beaten(listed) {
            return Ok(Vec::new());
        }
        let key = self.fingerprints.listed(listed);
        let path = output_path(&listed.url);
        let mut diagnostics = Vec::new();
        // The tree of a page gets parts of its sections' pages.
        let script = script_of(&path);
        let is_given = self.offline.is_some() && matches!(listed.shown, Shown::Section(_));
        let paths = [path.as_str(), script.as_str()];
        if !self.output.keep_all(&paths[..1 + usize::from(is_given)], &key) {
            match self.pages.listed(listed, &mut diagnostics) {
                Some(html) => {
                    let html = self.finished(&path, html);
                    self.output.put(&path, &key, html.as_bytes())?;
                    if is_given {
                        self.output.put(&script, &key, offline::given(&html).as_bytes())?;
                    }
                }
                None => self.output.leave(&path),
            }
        }
        Ok(diagnostics)
    }

    /// Whether something else has the address of a list.
    fn is_beaten(&self, listed: &Listed<'_>) -> bool {
        let library = &self.pages.site.library;
        match listed.shown {
            Shown::Section(index) => library.beaten.contains(&library.pages[index].record.source),
            Shown::Taxonomy(taxonomy) => library.beaten.contains(&taxonomy.url),
            Shown::All => false,
            Shown::Term(_, term) => library.beaten.contains(&term.url),
        }
    }

    fn redirects(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        for (url, index) in &self.pages.site.library.redirects {
            let context = self.pages.redirect(&self.pages.site.library.pages[*index]);
            self.template(self.pages.views_of(*index), "redirect.html", &output_path(url), &context, diagnostics)?;
        }
        Ok(())
    }

    fn not_found(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        for views in self.pages.all_views() {
            let url = format!("{}/404.html", views.prefix);
            if views.is_built() && !self.pages.site.library.has_own(&url) {
                self.template(views, "404.html", &output_path(&url), &self.pages.not_found(views), diagnostics)?;
            }
        }
        Ok(())
    }

    fn status(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        match self.pages.status() {
            Some(context) => {
                self.template(&self.pages.views, "status.html", &output_path(badge::STATUS), &context, diagnostics)
            }
            None => Ok(()),
        }
    }

    fn template(
        &self,
        views: &Views<'_>,
        template: &str,
        path: &str,
        context: &impl Serialize,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Failure> {
        let words = format!("{path}{}", serde_json::to_string(context).unwrap_or_default());
        let key = self.fingerprints.simple(views, template, &words);
        if self.output.keep(path, &key) {
            return Ok(());
        }
        match self.pages.fill(views, template, None, context, diagnostics) {
            Some(html) => self.put_page(path, &key, html),
            None => Ok(()),
        }
    }

    /// Images and other files of pages, `static/`, recordings, and the theme's own.
    fn files(&self) -> Result<(), Failure> {
        let library = &self.pages.site.library;
        let files = library.resources.iter().chain(&library.statics);
        for (path, url) in files.filter(|(path, _)| !library.beaten.contains(*path)) {
            self.output.copy(&output_path(url), &self.pages.world.folder.join(path))?;
        }
        card::write(self.pages, self.output)?;
        for (url, picture) in self.pages.world.pictures.map(Pictures::all).unwrap_or_default() {
            let path = output_path(&url);
            if !self.output.keep(&path, &picture.hash) {
                // Not copied: what is kept is its owner's alone to read.
                let bytes = std::fs::read(&picture.file)
                    .map_err(|error| Failure::environment(format!("{}: {error}", picture.file.display())))?;
                self.output.put(&path, &picture.hash, &bytes)?;
            }
        }
        for recording in self.pages.views.verified.recordings() {
            let path = output_path(&recording.url);
            self.output.copy(&path, &recording.file)?;
            if self.offline.is_some() {
                let text = std::fs::read_to_string(&recording.file);
                let text =
                    text.map_err(|error| Failure::environment(format!("{}: {error}", recording.file.display())))?;
                self.put(&script_of(&path), offline::given(&text).as_bytes())?;
            }
        }
        for (name, asset) in &self.pages.site.inputs.theme.assets {
            match self.offline {
                Some(offline) => self.put(&asset.output, &offline.asset(&asset.output, &asset.bytes))?,
                None if name == offline::SCRIPT => {}
                None => self.put(&asset.output, &asset.bytes)?,
            }
        }
        Ok(())
    }

    fn put_page(&self, path: &str, key: &Fingerprint, html: String) -> Result<(), Failure> {
        Ok(self.output.put(path, key, self.finished(path, html).as_bytes())?)
    }

    /// A page as it is written.
    fn finished(&self, path: &str, html: String) -> String {
        self.offline.map(|offline| offline.page(path, &html)).unwrap_or(html)
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let key = *blake3::hash(bytes).as_bytes();
        if !self.output.keep(path, &key) {
            self.output.put(path, &key, bytes)?;
        }
        Ok(())
    }
}
