//! Pages that list pages: home, sections, terms, in pages of their own.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    pages::{
        card::card_url,
        data::{
            self, AllPage, Base, Card, Group, HomePage, Letter, List, Mended, Page, Paginator, PaginatorPage,
            SectionPage, Shelf, SiteProof, TaxonomyPage, TermPage,
        },
        view::{ALL, Views},
    },
    site::{
        address::section_path,
        library::{Target, is_listed},
        record::Kind,
        taxonomy::{Taxonomy, Term, newest_first},
    },
    source::date::Date,
};

/// One page of the output that lists pages.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    /// URL path without the base path.
    pub(crate) url: String,
    /// That of the list's first page.
    first_url: String,
    /// The number of its language.
    pub(crate) language: usize,
    pub(crate) template: &'static str,
    pub(crate) shown: Shown<'a>,
    /// The pages that it lists.
    pub(crate) pages: Vec<usize>,
    /// Which page of the list this is, from 1, and how many there are.
    pub(crate) number: usize,
    pub(crate) total: usize,
    /// The section page whose text is shown: on the first page only.
    pub(crate) text: Option<usize>,
}

/// What a list is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// The section page of this index; the home page is one.
    Section(usize),
    /// All terms of a taxonomy.
    Taxonomy(&'a Taxonomy),
    /// One term.
    Term(&'a Taxonomy, &'a Term),
    /// All guides of the site.
    All,
}

/// The template of the home page.
pub(crate) const HOME: &str = "home.html";
/// New guides that the home page shows.
const NEWEST: usize = 9;
/// Guides of a section, or sections in it, that the home page shows.
const FIRST: usize = 8;
/// Guides that the home page shows because they were mended.
const MENDED: usize = 6;

/// Terms that are found at a glance.
const FEW_TERMS: usize = 40;
/// Terms that stand above the others where there are many.
const FREQUENT: usize = 12;

impl Listed<'_> {
    /// The page that it stands for in the tree of guides.
    pub(crate) fn beside(&self) -> Option<usize> {
        match self.shown {
            Shown::Section(index) => Some(index),
            Shown::Taxonomy(_) | Shown::Term(..) | Shown::All => None,
        }
    }
}

