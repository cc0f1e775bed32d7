//! What templates see of a site: pages, lists and the site itself as plain data.

use crate::{
    config::Config,
    language::Words,
    pages::{
        badge,
        card::card_url,
        data::{
            self, Base, Card, Day, Entry, GuidePage, Head, Link, MenuLink, Person, Picture, Subsection, TaxonomyLink,
            TermLink,
        },
        related, structured,
        verified::Verified,
    },
    render,
    report::history::History,
    site::{
        address::{encode, markdown_url, path_part, section_path, title_case},
        images::Image,
        languages::Languages,
        library::{Library, Page, is_listed},
        links::{HOME, Links},
        load::Site,
        look::Look,
        record::{Heading, Kind, PageRecord},
        taxonomy::{Taxonomy, person, terms_of},
    },
    source::date::Date,
};
use serde_json::json;
use std::{path::Path, sync::OnceLock};

/// Makes the contexts of templates.
pub(crate) struct Views<'a> {
    pub(crate) library: &'a Library,
    pub(crate) links: Links<'a>,
    pub(crate) config: &'a Config,
    pub(crate) look: &'a Look,
    /// The texts that readers are shown.
    pub(crate) words: &'a Words,
    /// The number of the language of the pages that these views are of.
    pub(crate) language: usize,
    pub(crate) languages: &'a Languages,
    /// What stands before the paths of addresses in this language: `/de`, or nothing.
    pub(crate) prefix: String,
    /// The folder that its pages lie in, as a section: `de`, or nothing.
    pub(crate) root: String,
    /// What readers choose each language by: nothing if there is one only.
    pub(super) names: Vec<String>,
    pub(crate) taxonomies: &'a [Taxonomy],
    pub(crate) folder: &'a Path,
    /// Related pages of each page, best first.
    pub(crate) related: Vec<Vec<usize>>,
    pub(crate) verified: &'a Verified,
    /// What was known day by day.
    pub(crate) history: &'a History,
    /// The newest day on which a guide was verified.
    pub(crate) newest_proof: Option<Date>,
    /// Whether there is a page of all guides.
    pub(crate) has_all: bool,
    /// Whether there is a page of results.
    pub(crate) has_status: bool,
    /// `site`, once it was asked for.
    site: OnceLock<data::Site>,
}

/// The address of the page of all guides, below that of a language.
pub(crate) const ALL: &str = "/all/";

/// The address of the feed, likewise.
pub(crate) const FEED: &str = "/atom.xml";

/// Words that a reader reads in a minute.
const WORDS_A_MINUTE: usize = 200;

impl<'a> Views<'a> {
    pub(crate) fn new(site: &'a Site<'a>, verified: &'a Verified, language: usize) -> Self {
        let languages = &site.inputs.languages;
        let prefix = languages.prefix(language);
        let is_ours = |taxonomy: &Taxonomy| taxonomy.language == language;
        let first = site.taxonomies.iter().position(is_ours).unwrap_or_default();
        let taxonomies = &site.taxonomies[first..];
        let count = taxonomies.iter().take_while(|taxonomy| is_ours(taxonomy)).count();
        let mut views = Self {
            library: &site.library,
            links: site.links().speaking(language),
            config: site.inputs.config_in(language),
            look: &site.inputs.look,
            words: site.inputs.theme.words(language),
            language,
            languages,
            root: languages.root(language),
            names: super::switch::names(site),
            taxonomies: &taxonomies[..count],
            folder: site.folder(),
            related: related_pages(site, language),
            verified,
            history: &site.inputs.history,
            newest_proof: site
                .inputs
                .report
                .iter()
                .flat_map(|r| &r.guides)
                .filter_map(|g| Date::parse(&g.started))
                .max(),
            has_all: false,
            prefix,
            has_status: site.inputs.report.is_some(),
            site: OnceLock::new(),
        };
        views.has_all = views.has_guides() && !site.library.has_own(&format!("{}{ALL}", views.prefix));
        views
    }

    pub(crate) fn path(&self, url: &str) -> String {
        self.links.absolute_path(url)
    }

