//! Pages, lists and files into the output.

use rayon::prelude::*;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Mutex};

use super::{
    address::output_path,
    build::{Failure, Listener, Options},
    fingerprint::Fingerprints,
    library::Page,
    links::Links,
    lists::{Listed, Shown},
    load::Site,
    output::Output,
    plans,
    programs::Programs,
    record::Kind,
    related,
    status::{self, Status},
    taxonomy::{newest_first, terms_of},
    view::{Views, is_listed, markdown_url},
    world::SiteWorld,
};
use crate::{
    diagnostic::Diagnostic,
    internal,
    render::{self, PageInfo, highlight::Highlighter},
};

/// Puts the whole site into the output; nothing is visible before it is committed.
///
/// # Errors
/// If a file cannot be written. Errors of templates are returned as diagnostics.
pub(super) fn write(
    site: &Site<'_>,
    options: &Options,
    output: &mut Output,
    listener: &dyn Listener,
) -> Result<Vec<Diagnostic>, Failure> {
    let highlighter = Highlighter::new(Some(&super::cache::folder(&options.site).join("highlight")));
    let links = site.links();
    let related = related_pages(site);
    let views = views(site, &links, &related, options);
    fill_theme(site, &views);
    let world = world(site, &links, &views, Some(&highlighter), options);
    let writer =
        Writer { site, views: &views, world: &world, output, fingerprints: Fingerprints::new(site, &views, &world) };
    let diagnostics = writer.everything(listener)?;
    // A cache that cannot be written costs time, not pages.
    let _ = highlighter.save();
    Ok(diagnostics)
}

/// Renders every page and keeps nothing: for the errors of templates.
pub(super) fn try_templates(site: &Site<'_>, options: &Options) -> Vec<Diagnostic> {
    let links = site.links();
    let related = related_pages(site);
    let views = views(site, &links, &related, options);
    fill_theme(site, &views);
    let world = world(site, &links, &views, None, options);
    let render = |index: usize| {
        let mut diagnostics = Vec::new();
        let context = views.guide(index);
        let _ = render_guide(site, &world, index, context, &mut diagnostics);
        diagnostics
    };
    let mut diagnostics: Vec<Diagnostic> = site.guide_indices().into_par_iter().flat_map_iter(render).collect();
    for listed in views.lists() {
        let _ = render_listed(site, &views, &world, &listed, &mut diagnostics);
    }
    let mut template =
        |name: &str, context| diagnostics.extend(site.inputs.theme.render(name, &Value::Object(context)).err());
    for (_, index) in &site.library.redirects {
        template("redirect.html", redirect(&views, &links, &site.library.pages[*index]));
    }
    template("404.html", not_found(&views));
    diagnostics
}

/// The context of a page at an old address of another.
fn redirect(views: &Views<'_>, links: &Links<'_>, page: &Page) -> Map<String, Value> {
    let mut context = views.base(&page.record.title, &page.url, "");
    context["head"]["noindex"] = true.into();
    context.insert("target".into(), links.absolute_path(&page.url).into());
    context.insert("canonical".into(), views.permalink(&page.url).into());
    context
}

pub(super) fn views<'a>(
    site: &'a Site<'_>,
    links: &'a Links<'a>,
    related: &'a [Vec<usize>],
    options: &'a Options,
) -> Views<'a> {
    Views {
        library: &site.library,
        links,
        config: &site.inputs.config,
        taxonomies: &site.taxonomies,
        folder: &options.site,
        related,
        verified: &site.verified,
        has_status: site.inputs.report.is_some(),
    }
}

pub(super) fn world<'a>(
    site: &'a Site<'a>,
    links: &'a Links<'a>,
    views: &Views<'_>,
    highlighter: Option<&'a Highlighter>,
    options: &'a Options,
) -> SiteWorld<'a> {
    let config = &site.inputs.config;
    SiteWorld {
        files: &site.files,
        verified: &site.verified,
        sidecars: plans::sidecars(site, options),
        roles: Mutex::default(),
        machines: plans::machines(site),
        outer: site.outer(),
        links,
        theme: &site.inputs.theme,
        highlighter,
        folder: &options.site,
        preview: false,
        site: config.told(&views.links.absolute_path("/")),
        sizes: Mutex::new(HashMap::new()),
    }
}