impl<'a> Views<'a> {
    /// Every list of the site.
    pub(crate) fn lists(&self) -> Vec<Listed<'a>> {
        let mut lists = Vec::new();
        for (index, page) in self.library.pages.iter().enumerate() {
            let section = section_path(page.record.lies());
            if page.record.kind != Kind::Section || !self.is_here(index) || self.is_taxonomy(&page.url) {
                continue;
            }
            if section == self.root {
                self.paginate(&page.url, HOME, Shown::Section(index), &self.newest(), usize::MAX, &mut lists);
            } else {
                let pages = self.library.sections.get(section).map(Vec::as_slice).unwrap_or_default();
                self.paginate(
                    &page.url,
                    "section.html",
                    Shown::Section(index),
                    pages,
                    self.config.paginate,
                    &mut lists,
                );
            }
        }
        for taxonomy in self.taxonomies {
            self.paginate(&taxonomy.url, "taxonomy.html", Shown::Taxonomy(taxonomy), &[], usize::MAX, &mut lists);
            for term in &taxonomy.terms {
                self.paginate(
                    &term.url,
                    "term.html",
                    Shown::Term(taxonomy, term),
                    &term.pages,
                    self.config.paginate,
                    &mut lists,
                );
            }
        }
        if self.has_all {
            let all: Vec<usize> = self.sections().flat_map(|(_, guides)| guides).copied().collect();
            self.paginate(&format!("{}{ALL}", self.prefix), "all.html", Shown::All, &all, usize::MAX, &mut lists);
        }
        lists
    }

    /// Pages of sections that have a list of their own, and the home page: what a search finds beside guides.
    pub(crate) fn listed_sections(&self) -> impl Iterator<Item = usize> {
        (0..self.library.pages.len()).filter(|index| {
            let page = &self.library.pages[*index];
            let is_section = page.record.kind == Kind::Section && page.record.front.build_list;
            is_section && self.is_here(*index) && !self.is_taxonomy(&page.url)
        })
    }

    /// Whether the section page at an address only adds its text to a list of terms, or to the pages of a term.
    pub(crate) fn is_taxonomy(&self, url: &str) -> bool {
        self.taxonomies
            .iter()
            .any(|t| t.url == url || (url.starts_with(&t.url) && t.terms.iter().any(|term| term.url == url)))
    }

    /// The section page whose text is shown above a list.
    pub(crate) fn page_at(&self, url: &str) -> Option<usize> {
        match self.library.by_url.get(url) {
            Some(Target::Page(page)) => Some(*page),
            _ => None,
        }
    }

    fn newest(&self) -> Vec<usize> {
        let mut newest: Vec<usize> =
            (0..self.library.pages.len()).filter(|i| self.is_here(*i) && is_listed(&self.library.pages[*i])).collect();
        newest.sort_by_cached_key(|i| newest_first(&self.library.pages[*i].record));
        newest.truncate(NEWEST);
        newest
    }

    /// Cuts a list into pages: `URL`, `URLpage/2/`, …; a `size` of 0 is no limit.
    fn paginate(
        &self,
        url: &str,
        template: &'static str,
        shown: Shown<'a>,
        pages: &[usize],
        size: usize,
        lists: &mut Vec<Listed<'a>>,
    ) {
        let size = if size == 0 { usize::MAX } else { size };
        let total = pages.len().div_ceil(size).max(1);
        for number in 1..=total {
            let start = (number - 1).saturating_mul(size).min(pages.len());
            let end = number.saturating_mul(size).min(pages.len());
            lists.push(Listed {
                url: address(url, number),
                first_url: url.to_owned(),
                language: self.language,
                template,
                shown,
                pages: pages[start..end].to_vec(),
                number,
                total,
                text: if number == 1 { self.page_at(url) } else { None },
            });
        }
    }

    /// The context of a list's template, with the text of its section as HTML.
    pub(crate) fn listed(&self, listed: &Listed<'_>, content: String) -> List<'_> {
        match listed.shown {
            Shown::Section(index) if listed.template == HOME => List::Home(self.home(index, listed, content)),
            Shown::Section(index) => List::Section(self.section(index, listed, content)),
            Shown::All => List::All(AllPage {
                base: self.base(&self.words.text("all_guides"), &listed.url, ""),
                groups: self.groups(),
                total: listed.pages.len(),
            }),
            Shown::Taxonomy(taxonomy) => {
                let section = self.text(listed, content);
                let terms: Vec<data::Term> = taxonomy.terms.iter().map(|term| self.term(term)).collect();
                let many = terms.len() > FEW_TERMS;
                List::Taxonomy(TaxonomyPage {
                    base: self.base(&self.taxonomy_title(&taxonomy.name), &listed.url, described(section.as_ref())),
                    taxonomy: self.taxonomy(taxonomy),
                    letters: if many { letters(&terms) } else { Vec::new() },
                    frequent: if many { frequent(&terms) } else { Vec::new() },
                    terms,
                    section,
                })
            }
            Shown::Term(taxonomy, term) => {
                let section = self.text(listed, content);
                let base = self.base(&term.name, &listed.url, described(section.as_ref()));
                let (base, paginator) = self.paginated(listed, base);
                let pages = self.cards(&listed.pages);
                let (taxonomy, term) = (self.taxonomy(taxonomy), self.term(term));
                List::Term(TermPage { base, taxonomy, term, section, pages, paginator })
            }
        }
    }

    fn cards(&self, pages: &[usize]) -> Vec<Card> {
        pages.iter().map(|index| self.card(*index)).collect()
    }

    fn term(&self, term: &Term) -> data::Term {
        data::Term { name: term.name.clone(), url: self.path(&term.url), count: term.pages.len() }
    }

    /// The text above the terms of a taxonomy, or the pages of a term.
    fn text(&self, listed: &Listed<'_>, content: String) -> Option<Page<'_>> {
        listed.text.map(|index| Page { content, ..self.page(index) })
    }

    /// What every page has, on the page of a section.
    fn above(&self, index: usize, listed: &Listed<'_>) -> Base<'_> {
        let record = &self.library.pages[index].record;
        let is_home = listed.template == HOME;
        let without = if is_home { &self.config.description } else { &record.summary };
        let title =
            if is_home { &self.config.title } else { record.front.title_meta.as_ref().unwrap_or(&record.title) };
        let mut base = self.base(title, &listed.url, record.front.description.as_ref().unwrap_or(without));
        base.head.og_image = self.social_card(index).map(|card| self.permalink(&card_url(&card)));
        base
    }

    fn section(&self, index: usize, listed: &Listed<'_>, content: String) -> SectionPage<'_> {
        let (base, paginator) = self.paginated(listed, self.above(index, listed));
        SectionPage {
            base,
            section: Page { content, ..self.page(index) },
            subsections: self.subsections(index).into_iter().map(|i| self.subsection(i)).collect(),
            pages: self.cards(&listed.pages),
            paginator,
        }
    }

    fn home(&self, index: usize, listed: &Listed<'_>, content: String) -> HomePage<'_> {
        HomePage {
            base: self.above(index, listed),
            section: Page { content, ..self.page(index) },
            subsections: self.subsections(index).into_iter().map(|i| self.shelf(i)).collect(),
            pages: self.cards(&listed.pages),
            mended: self.mended(),
            proof: self.proof(),
            total: self.sections().map(|(_, guides)| guides.len()).sum(),
        }
    }

    /// A section as the home page shows it: with what is in it.
    fn shelf(&self, index: usize) -> Shelf {
        let sections = self.subsections(index);
        let path = section_path(self.library.pages[index].record.lies());
        let guides = self.library.sections.get(path).map(Vec::as_slice).unwrap_or_default();
        let room = FIRST.saturating_sub(sections.len());
        Shelf {
            section: self.subsection(index),
            sections: sections.iter().take(FIRST).map(|i| self.subsection(*i)).collect(),
            guides: guides.iter().take(room).map(|i| self.link_to(*i)).collect(),
            verified: self.guides_below(index).into_iter().filter(|i| self.is_verified(*i)).count(),
        }
    }

    fn is_verified(&self, index: usize) -> bool {
        matches!(self.verified.state(&self.library.pages[index].record.source), Some("holds" | "partial"))
    }

    /// How many guides were verified, and when last; nothing without a report.
    fn proof(&self) -> Option<SiteProof> {
        let guides = || self.sections().flat_map(|(_, guides)| guides);
        self.has_status.then(|| SiteProof {
            verified: guides().filter(|i| self.is_verified(**i)).count(),
            total: guides().count(),
            day: self.newest_proof.as_ref().map(|day| self.date(day)),
        })
    }

    /// Guides that hold and were broken before, the last one first.
    fn mended(&self) -> Vec<Mended> {
        let of = |page: &usize| {
            let (since, now, before) = self.history.changed(&self.library.pages[*page].record.source)?;
            let is_mended = before.ends_early() && !now.ends_early() && self.is_verified(*page);
            is_mended.then(|| (since.to_owned(), *page))
        };
        let mut found: Vec<(String, usize)> = self.sections().flat_map(|(_, guides)| guides).filter_map(of).collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let shown = |(since, page): &(String, usize)| {
            let day = Date::parse(since).as_ref().map(|day| self.date(day));
            Mended { link: self.link_to(*page), day }
        };
        found.iter().take(MENDED).map(shown).collect()
    }

    /// All guides by their sections.
    fn groups(&self) -> Vec<Group> {
        let group = |(section, guides): (&String, &Vec<usize>)| {
            // Those of the top are in no section, and the home page is above all.
            let page = self.library.section_page(section).filter(|_| *section != self.root);
            let above = page.into_iter().flat_map(|page| self.ancestors(page).into_iter().skip(1).chain([page]));
            let titles: Vec<&str> = above.map(|page| self.short_title(page)).collect();
            let title = if titles.is_empty() { self.config.title.clone() } else { titles.join(" / ") };
            let url = page.map_or_else(|| self.own("/"), |page| self.path(&self.library.pages[page].url));
            Group { title, url, pages: self.cards(guides) }
        };
        self.sections().map(group).collect()
    }

    /// Sections directly below the section of a page.
    pub(crate) fn subsections(&self, index: usize) -> Vec<usize> {
        self.library.subsections(section_path(self.library.pages[index].record.lies()))
    }

    /// The pages of a list, where it has several, and what that changes in the head of each.
    fn paginated<'v>(&self, listed: &Listed<'_>, mut base: Base<'v>) -> (Base<'v>, Option<Paginator>) {
        if listed.total < 2 {
            return (base, None);
        }
        let (number, total) = (listed.number, listed.total);
        let link = |number: usize| self.path(&address(&listed.first_url, number));
        let prev_url = (number > 1).then(|| link(number - 1));
        let next_url = (number < total).then(|| link(number + 1));
        if number > 1 {
            base.head.title = format!("{} ({number})", base.head.title);
        }
        base.head.prev_url.clone_from(&prev_url);
        base.head.next_url.clone_from(&next_url);
        let pages = (1..=total).map(|n| PaginatorPage { number: n, url: link(n), current: n == number }).collect();
        (base, Some(Paginator { number, total, prev_url, next_url, pages }))
    }
}

/// Terms by the letters that their names begin with; those that begin with none come first.
fn letters(terms: &[data::Term]) -> Vec<Letter> {
    let mut letters: BTreeMap<Option<String>, Vec<data::Term>> = BTreeMap::new();
    for term in terms {
        let first = term.name.chars().next().filter(|first| first.is_alphabetic());
        letters.entry(first.map(|first| first.to_uppercase().collect())).or_default().push(term.clone());
    }
    let letter = |(name, terms): (Option<String>, _)| Letter { name: name.unwrap_or_else(|| "#".into()), terms };
    letters.into_iter().map(letter).collect()
}

/// The terms with the most guides, by their numbers.
fn frequent(terms: &[data::Term]) -> Vec<data::Term> {
    let mut frequent = terms.to_vec();
    frequent.sort_by_key(|term| Reverse(term.count));
    frequent.truncate(FREQUENT);
    frequent
}

/// The description of the text above a list.
fn described<'v>(section: Option<&Page<'v>>) -> &'v str {
    section.map_or("", |section| section.description)
}

fn address(url: &str, number: usize) -> String {
    if number == 1 { url.to_owned() } else { format!("{url}page/{number}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_stand_by_their_letters() {
        let term =
            |(name, count): &(&str, usize)| data::Term { name: (*name).into(), url: String::new(), count: *count };
        let terms: Vec<data::Term> =
            [("3d", 1), ("ansible", 4), ("Apache", 2), ("été", 9), ("日本", 1)].iter().map(term).collect();
        let told: Vec<(String, Vec<String>)> = letters(&terms)
            .into_iter()
            .map(|letter| (letter.name, letter.terms.into_iter().map(|term| term.name).collect()))
            .collect();
        let row = |name: &str, terms: &[&str]| (name.to_owned(), terms.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(
            told,
            [row("#", &["3d"]), row("A", &["ansible", "Apache"]), row("É", &["été"]), row("日", &["日本"])]
        );
        assert_eq!(frequent(&terms)[0].name, "été");
    }
}
