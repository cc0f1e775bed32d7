//! Files of the output that programs read: feed, sitemap, robots.txt, llms.txt, search index.

use crate::{
    pages::{
        badge, feed, llms,
        maker::Pages,
        sitemap,
        status::Status,
        view::{ALL, FEED, Views},
    },
    site::{
        address::{encode, markdown_url, output_path},
        library::is_listed,
        search,
        taxonomy::{list_urls, person, terms_of},
    },
};

/// Entries of the feed.
const FEED_ENTRIES: usize = 50;

/// Makes them.
pub(crate) struct Programs<'a> {
    pub(crate) pages: &'a Pages<'a>,
}

impl Programs<'_> {
    /// Feeds, sitemap, robots.txt, llms.txt and search indexes: paths in the output, and bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for views in self.pages.all_views().filter(|views| views.is_built()) {
            self.of_language(views, &mut files);
        }
        let (views, library) = (&self.pages.views, &self.pages.site.library);
        let status = Status { site: self.pages.site, views };
        files.extend(status.badges());
        if !library.has_own("/sitemap.xml") {
            let sitemaps = sitemap::sitemaps(&self.urls(status.is_made()), &views.permalink("/"));
            files.extend(sitemaps.into_iter().map(|(path, xml)| (path, xml.into_bytes())));
        }
        if !library.has_own("/robots.txt") {
            files.push(("robots.txt".into(), sitemap::robots(&views.permalink("/sitemap.xml")).into_bytes()));
        }
        files
    }

    /// Feed, llms.txt and search index of a language.
    fn of_language(&self, views: &Views<'_>, files: &mut Vec<(String, Vec<u8>)>) {
        let (config, library) = (views.config, &self.pages.site.library);
        let own = |url: &str| format!("{}{url}", views.prefix);
        let here = |guides: Vec<usize>| guides.into_iter().filter(|i| views.is_here(*i)).collect::<Vec<_>>();
        if config.feed && !library.has_own(&own(FEED)) {
            let newest = here(self.pages.site.newest());
            let entries: Vec<feed::Entry> =
                newest.iter().filter_map(|i| self.feed_entry(views, *i)).take(FEED_ENTRIES).collect();
            let feed = feed::Feed {
                title: &config.title,
                subtitle: &config.description,
                base_url: &views.permalink(&own("/")),
                feed_url: &views.permalink(&own(FEED)),
                language: &views.words.tag,
                author: config.author.as_deref(),
                entries: &entries,
            };
            files.push((output_path(&own(FEED)), feed::atom(&feed).into_bytes()));
        }
        if config.markdown_copies && !library.has_own(&own("/llms.txt")) {
            files.push((output_path(&own("/llms.txt")), self.llms(views).into_bytes()));
        }
        if config.search {
            let guides = here(self.pages.site.guide_indices()).into_iter().filter(|i| is_listed(&library.pages[*i]));
            // Where a guide and its section fit equally, the guide is first.
            let found = guides.chain(views.listed_sections());
            let pages: Vec<search::Page<'_>> = found
                .map(|i| (i, &library.pages[i]))
                .map(|(i, p)| search::Page {
                    title: if views.is_home(i) { &config.title } else { &p.record.title },
                    url: self.address_in_index(views, &p.url),
                    description: p.record.front.description.as_deref().unwrap_or(&p.record.summary),
                    keywords: &p.record.front.keywords,
                    terms: &p.record.terms,
                })
                .collect();
            let index = search::build(&pages);
            files.extend(index.into_iter().map(|(path, bytes)| (output_path(&own(&format!("/{path}"))), bytes)));
        }
    }

    /// The address of a page in the search index; in a site of files, from the index's folder.
    fn address_in_index(&self, views: &Views<'_>, url: &str) -> String {
        match self.pages.site.inputs.options.offline {
            true => format!("{}{}", "../".repeat(1 + usize::from(views.language > 0)), encode(&output_path(url))),
            false => views.path(url),
        }
    }

    /// What the sitemap lists.
    fn urls(&self, has_status: bool) -> Vec<sitemap::Url> {
        let library = &self.pages.site.library;
        let url = |views: &Views<'_>, url: &str, modified: Option<String>| sitemap::Url {
            address: views.permalink(url),
            modified,
            alternates: views.alternates_of(url),
        };
        let written = library.pages.iter().enumerate().filter(|(_, page)| !page.record.front.draft);
        let mut urls: Vec<sitemap::Url> = written
            .map(|(index, page)| {
                let front = &page.record.front;
                let date = front.modified.as_ref().or(front.published.as_ref());
                url(self.pages.views_of(index), &page.url, date.map(|d| d.day.clone()))
            })
            .collect();
        for views in self.pages.all_views() {
            let lists = list_urls(views.taxonomies).into_iter().map(|(url, _)| url);
            urls.extend(lists.filter(|list| !library.has_own(list)).map(|list| url(views, &list, None)));
            if views.has_all {
                urls.push(url(views, &format!("{}{ALL}", views.prefix), None));
            }
        }
        if has_status {
            urls.push(url(&self.pages.views, badge::STATUS, None));
        }
        urls
    }

    fn feed_entry(&self, views: &Views<'_>, index: usize) -> Option<feed::Entry> {
        let page = &self.pages.site.library.pages[index];
        let front = &page.record.front;
        let published = front.published.as_ref().or(front.modified.as_ref())?;
        let updated = front.modified.as_ref().filter(|m| *m > published).unwrap_or(published);
        Some(feed::Entry {
            title: page.record.title.clone(),
            url: views.permalink(&page.url),
            published: published.rfc3339(),
            updated: updated.rfc3339(),
            summary: front.description.clone().unwrap_or_else(|| page.record.summary.clone()),
            authors: front.authors.iter().map(|a| person(a).0.to_owned()).collect(),
            categories: terms_of(&page.record, "tags"),
        })
    }

    fn llms(&self, views: &Views<'_>) -> String {
        let config = views.config;
        let library = &self.pages.site.library;
        let mut sections = Vec::new();
        for (section, pages) in views.sections() {
            let title = library
                .section_page(section)
                .map_or_else(|| config.title.clone(), |i| library.pages[i].record.title.clone());
            let entries = pages.iter().map(|i| {
                let page = &library.pages[*i];
                let description = page.record.front.description.as_deref().unwrap_or(&page.record.summary);
                llms::Entry {
                    title: page.record.title.clone(),
                    url: views.permalink(&markdown_url(&page.url)),
                    description: description.to_owned(),
                }
            });
            sections.push(llms::Section { title, entries: entries.collect() });
        }
        llms::llms_txt(&config.title, &config.description, &sections)
    }
}
