//! The info string of a fence: ```` ```file {title="app.js" lang="js" hl_lines="1 3-4"} ````.

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

/// A value and its length in the text.
fn value(text: &str) -> (String, usize) {
    let quoted = |quote: char| text[1..].find(quote).map(|end| (text[1..=end].to_owned(), end + 2));
    let found = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(quote),
        Some('[') => text.find(']').map(|end| (text[1..end].replace(['"', '\'', ','], " "), end + 1)),
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
