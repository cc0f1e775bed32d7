//! Files of the output that programs read: feed, sitemap, robots.txt, llms.txt, search index.

use super::{
    build::Failure,
    feed, llms, search, sitemap,
    taxonomy::{person, terms_of},
    view::{Views, is_listed, markdown_url},
    write::Writer,
};
/// Entries of the feed.
const FEED_ENTRIES: usize = 50;

impl Writer<'_> {
    /// Feed, sitemap, robots.txt, llms.txt and the search index.
    pub(super) fn for_programs(&self) -> Result<(), Failure> {
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
            self.put("atom.xml", feed::atom(&feed).as_bytes())?;
        }
        let mut urls: Vec<(String, Option<String>)> = (library.pages.iter())
            .filter(|p| !p.record.front.draft)
            .map(|p| {
                let date = p.record.front.modified.as_ref().or(p.record.front.published.as_ref());
                (self.views.permalink(&p.url), date.map(|d| d.day.clone()))
            })
            .collect();
        urls.extend(
            Views::list_urls(&self.site.taxonomies)
                .iter()
                .filter(|(url, _)| !library.has_own(url))
                .map(|(url, _)| (self.views.permalink(url), None)),
        );
        if !library.has_own("/sitemap.xml") {
            for (path, xml) in sitemap::sitemaps(&urls, &self.views.permalink("/")) {
                self.put(&path, xml.as_bytes())?;
            }
        }
        if !library.has_own("/robots.txt") {
            self.put("robots.txt", sitemap::robots(&self.views.permalink("/sitemap.xml")).as_bytes())?;
        }
        if config.markdown_copies && !library.has_own("/llms.txt") {
            self.put("llms.txt", self.llms().as_bytes())?;
        }
        if config.search {
            let guides = self.site.guide_indices();
            let pages: Vec<search::Page<'_>> = (guides.iter())
                .map(|i| &library.pages[*i])
                .filter(|p| is_listed(p))
                .map(|p| search::Page {
                    title: &p.record.title,
                    url: self.world.links.absolute_path(&p.url),
                    description: p.record.front.description.as_deref().unwrap_or(&p.record.summary),
                    keywords: &p.record.front.keywords,
                    terms: &p.record.terms,
                })
                .collect();
            for (path, bytes) in search::build(&pages) {
                self.put(&path, &bytes)?;
            }
        }
        Ok(())
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
