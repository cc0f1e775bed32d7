//! The keys of front matter, and what an unknown one may have been meant to be.

use crate::diagnostic::nearest;

/// Keys that mean something to guidepost.
#[rustfmt::skip]
const TYPED: &[&str] = &[
    "_build", "alias", "aliases", "author", "authors", "build", "contributor", "contributors", "date", "deprecated",
    "deprecated_link", "description", "draft", "expiryDate", "external_resources", "h1_title", "headless", "image",
    "keywords", "lastmod", "license", "modified", "modified_by", "og_description", "og_title", "publishDate",
    "published", "relations", "slug", "title", "title_meta", "title_short", "updated", "url", "verify", "weight",
];

/// Keys that other generators and libraries of guides use: left to templates, never taken for typing errors.
#[rustfmt::skip]
const FOREIGN: &[&str] = &[
    "audio", "bundles", "canonical", "canonical_url", "cascade", "categories", "category", "comments", "concept",
    "data", "dates", "id", "images", "isCJKLanguage", "keyword", "keywords_meta", "lang", "language", "layout",
    "linkTitle", "link", "links", "locale", "markup", "menu", "menus", "meta", "name", "no_index", "noindex", "og_image",
    "outputs", "params", "permalink", "promo_default", "resources", "robots", "section", "series", "short_title",
    "show_in_lists", "sidebar", "sitemap", "source", "style", "sub_title", "subtitle", "summary", "tags", "target",
    "template", "time", "titles", "toc", "translationKey", "type", "unpublishDate", "version", "versions", "video",
    "videos",
];

/// Longer keys, in bytes, are not compared with the known ones: that would take time and memory.
const LONGEST: usize = 60;

/// The known key that `key` is, in whatever case it is written: Hugo takes keys without regard to case.
pub(super) fn typed(key: &str) -> Option<&'static str> {
    let same = |known: &&&str| known.eq_ignore_ascii_case(key);
    TYPED.iter().find(|known| **known == key).or_else(|| TYPED.iter().find(same)).copied()
}

/// The known key or taxonomy that an unknown `key` misses by one typing error.
pub(super) fn meant<'a>(key: &str, taxonomies: &'a [String]) -> Option<&'a str> {
    if key.len() > LONGEST || FOREIGN.iter().any(|foreign| foreign.eq_ignore_ascii_case(key)) {
        return None;
    }
    let near = nearest(key, TYPED.iter().copied().chain(["tags"]).chain(taxonomies.iter().map(String::as_str)))?;
    (strsim::damerau_levenshtein(&key.to_lowercase(), &near.to_lowercase()) == 1).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_typing_error() {
        let taxonomies = ["tags".to_owned(), "authors".into(), "topics".into()];
        let cases = [
            ("autors", Some("authors")),
            ("tag", Some("tags")),
            ("og-title", Some("og_title")),
            ("titleMeta", Some("title_meta")),
            ("desciption", Some("description")),
            ("decsription", Some("description")),
            ("topic", Some("topics")),
            ("tilte", Some("title")),
            ("keyword", None),
            ("linktitle", None),
            ("data", None),
            ("toc", None),
            ("difficulty", None),
            ("", None),
            ("é", None),
        ];
        for (key, expected) in cases {
            assert_eq!(meant(key, &taxonomies), expected, "{key}");
        }
        for foreign in FOREIGN {
            assert_eq!((meant(foreign, &[]), typed(foreign)), (None, None), "{foreign}");
        }
        assert_eq!(typed("publishdate"), Some("publishDate"));
        assert_eq!(typed("Title"), Some("title"));
    }
}
