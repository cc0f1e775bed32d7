//! Blocks of code among the events.

use pulldown_cmark::CodeBlockKind;
use std::ops::Range;

use super::{
    super::{
        CodeBlock, Form, Level, Role, Token, TokenKind,
        buffer::{self, Part},
        code::Shown,
        dialect::{Dialect, digitalocean, fences, highlights},
        fence, lint,
        shortcode::tree::Item,
        way::Way,
    },
    Assembler,
};
use crate::source::Span;

/// A fence's line without its signs, escapes resolved.
struct Info {
    text: String,
    way: Way,
}

impl Assembler<'_, '_> {
    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let span = self.buffer.span(range.clone());
        let code = match kind {
            CodeBlockKind::Indented => CodeBlock::indented(span),
            CodeBlockKind::Fenced(info) => {
                let info = self.info(info, &range);
                let (mut word, mut arguments) = fence::parse(&info.text, 0);
                let mut unread = Vec::new();
                if self.builder.registry.reads(Dialect::Fences) {
                    fences::read(&info.text, &mut word, &mut arguments, &mut unread);
                }
                for told in &mut unread {
                    told.at = info.way.span(told.at.range());
                }
                self.builder.unread.append(&mut unread);
                for argument in &mut arguments.0 {
                    argument.span = info.way.span(argument.span.range());
                }
                CodeBlock::fenced(&word, arguments, span)
            }
        };
        let indented = matches!(kind, CodeBlockKind::Indented);
        self.code = Some((code, range, Vec::new(), indented));
    }

    /// What a fence's line says, and the way back to the source.
    fn info(&mut self, info: &str, range: &Range<usize>) -> Info {
        let line = self.buffer.text[range.clone()].split(['\n', '\r']).next().unwrap_or_default();
        let sign = |c| matches!(c, '`' | '~');
        let raw = line
            .trim_start_matches([' ', '\t'])
            .trim_start_matches(sign)
            .trim_matches(|c: char| c.is_ascii_whitespace());
        // The fence's own line holds nothing like it before, so the first one is it.
        let base = range.start + line.find(raw).unwrap_or(0);
        let mut found = Info { text: String::new(), way: Way::default() };
        let unescaped = fence::unescape(raw);
        if unescaped.iter().map(|(text, _)| &**text).collect::<String>() != info {
            // Markdown reads it in another way: as a whole, at least.
            let expanded = self.expand(info.to_owned().into());
            found.way.made(0, self.buffer.span(base..base + raw.len()));
            found.text = expanded.into_string();
            return found;
        }
        for (text, from) in unescaped {
            let range = base + from.start..base + from.end;
            if !self.buffer.is_at(&text, &range) {
                found.way.made(found.text.len(), self.buffer.span(range));
                found.text.push_str(&text);
                continue;
            }
            for (part, range) in self.buffer.places(&text, range) {
                let span = self.buffer.span(range);
                match part {
                    Part::Text(text, _) => {
                        found.way.copied(found.text.len(), span);
                        found.text.push_str(text);
                    }
                    Part::Item(index) => {
                        found.way.made(found.text.len(), span);
                        let items = self.items;
                        found.text.push_str(&self.as_text(&items[index]));
                    }
                }
            }
        }
        found
    }

    pub(super) fn code_text(&mut self, text: &str, range: &Range<usize>) {
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
                Shown { text: builder.written(item.span()), from: item.span(), shortcode: None }
            }
            item => builder.shown(item),
        };
        code.push(text, |part| buffer.span_in(text, range, part), item);
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
        if code.form == Form::Indented && self.is_in_list(&code) {
            code.outdent();
        }
        let span = self.buffer.span(range);
        if code.form == Form::Indented && lint::admonition(&self.builder.source.text[..span.start]).is_some() {
            code.role = Role::Listing;
        }
        if code.form == Form::Fence && self.builder.registry.reads(Dialect::Digitalocean) {
            digitalocean::read(&mut code);
        }
        if code.form == Form::Fence && code.text.contains("highlight-") && self.builder.registry.reads(Dialect::Fences)
        {
            highlights::read(&mut code);
        }
        code.inner = self.inner_of(&code, span);
        let mut kind = TokenKind::Code(Box::new(code));
        self.attach_comment(&mut kind);
        self.tokens.push(Token { kind, span });
        self.after_block = false;
    }

    /// Whether an indented block is deeper than one outside a list is.
    fn is_in_list(&self, code: &CodeBlock) -> bool {
        let Some(&first) = code.lines.first() else { return false };
        let text = &self.builder.source.text;
        let begin = text[..first].rfind('\n').map_or(0, |end| end + 1);
        first - begin > 4 && text[begin..first].bytes().all(|byte| byte == b' ')
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
        let base = html.rfind(rest).unwrap_or(0);
        let (_, mut arguments) = fence::parse(&format!(",{rest}"), 0);
        for argument in &mut arguments.0 {
            // The comma that keeps the first word from being a language.
            let part = base + argument.span.start.saturating_sub(1)..base + argument.span.end.saturating_sub(1);
            argument.span = self.buffer.span_in(html, &range, part);
        }
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
