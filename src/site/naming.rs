//! Libraries whose pages have other names than guidepost's: `01.en.md` in the folder of a tutorial, `nginx.en.md`.

use std::collections::{BTreeMap, BTreeSet};

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
    own: Option<&'p str>,
    part: Option<&'p str>,
    language: Option<&'p str>,
}

/// What the name of a page says, if it is one of those that the library uses.
fn read(names: PageNames, path: &str) -> Option<Name<'_>> {
    let at = path.rfind('/')? + 1;
    let (folder, stem) = (&path[..at], path[at..].strip_suffix(".md")?);
    let is_part = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_language =
        |text: &&str| (2..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let split = || stem.rsplit_once('.').filter(|(_, language)| is_language(language));
    let (own, part, language) = match names {
        PageNames::Part => (None, Some(stem), None),
        PageNames::PartLanguage => split().map(|(part, language)| (None, Some(part), Some(language)))?,
        PageNames::NameLanguage => split().map(|(own, language)| (Some(own), None, Some(language)))?,
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
    let Some(names) = config.page_names else { return };
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in records.iter().filter_map(|record| read(names, &record.source)) {
        parts.entry(name.folder.to_owned()).or_default().extend(name.part.map(str::to_owned));
    }
    for record in records {
        let Some(name) = read(names, &record.source) else { continue };
        let first = parts.get(name.folder).and_then(BTreeSet::first).map(String::as_str);
        let part = name.part.filter(|part| Some(*part) != first).map(str::to_owned);
        let lies = format!("{}{}.md", name.folder, name.own.unwrap_or("index"));
        (record.lies, record.part) = (lies, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_say() {
        let name = |own, part, language| Some(Name { folder: "content/a/", own, part, language });
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
        ] {
            assert_eq!(read(names, path), expected, "{path}");
        }
    }
}
