//! Callouts of Obsidian: GitHub's alerts with a title, or of another kind, or folded: `> [!tip]- Title`.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    super::{Arguments, Shortcode, Token, TokenKind},
    Unread, argument, kind,
};
use crate::source::{Source, Span};

/// What its first line says.
struct Head<'a> {
    kind: &'a str,
    folded: bool,
    title: Option<&'a str>,
}

/// Makes a note of a quote that begins at a token and ends with the last, if it is one.
pub(in crate::guide) fn read(source: &Source, tokens: &mut Vec<Token>, begin: usize, unread: &mut Vec<Unread>) {
    let event = |at: usize| match tokens.get(at).map(|token| &token.kind) {
        Some(TokenKind::Markdown(event)) => Some(event),
        _ => None,
    };
    let (Some(Event::Start(Tag::BlockQuote(None))), Some(Event::Start(Tag::Paragraph))) =
        (event(begin), event(begin + 1))
    else {
        return;
    };
    let (quote, paragraph) = (tokens[begin].span, tokens[begin + 1].span);
    let line = source.text[paragraph.range()].lines().next().unwrap_or_default();
    let tag = Span::new(paragraph.start, paragraph.start + line.len());
    let head = match head(line) {
        Ok(Some(head)) => head,
        Ok(None) => return,
        Err(name) => {
            let what = format!("`[!{name} …]` of DocFX");
            unread.push(Unread { what, help: "write what it stands for here", at: tag, left_out: false });
            return;
        }
    };
    let at = |part: &str| Span::of_part(tag.start, line, part);
    let title = head.title.map(|title| (super::plain(title), at(title)));
    let mut arguments = kind::arguments((head.kind, at(head.kind)), title);
    if head.folded {
        arguments.push(argument("isCollapsible", "true", tag));
    }
    // The first line goes; what stands below it in the same paragraph is one of its own.
    let ends_line = |token: &Token| {
        matches!(token.kind, TokenKind::Markdown(Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph)))
    };
    let Some(first) = tokens[begin + 2..].iter().position(ends_line).map(|at| begin + 2 + at) else { return };
    let goes_on = !matches!(tokens[first].kind, TokenKind::Markdown(Event::End(_)));
    let mut body: Vec<Token> = tokens.drain(begin..).collect();
    body.pop();
    let opening = body.drain(..=first - begin).nth(1).filter(|_| goes_on);
    body.splice(0..0, opening);
    let shortcode = Shortcode {
        name: "note".to_owned(),
        arguments: Arguments(arguments),
        tag,
        inner: Some(Span::new(tag.end, quote.end.max(tag.end))),
        body,
        block: true,
        margin: 0,
        quoted: true,
    };
    tokens.push(Token { kind: TokenKind::Shortcode(Box::new(shortcode)), span: quote });
}

/// What a line says; `Err` with a name that is no kind of note: `[!VIDEO https://…]`.
fn head(line: &str) -> Result<Option<Head<'_>>, &str> {
    let Some(rest) = line.trim_start().strip_prefix("[!") else { return Ok(None) };
    let length = rest.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).unwrap_or(rest.len());
    let (kind, rest) = rest.split_at(length);
    if !kind.starts_with(char::is_alphabetic) {
        return Ok(None);
    }
    let Some(rest) = rest.strip_prefix(']') else {
        return if rest.starts_with(' ') { Err(kind) } else { Ok(None) };
    };
    let title = rest.trim_start_matches(['-', '+']).trim();
    Ok(Some(Head { kind, folded: rest.starts_with('-'), title: (!title.is_empty()).then_some(title) }))
}
