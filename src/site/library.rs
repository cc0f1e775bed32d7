//! All pages with their addresses, and what is wrong between them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
};

use crate::{
    config::Config,
    diagnostic::{Diagnostic, Place},
    site::{
        address::{self, file_name, normal, path_part, section_path, title_case, url_path},
        discover::Found,
        languages::{Languages, Translations},
        naming,
        record::{Kind, PageRecord},
    },
    source::date::Date,
};

/// A page or a section.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) record: PageRecord,
    /// URL path without the base path of the site.
    pub(crate) url: String,
    /// Whether a file of the author's stands behind it; a folder without `_index.md` has a section page all the same.
    pub(crate) written: bool,
}

/// What a URL path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Page(usize),
    /// An old address of a page.
    Alias(usize),
    /// A file, or a list that has no source.
    Other,
}

/// Every page of the site that is built.
#[derive(Debug, Default)]
pub(crate) struct Library {
    pub(crate) pages: Vec<Page>,
    /// Files of `content/` that are no pages, with their URL paths.
    pub(crate) resources: BTreeMap<String, String>,
    pub(crate) statics: BTreeMap<String, String>,
    /// Both by their URL paths.
    pub(crate) files_by_url: HashMap<String, String>,
    pub(crate) by_source: HashMap<String, usize>,
    pub(crate) by_url: HashMap<String, Target>,
    /// Old addresses and the pages that they lead to.
    pub(crate) redirects: Vec<(String, usize)>,
    /// What is not written because something else has its address: files by their paths, lists by their addresses.
    pub(crate) beaten: BTreeSet<String>,
    /// Slugs and file names of each language, where only one page has them.
    pub(crate) by_name: Vec<HashMap<String, Option<usize>>>,
    /// Pages of sections, by their folders.
    by_section: HashMap<String, usize>,
    /// Pages that say the same; none where the site has one language.
    translations: Translations,
    /// Records that are no pages of the site: headless bundles, and pages that are not built.
    others: Vec<PageRecord>,
    /// Pages that are not built, with the reason.
    pub(crate) hidden: HashMap<String, &'static str>,
    /// Indices of pages by section path, in the order of the section.
    pub(crate) sections: BTreeMap<String, Vec<usize>>,
    /// Where each page stands in its section.
    places: HashMap<usize, usize>,
}

/// What decides which pages are built.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) drafts: bool,
    /// Whether pages are built before their day.
    pub(crate) future: bool,
    /// `YYYY-MM-DD`.
    pub(crate) today: String,
}

impl Library {
    /// Gives every page its address.
    pub(crate) fn new(
        mut records: Vec<PageRecord>,
        found: &Found,
        config: &Config,
        languages: &Languages,
        choice: &Choice,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut library = Self { by_name: vec![HashMap::new(); languages.tags.len()], ..Self::default() };
        naming::place(config, &mut records);
        records.iter_mut().for_each(|record| languages.place(record));
        for record in records {
            let reason = reason_to_hide(&record, choice);
            match (record.kind, reason) {
                (Kind::Headless, _) => library.others.push(record),
                (_, Some(reason)) => {
                    if reason == NOT_DUE {
                        diagnostics.extend(due(&record));
                    }
                    library.hidden.insert(url_path(&record, config, languages), reason);
                    library.hidden.insert(record.source.clone(), reason);
                    library.others.push(record);
                }
                (_, None) => {
                    library.pages.push(Page { url: url_path(&record, config, languages), record, written: true })
                }
            }
        }
        for page in library.pages.iter().filter(|page| address::lacks_date(&page.record, config, languages)) {
            let problem = Diagnostic::error("permalink", "the address of this page needs a date, and it has none");
            diagnostics.push(problem.in_file(&page.record.source).help("add `published: YYYY-MM-DD`"));
        }
        library.add_sections(config, languages);
        library.index(diagnostics);
        library.add_files(found, diagnostics);
        library.order_sections();
        library
    }

    /// The records of all files.
    pub(crate) fn into_records(self) -> Vec<PageRecord> {
        let written = self.pages.into_iter().filter(|page| page.written).map(|page| page.record);
        written.chain(self.others).collect()
    }

