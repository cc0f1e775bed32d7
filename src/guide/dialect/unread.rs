//! What other generators know and this one does not: told once a file, with how often it stands there, and never passed over.

use pulldown_cmark::Event;
use regex::Regex;
use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    super::{Token, TokenKind},
    Unread,
};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

/// A piece of syntax that is shown as text here.
struct Feature {
    what: &'static str,
    /// No text without it has the feature.
    sign: &'static str,
    /// The first group is the feature, if there is one.
    pattern: &'static str,
    help: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    example: &'static str,
    /// What looks like it and is none.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test walks over them"))]
    other: &'static str,
}

const FEATURES: &[Feature] = &[
    Feature {
        what: "a tag of Liquid or Jinja, `{% … %}`",
        sign: "{%",
        pattern: r"\{%-?\s*\w",
        help: "write what it would put there, or use a shortcode",
        example: "{% include x.md %}",
        other: "{%}",
    },
    Feature {
        what: "a value of Liquid or Jinja, `{{ … }}`",
        sign: "{{",
        pattern: r"(?:^|[^${])(\{\{-?\s*[A-Za-z_][\w.]*(?:\s*\|[^}]*)?\s*-?\}\})",
        help: "write the value; what should be shown with its braces stands in backquotes",
        example: "Version {{ site.version }}.",
        other: "${{ secrets.TOKEN }}",
    },
    Feature {
        what: "an import of MDX",
        sign: "import ",
        pattern: r#"(?m)^(import\s+(?:[\w*{][^'"\n]*\sfrom\s+)?['"][^'"\n]+['"];?)\s*$"#,
        help: "remove it: pages are Markdown, and the components that are known need no import",
        example: "import Tabs from '@theme/Tabs';",
        other: "import the file from \"Settings\" and go on",
    },
    Feature {
        what: "an export of MDX",
        sign: "export ",
        pattern: r"(?m)^(export\s+(?:const|let|default|function)\s)",
        help: "remove it: pages are Markdown, and run no code",
        example: "export const x = 1",
        other: "export PATH",
    },
    Feature {
        what: "a link of a wiki, `[[…]]`",
        sign: "[[",
        pattern: r"(?:^|[^\[!\\])(!?\[\[[^\s\[\]][^\[\]\n]*\]\])(?:[^(]|$)",
        help: "write `[text](page.md)`",
        example: "see [[Another page]].",
        other: "[[text]](url)",
    },
    Feature {
        what: "a snippet of PyMdown, `--8<--`",
        sign: "--8<--",
        pattern: r"(?m)^\s*(-+8<-+)",
        help: "write `{{< include \"FILE\" >}}` for code of a file, or make a headless bundle of prose: `{{< content \"NAME\" >}}`",
        example: "--8<-- \"x.md\"",
        other: "cut --8<-- here",
    },
    Feature {
        what: "an include of another generator",
        sign: "include",
        pattern: r"(?m)^\s*(@include\b|!include\b|\{\{#include\b|<!--\s*@include:|\[!INCLUDE\b)",
        help: "write `{{< include \"FILE\" >}}` for code of a file, or make a headless bundle of prose: `{{< content \"NAME\" >}}`",
        example: "<!-- @include: ./x.md -->",
        other: "to include",
    },
    Feature {
        what: "code from a file, as DocFX has it",
        sign: "[!code",
        pattern: r"(\[!code[-\w]*\[)",
        help: "write `{{< include \"FILE\" >}}`, with `lines` or a `region` for a part of it",
        example: "[!code-csharp[](x.cs)]",
        other: "[!code]",
    },
    Feature {
        what: "a table of contents in the text",
        sign: "TOC",
        pattern: r"(?m)^\s*(\[TOC\]|\[\[_?TOC_?\]\])\s*$",
        help: "remove it: each page has one beside its text",
        example: "[TOC]",
        other: "the [TOC] is",
    },
    Feature {
        what: "keys of PyMdown, `++ctrl+c++`",
        sign: "++",
        pattern: r"(?:^|[\s(])(\+\+[a-z0-9-]+(?:\+[a-z0-9-]+)*\+\+)",
        help: "write `<kbd>Ctrl</kbd>+<kbd>C</kbd>`",
        example: "press ++ctrl+c++",
        other: "C++ and c++",
    },
    Feature {
        what: "marked text, `==…==`",
        sign: "==",
        pattern: r"(?:^|[\s(])(==[^\s=][^=\n]*[^\s=]==)(?:[\s.,;:)]|$)",
        help: "write `<mark>…</mark>`",
        example: "this is ==new==.",
        other: "a == b",
    },
    Feature {
        what: "an icon, `:material-…:`",
        sign: ":",
        pattern: r"(:(?:material|octicons|fontawesome|simple)-[a-z0-9-]+:)",
        help: "remove it, or write a character of Unicode",
        example: ":material-check:",
        other: ":80:",
    },
    Feature {
        what: "attributes of kramdown or Python-Markdown, `{: … }`",
        sign: "{:",
        pattern: r#"(\{:\s*(?:[.#][\w-]+|[\w-]+=)[^}\n]*\})"#,
        help: "remove them; a heading takes `{#id}`",
        example: "text\n{: .prompt-tip }",
        other: "{:x}",
    },
];

