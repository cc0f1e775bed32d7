//! All pages with their addresses, and what is wrong between them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{
    address::{self, file_name, normal, path_part, section_path, url_path},
    discover::Found,
    record::{Kind, PageRecord},
};
use crate::{
    config::Config,
    diagnostic::{Diagnostic, Place},
    source::date::Date,
};

/// A page or a section.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) record: PageRecord,
    /// URL path without the base path of the site.
    pub(super) url: String,
    /// Whether a file of the author's stands behind it; a folder without `_index.md` has a section page all the same.
    pub(super) written: bool,
}

/// What a URL path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Page(usize),
    /// An old address of a page.
    Alias(usize),
    /// A file, or a list that has no source.
    Other,
}

/// Every page of the site that is built.
#[derive(Debug, Default)]
pub(super) struct Library {
    pub(super) pages: Vec<Page>,
    /// Files of `content/` that are no pages, with their URL paths.
    pub(super) resources: BTreeMap<String, String>,
    pub(super) statics: BTreeMap<String, String>,
    pub(super) by_source: HashMap<String, usize>,
    pub(super) by_url: HashMap<String, Target>,
    /// Slugs and file names, where only one page has them.
    pub(super) by_name: HashMap<String, Option<usize>>,
    /// Pages that are not built, with the reason.
    pub(super) hidden: HashMap<String, &'static str>,
    /// Indices of pages by section path, in the order of the section.
    pub(super) sections: BTreeMap<String, Vec<usize>>,
    /// Where each page stands in its section.
    places: HashMap<usize, usize>,
}

/// What decides which pages are built.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) drafts: bool,
    /// `YYYY-MM-DD`.
    pub(super) today: String,
}

impl Library {
    /// Gives every page its address.
    pub(super) fn new(
        records: Vec<PageRecord>,
        found: &Found,
        config: &Config,
        choice: &Choice,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut library = Self::default();
        let mut headless = Vec::new();
        for record in records {
            let reason = reason_to_hide(&record, choice);
            match (record.kind, reason) {
                (Kind::Headless, _) => headless.push(record),
                (_, Some(reason)) => {
                    library.hidden.insert(url_path(&record, config), reason);
                    library.hidden.insert(record.source, reason);
                }
                (_, None) => library.pages.push(Page { url: url_path(&record, config), record, written: true }),
            }
        }
        library.add_sections(config);
        library.index(diagnostics);
        library.add_files(found, &headless, diagnostics);
        library.order_sections();
        library
    }

    /// A section page for every folder that has pages.
    fn add_sections(&mut self, config: &Config) {
        let mut wanted: BTreeMap<String, ()> = BTreeMap::from([(String::new(), ())]);
        for page in self.pages.iter().filter(|p| p.record.kind == Kind::Guide) {
            let mut section = section_path(&page.record.source);
            while !section.is_empty() {
                wanted.insert(section.to_owned(), ());
                section = section.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        for page in self.pages.iter().filter(|p| p.record.kind == Kind::Section) {
            wanted.remove(section_path(&page.record.source));
        }
        for (section, ()) in wanted {
            let source = if section.is_empty() {
                "content/_index.md".to_owned()
            } else {
                format!("content/{section}/_index.md")
            };
            let name = section.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
            let mut chars = name.chars();
            let title = match chars.next() {
                Some(first) => first.to_uppercase().chain(chars).collect(),
                None => config.title.clone(),
            };
            let record = PageRecord::of_folder(source, title);
            self.pages.push(Page { url: url_path(&record, config), record, written: false });
        }
        self.pages.sort_by(|a, b| a.record.source.cmp(&b.record.source));
    }

    fn index(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let mut folded: HashMap<String, usize> = HashMap::new();
        for (index, page) in self.pages.iter().enumerate() {
            self.by_source.insert(page.record.source.clone(), index);
            if let Some(&other) = folded.get(&page.url.to_lowercase()) {
                let other = &self.pages[other].record.source;
                let problem =
                    Diagnostic::error("same-url", format!("this page has the same address as {other}: {}", page.url));
                let problem = if page.written { problem.in_file(&page.record.source) } else { problem.in_file(other) };
                diagnostics.push(problem.help("give one of them another `slug`"));
                continue;
            }
            folded.insert(page.url.to_lowercase(), index);
            self.by_url.insert(page.url.clone(), Target::Page(index));
            let names = [Some(file_name(&page.record.source)), page.record.front.slug.as_deref()];
            let mut names: Vec<String> = names.into_iter().flatten().map(path_part).collect();
            names.dedup();
            for name in names.into_iter().filter(|n| n != "_index") {
                self.by_name
                    .entry(name)
                    .and_modify(|known| *known = known.filter(|k| *k == index))
                    .or_insert(Some(index));
            }
        }
        let mut aliases: HashMap<String, (usize, Place)> = HashMap::new();
        for (index, page) in self.pages.iter().enumerate() {
            for alias in &page.record.aliases {
                let url = normal(&alias.path);
                let key = url.to_lowercase();
                let other = folded.get(&key).or_else(|| aliases.get(&key).map(|(other, _)| other));
                match other {
                    Some(&other) if other == index && folded.contains_key(&key) => {
                        let problem = Diagnostic::warning(
                            "alias",
                            format!("this alias is the address of the page itself: {url}"),
                        );
                        diagnostics.push(at(problem, &alias.place).help("remove it"));
                    }
                    Some(&other) if other != index => {
                        let other = &self.pages[other].record.source;
                        let problem =
                            Diagnostic::error("alias", format!("this alias is already an address of {other}: {url}"));
                        diagnostics.push(at(problem, &alias.place).help("remove it from one of them"));
                    }
                    Some(_) => {}
                    None => {
                        aliases.insert(key, (index, alias.place.clone()));
                        self.by_url.insert(url, Target::Alias(index));
                    }
                }
            }
        }
    }

    /// Addresses of images and other files.
    fn add_files(&mut self, found: &Found, headless: &[PageRecord], diagnostics: &mut Vec<Diagnostic>) {
        let bundles: HashMap<&str, Cow<'_, str>> = (self.pages.iter())
            .filter_map(|p| Some((p.record.source.strip_suffix("/index.md")?, Cow::Borrowed(p.url.as_str()))))
            .chain(headless.iter().filter_map(|r| {
                let folder = r.source.strip_suffix("/index.md")?;
                let parts: Vec<String> = folder.split('/').skip(1).map(path_part).collect();
                Some((folder, Cow::Owned(format!("/{}/", parts.join("/")))))
            }))
            .collect();
        let hidden: Vec<&str> = self.hidden.keys().filter_map(|s| s.strip_suffix("/index.md")).collect();
        for resource in &found.resources {
            let folders: Vec<&str> = resource.match_indices('/').map(|(i, _)| &resource[..i]).collect();
            if hidden.iter().any(|h| folders.contains(h)) {
                continue;
            }
            let bundle = folders.iter().rev().find_map(|f| bundles.get(f).map(|url| (*f, url)));
            let url = match bundle {
                Some((folder, url)) => format!("{url}{}", &resource[folder.len() + 1..]),
                None => {
                    let (folder, name) = resource.rsplit_once('/').unwrap_or(("content", resource));
                    let parts: Vec<String> = folder.split('/').skip(1).map(path_part).collect();
                    let folder = if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) };
                    format!("{folder}{name}")
                }
            };
            self.resources.insert(resource.clone(), url);
        }
        for path in &found.statics {
            self.statics.insert(path.clone(), path["static".len()..].to_owned());
        }
        let mut outputs: HashMap<String, String> =
            self.pages.iter().map(|p| (address::output_path(&p.url), p.record.source.clone())).collect();
        for (path, url) in self.resources.iter().chain(&self.statics) {
            if let Some(other) = outputs.insert(address::output_path(url), path.clone()) {
                let problem =
                    Diagnostic::error("same-url", format!("this file has the same address as {other}: {url}"));
                diagnostics.push(problem.in_file(path).help("rename one of them"));
            }
            self.by_url.entry(url.clone()).or_insert(Target::Other);
        }
    }