    /// A section page for every folder that has pages.
    fn add_sections(&mut self, config: &Config, languages: &Languages) {
        let mut wanted: BTreeMap<String, usize> = BTreeMap::from([(String::new(), 0)]);
        for page in self.pages.iter().filter(|p| p.record.kind == Kind::Guide || p.record.language > 0) {
            let mut section = section_path(page.record.lies());
            while !section.is_empty() {
                wanted.insert(section.to_owned(), page.record.language);
                section = section.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        for page in self.pages.iter().filter(|p| p.record.kind == Kind::Section) {
            wanted.remove(section_path(page.record.lies()));
        }
        for (section, language) in wanted {
            let is_home = section == languages.root(language);
            let source = if section.is_empty() {
                "content/_index.md".to_owned()
            } else {
                format!("content/{section}/_index.md")
            };
            let title = match section.rsplit('/').next() {
                Some(name) if !is_home => title_case(name),
                _ => config.in_language(&languages.tags[language]).title,
            };
            let mut record = PageRecord::of_folder(source, title);
            languages.place(&mut record);
            self.pages.push(Page { url: url_path(&record, config, languages), record, written: false });
        }
        self.pages.sort_by(|a, b| a.record.source.cmp(&b.record.source));
    }

    fn index(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let mut folded: HashMap<String, usize> = HashMap::new();
        for (index, page) in self.pages.iter().enumerate() {
            self.by_source.insert(page.record.source.clone(), index);
            if page.record.kind == Kind::Section {
                self.by_section.insert(section_path(page.record.lies()).to_owned(), index);
            }
            if !page.record.original.is_empty() {
                let all = self.translations.entry(page.record.original.clone()).or_default();
                all.entry(page.record.language).or_insert(index);
            }
            if let Some(&other) = folded.get(&page.url.to_lowercase()) {
                let other = &self.pages[other].record.source;
                let problem =
                    Diagnostic::error("same-url", format!("this page has the same address as {other}: {}", page.url));
                let problem = if page.written { problem.in_file(&page.record.source) } else { problem.in_file(other) };
                diagnostics.push(problem.help("give one of them another `slug`"));
                self.beaten.insert(page.record.source.clone());
                continue;
            }
            folded.insert(page.url.to_lowercase(), index);
            self.by_url.insert(page.url.clone(), Target::Page(index));
            let names = [Some(file_name(page.record.lies())), page.record.front.slug.as_deref()];
            let of_part = |name: &str| match &page.record.part {
                Some(part) => path_part(&format!("{name}-{part}")),
                None => path_part(name),
            };
            let mut names: Vec<String> = names.into_iter().flatten().map(of_part).collect();
            names.dedup();
            for name in names.into_iter().filter(|n| n != "_index") {
                self.by_name[page.record.language]
                    .entry(name)
                    .and_modify(|known| *known = known.filter(|k| *k == index))
                    .or_insert(Some(index));
            }
        }
        self.index_aliases(&folded, diagnostics);
    }

    /// Old addresses. `folded` are those of pages, in lower case.
    fn index_aliases(&mut self, folded: &HashMap<String, usize>, diagnostics: &mut Vec<Diagnostic>) {
        let mut aliases: HashMap<String, usize> = HashMap::new();
        for (index, page) in self.pages.iter().enumerate() {
            for alias in &page.record.aliases {
                let path = alias.path.trim();
                if path.contains("://") || path.contains(['?', '#', '\\']) || path.trim_matches('/').is_empty() {
                    let problem = Diagnostic::error(
                        "alias",
                        format!("an alias is a path of this site, and this is none: {path}"),
                    );
                    diagnostics.push(at(problem, &alias.place).help("write it from the root: /old/address/"));
                    continue;
                }
                let url = normal(path);
                let key = url.to_lowercase();
                let page_there = folded.get(&key).copied();
                match page_there.or_else(|| aliases.get(&key).copied()) {
                    Some(other) if other == index => {
                        let what = if page_there.is_some() {
                            "is the address of the page itself"
                        } else {
                            "stands here twice"
                        };
                        let problem = Diagnostic::warning("alias", format!("this alias {what}: {url}"));
                        diagnostics.push(at(problem, &alias.place).help("remove it"));
                    }
                    Some(other) => {
                        let other = &self.pages[other].record.source;
                        let problem =
                            Diagnostic::error("alias", format!("this alias is already an address of {other}: {url}"));
                        diagnostics.push(at(problem, &alias.place).help("remove it from one of them"));
                    }
                    None => {
                        aliases.insert(key, index);
                        self.by_url.insert(url.clone(), Target::Alias(index));
                        self.redirects.push((url, index));
                    }
                }
            }
        }
    }

    /// Addresses of images and other files.
    fn add_files(&mut self, found: &Found, diagnostics: &mut Vec<Diagnostic>) {
        let bundles: HashMap<&str, Cow<'_, str>> = (self.pages.iter())
            .filter(|p| p.record.part.is_none())
            .filter_map(|p| Some((p.record.lies().strip_suffix("/index.md")?, Cow::Borrowed(p.url.as_str()))))
            .chain(self.others.iter().filter(|r| r.kind == Kind::Headless).filter_map(|r| {
                let folder = r.source.strip_suffix("/index.md")?;
                let parts: Vec<String> = folder.split('/').skip(1).map(path_part).collect();
                Some((folder, Cow::Owned(format!("/{}/", parts.join("/")))))
            }))
            .collect();
        let is_hidden = |record: &&PageRecord| record.kind == Kind::Guide && self.hidden.contains_key(&record.source);
        let hidden: Vec<&str> = (self.others.iter().filter(is_hidden))
            .filter_map(|record| record.lies().strip_suffix("/index.md"))
            .collect();
        for resource in &found.resources {
            let folders: Vec<&str> = address::folders(resource).collect();
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
        let pages = self.pages.iter().map(|p| (p.url.as_str(), p.record.source.as_str()));
        let aliases = self.redirects.iter().map(|(url, page)| (url.as_str(), self.pages[*page].record.source.as_str()));
        let mut places: HashMap<String, String> = pages
            .chain(aliases)
            .map(|(url, source)| (address::output_path(url).to_lowercase(), source.to_owned()))
            .collect();
        for (path, url) in self.resources.iter().chain(&self.statics) {
            match places.entry(address::output_path(url).to_lowercase()) {
                Entry::Occupied(other) => {
                    let message = format!("this file has the same address as {}: {url}", other.get());
                    let problem = Diagnostic::error("same-url", message).in_file(path);
                    diagnostics.push(problem.help("rename one of them"));
                    self.beaten.insert(path.clone());
                }
                Entry::Vacant(place) => {
                    place.insert(path.clone());
                    self.by_url.entry(url.clone()).or_insert(Target::Other);
                    self.files_by_url.insert(url.clone(), path.clone());
                }
            }
        }
    }

    /// Pages of each section: by weight, then newest first, then by title.
    fn order_sections(&mut self) {
        for (index, page) in self.pages.iter().enumerate() {
            if page.record.kind == Kind::Guide && page.record.front.build_list {
                self.sections.entry(section_path(page.record.lies()).to_owned()).or_default().push(index);
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
    pub(crate) fn section_page(&self, section: &str) -> Option<usize> {
        self.by_section.get(section).copied()
    }

    /// The page that says the same in another language, or in the same one itself.
    pub(crate) fn translation(&self, index: usize, language: usize) -> Option<usize> {
        if self.pages[index].record.language == language {
            return Some(index);
        }
        self.translations.get(&self.pages[index].record.original)?.get(&language).copied()
    }

    /// Sections directly below another.
    pub(crate) fn subsections(&self, section: &str) -> Vec<usize> {
        let parent = |path: &str| path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        let below = |page: &Page| {
            let path = section_path(page.record.lies());
            // Homes of other languages are no sections of the first.
            let is_home = page.record.language > 0 && !path.contains('/');
            page.record.kind == Kind::Section
                && !is_home
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
    pub(crate) fn place_in_section(&self, index: usize) -> Option<usize> {
        self.places.get(&index).copied()
    }

    /// Registers the address of a list that no file stands behind. A section page may stand there: its text is shown above
    /// the list. Anything else is in the way.
    pub(crate) fn add_list(&mut self, url: &str, name: &str, diagnostics: &mut Vec<Diagnostic>) {
        let in_the_way = match self.by_url.get(url) {
            Some(Target::Page(page)) if self.pages[*page].record.kind == Kind::Section => return,
            Some(Target::Page(page) | Target::Alias(page)) => self.pages[*page].record.source.clone(),
            Some(Target::Other) => self.files_by_url.get(url).cloned().unwrap_or_default(),
            None => {
                self.by_url.insert(url.to_owned(), Target::Other);
                return;
            }
        };
        self.beaten.insert(url.to_owned());
        let problem = Diagnostic::error("same-url", format!("{url} is the address of this and of the list of {name}"));
        let text = format!("content{url}_index.md");
        let help = match in_the_way.ends_with(".md") {
            true => format!("make it `{text}`, whose text stands above the list; or give it another slug or alias"),
            false => "give it another name, or rename the taxonomy".to_owned(),
        };
        diagnostics.push(problem.in_file(&in_the_way).help(&help));
    }

    /// Registers the address of a file that guidepost makes unless the site has one of its own there.
    pub(crate) fn add_made(&mut self, url: &str) {
        self.by_url.entry(url.to_owned()).or_insert(Target::Other);
    }

    /// Whether a file of the author's, or a page, stands where guidepost would write one of its own.
    pub(crate) fn has_own(&self, url: &str) -> bool {
        self.files_by_url.contains_key(url) || matches!(self.by_url.get(url), Some(Target::Page(_) | Target::Alias(_)))
    }
}

fn at(mut problem: Diagnostic, place: &Place) -> Diagnostic {
    problem.place = Some(Box::new(place.clone()));
    problem
}

/// Why a page is not built that will be.
const NOT_DUE: &str = "is not published before its day";

/// When a page that is not built will be.
fn due(record: &PageRecord) -> Option<Diagnostic> {
    let day = &record.front.due()?.day;
    let problem =
        Diagnostic::notice("not-due", format!("this page is published on {day}, by a build on that day or later"));
    Some(problem.in_file(&record.source).help("--future builds it now"))
}

fn reason_to_hide(record: &PageRecord, choice: &Choice) -> Option<&'static str> {
    let expired = |date: &Date| date.day.as_str() <= choice.today.as_str();
    let not_due = |date: &Date| date.day.as_str() > choice.today.as_str();
    if record.front.draft && !choice.drafts {
        return Some("is a draft");
    }
    if record.front.due().is_some_and(not_due) && !choice.future {
        return Some(NOT_DUE);
    }
    if record.front.expiry_date.as_ref().is_some_and(expired) {
        return Some("has expired");
    }
    (!record.front.build_render).then_some("is not rendered (`_build`)")
}

/// Whether a page is a guide that is shown in lists, feeds and the search index.
pub(crate) fn is_listed(page: &Page) -> bool {
    page.record.kind == Kind::Guide && page.record.front.build_list
}
