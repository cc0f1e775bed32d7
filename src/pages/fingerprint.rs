//! What each page of the output is made of, as a hash: a page whose fingerprint is that of the last build is kept.
//!
//! A fingerprint is made of the inputs of a page, not of its context, because making two thousand contexts takes longer than
//! anything else of a build that has nothing to do. What [`super::view`] and [`super::lists`] show of *other* pages is in
//! those pages' [`Fingerprints::card`]s: whoever shows more must add it there.

use crate::{
    pages::{
        Fingerprint,
        lists::{HOME, Listed, Shown},
        maker::Pages,
        view::Views,
        world::SiteWorld,
    },
    render::World,
    site::{address::section_path, library::Page, load::Site, record::PageRecord, taxonomy::terms_of},
};
use rayon::prelude::*;

pub(crate) struct Fingerprints<'a> {
    pages: &'a Pages<'a>,
    /// Changes when every page may have to be rendered again.
    /// One for each language.
    environments: Vec<blake3::Hasher>,
    /// What other pages show of each page: title, address, dates.
    cards: Vec<Fingerprint>,
}

impl<'a> Fingerprints<'a> {
    pub(crate) fn new(pages: &'a Pages<'a>) -> Self {
        let (site, world) = (pages.site, &pages.world);
        let mut environment = blake3::Hasher::new();
        environment.update(crate::site::cache::program().as_bytes());
        environment.update(&site.inputs.theme.fingerprint);
        environment.update(&site.files.fingerprint());
        environment.update(&[u8::from(site.inputs.options.offline)]);
        let _ = serde_json::to_writer(&mut environment, &site.inputs.config);
        let cards = site.library.pages.par_iter().map(|page| card(page, site, world)).collect();
        let of_language = |views: &Views<'_>| {
            let mut environment = environment.clone();
            let _ = serde_json::to_writer(&mut environment, views.site());
            environment.update(views.names.join("\n").as_bytes());
            environment
        };
        Self { pages, environments: pages.all_views().map(of_language).collect(), cards }
    }

    /// Of a guide's page.
    pub(crate) fn guide(&self, index: usize) -> Fingerprint {
        let page = &self.pages.site.library.pages[index];
        let views = self.pages.views_of(index);
        let mut hasher = self.begin(views, "page.html", &page.url);
        hasher.update(&self.pages.sidebar(views, Some(index)));
        self.own(&mut hasher, index);
        self.text(&mut hasher, &page.record);
        *hasher.finalize().as_bytes()
    }

    /// Of a list.
    pub(crate) fn listed(&self, listed: &Listed) -> Fingerprint {
        let views = self.pages.views_in(listed.language);
        let mut hasher = self.begin(views, listed.template, &listed.url);
        hasher.update(&self.pages.sidebar(views, listed.beside()));
        hasher.update(&listed.number.to_le_bytes()).update(&listed.total.to_le_bytes());
        for page in &listed.pages {
            hasher.update(&self.cards[*page]);
        }
        if let Some(page) = listed.text {
            self.text(&mut hasher, &self.pages.site.library.pages[page].record);
        }
        if listed.template == HOME {
            // It shows of many pages a little; it is one.
            let _ = serde_json::to_writer(&mut hasher, &views.listed(listed, String::new()));
        }
        match listed.shown {
            Shown::Section(section) => {
                self.own(&mut hasher, section);
                self.text(&mut hasher, &self.pages.site.library.pages[section].record);
                for below in views.subsections(section) {
                    hasher.update(&self.cards[below]).update(&views.guides_below(below).len().to_le_bytes());
                }
            }
            Shown::All => {}
            Shown::Taxonomy(taxonomy) => {
                for term in &taxonomy.terms {
                    hasher
                        .update(term.name.as_bytes())
                        .update(term.url.as_bytes())
                        .update(&term.pages.len().to_le_bytes());
                }
            }
            Shown::Term(taxonomy, term) => {
                hasher
                    .update(taxonomy.url.as_bytes())
                    .update(term.name.as_bytes())
                    .update(&term.pages.len().to_le_bytes());
            }
        }
        *hasher.finalize().as_bytes()
    }

    /// Of a page that is made of nothing but a template and a few words.
    pub(crate) fn simple(&self, views: &Views<'_>, template: &str, words: &str) -> Fingerprint {
        let mut hasher = self.begin(views, template, words);
        hasher.update(&self.pages.sidebar(views, None));
        *hasher.finalize().as_bytes()
    }

    fn begin(&self, views: &Views<'_>, template: &str, url: &str) -> blake3::Hasher {
        let mut hasher = self.environments[views.language].clone();
        if views.languages.are_many() {
            // Where the other languages are.
            hasher.update(format!("{:?}", views.switch(url)).as_bytes());
            hasher.update(format!("{:?}", views.alternates(url)).as_bytes());
        }
        hasher.update(template.as_bytes()).update(b"\n").update(url.as_bytes()).update(b"\n");
        let theme = &self.pages.site.inputs.theme;
        if theme.reads_site(template) {
            hasher.update(theme.data().fingerprint());
        }
        hasher
    }

    /// What the page shows around its text.
    fn own(&self, hasher: &mut blake3::Hasher, index: usize) {
        let views = self.pages.views_of(index);
        let (previous, next) = views.neighbours(index);
        for page in [previous, next] {
            hasher.update(page.map_or(&[0; 32], |p| &self.cards[p]));
        }
        for page in views.related[index].iter().chain(&views.ancestors(index)) {
            hasher.update(&self.cards[*page]);
        }
        let record = &self.pages.site.library.pages[index].record;
        hasher.update(&self.cards[index]).update(record.source.as_bytes());
        for person in record.front.authors.iter().chain(&record.front.contributors) {
            hasher.update(format!("{:?}", views.person(person, &record.source)).as_bytes());
        }
    }

    /// The text of a page: its file, what it includes, where its links and images lead, and what verification found.
    fn text(&self, hasher: &mut blake3::Hasher, record: &PageRecord) {
        let links = self.pages.world.links.speaking(record.language);
        hasher.update(&record.hash).update(&self.pages.views.verified.fingerprint(&record.source));
        // What the blocks are and what stands for a value is said there, too.
        if let Some(sidecar) = self.pages.world.sidecars.get(&record.source) {
            hasher.update(sidecar.text.as_bytes()).update(&[0]);
        }
        for layer in self.pages.world.outer.of(&record.source) {
            hasher.update(layer.text().as_bytes()).update(&[0]);
        }
        for include in record.includes.iter().chain(&record.files) {
            hasher.update(include.source.as_bytes()).update(&include.hash);
        }
        for link in &record.links {
            hasher.update(links.href(&link.target, &link.from).as_bytes()).update(b"\n");
        }
        for image in &record.images {
            let info = self.pages.world.speaking(record.language).image(&image.target, &image.from);
            hasher.update(format!("{info:?}\n").as_bytes());
        }
    }
}

fn card(page: &Page, site: &Site<'_>, world: &SiteWorld<'_>) -> Fingerprint {
    let record = &page.record;
    let front = &record.front;
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes()).update(&[0]);
    };
    add(&page.url);
    add(&record.title);
    add(front.title_short.as_deref().unwrap_or_default());
    add(front.description.as_deref().unwrap_or(&record.summary));
    add(&format!("{:?}{:?}{}{}", front.published, front.modified, front.deprecated, record.words));
    if let Some(image) = &front.image {
        let info = world.speaking(record.language).image(image, &record.source);
        add(&format!("{}{:?}", info.src, info.size));
    }
    for term in terms_of(record, "tags") {
        add(&term);
    }
    add(world.verified.state(&record.source).unwrap_or_default());
    add(world.verified.machine(&record.source).unwrap_or_default());
    let section = section_path(record.lies());
    add(section);
    add(site.library.section_page(section).map_or("", |i| &site.library.pages[i].record.title));
    *hasher.finalize().as_bytes()
}
