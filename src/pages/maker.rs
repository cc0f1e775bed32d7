//! The one maker of pages: for a build, for a check and for the preview.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    diagnostic::Diagnostic,
    internal,
    pages::{
        Fingerprint,
        data::{Filled, NotFoundPage, RedirectPage, StatusPage},
        lists::Listed,
        programs::Programs,
        sidebar::Sidebars,
        status::Status,
        verified::Verified,
        view::Views,
        world::SiteWorld,
    },
    render::{self, PageInfo, Uses, highlight::Highlighter},
    site::{library::Page, load::Site},
};

/// Makes the pages of a site.
pub(crate) struct Pages<'a> {
    pub(crate) site: &'a Site<'a>,
    /// In the site's own language.
    pub(crate) views: Views<'a>,
    /// In each further one.
    others: Vec<Views<'a>>,
    pub(crate) world: SiteWorld<'a>,
    sidebars: Sidebars,
}

impl<'a> Pages<'a> {
    /// Without a `highlighter`, nobody will look at the HTML.
    pub(crate) fn new(site: &'a Site<'a>, verified: &'a Verified, highlighter: Option<&'a Highlighter>) -> Self {
        let views = Views::new(site, verified, 0);
        let others: Vec<Views<'_>> =
            (1..site.inputs.languages.tags.len()).map(|language| Views::new(site, verified, language)).collect();
        let world = SiteWorld::new(site, verified, highlighter);
        let pages = Self { site, world, views, others, sidebars: Sidebars::default() };
        let theme = &site.inputs.theme;
        let card = |index: &usize| json!(pages.views_of(*index).card(*index));
        let listed: Vec<Value> =
            if theme.any_reads_site() { site.newest().iter().map(card).collect() } else { Vec::new() };
        theme.data().fill(site.inputs.config.base_path(), listed);
        pages
    }

    /// In each language.
    pub(crate) fn all_views(&self) -> impl Iterator<Item = &Views<'a>> {
        std::iter::once(&self.views).chain(&self.others)
    }

    /// In a language, by its number.
    pub(crate) fn views_in(&self, language: usize) -> &Views<'a> {
        language.checked_sub(1).map_or(&self.views, |other| &self.others[other])
    }

    /// In the language of a page.
    pub(crate) fn views_of(&self, index: usize) -> &Views<'a> {
        self.views_in(self.site.library.pages[index].record.language)
    }

    /// Every list of the site.
    pub(crate) fn lists(&self) -> Vec<Listed<'a>> {
        self.all_views().flat_map(Views::lists).collect()
    }

    /// A guide's page; `None` if a template failed.
    pub(crate) fn guide(&self, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let views = self.views_of(index);
        let mut context = views.guide(index);
        (context.page.content, context.base.head.uses) = self.content(index, diagnostics)?;
        self.fill(views, "page.html", Some(index), &context, diagnostics)
    }

    /// A page that lists others; likewise.
    pub(crate) fn listed(&self, listed: &Listed<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let views = self.views_in(listed.language);
        let written = listed.text.filter(|index| self.site.library.pages[*index].written);
        let content = written.map(|index| self.content(index, diagnostics).ok_or(())).transpose().ok()?;
        let (content, uses) = content.unwrap_or_default();
        let mut context = views.listed(listed, content);
        context.head().uses = uses;
        self.fill(views, listed.template, listed.beside(), &context, diagnostics)
    }

    /// The page of results, if there is one.
    pub(crate) fn status(&self) -> Option<StatusPage<'_>> {
        Status { site: self.site, views: &self.views }.page()
    }

    /// The files that programs read: paths in the output, and bytes.
    pub(crate) fn for_programs(&self) -> Vec<(String, Vec<u8>)> {
        Programs { pages: self }.files()
    }

    /// The context of a page at an old address of another.
    pub(crate) fn redirect(&self, page: &Page) -> RedirectPage<'_> {
        let views = self.views_in(page.record.language);
        let mut base = views.base(&page.record.title, &page.url, "");
        base.head.noindex = true;
        RedirectPage { base, target: views.path(&page.url), canonical: views.permalink(&page.url) }
    }

    /// The context of the page for addresses that lead nowhere.
    pub(crate) fn not_found<'v>(&self, views: &'v Views<'_>) -> NotFoundPage<'v> {
        let mut base = views.base(&views.words.text("not_found"), &format!("{}/404.html", views.prefix), "");
        base.head.noindex = true;
        NotFoundPage { base }
    }

    /// Changes when the tree of guides beside a page does.
    pub(crate) fn sidebar(&self, views: &Views<'_>, page: Option<usize>) -> Fingerprint {
        self.sidebars.fingerprint(views, &self.site.inputs.theme, page)
    }

    /// A template with its context and the tree beside a page; `None` if that failed.
    pub(crate) fn fill(
        &self,
        views: &Views<'_>,
        template: &str,
        page: Option<usize>,
        context: &impl Serialize,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let render = || {
            let theme = &self.site.inputs.theme;
            let sidebar = self.sidebars.beside(views, theme, page)?;
            theme.render(views.language, template, &Filled { own: context, sidebar })
        };
        match internal::guarded(&format!("filling {template}"), render) {
            Ok(Ok(html)) => Some(html),
            Ok(Err(problem)) | Err(problem) => {
                diagnostics.push(problem);
                None
            }
        }
    }

    /// The HTML of a page's text, and what it needs; `None` if its errors make it unfit to be rendered.
    fn content(&self, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<(String, Uses)> {
        let page = &self.site.library.pages[index];
        if page.record.diagnostics.iter().any(|d| d.code == "too-deep" || d.code == internal::CODE) {
            return None;
        }
        let guide = self.site.files.guide(&page.record.source)?;
        let info = PageInfo { title: page.record.title.clone(), url: self.views.path(&page.url) };
        let world = self.world.speaking(page.record.language);
        let render = || render::page(&guide, &world, &info);
        match internal::on_page(&page.record.source, "rendering this page", render) {
            Ok(rendered) => {
                diagnostics.extend(rendered.diagnostics);
                Some((rendered.html, rendered.uses))
            }
            Err(problem) => {
                diagnostics.push(problem);
                None
            }
        }
    }
}