    /// Pages of each section: by weight, then newest first, then by title.
    fn order_sections(&mut self) {
        for (index, page) in self.pages.iter().enumerate() {
            if page.record.kind == Kind::Guide && page.record.front.build_list {
                self.sections.entry(section_path(&page.record.source).to_owned()).or_default().push(index);
            }
        }
        let pages = &self.pages;
        let key = |index: &usize| {
            let record = &pages[*index].record;
            let weight = record.front.weight.filter(|w| *w != 0).unwrap_or(i64::MAX);
            (weight, std::cmp::Reverse(record.front.published.clone()), record.title.clone(), record.source.clone())
        };
        for order in self.sections.values_mut() {
            order.sort_by_cached_key(key);
            self.places.extend(order.iter().enumerate().map(|(place, page)| (*page, place)));
        }
    }

    /// The page of a section's folder.
    pub(super) fn section_page(&self, section: &str) -> Option<usize> {
        let source =
            if section.is_empty() { "content/_index.md".to_owned() } else { format!("content/{section}/_index.md") };
        self.by_source.get(&source).copied()
    }

    /// Sections directly below another.
    pub(super) fn subsections(&self, section: &str) -> Vec<usize> {
        let parent = |path: &str| path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        let below = |page: &Page| {
            let path = section_path(&page.record.source);
            page.record.kind == Kind::Section
                && !path.is_empty()
                && parent(path) == section
                && page.record.front.build_list
        };
        let mut found: Vec<usize> = (0..self.pages.len()).filter(|i| below(&self.pages[*i])).collect();
        found.sort_by_key(|i| {
            let record = &self.pages[*i].record;
            (record.front.weight.unwrap_or(i64::MAX), record.title.clone())
        });
        found
    }

    /// Where a page stands in the order of its section.
    pub(super) fn place_in_section(&self, index: usize) -> Option<usize> {
        self.places.get(&index).copied()
    }

    /// Registers an address that has no source: a list, a feed.
    pub(super) fn add_address(&mut self, url: &str) {
        self.by_url.entry(url.to_owned()).or_insert(Target::Other);
    }
}

fn at(mut problem: Diagnostic, place: &Place) -> Diagnostic {
    problem.place = Some(Box::new(place.clone()));
    problem
}

fn reason_to_hide(record: &PageRecord, choice: &Choice) -> Option<&'static str> {
    let expired = |date: &Date| date.day.as_str() <= choice.today.as_str();
    if record.front.draft && !choice.drafts {
        return Some("is a draft");
    }
    if record.front.expiry_date.as_ref().is_some_and(expired) {
        return Some("has expired");
    }
    (!record.front.build_render).then_some("is not rendered (`_build`)")
}
