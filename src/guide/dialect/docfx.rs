//! Tabs of DocFX: headings whose link is `#tab/ID`, until a line of stars.

use super::{
    Block, Unread, argument,
    lines::{Line, Lines, State},
};
use crate::source::Span;

pub(super) fn read(lines: &Lines<'_>, at: usize, unread: &mut Vec<Unread>) -> Option<Block> {
    let line = &lines.all[at];
    title(line)?;
    let after = &lines.all[at + 1..];
    let Some(length) = after.iter().position(|line| line.state == State::Free && line.text == "***") else {
        let help = "end them with a line `***`";
        unread.push(Unread {
            what: "tabs `[…](#tab/…)` that never end".to_owned(),
            help,
            at: line.span(),
            left_out: false,
        });
        return None;
    };
    let closing = at + 1 + length;
    let begins: Vec<usize> = (at..closing).filter(|n| title(&lines.all[*n]).is_some()).collect();
    let ends = begins.iter().skip(1).copied().chain([closing]);
    let parts = begins.iter().zip(ends).filter_map(|(begin, end)| tab(lines, *begin, end)).collect();
    let end = lines.end_of(closing);
    let inner = Span::new(line.start, lines.all[closing].start);
    let span = Span::new(line.at, end);
    let margin = lines.margin + line.indent;
    Some(Block { name: "tabs", arguments: Vec::new(), span, tag: line.span(), inner, margin, parts })
}

fn tab(lines: &Lines<'_>, begin: usize, end: usize) -> Option<Block> {
    let line = &lines.all[begin];
    let title = title(line)?;
    let span = Span::new(line.at, lines.all[end].start);
    Some(Block {
        name: "tab",
        arguments: vec![argument("title", super::plain(title), line.part(title))],
        span,
        tag: line.span(),
        inner: Span::new(line.span().end, span.end),
        margin: lines.margin + line.indent,
        parts: Vec::new(),
    })
}

/// The title of a tab that begins in a line.
fn title<'a>(line: &Line<'a>) -> Option<&'a str> {
    if line.state != State::Free {
        return None;
    }
    let link = line.text.strip_prefix('#')?.trim_start_matches('#').trim_start();
    let (title, target) = link.strip_prefix('[')?.split_once("](#tab/")?;
    target.strip_suffix(')').filter(|id| !id.is_empty())?;
    Some(title)
}
