//! Links between pages, as authors write them: by path, by slug, by alias, by file.

use crate::{
    config::Config,
    diagnostic::{Diagnostic, Severity, nearest},
    site::{
        address::{Resolved, decode, encode, is_elsewhere, normal, path_part},
        languages::Languages,
        library::{Library, Target},
        loose,
        record::PageRecord,
    },
    source::{Source, Span, inside::beside},
};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

/// The file that links of the configuration are resolved from.
pub(crate) const HOME: &str = "content/_index.md";

/// Resolves links against the library.
pub(crate) struct Links<'a> {
    pub(crate) library: &'a Library,
    pub(crate) config: &'a Config,
    pub(crate) languages: &'a Languages,
    /// The number of the language that links stay in where they can.
    pub(crate) language: usize,
    pub(crate) base_path: String,
    /// The folder of loose files, whose links are GitHub's.
    pub(crate) loose: Option<&'a Path>,
}

impl<'a> Links<'a> {
    /// The same for pages of another language.
    pub(crate) fn speaking(&self, language: usize) -> Self {
        Self { language, base_path: self.base_path.clone(), ..*self }
    }

    /// The address to write into a page for a link that the file `from` has.
    pub(crate) fn href(&self, target: &str, from: &str) -> String {
        match self.resolve(target, from) {
            Resolved::Here { url, anchor, .. } => {
                let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
                let query = target
                    .split('#')
                    .next()
                    .and_then(|t| t.split_once('?'))
                    .map_or(String::new(), |(_, q)| format!("?{q}"));
                if url.is_empty() { anchor } else { format!("{}{query}{anchor}", self.absolute_path(&url)) }
            }
            Resolved::Elsewhere | Resolved::Broken { .. } => target.to_owned(),
        }
    }

    /// A URL path as it stands in a page: with the base path, percent-encoded.
    pub(crate) fn absolute_path(&self, url: &str) -> String {
        format!("{}{}", self.base_path, encode(url.trim_start_matches('/')))
    }

