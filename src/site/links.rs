//! Links between pages, as authors write them: by path, by slug, by alias, by file.

use std::path::Path;

use super::{
    address::{normal, path_part},
    library::{Library, Target},
    record::{PageRecord, Reference},
};
use crate::{
    config::Config,
    diagnostic::{Diagnostic, Severity, nearest},
};

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// Out of the site, or to something that is not checked: the author's text stays.
    Elsewhere,
    /// In the site: URL path without the base path; the page, if it is one; the anchor, without `#`.
    Here { url: String, page: Option<usize>, anchor: String },
    /// Nowhere: why, and what to do.
    Broken { message: String, help: String },
}

/// Resolves links against the library.
pub(super) struct Links<'a> {
    pub(super) library: &'a Library,
    pub(super) config: &'a Config,
    pub(super) base_path: String,
}

impl Links<'_> {
    /// The address to write into a page for a link that the file `from` has.
    pub(super) fn href(&self, target: &str, from: &str) -> String {
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

    /// A URL path with the base path.
    pub(super) fn absolute_path(&self, url: &str) -> String {
        format!("{}{}", self.base_path, url.trim_start_matches('/'))
    }

    /// Finds out where a link leads.
    pub(super) fn resolve(&self, target: &str, from: &str) -> Resolved {
        if is_elsewhere(target) {
            return Resolved::Elsewhere;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() {
            return Resolved::Here {
                url: String::new(),
                page: self.library.by_source.get(from).copied(),
                anchor: anchor.to_owned(),
            };
        }
        let decoded = decode(path);
        match self.find(&decoded, from) {
            Some((url, page)) => Resolved::Here { url, page, anchor: anchor.to_owned() },
            None if self.is_external_path(path) => Resolved::Elsewhere,
            None => self.broken(&decoded, from),
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
        let page = library.by_name.get(&path_part(name)).copied().flatten().filter(|_| !name.contains('/'))?;
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
        let candidates =
            [path.to_owned(), format!("{path}.md"), format!("{path}/index.md"), format!("{path}/_index.md")];
        let page = candidates.iter().find_map(|c| library.by_source.get(c)).copied()?;
        Some((library.pages[page].url.clone(), Some(page)))
    }

    fn is_external_path(&self, path: &str) -> bool {
        self.config.external_paths.iter().any(|pattern| match pattern.split_once('*') {
            Some((head, tail)) => {
                path.len() >= head.len() + tail.len() && path.starts_with(head) && path.ends_with(tail)
            }
            None => path == pattern,
        })
    }

    fn broken(&self, path: &str, from: &str) -> Resolved {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let candidates = [normal(path), beside(folder, path).unwrap_or_default()];
        let hidden = candidates.iter().find_map(|c| {
            let sources = [c.clone(), format!("{c}/index.md"), format!("{c}.md")];
            sources.iter().find_map(|s| self.library.hidden.get(s.as_str()))
        });
        if let Some(reason) = hidden {
            let message = format!("the page that this link leads to {reason}: {path}");
            return Resolved::Broken { message, help: "link to another page, or build that one".into() };
        }
        let last = |p: &str| p.trim_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let wanted = last(path);
        let names = self.library.pages.iter().map(|p| (last(&p.url), &p.url));
        let near = names
            .filter(|(name, _)| *name == wanted || nearest(&wanted, [name.as_str()]).is_some())
            .map(|(_, url)| url)
            .min();
        let help = match near {
            Some(url) => format!("did you mean `{url}`?"),
            None => {
                "correct it, or, if another site serves this path, add it to `external_paths` in guidepost.yaml".into()
            }
        };
        Resolved::Broken { message: format!("this link leads to no page: {path}"), help }
    }

    /// Every link of a page that is broken, with its anchors.
    pub(super) fn check(&self, record: &PageRecord, severity: Severity, diagnostics: &mut Vec<Diagnostic>) {
        for link in &record.links {
            let problem = match self.resolve(&link.target, &link.from) {
                Resolved::Elsewhere => continue,
                Resolved::Broken { message, help } => Diagnostic::error("broken-link", message).help(help),
                Resolved::Here { url, page, anchor } => {
                    // A link with only an anchor stays on the page, even where an included bundle has it.
                    let target =
                        if url.is_empty() { Some(record) } else { page.map(|p| &self.library.pages[p].record) };
                    match target.and_then(|target| missing_anchor(target, &anchor)) {
                        Some((message, help)) => Diagnostic::error("broken-anchor", message).help(help),
                        None => continue,
                    }
                }
            };
            diagnostics.push(Diagnostic { severity, place: Some(Box::new(link.place.clone())), ..problem });
        }
        if let Some(link) = &record.front.deprecated_link
            && let Resolved::Broken { message, help } = self.resolve(link, &record.source)
        {
            let problem = Diagnostic::error("broken-link", format!("`deprecated_link`: {message}")).help(help);
            diagnostics.push(Diagnostic { severity, ..problem.in_file(&record.source) });
        }
    }
}

fn missing_anchor(record: &PageRecord, anchor: &str) -> Option<(String, String)> {
    let decoded = decode(anchor);
    if anchor.is_empty() || decoded == "top" || record.anchors.contains(&decoded) || decoded.starts_with("fn") {
        return None;
    }
    let help = match nearest(&decoded, record.anchors.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `#{near}`?"),
        None => "the headings of that page have other ids".into(),
    };
    Some((format!("{} has no place `#{decoded}`", record.source), help))
}

fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default();
    let has_scheme = target.contains(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    target.is_empty() || target.starts_with("//") || has_scheme
}

/// A relative path from a folder; `None` if it leaves the root.
fn beside(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let slash = if path.ends_with('/') { "/" } else { "" };
    Some(format!("{}{slash}", parts.join("/")))
}

/// Percent-decoding; text that is not UTF-8 afterwards stays as it is.
fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Where the file of an image lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Image {
    Elsewhere,
    /// Path relative to the site's folder, and URL path.
    File {
        path: String,
        url: String,
    },
    Missing {
        message: String,
        help: String,
    },
}

impl Links<'_> {
    /// Finds the file of an image that the file `from` shows.
    pub(super) fn image(&self, target: &str, from: &str, site: &Path) -> Image {
        if is_elsewhere(target) || target.starts_with("data:") {
            return Image::Elsewhere;
        }
        let path = decode(target.split(['?', '#']).next().unwrap_or_default());
        let library = self.library;
        let by_url = |url: &str| {
            let here = |(path, known): (&String, &String)| {
                (known == url).then(|| Image::File { path: path.clone(), url: known.clone() })
            };
            if library.by_url.contains_key(url) {
                library.resources.iter().chain(&library.statics).find_map(here)
            } else {
                None
            }
        };
        if path.starts_with('/') {
            let without_base = path.strip_prefix(&self.base_path).map(|r| format!("/{r}"));
            let content = format!("content{path}");
            return by_url(&path)
                .or_else(|| without_base.and_then(|p| by_url(&p)))
                .or_else(|| {
                    library.resources.get(&content).map(|url| Image::File { path: content.clone(), url: url.clone() })
                })
                .unwrap_or_else(|| self.missing_image(&path, &format!("static{path}")));
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(file) = beside(folder, &path) else { return outside(&path) };
        if let Some(url) = library.resources.get(&file) {
            return Image::File { path: file, url: url.clone() };
        }
        let by_page = library.by_source.get(from).and_then(|p| beside(library.pages[*p].url.trim_matches('/'), &path));
        if let Some(found) = by_page.and_then(|p| by_url(&format!("/{p}"))) {
            return found;
        }
        if let Err(crate::source::inside::Outside::Outside) = crate::source::inside::inside(site, Path::new(&file)) {
            return outside(&path);
        }
        if file.starts_with("content/") || !site.join(&file).is_file() {
            self.missing_image(&path, &file)
        } else {
            let message = format!("this image lies outside `content/` and `static/`, so it is not published: {file}");
            Image::Missing { message, help: "move it beside the page, or into `static/`".into() }
        }
    }

    fn missing_image(&self, path: &str, file: &str) -> Image {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let here = self.library.resources.keys().chain(self.library.statics.keys());
        let siblings = here.filter_map(|r| r.rsplit_once('/')).filter(|(f, _)| *f == folder).map(|(_, n)| n);
        let help = match nearest(name, siblings) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("put the file at `{file}`"),
        };
        Image::Missing { message: format!("this image does not exist: {path}"), help }
    }

    /// Every image of a page that is missing or outside of the site.
    pub(super) fn check_images(&self, record: &PageRecord, site: &Path, diagnostics: &mut Vec<Diagnostic>) {
        let mut check = |target: &str, from: &str, reference: Option<&Reference>| {
            if let Image::Missing { message, help } = self.image(target, from, site) {
                let mut problem = Diagnostic::error("missing-image", message).help(help);
                match reference {
                    Some(reference) => problem.place = Some(Box::new(reference.place.clone())),
                    None => problem = problem.in_file(from),
                }
                diagnostics.push(problem);
            }
        };
        for image in &record.images {
            check(&image.target, &image.from, Some(image));
        }
        if let Some(image) = &record.front.image {
            check(image, &record.source, None);
        }
    }
}

fn outside(path: &str) -> Image {
    let message = format!("this image lies outside of the site, so it is not published: {path}");
    Image::Missing { message, help: "copy it into the site".into() }
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
    fn percent_encoding() {
        assert_eq!(decode("a%20b%C3%A9"), "a bé");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%ff"), "%ff");
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
