//! What other generators know and this one does not: told once a file, with how often it stands there, and never passed over.

use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;
use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    super::{CodeBlock, Shortcode, Token, TokenKind},
    Unread, argument,
};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span, capitalized},
};

/// What becomes of a piece of syntax that stands in one piece of text.
#[derive(Clone, Copy)]
enum Becomes {
    /// It is shown as it is written, and told.
    Text,
    /// It says how something looks, and would only be read as noise: it is taken out, and told.
    Nothing,
    /// Read, as an element of HTML.
    Element(&'static str),
    /// Read, as keys.
    Keys,
}

/// A piece of syntax that no block is made of.
struct Feature {
    what: &'static str,
    becomes: Becomes,
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

const SNIPPET: &str = "a snippet of PyMdown, `--8<--`";

const INCLUDE: &str = "write `{{< include \"FILE\" >}}` for code of a file, or make a headless bundle of prose: `{{< content \"NAME\" >}}`";

/// What an icon of Material is, and what to do.
pub(super) const ICON: (&str, &str) = (
    "an icon, `:material-…:`",
    "write a character of Unicode, or keep its drawing as `icons/NAME.svg` and write `{{< icon \"NAME\" >}}`",
);

const FEATURES: &[Feature] = &[
    Feature {
        what: "a tag of Liquid or Jinja, `{% … %}`",
        becomes: Becomes::Text,
        sign: "{%",
        pattern: r"\{%-?\s*\w",
        help: "write what it would put there, or use a shortcode",
        example: "{% include x.md %}",
        other: "{%}",
    },
    Feature {
        what: "a value of Liquid or Jinja, `{{ … }}`",
        becomes: Becomes::Text,
        sign: "{{",
        pattern: r"(?:^|[^${])(\{\{-?\s*[A-Za-z_][\w.]*(?:\s*\|[^}]*)?\s*-?\}\})",
        help: "write the value; what should be shown with its braces stands in backquotes",
        example: "Version {{ site.version }}.",
        other: "${{ secrets.TOKEN }}",
    },
    Feature {
        what: "an import of MDX",
        becomes: Becomes::Text,
        sign: "import ",
        pattern: r#"(?m)^(import\s+(?:[\w*{][^'"\n]*\sfrom\s+)?['"][^'"\n]+['"];?)\s*$"#,
        help: "remove it: pages are Markdown, and the components that are known need no import",
        example: "import Tabs from '@theme/Tabs';",
        other: "import the file from \"Settings\" and go on",
    },
    Feature {
        what: "an export of MDX",
        becomes: Becomes::Text,
        sign: "export ",
        pattern: r"(?m)^(export\s+(?:const|let|default|function)\s)",
        help: "remove it: pages are Markdown, and run no code",
        example: "export const x = 1",
        other: "export PATH",
    },
    Feature {
        what: "a formula, `$$…$$`,",
        becomes: Becomes::Text,
        sign: "$$",
        pattern: r"(?m)^[ \t]*(\$\$)[ \t]*$[^$]+^[ \t]*\$\$[ \t]*$",
        help: "say `mathematics: true`, in guidepost.yaml or in the front matter of the page",
        example: "$$\nx\n$$",
        other: "echo $$",
    },
    Feature {
        what: "a link of a wiki, `[[…]]`",
        becomes: Becomes::Text,
        sign: "[[",
        pattern: r"(?:^|[^\[!\\])(!?\[\[[^\s\[\]][^\[\]\n]*\]\])(?:[^(]|$)",
        help: "write `[text](page.md)`",
        example: "see [[Another page]].",
        other: "[[text]](url)",
    },
    Feature {
        what: SNIPPET,
        becomes: Becomes::Text,
        sign: "--8<--",
        pattern: r"(?m)^\s*(-+8<-+)",
        help: INCLUDE,
        example: "--8<-- \"x.md\"",
        other: "cut --8<-- here",
    },
    Feature {
        what: "an include of another generator",
        becomes: Becomes::Text,
        sign: "include",
        pattern: r"(?m)^\s*(@include\b|!include\b|\{\{#include\b|<!--\s*@include:|\[!INCLUDE\b)",
        help: INCLUDE,
        example: "<!-- @include: ./x.md -->",
        other: "to include",
    },
    Feature {
        what: "code from a file, as DocFX has it",
        becomes: Becomes::Text,
        sign: "[!code",
        pattern: r"(\[!code[-\w]*\[)",
        help: "write `{{< include \"FILE\" >}}`, with `lines` or a `region` for a part of it",
        example: "[!code-csharp[](x.cs)]",
        other: "[!code]",
    },
    Feature {
        what: "a table of contents in the text",
        becomes: Becomes::Text,
        sign: "TOC",
        pattern: r"(?m)^\s*(\[TOC\]|\[\[_?TOC_?\]\])\s*$",
        help: "remove it: each page has one beside its text",
        example: "[TOC]",
        other: "the [TOC] is",
    },
    Feature {
        what: "keys of PyMdown, `++ctrl+c++`",
        becomes: Becomes::Keys,
        sign: "++",
        pattern: r"(?:^|[\s(])(\+\+[a-z0-9-]+(?:\+[a-z0-9-]+)*\+\+)",
        help: "write `<kbd>Ctrl</kbd>+<kbd>C</kbd>`",
        example: "press ++ctrl+c++",
        other: "C++ and c++",
    },
    Feature {
        what: "marked text, `==…==`",
        becomes: Becomes::Element("mark"),
        sign: "==",
        pattern: r"(?:^|[\s(])(==[^\s=](?:[^=\n]*[^\s=])?==)(?:[\s.,;:)]|$)",
        help: "write `<mark>…</mark>`",
        example: "this is ==new==.",
        other: "a == b",
    },
    Feature {
        what: ICON.0,
        becomes: Becomes::Nothing,
        sign: ":",
        pattern: r"(:(?:material|octicons|fontawesome|simple)-[a-z0-9-]+:)",
        help: ICON.1,
        example: ":material-check:",
        other: ":80:",
    },
    Feature {
        what: "a block of PyMdown, `/// NAME`,",
        becomes: Becomes::Text,
        sign: "///",
        pattern: r"(?m)^[ \t]*(/{3,}[ \t]*[a-z][\w-]*(?:[ \t]*\|[^\n]*)?)$",
        help: "write what it stands for: a note as `{{< note >}}`, tabs as `{{< tabs >}}`, an element of HTML as itself with an empty line inside",
        example: "/// html | div.wide\ntext\n///",
        other: "a comment begins with /// there",
    },
    Feature {
        what: "an anchor that is no heading, `[](){#…}`,",
        becomes: Becomes::Nothing,
        sign: "[]()",
        pattern: r"(\[\]\(\)\{:?[ \t]*#[A-Za-z][\w.:-]*[ \t]*\})",
        help: "write `<a id=\"NAME\"></a>`, or link to the heading below it",
        example: "[](){#old-name}",
        other: "[text](){#x} and f[]()",
    },
    Feature {
        what: "an attribute list of Python-Markdown or kramdown, `{ … }`,",
        becomes: Becomes::Nothing,
        sign: "{",
        // Behind what they belong to, or on a line of their own.
        pattern: r#"(?m)(?:[)\]:*`}]|^[ \t]*)(\{:?[ \t]*(?:[.#][A-Za-z][\w-]*|[A-Za-z][\w-]*=(?:"[^"\n]*"|'[^'\n]*'|[^\s}"']+))(?:[ \t]+[^{}\n]*)?\})"#,
        help: "remove them; a button is `{{< button \"TEXT\" link=\"PAGE\" >}}`, a picture with a width `{{< image \"FILE\" width=300 >}}`, and a \
               heading takes `{#id}`",
        example: "[text](page.md){ .md-button .md-button--primary }",
        other: "${x=1} and { .Values.image }",
    },
    Feature {
        what: "an emoji by its name, `:smile:`",
        becomes: Becomes::Text,
        sign: ":",
        pattern: r"(?:^|[\s(>])(:[a-z][a-z0-9_+]*[a-z0-9]:)(?:[\s.,;)!?]|$)",
        help: "write the character itself",
        example: "well done :tada:",
        other: "at 10:30:00",
    },
    Feature {
        what: "Markdown right inside of HTML, `markdown`",
        becomes: Becomes::Text,
        sign: "markdown",
        pattern: r#"(<[a-z]+\b[^>\n]*\smarkdown(?:="[^"\n]*")?(?:\s[^>\n]*)?>)[ \t]*\n[ \t]*\S"#,
        help: "leave a line empty behind the tag and before the closing one: then it is read; a picture with a caption is `{{< image \"FILE\" caption=\"…\" >}}`",
        example: "<div markdown>\n*x*\n</div>",
        other: "<div markdown>\n\n*x*",
    },
    Feature {
        what: "a change of CriticMarkup, `{++…++}`,",
        becomes: Becomes::Text,
        sign: "{",
        pattern: r"(\{(?:\+\+[^\n]+?\+\+|--[^\n]+?--|~~[^\n]+?~~|==[^\n]+?==|>>[^\n]+?<<)\})",
        help: "write `<ins>…</ins>`, `<del>…</del>` or `<mark>…</mark>`",
        example: "{--removed--}{++added++}",
        other: "{a++} or {--flag}",
    },
    Feature {
        what: "text above the line, `x^2^`",
        becomes: Becomes::Element("sup"),
        sign: "^",
        pattern: r"[^\s^~`(\[{](\^[0-9A-Za-z.,+-]{1,20}\^)(?:[^\^{]|$)",
        help: "write `<sup>…</sup>`",
        example: "x^2^",
        other: "a ^^b^^ and [^c]",
    },
    Feature {
        what: "text below the line, `H~2~O`",
        becomes: Becomes::Text,
        sign: "~",
        pattern: r"[^\s~`(\[](~[0-9A-Za-z+-]{1,20}~)(?:[^~]|$)",
        help: "write `<sub>…</sub>`: it is shown struck through",
        example: "H~2~O",
        other: "a ~~b~~ and ~c~",
    },
    Feature {
        what: "inserted text, `^^…^^`",
        becomes: Becomes::Element("ins"),
        sign: "^^",
        pattern: r"(?:^|[\s(])(\^\^[^\s^][^^\n]*\^\^)",
        help: "write `<ins>…</ins>`",
        example: "this is ^^new^^.",
        other: "a ^^ b",
    },
    Feature {
        what: "a picture for one scheme, `#only-dark`",
        becomes: Becomes::Text,
        sign: "#only-",
        pattern: r"(#only-(?:light|dark))\)",
        help: "show one that fits both: it is shown in both",
        example: "![x](a.png#only-dark)",
        other: "[x](#only)",
    },
    Feature {
        what: "a value of JavaScript in a tag, `{…}`",
        becomes: Becomes::Text,
        sign: "={",
        pattern: r"<[a-z][\w-]*\b[^<>\n]*?\s(\w+=\{)",
        help: "write the value in quotes: pages are Markdown, and run no code",
        example: "<img src={map} />",
        other: "a={1}",
    },
];

/// A feature's pattern.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // The patterns are constants, and a test reads them all.
    FEATURES.iter().filter_map(|feature| Regex::new(feature.pattern).ok()).collect()
});

