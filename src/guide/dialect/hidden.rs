//! What others write in lines that no page shows: imports and comments of MDX, abbreviations and tables of contents of
//! Python-Markdown. It is taken out before Markdown is read, and told where something is lost by that.

use regex::Regex;
use std::sync::LazyLock;

use super::{
    super::{Registry, shortcode::tree::Item},
    Dialect, Unread,
    lines::{Lines, State},
};
use crate::source::{Source, Span};

/// Something that stands in lines of its own.
struct Hidden {
    dialect: Dialect,
    /// No line without it begins one.
    sign: &'static str,
    /// What its first line looks like, from its first column.
    begins: &'static str,
    ends: Ends,
    /// What is lost, and what to do; nothing, where nothing is.
    lost: Option<(&'static str, &'static str)>,
}

/// Where it ends.
#[derive(Clone, Copy)]
enum Ends {
    /// With its line.
    Here,
    /// Before the next line without text, as a block of JavaScript does in MDX.
    BeforeBlank,
    /// Behind this text, which may stand in its first line.
    Behind(&'static str),
    /// With what its beginning is.
    Matched,
}

const HIDDEN: &[Hidden] = &[
    Hidden {
        dialect: Dialect::Components,
        sign: "import ",
        // What is imported and not known is told where it is used. In Markdown, a sentence may begin like one: see `is_meant`.
        begins: r#"^import\s+(?:['"][^'"]+['"];?\s*$|[\w*]+(?:\s+as\s+\w+)?(?:\s*,\s*\{[^}]*\})?\s+from\s+['"]|\{[^}]*(?:\}\s*from\s+['"]|$))"#,
        ends: Ends::BeforeBlank,
        lost: None,
    },
    Hidden {
        dialect: Dialect::Components,
        sign: "export ",
        begins: r"^export\s+(?:const|let|var|default|async|function)\s+[\w{(=]",
        ends: Ends::BeforeBlank,
        lost: Some(("an export of MDX", "remove it: pages are Markdown, and run no code")),
    },
    Hidden { dialect: Dialect::Components, sign: "{/*", begins: r"^\{/\*", ends: Ends::Behind("*/}"), lost: None },
    Hidden {
        dialect: Dialect::Mkdocs,
        sign: "*[",
        begins: r"^\*\[[^\]]+\]:\s*\S",
        ends: Ends::Here,
        lost: Some(("an abbreviation, `*[…]: …`", "write `<abbr title=\"…\">…</abbr>` where it is wanted")),
    },
    Hidden { dialect: Dialect::Mkdocs, sign: "[", begins: r"^\[TOC\]$", ends: Ends::Here, lost: None },
    Hidden {
        dialect: Dialect::Mkdocs,
        sign: ":",
        // Markdown would read a definition.
        begins: r"^:(?:material|octicons|fontawesome|simple)-[a-z0-9-]+:(?:\{[^}]*\})?",
        ends: Ends::Matched,
        lost: Some(super::unread::ICON),
    },
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // The patterns are constants, and a test reads them all.
    HIDDEN.iter().filter_map(|hidden| Regex::new(hidden.begins).ok()).collect()
});

/// Puts what is hidden in a range of Markdown among the shortcodes of that range.
pub(super) fn hide(
    source: &Source,
    range: Span,
    items: Vec<Item>,
    registry: &Registry,
    unread: &mut Vec<Unread>,
) -> Vec<Item> {
    let text = &source.text[range.range()];
    let rows: Vec<(&Hidden, &Regex)> = (HIDDEN.iter().zip(&*PATTERNS))
        .filter(|(hidden, _)| registry.reads(hidden.dialect) && text.contains(hidden.sign))
        .collect();
    if rows.is_empty() {
        return items;
    }
    let spans: Vec<Span> = items.iter().map(Item::span).collect();
    let lines = Lines::new(source, range, 0, &spans);
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.all.len() {
        let line = &lines.all[at];
        let row =
            rows.iter().find(|(hidden, pattern)| line.text.starts_with(hidden.sign) && pattern.is_match(line.text));
        let end = row.filter(|_| lines.may_begin(at)).and_then(|(hidden, pattern)| match hidden.ends {
            Ends::Matched => pattern.find(line.text).map(|found| line.at + found.end()),
            ends => end(&lines, at, ends),
        });
        let is_meant =
            |end: &usize| row.is_none_or(|(hidden, _)| is_meant(source, hidden, &source.text[line.at..*end]));
        let (Some((hidden, _)), Some(end)) = (row, end.filter(is_meant)) else {
            at += 1;
            continue;
        };
        let span = Span::new(line.at, end);
        if let Some((what, help)) = hidden.lost {
            let at = if matches!(hidden.ends, Ends::Matched) { span } else { line.span() };
            unread.push(Unread { what: what.to_owned(), help, at, left_out: true });
        }
        found.push(Item::Hidden(span));
        at = lines.all.partition_point(|line| line.start < end).max(at + 1);
    }
    let mut all: Vec<Item> = items.into_iter().chain(found).collect();
    all.sort_by_key(|item| item.span().start);
    all
}

/// The places of what is hidden among items and in their bodies.
pub(in crate::guide) fn places(items: &[Item]) -> Vec<Span> {
    let of = |item: &Item| match item {
        Item::Hidden(span) => vec![*span],
        Item::Call(call) => places(&call.items),
        Item::Escape { .. } => Vec::new(),
    };
    items.iter().flat_map(of).collect()
}

/// Whether an import is one: of a file, of a package in a scope, or in a file that is MDX by its name.
fn is_meant(source: &Source, hidden: &Hidden, text: &str) -> bool {
    let is_module =
        |sign: &str| ["@", ".", "~", "/", "astro:"].iter().any(|begin| text.contains(&format!("{sign}{begin}")));
    hidden.sign != "import " || source.path.ends_with(".mdx") || is_module("'") || is_module("\"")
}

/// Where something that begins in a line ends; nowhere, if a shortcode or code is in the way.
fn end(lines: &Lines<'_>, at: usize, ends: Ends) -> Option<usize> {
    match ends {
        Ends::Here | Ends::Matched => Some(lines.end_of(at)),
        Ends::BeforeBlank => {
            let below = lines.all[at..].iter().take_while(|line| !line.text.is_empty());
            let mut last = at;
            for (number, line) in below.enumerate() {
                if !matches!(line.state, State::Free | State::Indented) {
                    return None;
                }
                last = at + number;
            }
            Some(lines.end_of(last))
        }
        Ends::Behind(sign) => {
            let begin = lines.all[at].at;
            let end = begin + lines.text_from(begin).find(sign)? + sign.len();
            let own = lines.all[at..].iter().take_while(|line| line.start < end);
            own.into_iter().all(|line| !matches!(line.state, State::Shortcode | State::Inside)).then_some(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_read() {
        assert_eq!(PATTERNS.len(), HIDDEN.len());
    }
}