    /// The path of an address below that of the language.
    pub(crate) fn own(&self, url: &str) -> String {
        self.path(&format!("{}{url}", self.prefix))
    }

    /// Whether a page is the home page of its language.
    pub(crate) fn is_home(&self, index: usize) -> bool {
        let record = &self.library.pages[index].record;
        record.kind == Kind::Section && section_path(record.lies()) == self.root
    }

    /// Whether a page is in the language of these views.
    pub(crate) fn is_here(&self, index: usize) -> bool {
        self.library.pages[index].record.language == self.language
    }

    /// The guides of each section in the language.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (&'a String, &'a Vec<usize>)> {
        let language = self.language;
        let library = self.library;
        let is_here =
            move |guides: &Vec<usize>| guides.first().is_some_and(|i| library.pages[*i].record.language == language);
        library.sections.iter().filter(move |(_, guides)| is_here(guides))
    }

    fn has_guides(&self) -> bool {
        self.sections().next().is_some()
    }

    /// Whether there is anything in this language: a further one may only be named.
    pub(crate) fn is_built(&self) -> bool {
        self.language == 0 || self.has_guides()
    }

    /// Inline Markdown of the file `from`.
    pub(super) fn inline(&self, text: &str, from: &str) -> String {
        render::inline(text, |target| self.links.href(target, from))
    }

    /// The absolute address of a URL path.
    pub(crate) fn permalink(&self, url: &str) -> String {
        format!("{}{}", self.config.origin(), self.path(url))
    }

    /// The address of a page that counts for search engines: that in the newest version, if it is said where that is.
    fn canonical(&self, url: &str) -> String {
        match self.config.versions.as_ref().and_then(|versions| versions.canonical.as_deref()) {
            Some(newest) => format!("{}{}", newest.trim_end_matches('/'), encode(url)),
            None => self.permalink(url),
        }
    }

    /// `site`.
    pub(crate) fn site(&self) -> &data::Site {
        self.site.get_or_init(|| self.tell_site())
    }

    fn tell_site(&self) -> data::Site {
        let config = self.config;
        let menu = config.menu.iter();
        data::Site {
            title: config.title.clone(),
            description: config.description.clone(),
            base_url: config.base_url.clone(),
            language: config.language.clone(),
            author: config.author.clone(),
            copyright: config.copyright.as_deref().map(|c| self.inline(c, HOME)),
            menu: menu
                .map(|item| MenuLink { name: item.name.clone(), url: self.links.href(&item.url, HOME) })
                .collect(),
            taxonomies: self.taxonomies.iter().map(|taxonomy| self.taxonomy(taxonomy)).collect(),
            feed_url: self.feed_url(),
            search: config.search,
            search_url: config.search.then(|| self.own("/search/")),
            all_url: self.has_all.then(|| self.own(ALL)),
            status_url: self.has_status.then(|| self.path(badge::STATUS)),
            home_url: self.own("/"),
            look: self.look.data.clone(),
            announcement: self.announcement(),
            social: self.social(),
            analytics: self.analytics(),
            params: json!(config.params),
            versions: config.versions.as_ref().map(|versions| data::VersionsData {
                url: versions.url.clone(),
                this: versions.this.clone(),
                base: config.base_path(),
            }),
            extra: json!(config.extra),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    pub(crate) fn taxonomy(&self, taxonomy: &Taxonomy) -> TaxonomyLink {
        TaxonomyLink {
            name: taxonomy.name.clone(),
            title: self.taxonomy_title(&taxonomy.name),
            url: self.path(&taxonomy.url),
        }
    }

    fn feed_url(&self) -> Option<String> {
        self.config.feed.then(|| self.own(FEED))
    }

    /// What every page has.
    pub(crate) fn base(&self, title: &str, url: &str, description: &str) -> Base<'_> {
        let site = &self.config.title;
        let head = Head {
            title: if title.is_empty() || title == site { site.clone() } else { format!("{title} | {site}") },
            description: description.to_owned(),
            canonical: self.canonical(url),
            og_title: title.to_owned(),
            og_description: description.to_owned(),
            og_type: "website",
            feed_url: self.feed_url(),
            alternates: self.alternates(url),
            ..Head::default()
        };
        let languages = self.switch(url);
        Base { site: self.site(), lang: &self.words.tag, direction: self.direction(), languages, head }
    }

    /// The context of a guide's page; its `content` is added when it is rendered.
    pub(crate) fn guide(&self, index: usize) -> GuidePage<'_> {
        let page = &self.library.pages[index];
        let record = &page.record;
        let front = &record.front;
        let description = front.description.clone().unwrap_or_else(|| record.summary.clone());
        let mut base = self.base(front.title_meta.as_deref().unwrap_or(&record.title), &page.url, &description);
        let told = self.page(index);
        let image = told.image.as_ref().map(|image| image.permalink.clone());
        base.head = Head {
            og_title: front.og_title.clone().unwrap_or_else(|| record.title.clone()),
            og_description: front.og_description.clone().unwrap_or(description),
            og_type: "article",
            json_ld: Some(self.json_ld(page, image.as_deref())),
            og_image: image.or_else(|| self.social_card(index).map(|card| self.permalink(&card_url(&card)))),
            noindex: front.draft,
            markdown_url: told.markdown_url.clone(),
            ..base.head
        };
        GuidePage { base, page: told }
    }

    /// `page` or `section`, without its content.
    pub(crate) fn page(&self, index: usize) -> data::Page<'_> {
        let page = &self.library.pages[index];
        let record = &page.record;
        let front = &record.front;
        let (previous, next) = self.neighbours(index);
        let related = self.related.get(index).map(Vec::as_slice).unwrap_or_default();
        let terms = |taxonomy: &Taxonomy| (taxonomy.name.clone(), self.terms(record, taxonomy));
        let taxonomies = self.taxonomies.iter().map(terms).filter(|(_, terms)| !terms.is_empty());
        let people = |list: &[String]| list.iter().map(|p| self.person(p, &record.source)).collect();
        let section = self.library.section_page(section_path(record.lies())).filter(|s| *s != index);
        let edit = self.config.edit_url.as_ref().filter(|_| page.written);
        data::Page {
            title: &record.title,
            h1: front.h1_title.as_ref().unwrap_or(&record.title),
            short_title: self.short_title(index),
            description: front.description.as_deref().unwrap_or_default(),
            summary: &record.summary,
            url: self.path(&page.url),
            permalink: self.permalink(&page.url),
            markdown_url: self.config.markdown_copies.then(|| self.path(&markdown_url(&page.url))),
            edit_url: edit.map(|u| format!("{}/{}", u.trim_end_matches('/'), record.source)),
            feedback_url: self.feedback_url(page),
            source_path: &record.source,
            published: front.published.as_ref().map(|day| self.date(day)),
            modified: front.modified.as_ref().map(|day| self.date(day)),
            authors: people(&front.authors),
            contributors: people(&front.contributors),
            modified_by: front.modified_by.as_deref().map(|m| self.inline(m, &record.source)),
            license: front.license.as_deref().map(|l| self.inline(l, &record.source)),
            tags: self.tags(record),
            taxonomies: taxonomies.map(|(name, terms)| (name, json!(terms))).collect(),
            keywords: &front.keywords,
            image: self.image(record),
            deprecated: front.deprecated,
            deprecated_link: front.deprecated_link.as_ref().map(|link| self.links.href(link, &record.source)),
            external_resources: front.external_resources.iter().map(|r| self.inline(r, &record.source)).collect(),
            toc: contents(&record.headings),
            content: String::new(),
            words: record.words,
            minutes: minutes(record),
            prev: previous.map(|i| self.link_to(i)),
            next: next.map(|i| self.link_to(i)),
            related: related.iter().map(|i| self.card(*i)).collect(),
            breadcrumbs: self.ancestors(index).into_iter().map(|i| self.link_to(i)).collect(),
            section: section.map(|i| self.link_to(i)),
            draft: front.draft,
            verified: self.verified.page(&record.source, self),
            relations: front.relations.as_ref(),
            extra: &front.extra,
        }
    }

    /// The title of a list of terms: a text of the language, or the name in words.
    pub(crate) fn taxonomy_title(&self, name: &str) -> String {
        self.words.wording(&format!("taxonomy_{name}"), None).map_or_else(|| title_case(name), str::to_owned)
    }

    /// A day in the words of the language.
    pub(crate) fn date(&self, date: &Date) -> Day {
        Day { iso: date.day.clone(), rfc3339: date.rfc3339(), text: self.words.day(date) }
    }

    /// A page in a list.
    pub(crate) fn card(&self, index: usize) -> Card {
        let page = &self.library.pages[index];
        let record = &page.record;
        let path = section_path(record.lies());
        let section = self.library.section_page(path).filter(|_| path != self.root);
        Card {
            title: record.title.clone(),
            url: self.path(&page.url),
            description: record.front.description.as_ref().unwrap_or(&record.summary).clone(),
            published: record.front.published.as_ref().map(|day| self.date(day)),
            modified: record.front.modified.as_ref().map(|day| self.date(day)),
            tags: self.tags(record),
            deprecated: record.front.deprecated,
            minutes: minutes(record),
            section_title: section.map(|i| self.library.pages[i].record.title.clone()),
            section_path: path.to_owned(),
            image: self.image(record),
            state: self.verified.state(&record.source),
            machine: self.verified.machine(&record.source).map(str::to_owned),
            language: self.words.tag.clone(),
        }
    }

    /// A section in a list: with the number of its guides, those of its subsections included.
    pub(crate) fn subsection(&self, index: usize) -> Subsection {
        Subsection { card: self.card(index), count: self.guides_below(index).len() }
    }

    /// The guides of a section and of those below it.
    pub(crate) fn guides_below(&self, index: usize) -> Vec<usize> {
        let section = section_path(self.library.pages[index].record.lies());
        let below = |path: &str| path == section || path.strip_prefix(section).is_some_and(|r| r.starts_with('/'));
        self.library.sections.iter().filter(|(path, _)| below(path)).flat_map(|(_, pages)| pages).copied().collect()
    }

    /// The terms of a page in one taxonomy.
    fn terms(&self, record: &PageRecord, taxonomy: &Taxonomy) -> Vec<TermLink> {
        let url = |name: &str| self.path(&format!("{}{}/", taxonomy.url, path_part(name)));
        terms_of(record, &taxonomy.name).into_iter().map(|name| TermLink { url: url(&name), name }).collect()
    }

    fn tags(&self, record: &PageRecord) -> Vec<TermLink> {
        let tags = self.taxonomies.iter().find(|taxonomy| taxonomy.name == "tags");
        tags.map(|taxonomy| self.terms(record, taxonomy)).unwrap_or_default()
    }

    pub(crate) fn person(&self, written: &str, from: &str) -> Person {
        let (name, own) = person(written);
        let url = || {
            let taxonomy = self.taxonomies.iter().find(|t| t.name == "authors")?;
            let term = taxonomy.terms.iter().find(|t| path_part(&t.name) == path_part(name))?;
            Some(self.path(&term.url))
        };
        Person { name: name.to_owned(), url: url().or_else(|| own.map(|own| self.links.href(own, from))) }
    }

    /// The title of a page where there is little room.
    pub(crate) fn short_title(&self, index: usize) -> &str {
        let record = &self.library.pages[index].record;
        record.front.title_short.as_ref().unwrap_or(&record.title)
    }

    pub(crate) fn link_to(&self, index: usize) -> Link {
        Link { title: self.short_title(index).to_owned(), url: self.path(&self.library.pages[index].url) }
    }

    pub(crate) fn neighbours(&self, index: usize) -> (Option<usize>, Option<usize>) {
        let section = section_path(self.library.pages[index].record.lies());
        let Some(order) = self.library.sections.get(section) else { return (None, None) };
        let Some(at) = self.library.place_in_section(index) else { return (None, None) };
        (at.checked_sub(1).map(|i| order[i]), order.get(at + 1).copied())
    }

    /// The section pages above a page, from the home page down.
    pub(crate) fn ancestors(&self, index: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut section = section_path(self.library.pages[index].record.lies());
        loop {
            found.extend(self.library.section_page(section).filter(|i| *i != index));
            match section.rsplit_once('/') {
                _ if section == self.root => break,
                Some((parent, _)) => section = parent,
                None => section = "",
            }
        }
        found.reverse();
        found
    }

    fn image(&self, record: &PageRecord) -> Option<Picture> {
        let target = record.front.image.as_ref()?;
        match self.links.image(target, &record.source, self.folder) {
            Image::File { path, url } => {
                let size = imagesize::size(self.folder.join(path)).ok();
                Some(Picture {
                    url: self.path(&url),
                    permalink: self.permalink(&url),
                    width: size.as_ref().map(|s| s.width),
                    height: size.as_ref().map(|s| s.height),
                })
            }
            Image::Elsewhere => {
                Some(Picture { url: target.clone(), permalink: target.clone(), width: None, height: None })
            }
            Image::Missing { .. } => None,
        }
    }

    fn json_ld(&self, page: &Page, image: Option<&str>) -> String {
        let record = &page.record;
        let front = &record.front;
        let index = self.library.by_source.get(&record.source).copied().unwrap_or_default();
        let authors: Vec<String> = front.authors.iter().map(|a| person(a).0.to_owned()).collect();
        let mut crumbs: Vec<(String, String)> = self
            .ancestors(index)
            .into_iter()
            .map(|i| (self.library.pages[i].record.title.clone(), self.permalink(&self.library.pages[i].url)))
            .collect();
        crumbs.push((record.title.clone(), self.permalink(&page.url)));
        structured::json_ld(&structured::Article {
            headline: &record.title,
            description: front.description.as_deref().unwrap_or(&record.summary),
            url: &self.permalink(&page.url),
            published: front.published.as_ref().map(Date::rfc3339).as_deref(),
            modified: front.modified.as_ref().map(Date::rfc3339).as_deref(),
            authors: &authors,
            publisher: &self.config.title,
            publisher_url: &self.permalink(&format!("{}/", self.prefix)),
            image,
            keywords: &front.keywords,
            license: front.license.as_deref().and_then(|l| person(l).1),
            language: &self.words.tag,
            words: record.words,
            breadcrumbs: &crumbs,
        })
    }
}