/// Finds what no dialect reads in the text of a guide, code left out, and takes out of the text what is only noise there.
///
/// What PyMdown writes in a line is read with `reads_inline`. `gone` are the places of what was taken out before.
pub(in crate::guide) fn find(
    source: &Source,
    body: Span,
    tokens: &mut Vec<Token>,
    reads_inline: bool,
    gone: Vec<Span>,
    unread: &mut Vec<Unread>,
) {
    let text = &source.text[body.range()];
    let candidates: Vec<(&Feature, &Regex)> =
        FEATURES.iter().zip(&*PATTERNS).filter(|(feature, _)| text.contains(feature.sign)).collect();
    let mut hidden = gone;
    walk(tokens, &mut hidden, unread);
    hidden.sort_unstable_by_key(|span| span.start);
    let is_shown = |at: usize| {
        let before = hidden.partition_point(|span| span.start <= at);
        before == 0 || hidden[before - 1].end <= at
    };
    for (feature, pattern) in candidates {
        let mut at = 0;
        if !matches!(feature.becomes, Becomes::Text) {
            join(source, tokens);
        }
        // What stands before one may be the end of another, so each search begins with that.
        while let Some(captures) = pattern.captures_at(text, at) {
            let Some(found) = captures.get(1).or_else(|| captures.get(0)) else { break };
            let last = found.as_str().chars().next_back().map_or(1, char::len_utf8);
            at = (found.end() - last).max(at + 1);
            let span = Span::new(body.start + found.start(), body.start + found.end());
            if is_shown(span.start) {
                let is_button = text[found.range()].contains(".md-button");
                if matches!(feature.becomes, Becomes::Nothing) && is_button {
                    button(source, tokens, span);
                }
                let pieces = feature.becomes.pieces(&text[found.range()]);
                let is_read = matches!(feature.becomes, Becomes::Element(_) | Becomes::Keys);
                let is_put = pieces
                    .filter(|_| reads_inline || !is_read)
                    .is_some_and(|pieces| put(source, tokens, span, &pieces));
                if !(is_put && (is_read || is_button)) {
                    unread.push(Unread {
                        what: feature.what.to_owned(),
                        help: feature.help,
                        at: span,
                        left_out: is_put,
                    });
                }
            }
            if at > text.len() || !text.is_char_boundary(at) {
                break;
            }
        }
    }
    if source.path.ends_with(".mdx") {
        expressions(source, tokens, unread);
    }
}

