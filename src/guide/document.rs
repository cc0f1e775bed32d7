//! Markdown events to tokens: blocks of code are gathered, shortcodes come back to where they stood.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

use super::{
    Argument, CodeBlock, Level, Registry, Shortcode, Token, TokenKind,
    buffer::{self, Buffer, Part},
    fence,
    shortcode::{
        Body,
        tree::{Call, Item},
    },
};
use crate::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

/// Deepest nesting of quotes, lists and emphasis that a page may have.
const DEEPEST: usize = 200;

/// What every part of one file's parse shares.
pub(super) struct Builder<'a> {
    pub(super) source: &'a Source,
    pub(super) registry: &'a Registry,
    pub(super) smart_punctuation: bool,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    /// Parses a range of the file: the whole body, or the body of a shortcode.
    pub(super) fn build(&mut self, range: Span, items: &[Item], dedent: usize) -> Vec<Token> {
        let buffer = Buffer::new(self.source, range, items, dedent);
        let mut options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_GFM
            | Options::ENABLE_DEFINITION_LIST;
        options.set(Options::ENABLE_SMART_PUNCTUATION, self.smart_punctuation);
        let parser = Parser::new_ext(&buffer.text, options).into_offset_iter();
        let mut assembler = Assembler::new(self, &buffer, items);
        for (event, range) in parser {
            assembler.event(event, range);
        }
        assembler.tokens
    }

    /// A shortcode as a token of its own.
    fn call(&mut self, call: &Call) -> TokenKind {
        let end = call.span.end;
        let inner = call.inner.unwrap_or(Span::new(end, end));
        let dedent = self.dedent(call.tag, inner);
        if let Some(mut code) = CodeBlock::shortcode(&call.name, &call.arguments, inner) {
            self.raw_body(&mut code, &call.items, dedent);
            return TokenKind::Code(Box::new(code));
        }
        let has_markdown = call.inner.is_some() && self.registry.body(&call.name) != Some(Body::Raw);
        TokenKind::Shortcode(Box::new(Shortcode {
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            tag: call.tag,
            inner: call.inner,
            body: if has_markdown { self.build(inner, &call.items, dedent) } else { Vec::new() },
            block: self.registry.level(&call.name) == Level::Block,
        }))
    }

    /// The text between the tags of a `file`, an `output` or a `command`, without the line ends next to the tags.
    fn raw_body(&mut self, code: &mut CodeBlock, items: &[Item], dedent: usize) {
        let text = &self.source.text[code.inner.range()];
        let first_line = text.find('\n').map_or(0, |end| if text[..end].trim().is_empty() { end + 1 } else { 0 });
        let start = code.inner.start + first_line;
        let last_line =
            text.rfind('\n').map_or(text.len(), |i| if text[i..].trim().is_empty() { i + 1 } else { text.len() });
        code.inner = Span::new(start, (code.inner.start + last_line).max(start));
        let buffer = Buffer::new(self.source, code.inner, items, dedent);
        code.push(&buffer.text, |at| buffer.source_offset(at), |index| self.shown(&items[index]));
        code.trim_end();
    }

    /// What an item shows inside code, and the shortcode to render there.
    fn shown(&mut self, item: &Item) -> (String, Option<Shortcode>) {
        let written = &self.source.text[item.span().range()];
        match item {
            Item::Escape { inner, .. } => (self.unescaped(*inner, written), None),
            Item::Call(call) if call.name == "placeholder" => {
                let name = call.arguments.get("name", 0).unwrap_or_default().to_owned();
                (name, self.shortcode(call))
            }
            Item::Call(call) if self.registry.level(&call.name) != Level::Block => {
                (written.to_owned(), self.shortcode(call))
            }
            Item::Call(call) => {
                let message = format!("shortcode `{}` stands inside a block of code", call.name);
                let help = format!("to show it as text write `{{{{</* {} */>}}}}`", call.name);
                self.diagnostics
                    .push(Diagnostic::error("shortcode-in-code", message).at(self.source, call.tag).help(help));
                (written.to_owned(), None)
            }
        }
    }

    fn shortcode(&mut self, call: &Call) -> Option<Shortcode> {
        match self.call(call) {
            TokenKind::Shortcode(shortcode) => Some(*shortcode),
            _ => None,
        }
    }

    fn unescaped(&self, inner: Span, written: &str) -> String {
        let (open, close) = if written.starts_with("{{%") { ("{{%", "%}}") } else { ("{{<", ">}}") };
        format!("{open}{}{close}", &self.source.text[inner.range()])
    }

    /// How many columns of a body belong to where the shortcode stands: never more than its own opening tag has before
    /// it, and never so many that the lines of the body would lose their shape.
    fn dedent(&self, tag: Span, inner: Span) -> usize {
        let line_start = self.source.text[..tag.start].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.source.text[line_start..tag.start];
        if !before.bytes().all(|b| b" \t-*+.)0123456789>".contains(&b)) {
            return 0;
        }
        let lines = self.source.text[inner.range()].split('\n').skip(1);
        let indents = lines.filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start_matches([' ', '\t']).len());
        indents.min().unwrap_or(0).min(before.len())
    }
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Paragraph {
    None,
    /// Open since the token of this index.
    Open(usize),
    /// A block stood in it; it opens again with the next inline token.
    Suspended,
}

