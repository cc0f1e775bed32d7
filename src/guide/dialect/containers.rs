//! Containers: `:::note[Title]` of Docusaurus and Starlight (the directives of remark), `::: tip Title` of VitePress and
//! markdown-it, `:::{note}` of MyST. One that stands around others has more colons.

use super::{
    Argument, Block, Unread, argument, kind,
    lines::{Line, Lines, State},
};
use crate::source::Span;

/// What a container's first line says.
struct Opening<'a> {
    colons: usize,
    name: &'a str,
    title: Option<&'a str>,
}

pub(super) fn read(lines: &Lines<'_>, at: usize, unread: &mut Vec<Unread>) -> Option<Block> {
    let line = &lines.all[at];
    let opening = opening(line.text)?;
    let told = |what: String, help: &'static str| Unread { what, help, at: line.span(), left_out: false };
    if !is_known(opening.name) {
        let help =
            "known are note, tip, info, warning, caution, danger and others of their kind, details and code-group";
        unread.push(told(format!("container `:::{}`", opening.name), help));
        return None;
    }
    let Some(closing) = closing(lines, at, opening.colons) else {
        unread.push(told(
            format!("container `:::{}` that is never closed", opening.name),
            "close it with `:::` on a line of its own",
        ));
        return None;
    };
    let (tag, end) = (line.span(), lines.end_of(closing));
    let inner = Span::new(tag.end, lines.all[closing].start);
    let title = opening.title.map(|title| (super::plain(title), line.part(title)));
    let (name, arguments, parts) = match opening.name {
        "details" => ("disclosure-note", disclosure(title), Vec::new()),
        "code-group" => ("tabs", Vec::new(), fences(lines, at + 1..closing)),
        name => ("note", kind::arguments((name, line.part(name)), title), Vec::new()),
    };
    let margin = lines.margin + line.indent;
    Some(Block { name, arguments, span: Span::new(tag.start, end), tag, inner, margin, parts })
}

fn is_known(name: &str) -> bool {
    matches!(name, "details" | "code-group") || kind::is_known(name)
}

fn disclosure(title: Option<(String, Span)>) -> Vec<Argument> {
    title.into_iter().map(|(title, at)| argument("title", title, at)).collect()
}

/// How many colons a line begins with, if they may belong to a container.
fn colons(text: &str) -> Option<(usize, &str)> {
    let rest = text.trim_start_matches(':');
    let count = text.len() - rest.len();
    (count >= 3).then_some((count, rest))
}

fn opening(text: &str) -> Option<Opening<'_>> {
    let (colons, rest) = colons(text)?;
    let rest = rest.trim_start();
    // `:::{note}`, and `::: {.note}` of Pandoc.
    let (name, rest) = match rest.strip_prefix('{') {
        Some(braced) => {
            let (name, rest) = braced.split_once('}')?;
            (name.trim_start_matches('.'), rest)
        }
        None => rest.split_at(rest.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).unwrap_or(rest.len())),
    };
    if !name.starts_with(char::is_alphabetic) || name.contains(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim();
    let title = if let Some(bracketed) = rest.strip_prefix('[') {
        bracketed.rfind(']').map(|end| &bracketed[..end])
    } else if let Some(attributes) = rest.strip_prefix('{') {
        attributes.find("title=\"").and_then(|at| attributes[at + 7..].split('"').next())
    } else {
        // Colons may close the line, too.
        let title = rest.trim_end_matches(':').trim_end();
        (!title.is_empty()).then_some(title)
    };
    Some(Opening { colons, name, title })
}

/// The line that closes the container of that many colons which begins in a line.
fn closing(lines: &Lines<'_>, at: usize, count: usize) -> Option<usize> {
    let mut open = vec![count];
    for (number, line) in lines.all.iter().enumerate().skip(at + 1) {
        if line.state != State::Free {
            continue;
        }
        let Some((count, rest)) = colons(line.text) else { continue };
        if !rest.is_empty() {
            open.extend(opening(line.text).map(|opening| opening.colons));
            continue;
        }
        // That with as many colons, or else the innermost with fewer.
        let closed = open.iter().rposition(|n| *n == count).or_else(|| open.iter().rposition(|n| *n < count));
        let Some(closed) = closed else { continue };
        open.truncate(closed);
        if open.is_empty() {
            return Some(number);
        }
    }
    None
}

/// The fences of a group of code, each as a tab: its title stands in brackets behind its language.
fn fences(lines: &Lines<'_>, within: std::ops::Range<usize>) -> Vec<Block> {
    let opens = |number: &usize| lines.all[*number].state == State::Opens;
    let begins: Vec<usize> = within.clone().filter(opens).collect();
    let end_of = |begin: usize| {
        let fenced = lines.all[begin + 1..within.end].iter().take_while(|line| line.state == State::Fenced).count();
        begin + fenced
    };
    begins.iter().map(|begin| fence(&lines.all[*begin], lines, end_of(*begin))).collect()
}

fn fence(line: &Line<'_>, lines: &Lines<'_>, last: usize) -> Block {
    let bracketed = line.text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(title, _)| title);
    let language = line.text.trim_start_matches(['`', '~']).split([' ', '{']).next().unwrap_or_default();
    let title = bracketed.unwrap_or(language);
    let span = Span::new(line.at, lines.end_of(last));
    Block {
        name: "tab",
        arguments: vec![argument("title", if title.is_empty() { "Code" } else { title }, line.part(title))],
        span,
        tag: line.span(),
        inner: span,
        margin: lines.margin + line.indent,
        parts: Vec::new(),
    }
}
