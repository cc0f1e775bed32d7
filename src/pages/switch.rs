//! From a page to the same page in another language.

use super::{
    data::{Alternate, LanguageLink},
    view::Views,
};
use crate::{
    config::Direction,
    site::{library::Target, load::Site},
};

/// What readers choose each language by; nothing where there is one only.
pub(super) fn names(site: &Site<'_>) -> Vec<String> {
    let languages = &site.inputs.languages;
    let name = |(number, tag): (usize, &String)| {
        let own = site.inputs.config.of_language(tag).and_then(|language| language.name.clone());
        let words = site.inputs.theme.words(number);
        own.or_else(|| words.own_name().map(str::to_owned)).unwrap_or_else(|| tag.clone())
    };
    if languages.are_many() { languages.tags.iter().enumerate().map(name).collect() } else { Vec::new() }
}

impl Views<'_> {
    /// `rtl` or `ltr`.
    pub(super) fn direction(&self) -> &'static str {
        match self.config.of_language(&self.words.tag).and_then(|language| language.direction) {
            Some(Direction::Rtl) => "rtl",
            Some(Direction::Ltr) => "ltr",
            None => self.words.direction(),
        }
    }

    /// The address in each language of what stands at an address, where that is there.
    fn versions(&self, url: &str) -> Vec<Option<String>> {
        let own = url.strip_prefix(self.prefix.as_str()).unwrap_or(url);
        let in_language = |language: usize| {
            if language == self.language {
                return Some(url.to_owned());
            }
            match self.library.by_url.get(url) {
                Some(Target::Page(page) | Target::Alias(page)) => {
                    let page = self.library.translation(*page, language)?;
                    Some(self.library.pages[page].url.clone())
                }
                // A list has the same address behind that of its language, if it is there.
                _ => Some(format!("{}{own}", self.languages.prefix(language)))
                    .filter(|url| self.library.by_url.contains_key(url)),
            }
        };
        (0..self.languages.tags.len()).map(in_language).collect()
    }

    /// `head.alternates`: the same page in each of its languages, for search engines; nothing if it is in one only.
    pub(super) fn alternates(&self, url: &str) -> Vec<Alternate> {
        let alternates = self.alternates_of(url);
        alternates.into_iter().map(|(lang, url)| Alternate { lang, url }).collect()
    }

    /// Tags of languages, and whole addresses; the first is for readers of other languages (`x-default`).
    pub(super) fn alternates_of(&self, url: &str) -> Vec<(String, String)> {
        if !self.languages.are_many() {
            return Vec::new();
        }
        let versions = self.versions(url);
        if versions.iter().flatten().count() < 2 {
            return Vec::new();
        }
        let default = versions[0].iter().map(|url| ("x-default".to_owned(), self.permalink(url)));
        let each = self.languages.tags.iter().zip(&versions);
        let each = each.filter_map(|(tag, url)| Some((tag.clone(), self.permalink(url.as_ref()?))));
        default.chain(each).collect()
    }

    /// `languages`: a way to each other language, to the same page or else to the home page; one that has no pages is left out.
    pub(super) fn switch(&self, url: &str) -> Vec<LanguageLink> {
        if !self.languages.are_many() {
            return Vec::new();
        }
        let home = |language: usize| {
            let home = format!("{}/", self.languages.prefix(language));
            self.library.by_url.contains_key(&home).then_some(home)
        };
        let versions = self.versions(url);
        let one = |(language, version): (usize, &Option<String>)| {
            let tag = self.languages.tags[language].clone();
            let url = version.clone().or_else(|| home(language))?;
            let current = language == self.language;
            Some(LanguageLink { tag, name: self.names[language].clone(), url: self.path(&url), current })
        };
        versions.iter().enumerate().filter_map(one).collect()
    }
}