pub(super) fn fill_theme(site: &Site<'_>, views: &Views<'_>) {
    let theme = &site.inputs.theme;
    let listed: Vec<Value> =
        if theme.any_reads_site() { site.newest().iter().map(|i| views.lite(*i)).collect() } else { Vec::new() };
    theme.data().fill(site.inputs.config.base_path(), listed);
}

pub(super) fn related_pages(site: &Site<'_>) -> Vec<Vec<usize>> {
    let config = &site.inputs.config;
    let pages = &site.library.pages;
    let items: Vec<related::Item> = (pages.iter())
        .map(|page| {
            let front = &page.record.front;
            let mut terms = front.keywords.clone();
            terms.extend(terms_of(&page.record, "tags"));
            related::Item {
                listed: is_listed(page),
                terms,
                section: super::address::section_path(page.record.lies()).to_owned(),
                date: front.published.as_ref().map(|d| d.day.clone()).unwrap_or_default(),
                path: page.record.source.clone(),
            }
        })
        .collect();
    related::related(&items, config.related)
}

struct Writer<'a> {
    site: &'a Site<'a>,
    views: &'a Views<'a>,
    world: &'a SiteWorld<'a>,
    output: &'a Output,
    fingerprints: Fingerprints<'a>,
}

impl Writer<'_> {
    fn everything(&self, listener: &dyn Listener) -> Result<Vec<Diagnostic>, Failure> {
        let guides = self.site.guide_indices();
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
            self.views.lists().par_iter().map(|listed| self.listed(listed)).collect();
        let mut diagnostics = Vec::new();
        for result in rendered.into_iter().chain(lists) {
            diagnostics.extend(result?);
        }
        self.redirects(&mut diagnostics)?;
        self.not_found(&mut diagnostics)?;
        self.status(&mut diagnostics)?;
        self.files()?;
        for (path, bytes) in (Programs { site: self.site, views: self.views }).files() {
            self.put(&path, &bytes)?;
        }
        Ok(diagnostics)
    }

    /// A guide's page and its Markdown copy.
    fn guide(&self, index: usize) -> Result<Vec<Diagnostic>, Failure> {
        let page = &self.site.library.pages[index];
        if self.site.library.beaten.contains(&page.record.source) {
            return Ok(Vec::new());
        }
        let key = self.fingerprints.guide(index);
        let path = output_path(&page.url);
        let copy = output_path(&markdown_url(&page.url));
        let copies = self.site.inputs.config.markdown_copies;
        let mut diagnostics = Vec::new();
        let paths = [path.as_str(), copy.as_str()];
        if self.output.keep_all(if copies { &paths } else { &paths[..1] }, &key) {
            return Ok(diagnostics);
        }
        let context = self.views.guide(index);
        match render_guide(self.site, self.world, index, context, &mut diagnostics) {
            Some(html) => self.output.put(&path, &key, html.as_bytes())?,
            None => self.output.leave(&path),
        }
        if copies && let Some(guide) = self.site.files.guide(&page.record.source) {
            let made = internal::on_page(&page.record.source, "making the Markdown copy of this page", || {
                render::markdown(&guide, &page.record.title, self.world)
            });
            match made {
                Ok(markdown) => self.output.put(&copy, &key, markdown.as_bytes())?,
                Err(problem) => {
                    diagnostics.push(problem);
                    self.output.leave(&copy);
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
        if !self.output.keep(&path, &key) {
            match render_listed(self.site, self.views, self.world, listed, &mut diagnostics) {
                Some(html) => self.output.put(&path, &key, html.as_bytes())?,
                None => self.output.leave(&path),
            }
        }
        Ok(diagnostics)
    }

    /// Whether something else has the address of a list.
    fn is_beaten(&self, listed: &Listed<'_>) -> bool {
        let library = &self.site.library;
        match listed.shown {
            Shown::Section(index) => library.beaten.contains(&library.pages[index].record.source),
            Shown::Taxonomy(taxonomy) => library.beaten.contains(&taxonomy.url),
            Shown::Term(_, term) => library.beaten.contains(&term.url),
        }
    }

    fn redirects(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        for (url, index) in &self.site.library.redirects {
            let context = redirect(self.views, self.world.links, &self.site.library.pages[*index]);
            self.template("redirect.html", &output_path(url), context, diagnostics)?;
        }
        Ok(())
    }

    fn not_found(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        if self.site.library.has_own("/404.html") {
            return Ok(());
        }
        self.template("404.html", "404.html", not_found(self.views), diagnostics)
    }

    fn status(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        match (Status { site: self.site, views: self.views }).page() {
            Some(context) => self.template("status.html", &output_path(status::URL), context, diagnostics),
            None => Ok(()),
        }
    }

    fn template(
        &self,
        template: &str,
        path: &str,
        context: Map<String, Value>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Failure> {
        let words = format!("{path}{}", Value::Object(context.clone()));
        let key = self.fingerprints.simple(template, &words);
        if self.output.keep(path, &key) {
            return Ok(());
        }
        match self.site.inputs.theme.render(template, &Value::Object(context)) {
            Ok(html) => Ok(self.output.put(path, &key, html.as_bytes())?),
            Err(problem) => {
                diagnostics.push(problem);
                Ok(())
            }
        }
    }

    /// Images and other files of pages, `static/`, recordings, and the theme's own.
    fn files(&self) -> Result<(), Failure> {
        let library = &self.site.library;
        let files = library.resources.iter().chain(&library.statics);
        for (path, url) in files.filter(|(path, _)| !library.beaten.contains(*path)) {
            self.output.copy(&output_path(url), &self.world.folder.join(path))?;
        }
        for recording in self.site.verified.recordings() {
            self.output.copy(&output_path(&recording.url), &recording.file)?;
        }
        for asset in self.site.inputs.theme.assets.values() {
            self.put(&asset.output, &asset.bytes)?;
        }
        Ok(())
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let key = *blake3::hash(bytes).as_bytes();
        if !self.output.keep(path, &key) {
            self.output.put(path, &key, bytes)?;
        }
        Ok(())
    }
}

/// The context of the page for addresses that lead nowhere.
pub(super) fn not_found(views: &Views<'_>) -> Map<String, Value> {
    let mut context = views.base("Page not found", "/404.html", "");
    context["head"]["noindex"] = true.into();
    context
}

/// A guide's page; `None` if a template failed.
pub(super) fn render_guide(
    site: &Site<'_>,
    world: &SiteWorld<'_>,
    index: usize,
    mut context: Map<String, Value>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let html = content(site, world, index, diagnostics)?;
    context["page"]["content"] = html.into();
    finish(site, "page.html", context, diagnostics)
}

pub(super) fn render_listed(
    site: &Site<'_>,
    views: &Views<'_>,
    world: &SiteWorld<'_>,
    listed: &Listed<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let mut context = views.listed(listed);
    if let Some(index) = listed.text.filter(|i| site.library.pages[*i].written) {
        context["section"]["content"] = content(site, world, index, diagnostics)?.into();
    }
    finish(site, listed.template, context, diagnostics)
}

pub(super) fn finish(
    site: &Site<'_>,
    template: &str,
    context: Map<String, Value>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let render = || site.inputs.theme.render(template, &Value::Object(context));
    match internal::guarded(&format!("filling {template}"), render) {
        Ok(Ok(html)) => Some(html),
        Ok(Err(problem)) | Err(problem) => {
            diagnostics.push(problem);
            None
        }
    }
}

/// The HTML of a page's text; `None` if its errors make it unfit to be rendered.
fn content(site: &Site<'_>, world: &SiteWorld<'_>, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let page = &site.library.pages[index];
    if page.record.diagnostics.iter().any(|d| d.code == "too-deep" || d.code == internal::CODE) {
        return None;
    }
    let guide = site.files.guide(&page.record.source)?;
    let info = PageInfo { title: page.record.title.clone(), url: world.links.absolute_path(&page.url) };
    match internal::on_page(&page.record.source, "rendering this page", || render::page(&guide, world, &info)) {
        Ok(rendered) => {
            diagnostics.extend(rendered.diagnostics);
            Some(rendered.html)
        }
        Err(problem) => {
            diagnostics.push(problem);
            None
        }
    }
}

impl Site<'_> {
    /// Indices of all guides.
    pub(super) fn guide_indices(&self) -> Vec<usize> {
        let pages = &self.library.pages;
        (0..pages.len()).filter(|i| pages[*i].record.kind == Kind::Guide).collect()
    }

    /// How many guides there are.
    pub(super) fn guides(&self) -> usize {
        self.guide_indices().len()
    }

    /// Listed guides, newest first.
    pub(super) fn newest(&self) -> Vec<usize> {
        let mut newest: Vec<usize> =
            self.guide_indices().into_iter().filter(|i| is_listed(&self.library.pages[*i])).collect();
        newest.sort_by_cached_key(|i| newest_first(&self.library.pages[*i].record));
        newest
    }
}
