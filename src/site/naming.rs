//! Libraries whose pages have other names than guidepost's: `01.en.md` in the folder of a tutorial, `nginx.en.md`, `nginx.mdx`, or
//! an `index.md` that is the page of its folder.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    config::{Config, PageNames},
    site::record::PageRecord,
};

/// What the name of a file says.
#[derive(Debug, PartialEq, Eq)]
struct Name<'p> {
    /// With the `/` at its end.
    folder: &'p str,
    /// A page's own name; none if it is called by its folder.
    own: Option<Cow<'p, str>>,
    part: Option<&'p str>,
    language: Option<&'p str>,
}

/// The name of a page's file without its extension; none if it is no page's.
pub(super) fn stem(path: &str) -> Option<&str> {
    path.strip_suffix(".md").or_else(|| path.strip_suffix(".mdx"))
}

/// A path as if its page was Markdown and nothing else: `content/a.md` of `content/a.mdx`.
pub(crate) fn markdown(path: &str) -> Cow<'_, str> {
    path.strip_suffix(".mdx").map_or(Cow::Borrowed(path), |stem| Cow::Owned(format!("{stem}.md")))
}

/// What the page of a folder is called here, of its file's name without extension: `_index.de` of `index.de`.
fn of_folder(stem: &str) -> Option<Cow<'static, str>> {
    let (name, language) = stem.split_once('.').map_or((stem, ""), |(name, _)| (name, &stem[name.len()..]));
    (name == "index" || name.eq_ignore_ascii_case("readme")).then(|| Cow::Owned(format!("_index{language}")))
}

/// Whether a file is the page of its folder.
pub(crate) fn is_of_folder(config: &Config, path: &str) -> bool {
    let is_named = config.page_names == Some(PageNames::Name);
    may_be_of_folder(path) && (is_named || path.rsplit('/').next().is_some_and(|name| name.starts_with('_')))
}

/// Whether a file is the page of its folder in some library.
pub(crate) fn may_be_of_folder(path: &str) -> bool {
    let name = path.rsplit('/').next().and_then(stem).unwrap_or_default();
    name == "_index" || of_folder(name).is_some()
}

/// What the name of a page says, if it is one of those that the library uses.
fn read(names: PageNames, path: &str) -> Option<Name<'_>> {
    let at = path.rfind('/')? + 1;
    let (folder, stem) = (&path[..at], stem(&path[at..])?);
    let is_part = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_language =
        |text: &&str| (2..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let split = || stem.rsplit_once('.').filter(|(_, language)| is_language(language));
    let (own, part, language) = match names {
        PageNames::Part => (None, Some(stem), None),
        PageNames::PartLanguage => split().map(|(part, language)| (None, Some(part), Some(language)))?,
        PageNames::NameLanguage => split().map(|(own, language)| (Some(own.into()), None, Some(language)))?,
        PageNames::Name => (Some(of_folder(stem).unwrap_or(stem.into())), None, None),
    };
    part.is_none_or(|part| is_part(&part)).then_some(Name { folder, own, part, language })
}

/// Whether a file is a page of another language than the site's: that is left out.
pub(crate) fn is_of_another_language(config: &Config, path: &str) -> bool {
    let primary = |language: &str| language.split('-').next().unwrap_or_default().to_lowercase();
    let language = config.page_names.and_then(|names| read(names, path)?.language);
    language.is_some_and(|language| primary(language) != primary(&config.language))
}

/// Says of records where they would lie if they had guidepost's names: the first part of a folder is its page, and the others are below.
pub(crate) fn place(config: &Config, records: &mut [PageRecord]) {
    let Some(names) = config.page_names else {
        for record in records.iter_mut().filter(|record| record.source.ends_with(".mdx")) {
            record.lies = markdown(&record.source).into_owned();
        }
        return;
    };
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in records.iter().filter_map(|record| read(names, &record.source)) {
        parts.entry(name.folder.to_owned()).or_default().extend(name.part.map(str::to_owned));
    }
    for record in records {
        let Some(name) = read(names, &record.source) else { continue };
        let first = parts.get(name.folder).and_then(BTreeSet::first).map(String::as_str);
        let part = name.part.filter(|part| Some(*part) != first).map(str::to_owned);
        let lies = format!("{}{}.md", name.folder, name.own.as_deref().unwrap_or("index"));
        (record.lies, record.part) = (lies, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_say() {
        let name = |own: Option<&'static str>, part, language| {
            Some(Name { folder: "content/a/", own: own.map(Cow::Borrowed), part, language })
        };
        for (names, path, expected) in [
            (PageNames::PartLanguage, "content/a/01.en.md", name(None, Some("01"), Some("en"))),
            (PageNames::PartLanguage, "content/a/2.pt-br.md", name(None, Some("2"), Some("pt-br"))),
            (PageNames::PartLanguage, "content/a/nginx.en.md", None),
            (PageNames::PartLanguage, "content/a/01.md", None),
            (PageNames::Part, "content/a/01.md", name(None, Some("01"), None)),
            (PageNames::Part, "content/a/index.md", None),
            (PageNames::NameLanguage, "content/a/nginx.de.md", name(Some("nginx"), None, Some("de"))),
            (PageNames::NameLanguage, "content/a/nginx.md", None),
            (PageNames::NameLanguage, "content/a/node.js.md", name(Some("node"), None, Some("js"))),
            (PageNames::Name, "content/a/nginx.mdx", name(Some("nginx"), None, None)),
            (PageNames::Name, "content/a/index.md", name(Some("_index"), None, None)),
            (PageNames::Name, "content/a/README.md", name(Some("_index"), None, None)),
            (PageNames::Name, "content/a/index.de.md", name(Some("_index.de"), None, None)),
            (PageNames::Name, "content/a/indexes.md", name(Some("indexes"), None, None)),
        ] {
            assert_eq!(read(names, path), expected, "{path}");
        }
    }
}
