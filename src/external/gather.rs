//! The links of a site that lead to others: each address once, with all the places it stands at.

use std::collections::{BTreeMap, BTreeSet};
use url::Url;

use super::reserved::{Standing, standing};
use crate::{
    config::ExternalLinks,
    diagnostic::{Diagnostic, Place},
    site::{address::Resolved, links::HOME, load::Site},
    source::Span,
};

/// Where an address stands, and which place of its page is meant there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) place: Place,
    /// What stands behind `#`.
    pub(super) fragment: Option<String>,
}

/// What a site's links to others are.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Addresses to ask, without what stands behind `#`.
    pub(super) asked: BTreeMap<Url, Vec<Mention>>,
    /// Addresses that are not: examples, this computer, private networks, what the configuration leaves out.
    pub(super) left: BTreeSet<String>,
    /// Links that are no addresses, or lead into private networks.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Gathers the links of all pages and of the configuration, or those that stand in these files.
pub(super) fn gather(site: &Site<'_>, files: Option<&BTreeSet<String>>) -> Gathered {
    let mut gathered = Gathered::default();
    let written = site.library.pages.iter().filter(|page| page.written);
    let references = written.flat_map(|page| page.record.links.iter().chain(&page.record.images));
    let mut seen = BTreeSet::new();
    for reference in references {
        // A bundle's links stand on every page that includes it.
        let place = &reference.place;
        if files.is_none_or(|files| files.contains(&place.path))
            && seen.insert((&place.path, place.line, place.column, &reference.target))
        {
            gathered.add(site, &reference.target, place);
        }
    }
    if files.is_none() {
        let source = &site.inputs.source;
        for target in site.configured_targets() {
            let start = source.text.find(&target).unwrap_or_default();
            gathered.add(site, &target, &Place::new(source, Span::new(start, start + target.len())));
        }
    }
    gathered
}

impl Gathered {
    fn add(&mut self, site: &Site<'_>, target: &str, place: &Place) {
        let target = if target.starts_with("//") { format!("https:{target}") } else { target.to_owned() };
        let scheme = target.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if !matches!(scheme.as_deref(), Some("http" | "https")) || is_own(site, &target) {
            return;
        }
        let settings = &site.inputs.config.external_links;
        let at = |problem: Diagnostic| Diagnostic { place: Some(Box::new(place.clone())), ..problem };
        let mut url = match Url::parse(&target) {
            Ok(url) => url,
            Err(error) => {
                let problem = Diagnostic::error("broken-external-link", format!("this is no address: {error}"));
                self.diagnostics.push(at(problem).help("correct it"));
                return;
            }
        };
        match chosen(settings, &url) {
            Choice::Ask => {
                let fragment = url.fragment().map(str::to_owned);
                url.set_fragment(None);
                self.asked.entry(url).or_default().push(Mention { place: place.clone(), fragment });
            }
            Choice::Leave => {
                self.left.insert(target);
            }
            Choice::Private => {
                let host = url.host_str().unwrap_or_default().to_owned();
                self.diagnostics.push(at(private(&host, None)));
                self.left.insert(target);
            }
        }
    }
}

/// What is told of a host that is not asked because it is in a private network, or its name leads there.
pub(super) fn private(host: &str, ip: Option<&str>) -> Diagnostic {
    let ip = ip.map(|ip| format!(" ({ip})")).unwrap_or_default();
    let message = format!("this link was not looked at: {host}{ip} is in a private network");
    Diagnostic::notice("private-host", message)
        .help("to have it asked, add the host to `private_hosts` of `external_links` in guidepost.yaml")
}

/// Whether a link leads to a page of this site by its whole address.
fn is_own(site: &Site<'_>, target: &str) -> bool {
    let config = &site.inputs.config;
    let base = config.base_url.trim_end_matches('/');
    let Some(path) = target.strip_prefix(base).filter(|path| path.is_empty() || path.starts_with(['/', '#', '?']))
    else {
        return false;
    };
    let path = format!("{}{}", config.base_path().trim_end_matches('/'), if path.is_empty() { "/" } else { path });
    matches!(site.links().resolve(&path, HOME), Resolved::Here { .. })
}

enum Choice {
    Ask,
    Leave,
    Private,
}

fn chosen(settings: &ExternalLinks, url: &Url) -> Choice {
    let text = url.as_str();
    let listed = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, text));
    if listed(&settings.ignore) || !settings.only.is_empty() && !listed(&settings.only) {
        return Choice::Leave;
    }
    match url.host().map(|host| standing(&host)) {
        Some(Standing::Public) => Choice::Ask,
        Some(Standing::Private | Standing::Own) if is_allowed(settings, url) => Choice::Ask,
        Some(Standing::Private) => Choice::Private,
        Some(Standing::Own | Standing::Reserved) | None => Choice::Leave,
    }
}

/// Whether a host of a private network may be asked.
pub(super) fn is_allowed(settings: &ExternalLinks, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    let patterns = &settings.private_hosts;
    patterns.iter().any(|pattern| fits(pattern, host) || with_port.as_ref().is_some_and(|host| fits(pattern, host)))
}

/// Whether a text is of a pattern, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("https://a.b/", "https://a.b/", true),
            ("https://a.b/", "https://a.b/c", false),
            ("https://a.b/*", "https://a.b/c/d?e", true),
            ("*://a.b/*", "http://a.b/", true),
            ("*.pdf", "https://a.b/c.pdf", true),
            ("https://*.b/*x*", "https://a.b/wxyz", true),
            ("https://*.b/*x*", "https://a.b/wyz", false),
            ("aba*aba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