impl Becomes {
    /// What stands in the place of a text; `None`, if that itself does.
    fn pieces(self, written: &str) -> Option<Vec<Event<'static>>> {
        let html = |tag: String| Event::InlineHtml(tag.into());
        match self {
            Self::Text => None,
            Self::Nothing => Some(Vec::new()),
            Self::Element(name) => {
                let sign = written.chars().next()?;
                let inner = written.trim_matches(sign).to_owned();
                Some(vec![html(format!("<{name}>")), Event::Text(inner.into()), html(format!("</{name}>"))])
            }
            Self::Keys => {
                let mut pieces = Vec::new();
                for key in written.trim_matches('+').split('+') {
                    if !pieces.is_empty() {
                        pieces.push(Event::Text("+".into()));
                    }
                    let words: Vec<String> = key.split('-').map(capitalized).collect();
                    pieces.extend([
                        html("<kbd>".to_owned()),
                        Event::Text(words.join(" ").into()),
                        html("</kbd>".to_owned()),
                    ]);
                }
                Some(pieces)
            }
        }
    }
}

/// Makes one text of those that stand side by side: Markdown ends one at each sign that could have meant something.
fn join(source: &Source, tokens: &mut Vec<Token>) {
    let is_written = |token: &Token| matches!(&token.kind, TokenKind::Markdown(Event::Text(text)) if source.text.get(token.span.range()) == Some(&**text));
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for mut token in std::mem::take(tokens) {
        if let TokenKind::Shortcode(shortcode) = &mut token.kind {
            join(source, &mut shortcode.body);
        }
        match joined
            .last_mut()
            .filter(|last| last.span.end == token.span.start && is_written(last) && is_written(&token))
        {
            Some(last) => {
                last.span.end = token.span.end;
                last.kind = TokenKind::Markdown(Event::Text(source.text[last.span.range()].to_owned().into()));
            }
            None => joined.push(token),
        }
    }
    *tokens = joined;
}

