//! The one maker of pages: for a build, for a check and for the preview.

use serde_json::{Map, Value};

use crate::{
    diagnostic::Diagnostic,
    internal,
    pages::{
        Fingerprint, lists::Listed, programs::Programs, sidebar::Sidebars, status::Status, verified::Verified,
        view::Views, world::SiteWorld,
    },
    render::{self, PageInfo, highlight::Highlighter},
    site::{library::Page, load::Site},
};

/// Makes the pages of a site.
pub(crate) struct Pages<'a> {
    pub(crate) site: &'a Site<'a>,
    pub(crate) views: Views<'a>,
    pub(crate) world: SiteWorld<'a>,
    sidebars: Sidebars,
}

impl<'a> Pages<'a> {
    /// Without a `highlighter`, nobody will look at the HTML.
    pub(crate) fn new(site: &'a Site<'a>, verified: &'a Verified, highlighter: Option<&'a Highlighter>) -> Self {
        let views = Views::new(site, verified);
        let theme = &site.inputs.theme;
        let listed: Vec<Value> =
            if theme.any_reads_site() { site.newest().iter().map(|i| views.lite(*i)).collect() } else { Vec::new() };
        theme.data().fill(site.inputs.config.base_path(), listed);
        Self { site, world: SiteWorld::new(site, verified, highlighter), views, sidebars: Sidebars::default() }
    }

    /// A guide's page; `None` if a template failed.
    pub(crate) fn guide(&self, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let mut context = self.views.guide(index);
        context["page"]["content"] = self.content(index, diagnostics)?.into();
        self.fill("page.html", Some(index), context, diagnostics)
    }

    /// A page that lists others; likewise.
    pub(crate) fn listed(&self, listed: &Listed<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let mut context = self.views.listed(listed);
        if let Some(index) = listed.text.filter(|i| self.site.library.pages[*i].written) {
            context["section"]["content"] = self.content(index, diagnostics)?.into();
        }
        self.fill(listed.template, listed.beside(), context, diagnostics)
    }

    /// The page of results, if there is one.
    pub(crate) fn status(&self) -> Option<Map<String, Value>> {
        Status { site: self.site, views: &self.views }.page()
    }

    /// The files that programs read: paths in the output, and bytes.
    pub(crate) fn for_programs(&self) -> Vec<(String, Vec<u8>)> {
        Programs { site: self.site, views: &self.views }.files()
    }

    /// The context of a page at an old address of another.
    pub(crate) fn redirect(&self, page: &Page) -> Map<String, Value> {
        let mut context = self.views.base(&page.record.title, &page.url, "");
        context["head"]["noindex"] = true.into();
        context.insert("target".into(), self.views.links.absolute_path(&page.url).into());
        context.insert("canonical".into(), self.views.permalink(&page.url).into());
        context
    }

    /// The context of the page for addresses that lead nowhere.
    pub(crate) fn not_found(&self) -> Map<String, Value> {
        let mut context = self.views.base(&self.views.words.text("not_found"), "/404.html", "");
        context["head"]["noindex"] = true.into();
        context
    }

    /// Changes when the tree of guides beside a page does.
    pub(crate) fn sidebar(&self, page: Option<usize>) -> Fingerprint {
        self.sidebars.fingerprint(&self.views, &self.site.inputs.theme, page)
    }

    /// A template with its context and the tree beside a page; `None` if that failed.
    pub(crate) fn fill(
        &self,
        template: &str,
        page: Option<usize>,
        mut context: Map<String, Value>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let render = || {
            let theme = &self.site.inputs.theme;
            context.insert("sidebar".into(), self.sidebars.beside(&self.views, theme, page)?);
            theme.render(0, template, &Value::Object(context))
        };
        match internal::guarded(&format!("filling {template}"), render) {
            Ok(Ok(html)) => Some(html),
            Ok(Err(problem)) | Err(problem) => {
                diagnostics.push(problem);
                None
            }
        }
    }

    /// The HTML of a page's text; `None` if its errors make it unfit to be rendered.
    fn content(&self, index: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let page = &self.site.library.pages[index];
        if page.record.diagnostics.iter().any(|d| d.code == "too-deep" || d.code == internal::CODE) {
            return None;
        }
        let guide = self.site.files.guide(&page.record.source)?;
        let info = PageInfo { title: page.record.title.clone(), url: self.views.links.absolute_path(&page.url) };
        let render = || render::page(&guide, &self.world, &info);
        match internal::on_page(&page.record.source, "rendering this page", render) {
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
}