    /// Finds out where a link leads.
    pub(crate) fn resolve(&self, target: &str, from: &str) -> Resolved {
        if let Some(folder) = self.loose {
            return loose::resolve(folder, target, from, |path| self.library.by_source.get(path).copied());
        }
        if is_elsewhere(target) {
            return Resolved::Elsewhere;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() && anchor.is_empty() {
            return Resolved::Elsewhere;
        }
        if path.is_empty() {
            return Resolved::Here {
                url: String::new(),
                page: self.library.by_source.get(from).copied(),
                anchor: anchor.to_owned(),
            };
        }
        let decoded = decode(path);
        match self.find(&decoded, from) {
            Some(found) => {
                let (url, page) = self.translated(found);
                Resolved::Here { url, page, anchor: anchor.to_owned() }
            }
            None if self.is_external_path(path) => Resolved::Elsewhere,
            None => Resolved::Broken { path: decoded },
        }
    }

    /// The same page or list in the language of these links, if there is one.
    fn translated(&self, (url, page): (String, Option<usize>)) -> (String, Option<usize>) {
        let library = self.library;
        match page {
            Some(page) => {
                let page = library.translation(page, self.language).unwrap_or(page);
                (library.pages[page].url.clone(), Some(page))
            }
            None if self.language > 0 && !library.files_by_url.contains_key(&url) => {
                let own = format!("{}{url}", self.languages.prefix(self.language));
                (if library.by_url.contains_key(&own) { own } else { url }, None)
            }
            None => (url, None),
        }
    }

    fn find(&self, path: &str, from: &str) -> Option<(String, Option<usize>)> {
        let library = self.library;
        if let Some(rest) = path.strip_prefix("@/") {
            return self.source(&format!("content/{rest}"));
        }
        if let Some(rest) = path.strip_prefix('/') {
            let without_base = path.strip_prefix(&self.base_path).map(|r| format!("/{r}"));
            return (self.address(path))
                .or_else(|| without_base.and_then(|p| self.address(&p)))
                .or_else(|| self.source(&format!("content/{rest}")));
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(found) = beside(folder, path).and_then(|p| self.source(&p)) {
            return Some(found);
        }
        if let Some(&page) = library.by_source.get(from) {
            let url = &library.pages[page].url;
            if let Some(found) = beside(url.trim_matches('/'), path).and_then(|p| self.address(&format!("/{p}"))) {
                return Some(found);
            }
        }
        let name = path.trim_matches('/');
        let named = |language: usize| library.by_name.get(language)?.get(&path_part(name)).copied().flatten();
        let page = named(self.language).or_else(|| named(0)).filter(|_| !name.contains('/'))?;
        Some((library.pages[page].url.clone(), Some(page)))
    }

    /// By URL path: a page, an alias of one, a file, a list.
    fn address(&self, path: &str) -> Option<(String, Option<usize>)> {
        let library = self.library;
        for url in
            [path.to_owned(), normal(path), path.trim_end_matches("index.html").to_owned(), normal(path).to_lowercase()]
        {
            match library.by_url.get(&url) {
                Some(Target::Page(page) | Target::Alias(page)) => {
                    return Some((library.pages[*page].url.clone(), Some(*page)));
                }
                Some(Target::Other) => return Some((url, None)),
                None => {}
            }
        }
        None
    }

    /// By the path of a file of the site, or of the folder of a page.
    fn source(&self, path: &str) -> Option<(String, Option<usize>)> {
        let path = path.trim_end_matches('/');
        let library = self.library;
        if let Some(url) = library.resources.get(path) {
            return Some((url.clone(), None));
        }
        let names = ["", ".md", ".mdx", "/index.md", "/_index.md", "/index.mdx"];
        let page = names.iter().find_map(|name| library.by_source.get(&format!("{path}{name}"))).copied()?;
        Some((library.pages[page].url.clone(), Some(page)))
    }

    /// Whether another site serves a path.
    pub(crate) fn is_external_path(&self, path: &str) -> bool {
        self.config.external_paths.iter().any(|pattern| match pattern.split_once('*') {
            Some((head, tail)) => {
                path.len() >= head.len() + tail.len() && path.starts_with(head) && path.ends_with(tail)
            }
            None => path == pattern,
        })
    }

    /// What is wrong with a link to `path`, and what to do.
    fn explain(&self, path: &str, from: &str) -> (String, String) {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let candidates = [normal(path), beside(folder, path).unwrap_or_default()];
        let hidden = candidates.iter().find_map(|c| {
            let sources = [c.clone(), format!("{c}/index.md"), format!("{c}.md")];
            sources.iter().find_map(|s| self.library.hidden.get(s.as_str()))
        });
        if let Some(reason) = hidden {
            let message = format!("the page that this link leads to {reason}: {path}");
            return (message, "link to another page, or build that one".into());
        }
        let last = |p: &str| p.trim_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let wanted = last(path);
        let names = self.library.pages.iter().map(|p| (last(&p.url), &p.url));
        let near = names
            .filter(|(name, _)| *name == wanted || nearest(&wanted, [name.as_str()]).is_some())
            .map(|(_, url)| url)
            .min();
        let help = match near {
            None if self.loose.is_some() => "correct it: it is read from the folder of this file".into(),
            Some(url) if self.loose.is_none() => format!("did you mean `{url}`?"),
            _ => {
                "correct it, or, if another site serves this path, add it to `external_paths` in guidepost.yaml".into()
            }
        };
        (format!("this link leads to no page: {path}"), help)
    }

    /// Every link of a page that is broken, with its anchors.
    pub(crate) fn check(&self, record: &PageRecord, severity: Severity, found: &mut Findings<'a>) {
        let own = self.speaking(record.language);
        for link in &record.links {
            let problem = match own.resolve(&link.target, &link.from) {
                Resolved::Elsewhere => continue,
                Resolved::Broken { path } => {
                    let (message, help) = found.explained(&path, || self.explain(&path, &link.from));
                    Diagnostic::error("broken-link", message).help(help)
                }
                Resolved::Here { url, page, anchor } => {
                    // A link with only an anchor stays on the page, even where an included bundle has it.
                    let target =
                        if url.is_empty() { Some(record) } else { page.map(|p| &self.library.pages[p].record) };
                    let Some(problem) = target.and_then(|target| found.missing_anchor(self.library, target, &anchor))
                    else {
                        continue;
                    };
                    problem
                }
            };
            found.diagnostics.push(Diagnostic { severity, place: Some(Box::new(link.place.clone())), ..problem });
        }
    }
}

impl Links<'_> {
    /// A link of the configuration.
    pub(crate) fn check_configured(&self, target: &str, source: &Source, severity: Severity, found: &mut Findings<'_>) {
        if let Resolved::Broken { path } = self.resolve(target, HOME) {
            let (message, help) = found.explained(&path, || self.explain(&path, HOME));
            let start = source.text.find(target).unwrap_or_default();
            let problem = Diagnostic::error("broken-link", message).at(source, Span::new(start, start + target.len()));
            found.diagnostics.push(Diagnostic { severity, ..problem.help(help) });
        }
    }
}

/// What a check has found so far.
#[derive(Default)]
pub(crate) struct Findings<'a> {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Ids of the pages that links with anchors lead to.
    anchors: HashMap<&'a str, HashSet<&'a str>>,
    suggestions: usize,
}

