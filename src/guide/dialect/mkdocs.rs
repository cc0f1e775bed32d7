//! Admonitions and tabs of MkDocs (Python-Markdown's `admonition`, PyMdown's `details` and `tabbed`): their bodies are indented.

use super::{
    Block, Unread, argument, kind,
    lines::{Line, Lines},
};
use crate::source::Span;

/// How much deeper a body stands.
const DEEPER: usize = 4;

pub(super) fn read(lines: &Lines<'_>, at: usize, _: &mut Vec<Unread>) -> Option<Block> {
    if lines.all[at].text.starts_with("===") { tabs(lines, at) } else { admonition(lines, at) }
}

fn admonition(lines: &Lines<'_>, at: usize) -> Option<Block> {
    let line = &lines.all[at];
    let sign = ["!!!", "???+", "???"].into_iter().find(|sign| line.text.starts_with(sign))?;
    let (words, title) = named(line.text[sign.len()..].trim_start())?;
    let name = words.split(' ').next().filter(|name| name.starts_with(char::is_alphabetic))?;
    if !words.chars().all(|c| c.is_alphanumeric() || "-_ ".contains(c)) {
        return None;
    }
    let mut arguments = kind::arguments((name, line.part(name)), title.map(|t| (super::plain(t), line.part(t))));
    // One that is open at first hides nothing.
    if sign == "???" {
        arguments.push(argument("isCollapsible", "true", line.part(&line.text[..sign.len()])));
    }
    indented(lines, at, "note", arguments)
}

/// The words before a quoted title, and that.
fn named(text: &str) -> Option<(&str, Option<&str>)> {
    let Some((words, rest)) = text.split_once('"') else { return Some((text, None)) };
    let title = rest.strip_suffix('"')?;
    Some((words.trim_end(), Some(title)))
}

/// A block with the indented lines below it as its body.
fn indented(lines: &Lines<'_>, at: usize, name: &'static str, arguments: Vec<super::Argument>) -> Option<Block> {
    let line = &lines.all[at];
    let last = lines.indented_from(at + 1, line.indent + DEEPER)?;
    let (tag, end) = (line.span(), lines.end_of(last));
    Some(Block {
        name,
        arguments,
        span: Span::new(tag.start, end),
        tag,
        inner: Span::new(tag.end, end),
        margin: lines.margin + line.indent + DEEPER,
        parts: Vec::new(),
    })
}

/// Tabs that follow each other.
fn tabs(lines: &Lines<'_>, at: usize) -> Option<Block> {
    let first = &lines.all[at];
    let mut parts: Vec<Block> = Vec::new();
    let mut next = at;
    while let Some(line) = lines.all.get(next).filter(|line| line.indent == first.indent) {
        let Some(title) = tab(line) else { break };
        // `===!` begins another group.
        if !parts.is_empty() && line.text.starts_with("===!") {
            break;
        }
        let Some(part) = indented(lines, next, "tab", vec![argument("title", super::plain(title), line.part(title))])
        else {
            break;
        };
        next = lines.all.partition_point(|line| line.start < part.span.end);
        parts.push(part);
        next += lines.all[next..].iter().take_while(|line| line.text.is_empty()).count();
    }
    let span = Span::new(first.at, parts.last()?.span.end);
    let inner = Span::new(first.start, span.end);
    let margin = lines.margin + first.indent;
    Some(Block { name: "tabs", arguments: Vec::new(), span, tag: first.span(), inner, margin, parts })
}

/// The title of a tab.
fn tab<'a>(line: &Line<'a>) -> Option<&'a str> {
    let rest = line.text.strip_prefix("===")?.trim_start_matches(['!', '+']);
    rest.trim_start().strip_prefix('"')?.strip_suffix('"')
}
