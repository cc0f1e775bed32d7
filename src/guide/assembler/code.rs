//! Blocks of code among the events.

use pulldown_cmark::CodeBlockKind;
use std::ops::Range;

use super::{
    super::{
        CodeBlock, Level, Token, TokenKind,
        buffer::{self, Part},
        fence,
        shortcode::tree::Item,
    },
    Assembler,
};
use crate::source::Span;

impl Assembler<'_, '_> {
    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let span = self.buffer.span(range.clone());
        let code = match kind {
            CodeBlockKind::Indented => CodeBlock::indented(span),
            CodeBlockKind::Fenced(info) => {
                let info = self.expand(info.clone());
                let base = self.buffer.text[range.clone()].find(info.as_ref()).unwrap_or(0) + range.start;
                let (word, arguments) = fence::parse(&info, self.buffer.source_offset(base));
                CodeBlock::fenced(&word, arguments, span)
            }
        };
        let indented = matches!(kind, CodeBlockKind::Indented);
        self.code = Some((code, range, Vec::new(), indented));
    }

    pub(super) fn code_text(&mut self, text: &str, start: usize) {
        let Some((code, _, found, indented)) = &mut self.code else { return };
        if *indented {
            // An indented block of nothing but shortcodes is an author's indentation, not code.
            for part in buffer::parts(text) {
                match part {
                    Part::Item(index) if matches!(self.items[index], Item::Call(_)) => found.push(index),
                    Part::Item(_) => *indented = false,
                    Part::Text(text, _) => *indented &= text.trim().is_empty(),
                }
            }
        }
        let (buffer, items, builder) = (self.buffer, self.items, &mut *self.builder);
        let item = |index: usize| match &items[index] {
            // Whether it is an error is not known before the end of the block.
            item @ Item::Call(call) if *indented && builder.registry.level(&call.name) == Level::Block => {
                (builder.source.text[item.span().range()].to_owned(), None)
            }
            item => builder.shown(item),
        };
        code.push(text, |at| buffer.source_offset(start + at), item);
    }

    pub(super) fn end_code(&mut self) {
        let Some((mut code, range, found, only_shortcodes)) = self.code.take() else { return };
        if only_shortcodes && !found.is_empty() {
            for index in found {
                self.item(index);
            }
            return;
        }
        code.finish();
        let span = self.buffer.span(range);
        code.inner = self.inner_of(&code, span);
        let mut kind = TokenKind::Code(Box::new(code));
        self.attach_comment(&mut kind);
        self.tokens.push(Token { kind, span });
        self.after_block = false;
    }

    /// The lines between the fences.
    pub(super) fn inner_of(&self, code: &CodeBlock, span: Span) -> Span {
        let Some(&first) = code.lines.first() else { return Span::new(span.end, span.end) };
        let text = &self.builder.source.text;
        let last = code.lines.last().copied().unwrap_or(first);
        let end = text[last..].find('\n').map_or(text.len(), |i| last + i + 1);
        Span::new(first, end.min(span.end.max(first)))
    }

    /// `<!-- verify: timeout=5m -->` says more about the next block.
    pub(super) fn read_comment(&mut self, html: &str, range: Range<usize>) {
        let trimmed = html.trim();
        let Some(inside) = trimmed.strip_prefix("<!--").and_then(|r| r.strip_suffix("-->")) else { return };
        let Some(rest) = inside.trim_start().strip_prefix("verify:") else { return };
        let base = range.start + html.find(rest).unwrap_or(0);
        let (_, arguments) = fence::parse(&format!(",{rest}"), self.buffer.source_offset(base).saturating_sub(1));
        self.comment = Some((arguments.0, self.buffer.span(range)));
    }

    pub(super) fn attach_comment(&mut self, kind: &mut TokenKind) {
        if let Some((arguments, _)) = self.comment.take()
            && let TokenKind::Code(code) = kind
        {
            code.add_arguments(arguments);
        }
    }
}
