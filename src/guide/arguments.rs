//! Arguments of the built-in shortcodes: those that must be there, and values that are known.

use super::{CodeBlock, Registry, Shortcode, Token, TokenKind};
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::Source,
};
use pulldown_cmark::Event;

/// What `note` can be.
const NOTE_TYPES: &[&str] = &["primary", "secondary", "warning", "alert"];

/// Arguments that a shortcode knows by name; `None` for a site's own, which may know any.
fn known(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "note" | "caution" => &["type", "title", "noTitle", "isCollapsible", "respectIndent"],
        "content" => &["name"],
        "tabs" => &["respectIndent"],
        "tab" => &["title", "machine", "respectIndent"],
        "disclosure-note" => &["title", "respectIndent"],
        "placeholder" => &["name"],
        "image" => &["src", "alt", "title", "caption", "width", "height", "link"],
        "youtube" => &["id", "title"],
        "ref" | "relref" => &["path"],
        _ => return None,
    })
}

/// The argument that a shortcode cannot do without, and its position.
fn required(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "content" | "placeholder" => ("name", 0),
        "tab" => ("title", 0),
        "image" => ("src", 0),
        "youtube" => ("id", 0),
        "ref" | "relref" => ("path", 0),
        _ => return None,
    })
}

/// Looks at every shortcode.
pub(super) fn check(source: &Source, tokens: &[Token], inside: Option<&str>, diagnostics: &mut Vec<Diagnostic>) {
    for token in tokens {
        let shortcode = match &token.kind {
            TokenKind::Shortcode(shortcode) => shortcode,
            TokenKind::Code(code) => {
                code_arguments(source, code, diagnostics);
                for (_, shortcode) in &code.inserts {
                    one(source, shortcode, inside, diagnostics);
                }
                continue;
            }
            TokenKind::Markdown(_) => continue,
        };
        one(source, shortcode, inside, diagnostics);
        check(source, &shortcode.body, Some(&shortcode.name), diagnostics);
    }
}

/// What a block of code may say of itself: how it looks, and how it is verified.
const CODE_ARGUMENTS: &[&str] = &[
    "answers",
    "background",
    "edit",
    "exit",
    "expect",
    "filename",
    "hl_lines",
    "lang",
    "linenos",
    "linenostart",
    "machine",
    "match",
    "opens",
    "path",
    "reason",
    "retry",
    "role",
    "run",
    "skip",
    "terminal",
    "timeout",
    "title",
    "until",
    "vars",
    "verify",
];

fn code_arguments(source: &Source, code: &CodeBlock, diagnostics: &mut Vec<Diagnostic>) {
    for argument in &code.arguments.0 {
        let Some(name) = &argument.name else { continue };
        let problem = match name.as_str() {
            "linenostart" if argument.value.parse::<u32>().is_err() => {
                Some((format!("`linenostart` is a number, and not {:?}", argument.value), "count from 1".to_owned()))
            }
            "hl_lines" if !are_lines(&argument.value) => Some((
                format!("`hl_lines` are line numbers, and not {:?}", argument.value),
                "write them as \"1 3-4\"".to_owned(),
            )),
            known if CODE_ARGUMENTS.contains(&known) => None,
            other => nearest(other, CODE_ARGUMENTS.iter().copied())
                .map(|near| (format!("a block of code knows no `{other}`"), format!("did you mean `{near}`?"))),
        };
        if let Some((message, help)) = problem {
            diagnostics.push(Diagnostic::warning("shortcode-argument", message).at(source, argument.span).help(help));
        }
    }
}

fn are_lines(text: &str) -> bool {
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| *n > 0);
    let mut parts = text.split([' ', ',']).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|part| match part.split_once('-') {
            Some((from, to)) => number(from).is_some_and(|from| number(to).is_some_and(|to| from <= to)),
            None => number(part).is_some(),
        })
}

fn one(source: &Source, shortcode: &Shortcode, inside: Option<&str>, diagnostics: &mut Vec<Diagnostic>) {
    let name = shortcode.name.as_str();
    if !Registry::is_built_in(name) {
        return;
    }
    if let Some((argument, position)) = required(name)
        && shortcode.arguments.get(argument, position).is_none_or(str::is_empty)
    {
        let problem = Diagnostic::error("shortcode-argument", format!("`{name}` needs a `{argument}`"));
        diagnostics.push(problem.at(source, shortcode.tag).help(format!("write `{{{{< {name} \"…\" >}}}}`")));
    }
    for argument in &shortcode.arguments.0 {
        let Some(own) = &argument.name else { continue };
        let Some(known) = known(name).filter(|known| !known.contains(&own.as_str())) else { continue };
        let help = nearest(own, known.iter().copied())
            .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        let problem = Diagnostic::warning("shortcode-argument", format!("`{name}` knows no `{own}`"));
        diagnostics.push(problem.at(source, argument.span).help(help));
    }
    if name == "note"
        && let Some(kind) = shortcode.arguments.named("type")
        && !NOTE_TYPES.contains(&kind)
    {
        let help = nearest(kind, NOTE_TYPES.iter().copied())
            .map_or_else(|| format!("known are {}", NOTE_TYPES.join(", ")), |near| format!("did you mean `{near}`?"));
        let problem = Diagnostic::warning("shortcode-argument", format!("a note has no type `{kind}`"));
        let span = shortcode.arguments.span_of("type").unwrap_or(shortcode.tag);
        diagnostics.push(problem.at(source, span).help(help));
    }
    if name == "youtube"
        && let Some(id) = shortcode.arguments.get("id", 0)
        && !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    {
        let problem = Diagnostic::error("shortcode-argument", format!("this is not the id of a video: {id}"));
        diagnostics
            .push(problem.at(source, shortcode.tag).help("write what stands behind `v=` in the video's address"));
    }
    if name == "tab" && inside != Some("tabs") {
        let problem = Diagnostic::error("tab-outside-tabs", "a `tab` stands outside of `tabs`");
        diagnostics.push(problem.at(source, shortcode.tag).help("put it between `{{< tabs >}}` and `{{< /tabs >}}`"));
    }
    if name == "tabs" {
        for token in &shortcode.body {
            let stray = match &token.kind {
                TokenKind::Shortcode(inner) => inner.name != "tab",
                TokenKind::Markdown(Event::Text(text)) => !text.trim().is_empty(),
                TokenKind::Code(_) => true,
                TokenKind::Markdown(_) => false,
            };
            if stray {
                let problem = Diagnostic::error("stray-in-tabs", "this stands between the tabs and would not be shown");
                diagnostics.push(problem.at(source, token.span).help("move it into a `tab`, or out of the `tabs`"));
                break;
            }
        }
    }
}