/// A feature's pattern.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // The patterns are constants, and a test reads them all.
    FEATURES.iter().filter_map(|feature| Regex::new(feature.pattern).ok()).collect()
});

/// Finds what no dialect reads in the text of a guide, code left out.
pub(in crate::guide) fn find(source: &Source, body: Span, tokens: &[Token], unread: &mut Vec<Unread>) {
    let text = &source.text[body.range()];
    let candidates: Vec<(&Feature, &Regex)> =
        FEATURES.iter().zip(&*PATTERNS).filter(|(feature, _)| text.contains(feature.sign)).collect();
    let mut hidden = Vec::new();
    if !candidates.is_empty() || text.contains('<') {
        walk(tokens, &mut hidden, unread);
    }
    hidden.sort_unstable_by_key(|span| span.start);
    let is_shown = |at: usize| {
        let before = hidden.partition_point(|span| span.start <= at);
        before == 0 || hidden[before - 1].end <= at
    };
    for (feature, pattern) in candidates {
        for captures in pattern.captures_iter(text) {
            let Some(found) = captures.get(1).or_else(|| captures.get(0)) else { continue };
            let at = Span::new(body.start + found.start(), body.start + found.end());
            if is_shown(at.start) {
                unread.push(Unread { what: feature.what.to_owned(), help: feature.help, at });
            }
        }
    }
}

/// Where code and tags of shortcodes stand, and the components in raw HTML.
fn walk(tokens: &[Token], hidden: &mut Vec<Span>, unread: &mut Vec<Unread>) {
    for token in tokens {
        match &token.kind {
            TokenKind::Code(_) | TokenKind::Markdown(Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_)) => {
                hidden.push(token.span)
            }
            TokenKind::Shortcode(shortcode) => {
                hidden.push(shortcode.tag);
                if shortcode.body.is_empty() {
                    hidden.push(token.span);
                }
                walk(&shortcode.body, hidden, unread);
            }
            TokenKind::Markdown(Event::Html(html) | Event::InlineHtml(html)) => {
                for (at, name) in component_names(html) {
                    let start = (token.span.start + at).min(token.span.end);
                    let what = format!("component `<{name}>`");
                    let help = "pages are Markdown and HTML: write what it would show, or make a shortcode of it";
                    unread.push(Unread { what, help, at: Span::new(start, token.span.end) });
                }
            }
            TokenKind::Markdown(_) => {}
        }
    }
}

/// The names of components whose tags open in a piece of HTML: their first letters are capital, and no element of HTML is
/// called so.
fn component_names(html: &str) -> Vec<(usize, &str)> {
    let opening = html.match_indices('<').filter_map(|(at, _)| {
        let rest = &html[at + 1..];
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
        let name = &rest[..length];
        let is_component = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.contains(|c: char| c.is_ascii_lowercase())
            && !is_element(name)
            && rest[length..].starts_with([' ', '\t', '\n', '>', '/']);
        is_component.then_some((at, name))
    });
    opening.collect()
}

/// Elements of HTML that people write with a capital letter, and others write as components.
fn is_element(name: &str) -> bool {
    const ELEMENTS: &[&str] = &[
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "button",
        "center",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "iframe",
        "img",
        "input",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "script",
        "small",
        "span",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "u",
        "ul",
        "var",
        "video",
    ];
    ELEMENTS.contains(&name.to_ascii_lowercase().as_str())
}

/// Tells each once, at its first place.
pub(in crate::guide) fn tell(source: &Source, unread: Vec<Unread>, diagnostics: &mut Vec<Diagnostic>) {
    let mut told: BTreeMap<String, (usize, Unread)> = BTreeMap::new();
    for found in unread {
        let (count, first) = told
            .entry(found.what.clone())
            .or_insert_with(|| (0, Unread { what: String::new(), help: found.help, at: found.at }));
        *count += 1;
        if found.at.start < first.at.start {
            first.at = found.at;
        }
    }
    for (what, (count, first)) in told {
        let times = if count == 1 { String::new() } else { format!(", {count} times in this file") };
        let message = format!("{what} is not read, and is shown as it is written{times}");
        diagnostics.push(Diagnostic::warning("unread-syntax", message).at(source, first.at).help(first.help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_is_found_and_not_what_looks_like_it() {
        assert_eq!(PATTERNS.len(), FEATURES.len());
        for (feature, pattern) in FEATURES.iter().zip(&*PATTERNS) {
            assert!(feature.example.contains(feature.sign), "{}", feature.what);
            assert!(pattern.is_match(feature.example), "{}: {}", feature.what, feature.example);
            assert!(!pattern.is_match(feature.other), "{}: {}", feature.what, feature.other);
        }
    }
}
