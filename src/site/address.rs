//! Where a page is published: its URL path, from its file, its front matter and the configuration.

use crate::{
    config::Config,
    site::{
        languages::Languages,
        record::{Kind, PageRecord},
    },
    source::capitalized,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::char::is_combining_mark;

/// The URL path of a page, with `/` at both ends (or a file name at the end where the author said so), without the
/// base path of the site.
pub(crate) fn url_path(record: &PageRecord, config: &Config, languages: &Languages) -> String {
    match &record.front.url {
        Some(url) => normal(url),
        None => format!("{}{}", languages.prefix(record.language), own_path(record, config, languages)),
    }
}

/// The folders of a page as a section, without that of its language.
fn own_folders<'r>(record: &'r PageRecord, languages: &Languages) -> &'r str {
    let folders = section_path(record.lies());
    let below = folders.strip_prefix(&languages.root(record.language)).unwrap_or(folders);
    below.strip_prefix('/').unwrap_or(below)
}

/// The URL path of a page below that of its language.
fn own_path(record: &PageRecord, config: &Config, languages: &Languages) -> String {
    let folders = own_folders(record, languages);
    if record.kind == Kind::Section {
        let mut parts: Vec<String> = folders.split('/').filter(|f| !f.is_empty()).map(path_part).collect();
        if let (Some(last), Some(slug)) = (parts.last_mut(), &record.front.slug) {
            *last = path_part(slug);
        }
        return join(&parts);
    }
    let name = file_name(record.lies());
    let slug = record.front.slug.as_deref().map(|s| s.trim_matches('/')).filter(|s| !s.is_empty());
    let of_part = |url: String| match &record.part {
        Some(part) => format!("{}{part}/", url.trim_end_matches(|c| c != '/')),
        None => url,
    };
    if let Some(pattern) = pattern(config, folders) {
        return of_part(expand(pattern, record, folders, slug.unwrap_or(name), name));
    }
    let mut parts: Vec<String> = folders.split('/').filter(|f| !f.is_empty()).map(path_part).collect();
    match slug {
        Some(slug) => parts.extend(slug_parts(slug)),
        None => parts.push(path_part(name)),
    }
    of_part(join(&parts))
}

/// The folders above a path, the outermost first.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// The folder of a page below `content/`, as the section that it belongs to: of `content/guides/x/index.md` and of
/// `content/guides/x.md` it is `guides`, of `content/guides/_index.md` too.
pub(crate) fn section_path(source: &str) -> &str {
    let path = source.strip_prefix("content/").unwrap_or(source);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if path.ends_with("/index.md") { folder.rsplit_once('/').map_or("", |(parent, _)| parent) } else { folder }
}

/// The name of a page by its file: the bundle's folder or the file without its extension.
pub(crate) fn file_name(source: &str) -> &str {
    let path = source.strip_suffix("/index.md").unwrap_or(source);
    let name = path.rsplit('/').next().unwrap_or(path);
    [".md", ".mdx", ".markdown"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}

fn slug_parts(slug: &str) -> impl Iterator<Item = String> + '_ {
    slug.split('/').filter(|part| !part.is_empty() && !part.chars().all(|c| c == '.')).map(path_part)
}

/// Whether the pattern of a page's address needs a date that the page does not have.
pub(crate) fn lacks_date(record: &PageRecord, config: &Config, languages: &Languages) -> bool {
    let dated = |pattern: &str| [":year", ":month", ":day"].iter().any(|part| pattern.contains(part));
    record.kind == Kind::Guide
        && record.front.url.is_none()
        && record.front.published.is_none()
        && pattern(config, own_folders(record, languages)).is_some_and(dated)
}

fn pattern<'a>(config: &'a Config, folders: &str) -> Option<&'a str> {
    let matches =
        |section: &str| folders == section || folders.strip_prefix(section).is_some_and(|rest| rest.starts_with('/'));
    config
        .permalinks
        .iter()
        .filter(|(s, _)| matches(s.trim_matches('/')))
        .max_by_key(|(s, _)| s.len())
        .map(|(_, p)| p.as_str())
}

fn expand(pattern: &str, record: &PageRecord, folders: &str, slug: &str, name: &str) -> String {
    let date = record.front.published.as_ref().map_or("0000-00-00", |d| d.day.as_str());
    let mut parts = Vec::new();
    for part in pattern.split('/').filter(|p| !p.is_empty()) {
        // The longer name first: `:sections` before `:section`.
        let expanded = part
            .replace(":sections", &folders.split('/').map(path_part).collect::<Vec<_>>().join("/"))
            .replace(":section", &path_part(folders.split('/').next().unwrap_or_default()))
            .replace(":slug", &slug_parts(slug).collect::<Vec<_>>().join("/"))
            .replace(":title", &path_part(&record.title))
            .replace(":filename", &path_part(name))
            .replace(":year", date.get(..4).unwrap_or_default())
            .replace(":month", date.get(5..7).unwrap_or_default())
            .replace(":day", date.get(8..10).unwrap_or_default());
        parts.extend(expanded.split('/').filter(|p| !p.is_empty()).map(str::to_owned));
    }
    join(&parts)
}