/// How long a page is read.
fn minutes(record: &PageRecord) -> usize {
    record.words.div_ceil(WORDS_A_MINUTE).max(1)
}

/// Headings of level 2 to 4 as a tree.
fn contents(headings: &[Heading]) -> Vec<Entry> {
    fn level(headings: &[&Heading], depth: u8) -> Vec<Entry> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(heading) = headings.get(at) {
            let end =
                headings[at + 1..].iter().position(|h| h.level <= heading.level).map_or(headings.len(), |i| at + 1 + i);
            let children = if depth < 3 { level(&headings[at + 1..end], depth + 1) } else { Vec::new() };
            let (id, title) = (heading.id.clone(), heading.title.clone());
            found.push(Entry { level: heading.level, id, title, children });
            at = end;
        }
        found
    }
    let shown: Vec<&Heading> = headings.iter().filter(|h| (2..=4).contains(&h.level)).collect();
    level(&shown, 1)
}

fn related_pages(site: &Site<'_>, language: usize) -> Vec<Vec<usize>> {
    let config = &site.inputs.config;
    let pages = &site.library.pages;
    let items: Vec<related::Item> = (pages.iter())
        .map(|page| {
            let front = &page.record.front;
            let mut terms = front.keywords.clone();
            terms.extend(terms_of(&page.record, "tags"));
            related::Item {
                listed: is_listed(page) && page.record.language == language,
                terms,
                section: section_path(page.record.lies()).to_owned(),
                date: front.published.as_ref().map(|d| d.day.clone()).unwrap_or_default(),
                path: page.record.source.clone(),
            }
        })
        .collect();
    related::related(&items, config.related)
}