/// Makes a button of the link right before a place.
fn button(source: &Source, tokens: &mut Vec<Token>, at: Span) {
    for token in tokens.iter_mut() {
        if let TokenKind::Shortcode(shortcode) = &mut token.kind {
            button(source, &mut shortcode.body, at);
        }
    }
    let ends = |token: &Token| {
        matches!(token.kind, TokenKind::Markdown(Event::End(TagEnd::Link))) && token.span.end == at.start
    };
    let Some(end) = tokens.iter().position(ends) else { return };
    let is_link = |token: &Token| matches!(token.kind, TokenKind::Markdown(Event::Start(Tag::Link { .. })));
    let Some(begin) = tokens[..end].iter().rposition(is_link) else { return };
    let TokenKind::Markdown(Event::Start(Tag::Link { dest_url, .. })) = &tokens[begin].kind else { return };
    let text: String = (tokens[begin + 1..end].iter())
        .filter_map(|token| match &token.kind {
            TokenKind::Markdown(Event::Text(text) | Event::Code(text)) => Some(&**text),
            _ => None,
        })
        .collect();
    let span = tokens[begin].span;
    let mut arguments = vec![argument("text", text.trim(), span), argument("link", &**dest_url, span)];
    if !source.text[at.range()].contains("--primary") {
        arguments.push(argument("type", "secondary", at));
    }
    let shortcode = Shortcode::inline("button", arguments, span);
    let kind = TokenKind::Shortcode(Box::new(shortcode));
    tokens.splice(begin..=end, [Token { kind, span }]);
}