/// A part of a path: lower case, letters, marks and digits of any script, `-`, `_`, `.`, `+`; everything else becomes `-`.
/// These are the characters that Hugo allows (`isAllowedPathCharacter` in its `helpers/path.go`), which lowers each by itself.
pub(crate) fn path_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for c in name.trim().chars().filter_map(|c| c.to_lowercase().next()) {
        if c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '_' | '.' | '+') {
            part.push(c);
        } else if c == '#' {
            // C# is not C.
            part.push_str("sharp");
        } else if !part.is_empty() && !part.ends_with('-') {
            part.push('-');
        }
    }
    let part = part.trim_end_matches('-');
    if part.is_empty() || part.chars().all(|c| c == '.') { "-".to_owned() } else { part.to_owned() }
}

fn join(parts: &[String]) -> String {
    if parts.is_empty() { "/".into() } else { format!("/{}/", parts.join("/")) }
}

/// A path that an author wrote, decoded, with `/` at its begin, and at its end unless it names a file; `..` is dropped.
pub(crate) fn normal(path: &str) -> String {
    let path = &decode(path);
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && *p != "." && *p != "..").collect();
    let file = parts
        .last()
        .is_some_and(|last| last.rsplit_once('.').is_some_and(|(_, e)| matches!(e, "html" | "htm" | "xml" | "txt")));
    match (parts.is_empty(), file) {
        (true, _) => "/".into(),
        (false, true) => format!("/{}", parts.join("/")),
        (false, false) => format!("/{}/", parts.join("/")),
    }
}

/// The file of the output folder for a URL path.
pub(crate) fn output_path(url: &str) -> String {
    let path = url.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

/// What may stand in a path as it is: RFC 3986's unreserved characters and the delimiters that have no meaning there.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// A URL path as it stands in absolute addresses: what is not plain there is percent-encoded.
pub(crate) fn encode(path: &str) -> String {
    utf8_percent_encode(path, PLAIN).to_string()
}

/// Percent-decoding; text that is not UTF-8 afterwards stays as it is.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), |decoded| decoded.into_owned())
}

/// The address of a page's Markdown copy.
pub(crate) fn markdown_url(url: &str) -> String {
    if url.ends_with('/') { format!("{url}index.md") } else { format!("{url}.md") }
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// Out of the site, or to something that is not checked: the author's text stays.
    Elsewhere,
    /// In the site: URL path without the base path; the page, if it is one; the anchor, without `#`.
    Here { url: String, page: Option<usize>, anchor: String },
    /// Nowhere; [`Links::explain`] says why.
    Broken { path: String },
}

/// Whether a target has a scheme or a host, or is nothing.
pub(crate) fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default();
    let has_scheme = target.contains(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    target.is_empty() || target.starts_with("//") || has_scheme
}

/// A name as a title: `how-to-install_docker` is "How to install docker".
pub(crate) fn title_case(name: &str) -> String {
    capitalized(&name.replace(['-', '_'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        for (name, part) in [
            ("Hello World!", "hello-world"),
            ("C++ & C", "c++-c"),
            ("C#", "csharp"),
            ("Été", "été"),
            ("v1.2_x", "v1.2_x"),
            ("..", "-"),
            ("a--b", "a-b"),
            ("नमस्ते", "नमस्ते"),
            ("ติดตั้ง ฐาน", "ติดตั้ง-ฐาน"),
            ("Cafe\u{301}", "cafe\u{301}"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(path_part(name), part, "{name}");
        }
        assert_eq!(normal("../a//b"), "/a/b/");
        assert_eq!(normal("a/b.html"), "/a/b.html");
        assert_eq!(output_path("/a/"), "a/index.html");
        assert_eq!(encode("/é/"), "/%C3%A9/");
    }

    #[test]
    fn sections_and_names() {
        for (source, section, name) in [
            ("content/guides/x/index.md", "guides", "x"),
            ("content/guides/x.md", "guides", "x"),
            ("content/guides/_index.md", "guides", "_index"),
            ("content/_index.md", "", "_index"),
            ("content/about.md", "", "about"),
            ("content/about/index.md", "", "about"),
        ] {
            assert_eq!((section_path(source), file_name(source)), (section, name), "{source}");
        }
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("a%20b%C3%A9"), "a bé");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%ff"), "%ff");
        assert_eq!(decode("x%+1.md"), "x%+1.md");
        assert_eq!(encode("/a b/~x'%/"), "/a%20b/~x'%25/");
    }
}