struct Assembler<'a, 'b> {
    builder: &'a mut Builder<'b>,
    buffer: &'a Buffer,
    items: &'a [Item],
    tokens: Vec<Token>,
    paragraph: Paragraph,
    /// Open emphasis, links and images: a block inside them cannot end the paragraph.
    inline_depth: usize,
    depth: usize,
    too_deep: bool,
    after_block: bool,
    code: Option<(CodeBlock, Range<usize>, Vec<usize>, bool)>,
    /// Arguments of a comment `<!-- verify: … -->` that waits for its block, and where it stands.
    comment: Option<(Vec<Argument>, Span)>,
}

impl<'a, 'b> Assembler<'a, 'b> {
    fn new(builder: &'a mut Builder<'b>, buffer: &'a Buffer, items: &'a [Item]) -> Self {
        Self {
            builder,
            buffer,
            items,
            tokens: Vec::new(),
            paragraph: Paragraph::None,
            inline_depth: 0,
            depth: 0,
            too_deep: false,
            after_block: false,
            code: None,
            comment: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.start_code(&kind, range),
            Event::End(TagEnd::CodeBlock) => self.end_code(),
            Event::Text(text) if self.code.is_some() => self.code_text(&text, range.start),
            Event::Text(text) if buffer::has_items(&text) => self.split(&text, range, Event::Text),
            Event::Html(html) if buffer::has_items(&html) => self.split(&html, range, Event::Html),
            Event::InlineHtml(html) if buffer::has_items(&html) => self.split(&html, range, Event::InlineHtml),
            Event::Code(code) if buffer::has_items(&code) => {
                self.push(Event::InlineHtml("<code>".into()), range.clone());
                self.split(&code, range.clone(), Event::Text);
                self.push(Event::InlineHtml("</code>".into()), range);
            }
            Event::Start(Tag::Paragraph) => {
                self.paragraph = Paragraph::Open(self.tokens.len());
                self.push(Event::Start(Tag::Paragraph), range);
            }
            Event::End(TagEnd::Paragraph) => self.end_paragraph(range),
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                if is_inline(tag) {
                    self.inline_depth = self.inline_depth.saturating_sub(1);
                }
                self.push(Event::End(tag), range);
            }
            Event::Html(html) => {
                self.read_comment(&html, range.clone());
                self.push(Event::Html(html), range);
            }
            other => self.push(other, range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.depth += 1;
        if self.depth > DEEPEST && !self.too_deep {
            self.too_deep = true;
            let message = format!("quotes, lists or emphasis are nested more than {DEEPEST} deep");
            let span = self.buffer.span(range.clone());
            let problem = Diagnostic::error("too-deep", message).at(self.builder.source, span);
            self.builder.diagnostics.push(problem.help("no browser shows this; remove some of the nesting"));
        }
        let tag = match tag {
            Tag::Link { link_type, dest_url, title, id } => {
                Tag::Link { link_type, dest_url: self.expand(dest_url), title: self.expand(title), id }
            }
            Tag::Image { link_type, dest_url, title, id } => {
                Tag::Image { link_type, dest_url: self.expand(dest_url), title: self.expand(title), id }
            }
            other => other,
        };
        let inline = is_inline(tag.to_end());
        self.push(Event::Start(tag), range);
        self.inline_depth += usize::from(inline);
    }

    /// Shortcodes in a place that holds text only: `ref` and `relref` become the path that they name.
    fn expand<'t>(&self, text: CowStr<'t>) -> CowStr<'t> {
        if !buffer::has_items(&text) {
            return text;
        }
        let expanded: String = buffer::parts(&text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text, _) => text.to_owned(),
                Part::Item(index) => match &self.items[index] {
                    Item::Call(call) if matches!(call.name.as_str(), "ref" | "relref") => {
                        call.arguments.get("path", 0).unwrap_or_default().to_owned()
                    }
                    item => self.builder.source.text[item.span().range()].to_owned(),
                },
            })
            .collect();
        expanded.into()
    }

    fn push(&mut self, event: Event<'_>, range: Range<usize>) {
        let event = match event {
            Event::SoftBreak if self.after_block => return,
            Event::Text(text) if self.after_block => {
                let trimmed = text.trim_start();
                if trimmed.is_empty() {
                    return;
                }
                Event::Text(trimmed.to_owned().into())
            }
            other => other,
        };
        self.after_block = false;
        if self.paragraph == Paragraph::Suspended {
            self.paragraph = Paragraph::Open(self.tokens.len());
            let start = TokenKind::Markdown(Event::Start(Tag::Paragraph));
            self.tokens.push(Token { kind: start, span: self.buffer.span(range.clone()) });
        }
        self.tokens.push(Token { kind: TokenKind::Markdown(event.into_static()), span: self.buffer.span(range) });
    }

    /// Text around shortcodes.
    fn split(&mut self, text: &str, range: Range<usize>, wrap: fn(CowStr<'static>) -> Event<'static>) {
        for part in buffer::parts(text) {
            match part {
                Part::Text(text, at) => {
                    let start = range.start + at;
                    self.push(wrap(text.to_owned().into()), start..start + text.len());
                }
                Part::Item(index) => self.item(index),
            }
        }
    }

    fn item(&mut self, index: usize) {
        match &self.items[index] {
            Item::Escape { span, inner } => {
                let written = &self.builder.source.text[span.range()];
                let text = self.builder.unescaped(*inner, written);
                self.inline(TokenKind::Markdown(Event::Text(text.into())), *span);
            }
            Item::Call(call) => {
                let kind = self.builder.call(call);
                let block = match &kind {
                    TokenKind::Shortcode(shortcode) => shortcode.block,
                    _ => true,
                };
                if block { self.block(kind, call.span) } else { self.inline(kind, call.span) }
            }
        }
    }

    fn inline(&mut self, kind: TokenKind, span: Span) {
        self.after_block = false;
        if self.paragraph == Paragraph::Suspended {
            self.paragraph = Paragraph::Open(self.tokens.len());
            self.tokens.push(Token { kind: TokenKind::Markdown(Event::Start(Tag::Paragraph)), span });
        }
        self.tokens.push(Token { kind, span });
    }

    /// A block ends the paragraph that it stands in.
    fn block(&mut self, mut kind: TokenKind, span: Span) {
        self.attach_comment(&mut kind);
        if self.inline_depth > 0 {
            let problem = Diagnostic::error(
                "block-in-line",
                "this is a block, and it stands inside a heading, a link or emphasis",
            );
            let problem = problem
                .at(self.builder.source, span)
                .help("give it lines of its own, with a blank line before and after");
            self.builder.diagnostics.push(problem);
        }
        self.trim_end();
        if let Paragraph::Open(start) = self.paragraph
            && self.inline_depth == 0
        {
            if self.tokens.len() == start + 1 {
                self.tokens.pop();
            } else {
                self.tokens.push(Token { kind: TokenKind::Markdown(Event::End(TagEnd::Paragraph)), span });
            }
            self.paragraph = Paragraph::Suspended;
        }
        self.tokens.push(Token { kind, span });
        self.after_block = true;
    }

    /// Removes line breaks and spaces before a block.
    fn trim_end(&mut self) {
        while let Some(Token { kind: TokenKind::Markdown(event), .. }) = self.tokens.last_mut() {
            match event {
                Event::SoftBreak | Event::HardBreak => {}
                Event::Text(text) if text.trim().is_empty() => {}
                Event::Text(text) if text.ends_with(' ') => {
                    *text = text.trim_end().to_owned().into();
                    return;
                }
                _ => return,
            }
            self.tokens.pop();
        }
    }

    fn end_paragraph(&mut self, range: Range<usize>) {
        let paragraph = std::mem::replace(&mut self.paragraph, Paragraph::None);
        let Paragraph::Open(start) = paragraph else { return };
        let either = |token: &Token| match &token.kind {
            TokenKind::Shortcode(s) => self.builder.registry.level(&s.name) == Level::Either,
            TokenKind::Markdown(Event::SoftBreak) => true,
            _ => false,
        };
        if self.tokens.len() > start + 1 && self.tokens[start + 1..].iter().all(either) {
            self.tokens.remove(start);
            for token in &mut self.tokens[start..] {
                if let TokenKind::Shortcode(shortcode) = &mut token.kind {
                    shortcode.block = true;
                }
            }
        } else {
            self.push(Event::End(TagEnd::Paragraph), range);
        }
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
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

    fn code_text(&mut self, text: &str, start: usize) {
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

    fn end_code(&mut self) {
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
    fn inner_of(&self, code: &CodeBlock, span: Span) -> Span {
        let Some(&first) = code.lines.first() else { return Span::new(span.end, span.end) };
        let text = &self.builder.source.text;
        let last = code.lines.last().copied().unwrap_or(first);
        let end = text[last..].find('\n').map_or(text.len(), |i| last + i + 1);
        Span::new(first, end.min(span.end.max(first)))
    }

    /// `<!-- verify: timeout=5m -->` says more about the next block.
    fn read_comment(&mut self, html: &str, range: Range<usize>) {
        let trimmed = html.trim();
        let Some(inside) = trimmed.strip_prefix("<!--").and_then(|r| r.strip_suffix("-->")) else { return };
        let Some(rest) = inside.trim_start().strip_prefix("verify:") else { return };
        let base = range.start + html.find(rest).unwrap_or(0);
        let (_, arguments) = fence::parse(&format!(",{rest}"), self.buffer.source_offset(base).saturating_sub(1));
        self.comment = Some((arguments.0, self.buffer.span(range)));
    }

    fn attach_comment(&mut self, kind: &mut TokenKind) {
        if let Some((arguments, _)) = self.comment.take()
            && let TokenKind::Code(code) = kind
        {
            code.add_arguments(arguments);
        }
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Heading(_)
    )
}
