//! The sitemap (<https://www.sitemaps.org/protocol.html>) and `robots.txt` (RFC 9309).

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use std::io;

/// URLs in one sitemap, at most: the protocol's limit.
const MAX_URLS: usize = 50_000;

/// A page in a sitemap.
#[derive(Debug, Clone, Default)]
pub struct Url {
    /// An absolute, percent-encoded URL.
    pub address: String,
    /// When the page was last changed (W3C Datetime: a day, or RFC 3339).
    pub modified: Option<String>,
    /// Tags of languages, and where the page is in each, itself included; nothing if it is in one only.
    pub alternates: Vec<(String, String)>,
}

/// The files of the sitemap, as path and XML: `sitemap.xml`; for more than 50,000 pages that is an index, and the
/// pages are in `sitemap-1.xml`, `sitemap-2.xml`, …
///
/// `base_url` is where the output folder is published, and ends with `/`.
pub fn sitemaps(urls: &[Url], base_url: &str) -> Vec<(String, String)> {
    if urls.len() <= MAX_URLS {
        return vec![("sitemap.xml".into(), list("urlset", "url", urls))];
    }
    let parts = || urls.chunks(MAX_URLS).zip(1..).map(|(part, n)| (format!("sitemap-{n}.xml"), part));
    let newest = |part: &[Url]| part.iter().filter_map(|url| url.modified.clone()).max();
    let of_part = |(path, part): (String, &[Url])| Url {
        address: format!("{base_url}{path}"),
        modified: newest(part),
        ..Url::default()
    };
    let index: Vec<Url> = parts().map(of_part).collect();
    let mut files = vec![("sitemap.xml".into(), list("sitemapindex", "sitemap", &index))];
    files.extend(parts().map(|(path, part)| (path, list("urlset", "url", part))));
    files
}

/// `robots.txt`: everything may be read, and here is the sitemap (its absolute URL).
pub fn robots(sitemap_url: &str) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {sitemap_url}\n")
}

fn list(root: &str, element: &str, urls: &[Url]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    write(&mut writer, root, element, urls).expect("a Vec takes every byte");
    let mut xml = String::from_utf8(writer.into_inner()).expect("an XML writer given strings writes UTF-8");
    xml.push('\n');
    xml
}

fn write(writer: &mut Writer<Vec<u8>>, root: &str, element: &str, urls: &[Url]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut top = writer.create_element(root).with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"));
    if urls.iter().any(|url| !url.alternates.is_empty()) {
        top = top.with_attribute(("xmlns:xhtml", "http://www.w3.org/1999/xhtml"));
    }
    top.write_inner_content(|writer| {
        for url in urls {
            writer.create_element(element).write_inner_content(|writer| {
                writer.create_element("loc").write_text_content(BytesText::new(&url.address))?;
                if let Some(time) = &url.modified {
                    writer.create_element("lastmod").write_text_content(BytesText::new(time))?;
                }
                for (tag, address) in &url.alternates {
                    let link = writer.create_element("xhtml:link");
                    let attributes = [("rel", "alternate"), ("hreflang", tag), ("href", address)];
                    link.with_attributes(attributes).write_empty()?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file() {
        let url = |url: &str, time: Option<&str>| Url {
            address: url.to_owned(),
            modified: time.map(str::to_owned),
            alternates: Vec::new(),
        };
        let urls = [
            url("https://example.org/?a=1&b=2", Some("2024-02-29")),
            url("https://example.org/b/", Some("2024-02-29T10:00:00Z")),
            url("https://example.org/c/", None),
        ];
        let files = sitemaps(&urls, "https://example.org/");
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
 <url>
  <loc>https://example.org/?a=1&amp;b=2</loc>
  <lastmod>2024-02-29</lastmod>
 </url>
 <url>
  <loc>https://example.org/b/</loc>
  <lastmod>2024-02-29T10:00:00Z</lastmod>
 </url>
 <url>
  <loc>https://example.org/c/</loc>
 </url>
</urlset>
"#;
        assert_eq!(files, [("sitemap.xml".to_owned(), expected.to_owned())]);
    }

    #[test]
    fn more_than_fifty_thousand_are_split() {
        let mut urls = vec![Url { address: "https://example.org/d/a/".to_owned(), ..Url::default() }; MAX_URLS + 1];
        urls[3].modified = Some("2024-02-29".to_owned());
        let files = sitemaps(&urls, "https://example.org/d/");
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"]);
        assert!(files[0].1.contains("<sitemapindex "));
        assert!(files[0].1.contains("<loc>https://example.org/d/sitemap-2.xml</loc>"));
        assert_eq!(files[0].1.matches("<lastmod>2024-02-29</lastmod>").count(), 1);
        assert_eq!(files[1].1.matches("<loc>").count(), MAX_URLS);
        assert_eq!(files[2].1.matches("<loc>").count(), 1);
    }

    #[test]
    fn robots_names_the_sitemap() {
        assert_eq!(
            robots("https://e.org/sitemap.xml"),
            "User-agent: *\nAllow: /\n\nSitemap: https://e.org/sitemap.xml\n"
        );
    }
}