/// Suggestions in one check: they are for people, who mend a few and check again, and each is a search through all names.
const SUGGESTIONS: usize = 50;

impl<'a> Findings<'a> {
    /// Whether one more search for what was meant is worth its time.
    pub(crate) fn may_suggest(&mut self) -> bool {
        self.suggestions += 1;
        self.suggestions <= SUGGESTIONS
    }

    /// Message and help, the latter without a search if there were many already.
    fn explained(&mut self, path: &str, explain: impl FnOnce() -> (String, String)) -> (String, String) {
        if !self.may_suggest() {
            return (
                format!("this link leads to no page: {path}"),
                "correct it, or add it to `external_paths` in guidepost.yaml".into(),
            );
        }
        explain()
    }

    fn missing_anchor(&mut self, library: &'a Library, target: &PageRecord, anchor: &str) -> Option<Diagnostic> {
        let decoded = decode(anchor);
        if anchor.is_empty() || decoded == "top" || decoded.starts_with("gp-fn") {
            return None;
        }
        let record = &library.pages[*library.by_source.get(&target.source)?].record;
        let known = self
            .anchors
            .entry(record.source.as_str())
            .or_insert_with(|| record.anchors.iter().map(String::as_str).collect());
        if known.contains(decoded.as_str()) {
            return None;
        }
        let near = if self.may_suggest() { nearest(&decoded, record.anchors.iter().map(String::as_str)) } else { None };
        let help = near.map_or_else(
            || "the headings of that page have other ids".to_owned(),
            |near| format!("did you mean `#{near}`?"),
        );
        Some(Diagnostic::error("broken-anchor", format!("{} has no place `#{decoded}`", record.source)).help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths() {
        assert_eq!(beside("content/a", "../b/c.png").as_deref(), Some("content/b/c.png"));
        assert_eq!(beside("content", "./x/").as_deref(), Some("content/x/"));
        assert_eq!(beside("content", "../../x"), None);
    }

    #[test]
    fn schemes() {
        for (target, elsewhere) in [
            ("https://a.b", true),
            ("mailto:a@b", true),
            ("//a.b", true),
            ("/a:b", false),
            ("a.md", false),
            ("#x", false),
        ] {
            assert_eq!(is_elsewhere(target), elsewhere, "{target}");
        }
    }
}
