//! The info string of a fence: ```` ```file {title="app.js" lang="js" hl_lines="1 3-4"} ````.

use std::{borrow::Cow, ops::Range};

use super::{Argument, Arguments};
use crate::source::Span;

/// A language and attributes. Attributes may stand in braces or not, be separated by spaces or commas, and have quoted
/// values, bare ones, or lists in brackets as Hugo has them: `hl_lines=[1,"3-4"]`.
///
/// `base` is the source offset of the info string.
pub(super) fn parse(info: &str, base: usize) -> (String, Arguments) {
    let info_end = info.find(|c: char| c.is_whitespace() || c == '{' || c == ',').unwrap_or(info.len());
    let (language, mut at) = if info[..info_end].contains('=') { ("", 0) } else { (&info[..info_end], info_end) };
    let mut arguments = Arguments::default();
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}');
    loop {
        at += info[at..].len() - info[at..].trim_start_matches(separator).len();
        if at >= info.len() {
            return (language.to_owned(), arguments);
        }
        let start = at;
        let name_length = info[at..].find(|c: char| c == '=' || separator(c)).unwrap_or(info.len() - at);
        let name = &info[at..at + name_length];
        at += name_length;
        let (name, value) = if info[at..].starts_with('=') {
            let (value, length) = value(&info[at + 1..]);
            at += 1 + length;
            (Some(name.to_owned()), value)
        } else {
            (None, name.to_owned())
        };
        arguments.0.push(Argument { name, value, span: Span::new(base + start, base + at) });
    }
}

/// An info string as Markdown reads it: piece by piece, each with the bytes that it came from. A backslash before a sign is
/// left out, and entities become their characters (CommonMark 0.31, sections 2.4 and 2.5).
pub(super) fn unescape(info: &str) -> Vec<(Cow<'_, str>, Range<usize>)> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = info[at..].find(['\\', '&']).map(|i| at + i) {
        let rest = &info[found..];
        let piece = if rest.starts_with('&') {
            entity(rest)
        } else {
            let sign = rest[1..].chars().next().filter(char::is_ascii_punctuation);
            sign.map(|sign| (Cow::Owned(sign.to_string()), 2))
        };
        at = found + piece.as_ref().map_or(1, |(_, length)| *length);
        if let Some((text, length)) = piece {
            pieces.push((Cow::Borrowed(&info[plain..found]), plain..found));
            pieces.push((text, found..found + length));
            plain = at;
        }
    }
    pieces.push((Cow::Borrowed(&info[plain..]), plain..info.len()));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

/// Longest name of an entity in HTML, with its `&` and `;`.
const LONGEST_ENTITY: usize = 33;

/// The characters of the entity that a text begins with, and its length in the text. Markdown's parser is asked, which has
/// the list of names.
fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let length = text.bytes().take(LONGEST_ENTITY).position(|b| b == b';')? + 1;
    let written = text.get(..length)?;
    let name = &written[1..length - 1];
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') {
        return None;
    }
    let read: String = pulldown_cmark::Parser::new(written)
        .filter_map(|event| match event {
            pulldown_cmark::Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect();
    // A blank one (`&#32;`) is trimmed there.
    (read != written && !read.is_empty()).then_some((Cow::Owned(read), length))
}

/// A value and its length in the text.
fn value(text: &str) -> (String, usize) {
    let quoted = |quote: char| text[1..].find(quote).map(|end| (text[1..=end].to_owned(), end + 2));
    let found = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(quote),
        Some('[') => text.find(']').map(|end| (text[1..end].replace(['"', '\'', ','], " "), end + 1)),
        Some('{') => text.find('}').map(|end| (text[1..end].replace(['"', '\'', ','], " "), end + 1)),
        _ => None,
    };
    found.unwrap_or_else(|| {
        let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}')).unwrap_or(text.len());
        (text[..end].to_owned(), end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_entities() {
        for (info, expected) in [
            ("", ""),
            ("js", "js|0..2"),
            (r"a\(b", "a|0..1 (|1..3 b|3..4"),
            (r"\é\\", r"\é|0..3 \|3..5"),
            ("R&amp;D &x; &;&#233;", "R|0..1 &|1..6 D &x; &;|6..14 é|14..20"),
            ("&amp;amp; &", "&|0..5 amp; &|5..11"),
        ] {
            let found: Vec<String> = unescape(info).iter().map(|(text, from)| format!("{text}|{from:?}")).collect();
            assert_eq!(found.join(" "), expected, "{info}");
        }
    }

    #[test]
    fn info_strings() {
        for (info, language, expected) in [
            ("", "", ""),
            ("js", "js", ""),
            ("file {title=\"a b.js\" lang='js'}", "file", "title=a b.js|lang=js"),
            (
                "yaml{linenos=table,hl_lines=[1,\"3-4\"],linenostart=199}",
                "yaml",
                "linenos=table|hl_lines=1  3-4 |linenostart=199",
            ),
            ("rust,ignore", "rust", "=ignore"),
            ("{title=x}", "", "title=x"),
            ("title=x", "", "title=x"),
            ("js title=\"open", "js", "title=\"open"),
            ("command {verify=\"skip\" reason=\"needs a domain\"}", "command", "verify=skip|reason=needs a domain"),
        ] {
            let (found, arguments) = parse(info, 100);
            let shown: Vec<String> = (arguments.0.iter())
                .map(|a| format!("{}={}", a.name.as_deref().unwrap_or_default(), a.value))
                .collect();
            assert_eq!((found.as_str(), shown.join("|").as_str()), (language, expected), "{info}");
        }
    }
}
