//! Groups of pages by what their front matter says: tags, authors, and others of the configuration.

use std::collections::BTreeMap;

use crate::{
    config::Config,
    site::{
        address::path_part,
        languages::Languages,
        library::Library,
        record::{Kind, PageRecord},
    },
};

/// All groups of one front matter key.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    /// The number of the language of its pages.
    pub(crate) language: usize,
    /// The key: `tags`.
    pub(crate) name: String,
    /// URL path of its list of terms.
    pub(crate) url: String,
    /// In alphabetical order.
    pub(crate) terms: Vec<Term>,
}

/// One group.
#[derive(Debug)]
pub(crate) struct Term {
    /// As the first page writes it.
    pub(crate) name: String,
    pub(crate) url: String,
    /// Newest first.
    pub(crate) pages: Vec<usize>,
}

/// Groups the guides of the library, language by language.
pub(crate) fn group(library: &Library, config: &Config, languages: &Languages) -> Vec<Taxonomy> {
    let of = |language| config.taxonomies.iter().map(move |name| taxonomy(library, name, language, languages));
    (0..languages.tags.len()).flat_map(of).filter(|t| !t.terms.is_empty()).collect()
}

fn taxonomy(library: &Library, name: &str, language: usize, languages: &Languages) -> Taxonomy {
    let url = format!("{}/{}/", languages.prefix(language), path_part(name));
    let mut terms: BTreeMap<String, Term> = BTreeMap::new();
    for (index, page) in library.pages.iter().enumerate() {
        if page.record.kind != Kind::Guide || !page.record.front.build_list || page.record.language != language {
            continue;
        }
        for term in terms_of(&page.record, name) {
            let slug = path_part(&term);
            let url = format!("{url}{slug}/");
            let group = terms.entry(slug).or_insert_with(|| Term { name: term, url, pages: Vec::new() });
            if group.pages.last() != Some(&index) {
                group.pages.push(index);
            }
        }
    }
    let mut terms: Vec<Term> = terms.into_values().collect();
    for term in &mut terms {
        term.pages.sort_by_cached_key(|i| newest_first(&library.pages[*i].record));
    }
    terms.sort_by_cached_key(|t| t.name.to_lowercase());
    Taxonomy { language, name: name.to_owned(), url, terms }
}

/// Terms of a page as plain names: an author who is written as a Markdown link is known by the link's text.
pub(crate) fn terms_of(record: &PageRecord, taxonomy: &str) -> Vec<String> {
    record.front.terms(taxonomy).iter().map(|term| person(term).0.to_owned()).collect()
}

/// The name and the address of `[Name](address)`; a plain name has no address.
pub(crate) fn person(written: &str) -> (&str, Option<&str>) {
    let link =
        written.strip_prefix('[').and_then(|r| r.split_once("](")).and_then(|(n, u)| Some((n, u.strip_suffix(')')?)));
    link.map_or((written, None), |(name, url)| (name, Some(url)))
}

/// Sorts newest first, then by title and path.
pub(crate) fn newest_first(record: &PageRecord) -> impl Ord + use<> {
    let date = record.front.published.clone().or_else(|| record.front.modified.clone());
    (std::cmp::Reverse(date), record.title.clone(), record.source.clone())
}

/// Addresses of every list without a source, each with the taxonomy's name.
pub(crate) fn list_urls(taxonomies: &[Taxonomy]) -> Vec<(String, String)> {
    let urls = |t: &'_ Taxonomy| -> Vec<(String, String)> {
        let terms = t.terms.iter().map(|term| term.url.clone());
        std::iter::once(t.url.clone()).chain(terms).map(|url| (url, t.name.clone())).collect()
    };
    taxonomies.iter().flat_map(urls).collect()
}
