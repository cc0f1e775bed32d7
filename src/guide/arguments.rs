//! Arguments of the built-in shortcodes: those that must be there, and values that are known.

use super::{CodeBlock, Registry, Shortcode, Token, TokenKind};
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{
        Source,
        key::{Form, Named, Row},
    },
};
use pulldown_cmark::Event;

/// What `note` can be.
const NOTE_TYPES: &[&str] = &["primary", "secondary", "warning", "alert"];

const TITLE: Row = Row { name: "title", form: Form::Text, says: "Its title" };
const MARGIN: Row = Row { name: "respectIndent", form: Form::Truth, says: "Its body stands where the tag stands" };

#[rustfmt::skip]
const NOTE: &[Row] = &[
    Row { name: "type", form: Form::Word(|| NOTE_TYPES.to_vec()), says: "How it looks" },
    TITLE,
    Row { name: "noTitle", form: Form::Truth, says: "It has no title" },
    Row { name: "isCollapsible", form: Form::Truth, says: "Readers can close it" },
    MARGIN,
];

#[rustfmt::skip]
const IMAGE: &[Row] = &[
    Row { name: "src", form: Form::Name(Named::File), says: "The file, from the page's folder or with `/` from that of static files" },
    Row { name: "alt", form: Form::Text, says: "What it shows, for those who do not see it" },
    Row { name: "title", form: Form::Text, says: "What is shown when the pointer rests on it" },
    Row { name: "caption", form: Form::Text, says: "What stands below it" },
    Row { name: "width", form: Form::Text, says: "How wide it is, in pixels" },
    Row { name: "height", form: Form::Text, says: "How high it is, in pixels" },
    Row { name: "link", form: Form::Name(Named::Page), says: "Where it leads" },
];

/// What the block of code of an `include` shows; the other arguments are those of any block.
#[rustfmt::skip]
pub(super) const INCLUDE: &[Row] = &[
    Row { name: "source", form: Form::Name(Named::File), says: "The file, from the page's folder or with `/` from the site's" },
    Row { name: "lines", form: Form::Range, says: "Only these lines of it" },
    Row { name: "region", form: Form::Text, says: "Only the part between two marks of this name" },
];

/// Arguments that a shortcode knows by name, those first that can stand without one; `None` for a site's own, which may know any,
/// and for blocks of code.
fn known(name: &str) -> Option<&'static [Row]> {
    const BUNDLE: &[Row] =
        &[Row { name: "name", form: Form::Name(Named::Bundle), says: "The headless bundle that stands here" }];
    const VARIABLE: &[Row] = &[Row { name: "name", form: Form::Text, says: "What readers put in its place" }];
    const TAB: &[Row] =
        &[TITLE, Row { name: "machine", form: Form::Name(Named::Machine), says: "The machine that it is for" }, MARGIN];
    const VIDEO: &[Row] =
        &[Row { name: "id", form: Form::Text, says: "What stands behind `v=` in the video's address" }, TITLE];
    const PATH: &[Row] = &[Row { name: "path", form: Form::Name(Named::Page), says: "The page" }];
    Some(match name {
        "note" | "caution" => NOTE,
        "content" => BUNDLE,
        "tabs" => &[MARGIN],
        "tab" => TAB,
        "disclosure-note" => &[TITLE, MARGIN],
        "placeholder" => VARIABLE,
        "image" => IMAGE,
        "youtube" => VIDEO,
        "ref" | "relref" => PATH,
        _ => return None,
    })
}

/// All that an editor can offer for a shortcode, without what any block of code can say.
pub(crate) fn offered(name: &str) -> &'static [Row] {
    const PARAM: &[Row] =
        &[Row { name: "name", form: Form::Name(Named::Param), says: "The value's name in `params:`" }];
    match name {
        "include" => INCLUDE,
        "param" => PARAM,
        name => known(name).unwrap_or_default(),
    }
}

/// How many of these can stand without their names.
pub(crate) fn unnamed(name: &str) -> usize {
    usize::from(required(name).is_some() || ["include", "param"].contains(&name))
}

/// How a block of code looks.
#[rustfmt::skip]
pub(crate) const LOOKS: &[Row] = &[
    Row { name: "title", form: Form::Text, says: "The path of a file; above another block, its title" },
    Row { name: "filename", form: Form::Text, says: "The same as `title`" },
    Row { name: "lang", form: Form::Text, says: "Its language" },
    Row { name: "hl_lines", form: Form::Text, says: "Lines that are marked: \"1 3-4\"" },
    Row { name: "linenos", form: Form::Truth, says: "Its lines have numbers" },
    Row { name: "linenostart", form: Form::Count, says: "The number of its first line" },
];

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
        let Some(known) = known(name).filter(|known| !known.iter().any(|row| row.name == own)) else { continue };
        let known: Vec<&str> = known.iter().map(|row| row.name).collect();
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
