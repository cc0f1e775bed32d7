//! The Atom feed (RFC 4287).

use atom_syndication::{
    Category, Entry as AtomEntry, Feed as AtomFeed, FixedDateTime, Generator, Link, Person, Text, WriteConfig,
};
use chrono::DateTime;

/// What a feed says of itself.
#[derive(Debug, Clone, Default)]
pub struct Feed<'a> {
    /// Name of the site, or of the part of it that the feed is about.
    pub title: &'a str,
    /// One sentence about it; empty for none.
    pub subtitle: &'a str,
    /// Absolute URL of the page that the feed is about.
    pub base_url: &'a str,
    /// Absolute URL of the feed, which is also its id.
    pub feed_url: &'a str,
    /// BCP 47 language tag.
    pub language: &'a str,
    /// Author of entries that name none; the title stands in, as RFC 4287 wants an author for every entry.
    pub author: Option<&'a str>,
    /// Pages, in the order to show them.
    pub entries: &'a [Entry],
}

/// A page in a feed.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Title as plain text.
    pub title: String,
    /// Absolute URL, which is also the entry's id.
    pub url: String,
    /// When it was published, by RFC 3339.
    pub published: String,
    /// When it was last changed, by RFC 3339.
    pub updated: String,
    /// Plain text; empty for none.
    pub summary: String,
    /// Names.
    pub authors: Vec<String>,
    /// Tags.
    pub categories: Vec<String>,
}

/// The feed as XML. Entries whose dates no calendar has are left out.
///
/// Its own date is that of its newest entry, or 1970 if it has none, so that the same entries give the same bytes.
pub fn atom(feed: &Feed<'_>) -> String {
    let entries: Vec<AtomEntry> = feed.entries.iter().filter_map(entry).collect();
    let atom = AtomFeed {
        title: text(feed.title),
        subtitle: Some(feed.subtitle).filter(|s| !s.is_empty()).map(text),
        id: clean(feed.feed_url),
        updated: entries.iter().map(|e| e.updated).max().unwrap_or_default(),
        authors: vec![person(feed.author.unwrap_or(feed.title))],
        generator: Some(Generator {
            value: "guidepost".into(),
            uri: None,
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
        links: vec![link(feed.base_url, "alternate", "text/html"), link(feed.feed_url, "self", "application/atom+xml")],
        entries,
        lang: Some(feed.language.to_owned()).filter(|l| !l.is_empty()),
        ..AtomFeed::default()
    };
    let config = WriteConfig { indent_size: Some(1), ..WriteConfig::default() };
    let xml = atom.write_with_config(Vec::new(), config).expect("a Vec takes every byte");
    let mut xml = String::from_utf8(xml).expect("an XML writer given strings writes UTF-8");
    xml.push('\n');
    xml
}

fn entry(entry: &Entry) -> Option<AtomEntry> {
    Some(AtomEntry {
        title: text(&entry.title),
        id: clean(&entry.url),
        updated: time(&entry.updated)?,
        published: Some(time(&entry.published)?),
        authors: entry.authors.iter().map(|name| person(name)).collect(),
        categories: entry.categories.iter().map(|c| Category { term: clean(c), ..Category::default() }).collect(),
        links: vec![link(&entry.url, "alternate", "text/html")],
        summary: Some(entry.summary.as_str()).filter(|s| !s.is_empty()).map(text),
        ..AtomEntry::default()
    })
}

fn time(rfc3339: &str) -> Option<FixedDateTime> {
    DateTime::parse_from_rfc3339(rfc3339).ok()
}

fn text(plain: &str) -> Text {
    Text::plain(clean(plain))
}

fn person(name: &str) -> Person {
    Person { name: clean(name), ..Person::default() }
}

fn link(href: &str, rel: &str, mime_type: &str) -> Link {
    Link { href: clean(href), rel: rel.into(), mime_type: Some(mime_type.into()), ..Link::default() }
}

/// Leaves out what no XML 1.0 document may hold, not even escaped: terminal output in a page has such characters.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(entries: &[Entry]) -> String {
        atom(&Feed {
            title: "Guides & <more>",
            subtitle: "",
            base_url: "https://example.org/",
            feed_url: "https://example.org/atom.xml",
            language: "en",
            author: None,
            entries,
        })
    }

    fn entry(published: &str, updated: &str) -> Entry {
        Entry { published: published.into(), updated: updated.into(), ..Entry::default() }
    }

    #[test]
    fn a_whole_feed_reads_back() {
        let first = Entry {
            title: "A < B".into(),
            url: "https://example.org/a/".into(),
            summary: "Short \u{1b}[31m& plain".into(),
            authors: vec!["Ann".into()],
            categories: vec!["docker".into(), "ci & cd".into()],
            ..entry("2019-05-01T00:00:00Z", "2024-02-29T10:00:00+02:00")
        };
        let xml = feed(&[first, entry("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z")]);
        let back: AtomFeed = xml.parse().expect("valid Atom");
        assert_eq!((back.title.value.as_str(), back.lang()), ("Guides & <more>", Some("en")));
        assert_eq!((back.id(), back.authors()[0].name.as_str()), ("https://example.org/atom.xml", "Guides & <more>"));
        assert_eq!(back.updated().to_rfc3339(), "2024-02-29T10:00:00+02:00");
        let [a, b] = back.entries() else { panic!("two entries") };
        assert_eq!((a.title.value.as_str(), a.id()), ("A < B", "https://example.org/a/"));
        assert_eq!(a.published().map(DateTime::to_rfc3339).as_deref(), Some("2019-05-01T00:00:00+00:00"));
        assert_eq!(a.summary().map(|s| s.value.as_str()), Some("Short [31m& plain"));
        assert_eq!((a.authors()[0].name.as_str(), a.categories()[1].term.as_str()), ("Ann", "ci & cd"));
        assert!(b.summary().is_none() && back.subtitle().is_none());
        assert!(
            xml.contains(r#"<link href="https://example.org/atom.xml" rel="self" type="application/atom+xml"/>"#),
            "{xml}"
        );
        assert!(
            xml.contains(concat!(r#"<generator version=""#, env!("CARGO_PKG_VERSION"), r#"">guidepost</generator>"#)),
            "{xml}"
        );
    }

    #[test]
    fn entries_without_a_real_date_are_left_out() {
        let xml = feed(&[Entry::default(), entry("2020-02-30T00:00:00Z", "2020-02-30T00:00:00Z")]);
        assert!(!xml.contains("<entry>") && xml.contains("<updated>1970-01-01T00:00:00+00:00</updated>"), "{xml}");
    }
}
