//! Structured data for search engines: JSON-LD (<https://schema.org/TechArticle>, <https://schema.org/BreadcrumbList>).

use serde_json::{Map, Value, json};

/// What a guide says of itself. Empty strings and slices are left out.
#[derive(Debug, Clone, Default)]
pub struct Article<'a> {
    /// Title as plain text.
    pub headline: &'a str,
    /// One or two sentences.
    pub description: &'a str,
    /// Absolute URL of the page.
    pub url: &'a str,
    /// When it was published, by ISO 8601.
    pub published: Option<&'a str>,
    /// When it was last changed, by ISO 8601; the date of publication stands in.
    pub modified: Option<&'a str>,
    /// Names.
    pub authors: &'a [String],
    /// Name of the site.
    pub publisher: &'a str,
    /// Absolute URL of the site.
    pub publisher_url: &'a str,
    /// Absolute URL of an image.
    pub image: Option<&'a str>,
    /// Keywords and tags.
    pub keywords: &'a [String],
    /// Absolute URL of the license.
    pub license: Option<&'a str>,
    /// BCP 47 language tag.
    pub language: &'a str,
    /// Words of the text; 0 if not counted.
    pub words: usize,
    /// Titles and absolute URLs from the first page of the site to this one, both included.
    pub breadcrumbs: &'a [(String, String)],
}

/// The guide as one JSON-LD `@graph`, ready to stand in `<script type="application/ld+json">`: it has no `<`, `>`, `&`,
/// U+2028 or U+2029 that is not escaped.
pub fn json_ld(article: &Article<'_>) -> String {
    let mut graph = vec![tech_article(article)];
    if !article.breadcrumbs.is_empty() {
        graph.push(breadcrumbs(article.breadcrumbs));
    }
    in_script(&json!({ "@context": "https://schema.org", "@graph": graph }).to_string())
}

fn tech_article(article: &Article<'_>) -> Value {
    let url = Some(article.url).filter(|u| !u.is_empty());
    let publisher = Some(article.publisher).filter(|p| !p.is_empty());
    let author = |name: &String| json!({ "@type": "Person", "name": name });
    let properties = [
        ("@type", json!("TechArticle")),
        ("@id", json!(url.map(|url| format!("{url}#article")))),
        ("headline", json!(article.headline)),
        ("description", json!(article.description)),
        ("url", json!(article.url)),
        ("datePublished", json!(article.published)),
        ("dateModified", json!(article.modified.or(article.published))),
        ("author", article.authors.iter().map(author).collect()),
        (
            "publisher",
            json!(publisher.map(|name| json!({ "@type": "Organization", "name": name, "url": article.publisher_url }))),
        ),
        ("image", json!(article.image)),
        ("keywords", json!(article.keywords)),
        ("license", json!(article.license)),
        ("inLanguage", json!(article.language)),
        ("mainEntityOfPage", json!(url.map(|url| json!({ "@type": "WebPage", "@id": url })))),
        ("wordCount", json!(Some(article.words).filter(|&w| w > 0))),
    ];
    let said = |value: &Value| !(value.is_null() || *value == json!("") || *value == json!([]));
    properties.into_iter().filter(|(_, v)| said(v)).map(|(k, v)| (k.to_owned(), v)).collect::<Map<_, _>>().into()
}

fn breadcrumbs(crumbs: &[(String, String)]) -> Value {
    let item = |((name, url), position): (&(String, String), usize)| json!({ "@type": "ListItem", "position": position, "name": name, "item": url });
    let items: Vec<Value> = crumbs.iter().zip(1..).map(item).collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": items })
}

/// In JSON these characters stand in strings only, where `\u` escapes mean the same.
pub(crate) fn in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 16);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_end_the_script() {
        let headline = "</script><!-- & \u{2028}\u{2029} \"é\" \\";
        let text = json_ld(&Article { headline, ..Article::default() });
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        let back: Value = serde_json::from_str(&text).expect("valid JSON");
        assert_eq!(back["@graph"], json!([{ "@type": "TechArticle", "headline": headline }]));
    }

    #[test]
    fn a_whole_guide() {
        let (authors, keywords) = (["Ann".to_owned(), "Bo".to_owned()], ["docker".to_owned()]);
        let breadcrumbs = [("Home", "https://example.org/"), ("A", "https://example.org/a/")];
        let breadcrumbs = breadcrumbs.map(|(name, url)| (name.to_owned(), url.to_owned()));
        let text = json_ld(&Article {
            headline: "A",
            description: "About A",
            url: "https://example.org/a/",
            language: "en",
            published: Some("2017-12-28T00:00:00Z"),
            modified: None,
            authors: &authors,
            publisher: "Example",
            publisher_url: "https://example.org/",
            image: Some("https://example.org/a.png"),
            keywords: &keywords,
            license: Some("https://creativecommons.org/licenses/by/4.0/"),
            words: 120,
            breadcrumbs: &breadcrumbs,
        });
        let back: Value = serde_json::from_str(&text).expect("valid JSON");
        let expected = json!({ "@context": "https://schema.org", "@graph": [
            {
                "@type": "TechArticle", "@id": "https://example.org/a/#article", "headline": "A",
                "description": "About A", "url": "https://example.org/a/",
                "datePublished": "2017-12-28T00:00:00Z", "dateModified": "2017-12-28T00:00:00Z",
                "author": [{ "@type": "Person", "name": "Ann" }, { "@type": "Person", "name": "Bo" }],
                "publisher": { "@type": "Organization", "name": "Example", "url": "https://example.org/" },
                "image": "https://example.org/a.png", "keywords": ["docker"],
                "license": "https://creativecommons.org/licenses/by/4.0/", "inLanguage": "en",
                "mainEntityOfPage": { "@type": "WebPage", "@id": "https://example.org/a/" }, "wordCount": 120
            },
            { "@type": "BreadcrumbList", "itemListElement": [
                { "@type": "ListItem", "position": 1, "name": "Home", "item": "https://example.org/" },
                { "@type": "ListItem", "position": 2, "name": "A", "item": "https://example.org/a/" }
            ] }
        ] });
        assert_eq!(back, expected);
    }
}
