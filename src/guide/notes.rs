//! Notes to lines of code, as Material for MkDocs has them: a comment `# (1)` at the end of a line, and below the block an ordered
//! list that says what `1` is.
//!
//! The comments are no part of the code: nobody copies, types, saves or compares them. Without such a list they stay what they are.

use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

use super::{CodeBlock, Token, TokenKind};
use crate::{diagnostic::Diagnostic, source::Source};

/// A comment at the end of a line that is nothing but a number in brackets, in the signs of most languages.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)[ \t]*(?:(?:#|//|--|;|%)[ \t]*\((\d{1,2})\)(!?)|<!--[ \t]*\((\d{1,2})\)(!?)[ \t]*-->|/\*[ \t]*\((\d{1,2})\)(!?)[ \t]*\*/)[ \t]*$")
        .expect("a pattern")
});

/// A mark at a line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it stands in the text of the block, which does not have it.
    pub at: usize,
    /// The number of its note, from 1.
    pub number: usize,
    /// The id of the note in the page.
    pub id: String,
}

/// What a mark is in a block's text.
struct Mark {
    range: Range<usize>,
    number: usize,
    /// Whether it can be nothing else, `(1)!`.
    is_sure: bool,
}

/// Takes marks out of blocks of code that a list of notes stands below, and gives each note an id.
pub(super) fn read(source: &Source, tokens: &mut Vec<Token>, diagnostics: &mut Vec<Diagnostic>) {
    let mut at = 0;
    while at < tokens.len() {
        match &mut tokens[at].kind {
            TokenKind::Shortcode(shortcode) => read(source, &mut shortcode.body, diagnostics),
            TokenKind::Code(code) => {
                let marks = marks(source, code);
                let items = items(&tokens[at + 1..]);
                let fits = |mark: &Mark| (1..=items.len()).contains(&mark.number);
                if !marks.is_empty() && marks.iter().all(fits) {
                    note(source, tokens, at, &marks, &items);
                } else if let Some(mark) = marks.iter().find(|mark| mark.is_sure) {
                    let TokenKind::Code(code) = &tokens[at].kind else { continue };
                    diagnostics.push(without_note(source, code, mark));
                }
            }
            TokenKind::Markdown(_) => {}
        }
        at += 1;
    }
}

/// The marks of a block that stand in it as the author wrote it: a file that is included keeps its comments.
fn marks(source: &Source, code: &CodeBlock) -> Vec<Mark> {
    // A text that shows how marks are written has none.
    let is_markdown = ["markdown", "md", "mdx"].iter().any(|name| code.language.eq_ignore_ascii_case(name));
    if is_markdown || !code.text.contains('(') {
        return Vec::new();
    }
    let found = MARK.captures_iter(&code.text).filter_map(|captures| {
        let all = captures.get(0)?;
        let group = [1, 3, 5].into_iter().find(|group| captures.get(*group).is_some())?;
        let line = code.text[..all.start()].matches('\n').count();
        let begin = code.text[..all.start()].rfind('\n').map_or(0, |end| end + 1);
        let span = code.source_span(line, all.start() - begin..all.end() - begin);
        (source.text.get(span.range()) == Some(all.as_str())).then_some(Mark {
            range: all.range(),
            number: captures[group].parse().ok()?,
            is_sure: &captures[group + 1] == "!",
        })
    });
    found.collect()
}

/// Where the items of a list begin that is numbered from 1 and stands at the beginning, relative to it.
fn items(tokens: &[Token]) -> Vec<usize> {
    let mut items = Vec::new();
    if !matches!(tokens.first().map(|token| &token.kind), Some(TokenKind::Markdown(Event::Start(Tag::List(Some(1)))))) {
        return items;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match &token.kind {
            TokenKind::Markdown(Event::Start(Tag::List(_))) => depth += 1,
            TokenKind::Markdown(Event::End(TagEnd::List(_))) => depth -= 1,
            TokenKind::Markdown(Event::Start(Tag::Item)) if depth == 1 => items.push(at),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    items
}

fn note(source: &Source, tokens: &mut Vec<Token>, at: usize, marks: &[Mark], items: &[usize]) {
    let (line, _) = source.line_of(tokens[at].span.start);
    let id = |number: usize| format!("note-{line}-{number}");
    // From the last to the first, so that places before stay where they are.
    for (index, item) in items.iter().enumerate().rev() {
        if marks.iter().any(|mark| mark.number == index + 1) {
            let place = at + 1 + item;
            let anchor = format!("<a id=\"{}\"></a>", id(index + 1));
            let kind = TokenKind::Markdown(Event::InlineHtml(anchor.into()));
            let span = tokens[place].span;
            tokens.insert(place + 1, Token { kind, span: crate::source::Span::new(span.start, span.start) });
        }
    }
    let TokenKind::Code(code) = &mut tokens[at].kind else { return };
    let mut gone = 0;
    let notes = marks.iter().map(|mark| {
        let note = Note { at: mark.range.start - gone, number: mark.number, id: id(mark.number) };
        gone += mark.range.len();
        note
    });
    code.notes = notes.collect();
    let parts: Vec<Range<usize>> = marks.iter().map(|mark| mark.range.clone()).collect();
    code.leave_out(&parts);
}

/// What is told of a mark that says nothing.
fn without_note(source: &Source, code: &CodeBlock, mark: &Mark) -> Diagnostic {
    let line = code.text[..mark.range.start].matches('\n').count();
    let begin = code.text[..mark.range.start].rfind('\n').map_or(0, |end| end + 1);
    let text = &code.text[mark.range.clone()];
    let from = mark.range.start - begin + (text.len() - text.trim_start().len());
    let span = code.source_span(line, from..mark.range.end - begin);
    let message = format!("there is no note {} below this block, so the mark is part of the code", mark.number);
    Diagnostic::warning("code-note", message)
        .at(source, span)
        .help("write an ordered list right below the block, with an item for each mark, numbered from 1")
}
