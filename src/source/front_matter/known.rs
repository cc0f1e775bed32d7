//! The keys of front matter, and what an unknown one may have been meant to be.

use serde_json::Value;

use crate::{
    diagnostic::nearest,
    source::key::{Form, Row, names},
};

/// Keys that mean something to guidepost.
#[rustfmt::skip]
pub(super) const KEYS: &[Row] = &[
    Row { name: "_build", form: Form::Map, says: "Hugo's build options: `render` and `list`" },
    Row { name: "alias", form: Form::List, says: "An old address that redirects here" },
    Row { name: "aliases", form: Form::List, says: "Old addresses that redirect here" },
    Row { name: "author", form: Form::People, says: "Who wrote it" },
    Row { name: "authors", form: Form::People, says: "Who wrote it" },
    Row { name: "build", form: Form::Map, says: "Hugo's build options: `render` and `list`" },
    Row { name: "contributor", form: Form::People, says: "Who helped" },
    Row { name: "contributors", form: Form::People, says: "Who helped" },
    Row { name: "date", form: Form::Date, says: "When it was published" },
    Row { name: "deprecated", form: Form::Flag, says: "The guide is no longer maintained" },
    Row { name: "deprecated_link", form: Form::Text, says: "What to read instead" },
    Row { name: "description", form: Form::Text, says: "One sentence about the page" },
    Row { name: "draft", form: Form::Flag, says: "Built only with --drafts" },
    Row { name: "expiryDate", form: Form::Date, says: "From this day on it is not built" },
    Row { name: "external_resources", form: Form::List, says: "Links for further reading" },
    Row { name: "h1_title", form: Form::Text, says: "Title above the text, where it differs" },
    Row { name: "headless", form: Form::Flag, says: "Not a page; can be included by `content`" },
    Row { name: "image", form: Form::Text, says: "Image for previews" },
    Row { name: "keywords", form: Form::List, says: "Keywords" },
    Row { name: "lastmod", form: Form::Date, says: "When it was last changed" },
    Row { name: "license", form: Form::Text, says: "Licence, as inline Markdown" },
    Row { name: "mathematics", form: Form::Flag, says: "`$x$` and `$$x$$` are formulas in LaTeX" },
    Row { name: "modified", form: Form::Date, says: "When it was last changed" },
    Row { name: "modified_by", form: Form::People, says: "Who changed it last" },
    Row { name: "og_description", form: Form::Text, says: "Open Graph description" },
    Row { name: "og_title", form: Form::Text, says: "Open Graph title" },
    Row { name: "publishDate", form: Form::Date, says: "When it was published" },
    Row { name: "published", form: Form::Date, says: "When it was published" },
    Row { name: "relations", form: Form::Data, says: "Related pages, as libraries have it" },
    Row { name: "slug", form: Form::Text, says: "Last part of the address" },
    Row { name: "title", form: Form::Text, says: "Title of the page" },
    Row { name: "title_meta", form: Form::Text, says: "Title for the browser's tab" },
    Row { name: "title_short", form: Form::Text, says: "Short title, for lists" },
    Row { name: "updated", form: Form::Date, says: "When it was last changed" },
    Row { name: "url", form: Form::Text, says: "Whole path of the page" },
    Row { name: "verify", form: Form::Data, says: "How the guide is verified" },
    Row { name: "weight", form: Form::Integer, says: "Order in its section, lightest first" },
];

const TYPED: &[&str] = &names::<{ KEYS.len() }>(KEYS);

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

/// Keys by which other generators change a page in ways that have no counterpart here: the key, the key in it if it is a map, whose it
/// is, and what to do.
#[rustfmt::skip]
const UNREAD: &[(&str, &str, &str, &str)] = &[
    ("hide", "", "Material for MkDocs", "remove it: the tree and the contents of a page are always shown"),
    ("hero", "", "Starlight", "write its tagline as `description` and its actions as buttons: `{{< button \"TEXT\" link=\"PAGE\" >}}`"),
    ("template", "splash", "Starlight", "remove it: the home page has its own template"),
    ("banner", "content", "Starlight", "write it as a note at the beginning of the page"),
    ("tableOfContents", "", "Starlight", "remove it: the contents show two levels of headings"),
    ("pagefind", "", "Starlight", "a page that is in no list is in no search: `build: {list: never}`"),
    ("editUrl", "", "Starlight", "`edit_url` in guidepost.yaml is for all pages"),
    ("custom_edit_url", "", "Docusaurus", "`edit_url` in guidepost.yaml is for all pages"),
    ("hide_title", "", "Docusaurus", "remove it: a first heading that says the same as `title` is not shown twice"),
    ("hide_table_of_contents", "", "Docusaurus", "remove it: the contents of a page are always shown"),
    ("toc_min_heading_level", "", "Docusaurus", "remove it: the contents show two levels of headings"),
    ("toc_max_heading_level", "", "Docusaurus", "remove it: the contents show two levels of headings"),
    ("pagination_next", "", "Docusaurus", "order the pages by `weight`"),
    ("pagination_prev", "", "Docusaurus", "order the pages by `weight`"),
    ("displayed_sidebar", "", "Docusaurus", "remove it: a page stands in the tree where its file lies"),
    ("sidebar_class_name", "", "Docusaurus", "remove it"),
];

/// Whose a key is that changes nothing here, and what to do instead.
pub(super) fn unread(key: &str, value: &Value) -> Option<(&'static str, &'static str)> {
    let has = |inner: &str| inner.is_empty() || value.get(inner).is_some() || value.as_str() == Some(inner);
    // What says the usual changes nothing there either.
    let is_usual = *value == Value::Bool(["pagefind", "tableOfContents", "editUrl"].contains(&key));
    UNREAD
        .iter()
        .filter(|_| !is_usual)
        .find(|(name, inner, ..)| *name == key && has(inner))
        .map(|(_, _, whose, help)| (*whose, *help))
}

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
