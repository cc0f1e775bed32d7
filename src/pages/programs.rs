//! Files of the output that programs read: feed, sitemap, robots.txt, llms.txt, search index.

use crate::{
    pages::{
        badge, feed, llms, sitemap,
        status::Status,
        view::{ALL, Views},
    },
    site::{
        address::{encode, markdown_url, output_path},
        library::is_listed,
        load::Site,
        search,
        taxonomy::{list_urls, person, terms_of},
    },
};

/// Entries of the feed.
const FEED_ENTRIES: usize = 50;

/// Makes them.
pub(crate) struct Programs<'a> {
    pub(crate) site: &'a Site<'a>,
    pub(crate) views: &'a Views<'a>,
}

impl Programs<'_> {
    /// Feed, sitemap, robots.txt, llms.txt and the search index: paths in the output, and bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let config = &self.site.inputs.config;
        let library = &self.site.library;
        let newest = self.site.newest();
        if config.feed && !library.has_own("/atom.xml") {
            let entries: Vec<feed::Entry> =
                newest.iter().filter_map(|i| self.feed_entry(*i)).take(FEED_ENTRIES).collect();
            let feed = feed::Feed {
                title: &config.title,
                subtitle: &config.description,
                base_url: &self.views.permalink("/"),
                feed_url: &self.views.permalink("/atom.xml"),
                language: &config.language,
                author: config.author.as_deref(),
                entries: &entries,
            };
            files.push(("atom.xml".into(), feed::atom(&feed).into_bytes()));
        }
        let mut urls: Vec<(String, Option<String>)> = (library.pages.iter())
            .filter(|p| !p.record.front.draft)
            .map(|p| {
                let date = p.record.front.modified.as_ref().or(p.record.front.published.as_ref());
                (self.views.permalink(&p.url), date.map(|d| d.day.clone()))
            })
            .collect();
        urls.extend(
            list_urls(&self.site.taxonomies)
                .iter()
                .filter(|(url, _)| !library.has_own(url))
                .map(|(url, _)| (self.views.permalink(url), None)),
        );
        if self.views.has_all {
            urls.push((self.views.permalink(ALL), None));
        }
        let status = Status { site: self.site, views: self.views };
        if status.is_made() {
            urls.push((self.views.permalink(badge::STATUS), None));
        }
        files.extend(status.badges());
        if !library.has_own("/sitemap.xml") {
            let sitemaps = sitemap::sitemaps(&urls, &self.views.permalink("/"));
            files.extend(sitemaps.into_iter().map(|(path, xml)| (path, xml.into_bytes())));
        }
        if !library.has_own("/robots.txt") {
            files.push(("robots.txt".into(), sitemap::robots(&self.views.permalink("/sitemap.xml")).into_bytes()));
        }
        if config.markdown_copies && !library.has_own("/llms.txt") {
            files.push(("llms.txt".into(), self.llms().into_bytes()));
        }
        if config.search {
            let guides = self.site.guide_indices();
            let pages: Vec<search::Page<'_>> = (guides.iter())
                .map(|i| &library.pages[*i])
                .filter(|p| is_listed(p))
                .map(|p| search::Page {
                    title: &p.record.title,
                    url: self.address_in_index(&p.url),
                    description: p.record.front.description.as_deref().unwrap_or(&p.record.summary),
                    keywords: &p.record.front.keywords,
                    terms: &p.record.terms,
                })
                .collect();
            files.extend(search::build(&pages));
        }
        files
    }

    /// The address of a page in the search index; in a site of files, from the index's folder.
    fn address_in_index(&self, url: &str) -> String {
        match self.site.inputs.options.offline {
            true => format!("../{}", encode(&output_path(url))),
            false => self.views.links.absolute_path(url),
        }
    }

    fn feed_entry(&self, index: usize) -> Option<feed::Entry> {
        let page = &self.site.library.pages[index];
        let front = &page.record.front;
        let published = front.published.as_ref().or(front.modified.as_ref())?;
        let updated = front.modified.as_ref().filter(|m| *m > published).unwrap_or(published);
        Some(feed::Entry {
            title: page.record.title.clone(),
            url: self.views.permalink(&page.url),
            published: published.rfc3339(),
            updated: updated.rfc3339(),
            summary: front.description.clone().unwrap_or_else(|| page.record.summary.clone()),
            authors: front.authors.iter().map(|a| person(a).0.to_owned()).collect(),
            categories: terms_of(&page.record, "tags"),
        })
    }

    fn llms(&self) -> String {
        let config = &self.site.inputs.config;
        let library = &self.site.library;
        let mut sections = Vec::new();
        for (section, pages) in &library.sections {
            let title = library
                .section_page(section)
                .map_or_else(|| config.title.clone(), |i| library.pages[i].record.title.clone());
            let entries = pages.iter().map(|i| {
                let page = &library.pages[*i];
                let description = page.record.front.description.as_deref().unwrap_or(&page.record.summary);
                llms::Entry {
                    title: page.record.title.clone(),
                    url: self.views.permalink(&markdown_url(&page.url)),
                    description: description.to_owned(),
                }
            });
            sections.push(llms::Section { title, entries: entries.collect() });
        }
        llms::llms_txt(&config.title, &config.description, &sections)
    }
}