/// Puts something in the place of a part of the file; false, if no piece of text is made of that part and others alone.
fn put(source: &Source, tokens: &mut Vec<Token>, part: Span, pieces: &[Event<'static>]) -> bool {
    let holds = |token: &Token| token.span.start <= part.start && part.end <= token.span.end;
    for at in 0..tokens.len() {
        let span = tokens[at].span;
        match &mut tokens[at].kind {
            TokenKind::Shortcode(shortcode) => {
                let is_put = put(source, &mut shortcode.body, part, pieces);
                if is_put {
                    return true;
                }
            }
            TokenKind::Markdown(Event::Text(text)) if source.text.get(span.range()) == Some(&**text) => {
                if !holds(&tokens[at]) {
                    continue;
                }
                let text = |from: usize, to: usize| {
                    let kind = TokenKind::Markdown(Event::Text(source.text[from..to].to_owned().into()));
                    (from < to).then_some(Token { kind, span: Span::new(from, to) })
                };
                let between = pieces.iter().map(|piece| Token { kind: TokenKind::Markdown(piece.clone()), span: part });
                let all: Vec<Token> =
                    text(span.start, part.start).into_iter().chain(between).chain(text(part.end, span.end)).collect();
                tokens.splice(at..=at, all);
                return true;
            }
            _ => {}
        }
    }
    false
}

/// What braces say in MDX, where they stand in text.
fn expressions(source: &Source, tokens: &[Token], unread: &mut Vec<Unread>) {
    static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^{}\n]+\}").expect("a pattern"));
    for token in tokens {
        match &token.kind {
            TokenKind::Shortcode(shortcode) => expressions(source, &shortcode.body, unread),
            TokenKind::Markdown(Event::Text(_)) => {
                let written = &source.text[token.span.range()];
                for found in EXPRESSION.find_iter(written) {
                    let at = Span::new(token.span.start + found.start(), token.span.start + found.end());
                    if !unread.iter().any(|known| known.at.start <= at.start && at.start < known.at.end) {
                        let (what, help) =
                            ("a value of JavaScript, `{…}`".to_owned(), "write the value, or `\\{` for a brace");
                        unread.push(Unread { what, help, at, left_out: false });
                    }
                }
            }
            _ => {}
        }
    }
}

/// Where code and tags of shortcodes stand, and the components in raw HTML.
fn walk(tokens: &[Token], hidden: &mut Vec<Span>, unread: &mut Vec<Unread>) {
    for token in tokens {
        match &token.kind {
            TokenKind::Code(code) => {
                hidden.push(token.span);
                in_code(code, unread);
            }
            TokenKind::Markdown(Event::Code(code)) => {
                hidden.push(token.span);
                let language =
                    code.strip_prefix("#!").and_then(|rest| rest.split_once(' ')).map(|(language, _)| language);
                if language.is_some_and(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || "+#-".contains(c))) {
                    let what = "a language in a line of text, `#!python …`".to_owned();
                    let help = "remove `#!` and the language: code in a line has no colours";
                    unread.push(Unread { what, help, at: token.span, left_out: false });
                }
            }
            TokenKind::Markdown(Event::InlineMath(_) | Event::DisplayMath(_)) => hidden.push(token.span),
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
                    let help = "what stands in it is shown: write what it would show, or make a shortcode of it";
                    unread.push(Unread { what, help, at: Span::new(start, token.span.end), left_out: true });
                }
            }
            TokenKind::Markdown(_) => {}
        }
    }
}

/// A snippet of PyMdown in a block of code, where it is what the block shows.
fn in_code(code: &CodeBlock, unread: &mut Vec<Unread>) {
    let is_markdown = ["markdown", "md"].iter().any(|name| code.language.eq_ignore_ascii_case(name));
    let is_snippet = |line: &str| {
        let rest = line.trim_start().trim_start_matches('-');
        line.trim_start().starts_with('-') && rest.strip_prefix("8<").is_some_and(|rest| rest.starts_with('-'))
    };
    if let Some(line) = code.text.lines().position(is_snippet).filter(|_| !is_markdown) {
        let length = code.text.lines().nth(line).map_or(0, str::len);
        let at = code.source_span(line, 0..length);
        unread.push(Unread { what: SNIPPET.to_owned(), help: INCLUDE, at, left_out: false });
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
        let (count, first) =
            told.entry(found.what.clone()).or_insert_with(|| (0, Unread { what: String::new(), ..found }));
        *count += 1;
        if found.at.start < first.at.start {
            first.at = found.at;
        }
    }
    for (what, (count, first)) in told {
        let times = if count == 1 { String::new() } else { format!(", {count} times in this file") };
        let message = match first.left_out {
            true => format!("{what} is not read, and is left out{times}"),
            false => format!("{what} is not read, and is shown as it is written{times}"),
        };
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
